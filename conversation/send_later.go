package conversation

import (
	"context"
	"time"
)

// leaves gives the moment at which a message may leave: after the hold, or when
// the user wants it to. A moment that is past is now.
func (s *Service) leaves(d Draft, now time.Time) time.Time {
	at := now.Add(s.opt.Hold)
	if d.At.After(at) {
		return d.At
	}
	return at
}

// Recheck looks once more at a message that has waited in the outbox, right
// before it leaves. It gives a Problem when the message would go out less
// protected than was shown when the user sent it: the way is not open any more
// or got worse, a key changed, or there is something to ask. ErrSealed says
// that the keys are locked, so that this cannot be told.
func (s *Service) Recheck(ctx context.Context, e Entry) error {
	d := e.Draft
	if len(d.Sealed) > 0 {
		return &Problem{Code: "engine.locked", Err: ErrSealed}
	}
	d.ID, d.Shown, d.Attach = "", "", nil // its files were read when it was sent
	choice, err := s.Choose(ctx, d)
	if err != nil {
		return err
	}
	if choice.Decision == Stop || choice.Decision == Ask {
		return &Problem{Code: choice.Reason.Code, Args: choice.Reason.Args, Err: ErrGuard}
	}
	for i := range choice.Candidates {
		p := &choice.Candidates[i]
		if p.Channel.Account != e.Account || p.Channel.Protocol != e.Protocol || p.Channel.Sealed != e.Sealed {
			continue
		}
		switch {
		case p.Rejected.Code != "":
			return &Problem{Code: p.Rejected.Code, Args: p.Rejected.Args, Err: ErrGuard}
		case p.Index.Score < e.Score:
			return &Problem{Code: "engine.worse", Args: map[string]any{"Before": e.Score, "Now": p.Index.Score}, Err: ErrGuard}
		}
		return nil
	}
	return &Problem{Code: "engine.way_gone", Err: ErrGuard}
}
