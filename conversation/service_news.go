package conversation

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// News gives those of some fresh messages that the user is to be told about
// now: none that another process of this program told already, that was read
// meanwhile, that came from a list or a machine, or that lies in a muted
// conversation. What it gives counts as told.
func (s *Service) News(ctx context.Context, ids []MessageID) ([]Message, error) {
	var worth []Message
	for _, id := range ids {
		m, err := s.opt.Store.Message(ctx, id)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("news: %w", err)
		}
		if quiet, err := s.quiet(ctx, &m); err != nil || quiet {
			if err != nil {
				return nil, fmt.Errorf("news: %w", err)
			}
			continue
		}
		worth = append(worth, m)
	}
	if len(worth) == 0 {
		return nil, nil
	}
	mine, err := s.opt.Store.Claim(ctx, idsOf(worth))
	if err != nil {
		return nil, fmt.Errorf("news: %w", err)
	}
	return slices.DeleteFunc(worth, func(m Message) bool { return !slices.Contains(mine, m.ID) }), nil
}

// quiet tells whether a message is none to interrupt anybody for.
func (s *Service) quiet(ctx context.Context, m *Message) (bool, error) {
	if m.Read || m.Direction != In || m.Bulk || m.ListID != "" {
		return true, nil
	}
	c, err := s.opt.Store.Conversation(ctx, m.Conversation)
	return c.Muted, err
}

func idsOf(ms []Message) []MessageID {
	out := make([]MessageID, len(ms))
	for i := range ms {
		out[i] = ms[i].ID
	}
	return out
}
