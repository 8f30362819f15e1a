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

// Explain gives the index of a message or a contact with its reasons. An own
// account is found too; its index is unknown as long as nothing was measured.
func (s *Service) Explain(ctx context.Context, who string) (Explanation, error) {
	id, err := s.ResolveMessage(ctx, who)
	if err == nil {
		return s.explainMessage(ctx, id)
	}
	if !errors.Is(err, ErrNotFound) {
		return Explanation{}, err
	}
	if a, ok := s.account(AccountID(who)); ok {
		return Explanation{Kind: "account", Index: privacy.Index{Version: privacy.Version, Level: privacy.LevelUnknown}, Account: &a}, nil
	}
	c, err := s.Contact(ctx, who)
	if err != nil {
		return Explanation{}, err
	}
	return Explanation{Kind: "contact", Index: c.Index, Contact: &c}, nil
}

func (s *Service) explainMessage(ctx context.Context, id MessageID) (Explanation, error) {
	m, err := s.opt.Store.Message(ctx, id)
	if err != nil {
		return Explanation{}, err
	}
	return Explanation{Kind: "message", Index: m.Index, Message: &m}, nil
}
