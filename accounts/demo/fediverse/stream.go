package fediverse

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// subscription is one open stream of server-sent events.
type subscription struct {
	owner  *account
	stream string
	events chan string
}

func (s *Server) stream(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		sub, code := s.subscribe(r, name)
		if sub == nil {
			fail(w, code, http.StatusText(code))
			return
		}
		defer s.unsubscribe(sub)
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		s.pump(w, r, sub)
	}
}

func (s *Server) subscribe(r *http.Request, name string) (*subscription, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	me := s.tokens[bearer(r)]
	if s.conf.NoStreaming {
		return nil, http.StatusNotFound
	}
	if me == nil {
		return nil, http.StatusUnauthorized
	}
	sub := &subscription{owner: me, stream: name, events: make(chan string, 64)}
	s.streams[sub] = true
	return sub, 0
}

func (s *Server) unsubscribe(sub *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.streams, sub)
}

func (s *Server) pump(w http.ResponseWriter, r *http.Request, sub *subscription) {
	out := http.NewResponseController(w)
	beat := time.NewTicker(15 * time.Second)
	defer beat.Stop()
	fmt.Fprint(w, ":)\n\n")
	for out.Flush() == nil {
		select {
		case e := <-sub.events:
			fmt.Fprint(w, e)
		case <-beat.C:
			fmt.Fprint(w, ":thump\n\n")
		case <-r.Context().Done():
			return
		case <-s.closing:
			return
		}
	}
}

func (s *Server) emit(to *account, stream, event string, payload any) {
	raw, err := json.Marshal(payload)
	if err == nil {
		s.emitRaw(to, stream, event, string(raw))
	}
}

// emitRaw hands an event to the open streams. A reader that is 64 events
// behind loses some, as streams promise nothing.
func (s *Server) emitRaw(to *account, stream, event, payload string) {
	for sub := range s.streams {
		if sub.owner == to && sub.stream == stream && to.local {
			select {
			case sub.events <- fmt.Sprintf("event: %s\ndata: %s\n\n", event, payload):
			default:
			}
		}
	}
}

// Streams gives how many streams of a name ("user", "direct") are open.
func (s *Server) Streams(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for sub := range s.streams {
		if sub.stream == name {
			n++
		}
	}
	return n
}
