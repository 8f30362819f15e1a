package conversation

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Outbox lists the messages on their way.
func (s *Service) Outbox(ctx context.Context) ([]Entry, error) { return s.opt.Store.Outbox(ctx) }

// OutboxEntry gives one message on its way.
func (s *Service) OutboxEntry(ctx context.Context, id EntryID) (Entry, error) {
	return s.opt.Store.Entry(ctx, id)
}

// Retry sends an entry again that was refused, whose outcome nobody knows, or
// that waits for its next try.
func (s *Service) Retry(ctx context.Context, id EntryID) error {
	e, err := s.opt.Store.Entry(ctx, id)
	if err != nil {
		return err
	}
	from := []State{StateFailed, StateUnknown, StateQueued}
	if err := s.opt.Store.MoveEntry(ctx, id, from, StateQueued, s.opt.Clock(), ""); err != nil {
		return entryProblem("problem.retry", e, err)
	}
	s.Publish(Event{Outbox: true})
	s.poke()
	return nil
}

// Cancel takes an entry back that no server has yet; its draft is kept and its
// id given. The draft is written first: were the program to die in between, the
// message would stand in both places, which is seen, and never in none.
func (s *Service) Cancel(ctx context.Context, id EntryID) (DraftID, error) {
	e, err := s.opt.Store.Entry(ctx, id)
	if err != nil {
		return "", err
	}
	d := e.Draft
	d.ID, d.Saved = "", s.opt.Clock()
	draft, err := s.opt.Store.SaveDraft(ctx, d)
	if err != nil {
		return "", fmt.Errorf("cancel: %w", err)
	}
	from := []State{StateHeld, StateQueued, StateFailed, StateUnknown}
	if err := s.opt.Store.MoveEntry(ctx, id, from, StateCancelled, time.Time{}, ""); err != nil {
		err = entryProblem("problem.cancel", e, err)
		return "", errors.Join(err, s.opt.Store.DropDraft(ctx, draft))
	}
	s.Publish(Event{Outbox: true, All: true})
	return draft, nil
}

func entryProblem(code string, e Entry, err error) error {
	return &Problem{Code: code, Args: map[string]any{"ID": string(e.ID), "State": string(e.State)}, Err: err}
}
