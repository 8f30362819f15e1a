package conversation

import (
	"context"
	"errors"

	"github.com/caliopen/caliopen-tui/privacy"
)

// Explanation is an index with what it belongs to; one of Message, Contact and
// Account is set.
type Explanation struct {
	Kind    string // "message", "contact", "account"
	Index   privacy.Index
	Message *Message
	Contact *Contact
	Account *OwnAccount
}

// Explain gives the index of a message, a contact or an own account with its
// reasons.
func (s *Service) Explain(ctx context.Context, who string) (Explanation, error) {
	id, err := s.ResolveMessage(ctx, who)
	if err == nil {
		return s.explainMessage(ctx, id)
	}
	if !errors.Is(err, ErrNotFound) {
		return Explanation{}, err
	}
	if a, ok := s.account(AccountID(who)); ok {
		return Explanation{Kind: "account", Index: s.accountIndex(a), Account: &a}, nil
	}
	c, err := s.Contact(ctx, who)
	if err != nil {
		return Explanation{}, err
	}
	if len(c.Channels) > 0 {
		c.Index.Advice = privacy.Advise(c.Channels[0].Facts)
	}
	return Explanation{Kind: "contact", Index: c.Index, Contact: &c}, nil
}

func (s *Service) explainMessage(ctx context.Context, id MessageID) (Explanation, error) {
	m, err := s.opt.Store.Message(ctx, id)
	if err != nil {
		return Explanation{}, err
	}
	facts := m.Facts
	m.Index.Facts, m.Index.Advice = &facts, privacy.Advise(facts)
	return Explanation{Kind: "message", Index: m.Index, Message: &m}, nil
}

// accountIndex adds what the engine knows of the connection to what was
// measured. An account nothing is known of has no index.
func (s *Service) accountIndex(a OwnAccount) privacy.Index {
	in := a.Measured
	in.NoSeal = in.NoSeal || a.Protocol == Mastodon
	if s.opt.Engine != nil {
		for _, st := range s.opt.Engine.Statuses() {
			if st.Account == a.ID && in.TLS == "" {
				in.TLS = st.TLS
			}
		}
	}
	index, decided := privacy.Account(in)
	if decided == 0 {
		index.Level = privacy.LevelUnknown
	}
	return doubted(index, decided)
}

// doubted bounds the index of an account of which less than half could be
// looked at: what nobody looked at is no merit.
func doubted(index privacy.Index, decided int) privacy.Index {
	const half, most = 50, 60
	if decided >= half || decided == 0 {
		return index
	}
	index.Caps = append(index.Caps, privacy.Cap{ID: "k.unseen", Limit: most})
	if index.Score > most {
		index.Score, index.DecidedBy = most, "k.unseen"
		index.Level = privacy.LevelOf(most)
	}
	return index
}
