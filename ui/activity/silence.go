package activity

import (
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// silent is how long nothing has to come from a server to be told about. A
// connection that is given up takes longer than anybody waits without a word.
const silent = 10 * time.Second

// step is how far a fetch was, and since when.
type step struct {
	done, total int
	since       time.Time
}

// underWay tells whether an account waits for messages of its server.
func underWay(a conversation.Status) bool {
	return a.Phase == conversation.PhaseSync && a.Done < a.Total
}

// follow notes when each fetch got on.
func (s *Screen) follow() {
	moved := map[conversation.AccountID]step{}
	for _, a := range s.now.statuses {
		if !underWay(a) {
			continue
		}
		now := step{a.Done, a.Total, s.env.Now()}
		if before, ok := s.moved[a.Account]; ok && before.done == a.Done && before.total == a.Total {
			now.since = before.since
		}
		moved[a.Account] = now
	}
	s.moved = moved
}

// silence gives for how long a fetch has not got on.
func (s *Screen) silence(a conversation.Status) time.Duration {
	last, ok := s.moved[a.Account]
	if !ok || !underWay(a) {
		return 0
	}
	return s.env.Now().Sub(last.since)
}
