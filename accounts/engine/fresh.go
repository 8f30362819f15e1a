package engine

import (
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// justNow is how long ago a message may have been received and still be news in
// the first pass of a program that has just begun.
const justNow = 10 * time.Minute

// freshFrom gives the moment from which on what is received is news: the last
// good pass, or a short while ago, whichever is longer ago. In the first sync of
// an account everything from before it is what was there already.
func (w *worker) freshFrom(first bool) time.Time {
	now := w.o.Now()
	last := w.status().Last
	switch {
	case first:
		return now
	case !last.IsZero() && last.Before(now.Add(-justNow)):
		return last.Add(-justNow) // the server's clock may be another one
	}
	return now.Add(-justNow)
}

// fresh gives those of the new unread messages of a batch that are worth
// telling the user about.
func (m *mirror) fresh(batch []Arrival, unread []conversation.MessageID) (out []conversation.MessageID) {
	if len(unread) == 0 {
		return nil
	}
	received := make(map[conversation.MessageID]time.Time, len(batch))
	for i := range batch {
		received[conversation.NewMessageID(batch[i].Parsed.Fingerprint)] = batch[i].Copy.Received
		received[batch[i].Parsed.Message.ID] = batch[i].Copy.Received // of a header alone, or of what came so
	}
	for _, id := range unread {
		if at, ok := received[id]; ok && !at.Before(m.news) {
			out = append(out, id)
		}
	}
	return out
}
