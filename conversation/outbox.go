package conversation

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// cancelable lists the states in which no server has an entry.
func cancelable() []State { return []State{StateHeld, StateQueued, StateFailed, StateUnknown} }

// Cancel takes an entry back that no server has yet, and with it the copies for
// each Bcc; its draft is kept and its id given. The draft is written first:
// were the program to die in between, the message would stand in both places,
// which is seen, and never in none. Who was sent a copy already is taken out of
// the draft.
func (s *Service) Cancel(ctx context.Context, id EntryID) (DraftID, error) {
	e, err := s.whole(ctx, id)
	if err != nil {
		return "", err
	}
	d := e.Draft
	d.ID, d.Saved = "", s.opt.Clock()
	draft, err := s.opt.Store.SaveDraft(ctx, d)
	if err != nil {
		return "", fmt.Errorf("cancel: %w", err)
	}
	if err := s.opt.Store.MoveEntry(ctx, e.ID, cancelable(), StateCancelled, time.Time{}, ""); err != nil {
		err = entryProblem("problem.cancel", e, err)
		return "", errors.Join(err, s.opt.Store.DropDraft(ctx, draft))
	}
	if e.Sealed && len(d.Bcc) > 0 {
		d.ID = draft
		err = s.withoutServed(ctx, d, e.ID)
	}
	s.Publish(Event{Outbox: true, All: true})
	return draft, err
}

// whole gives the message that an entry belongs to, as long as that can be
// taken back too: a copy is not taken back alone while the message still waits.
func (s *Service) whole(ctx context.Context, id EntryID) (Entry, error) {
	e, err := s.opt.Store.Entry(ctx, id)
	if err != nil || e.Group == "" {
		return e, err
	}
	main, err := s.opt.Store.Entry(ctx, e.Group)
	if ignoreNotFound(err) != nil {
		return e, err
	}
	if err == nil && slices.Contains(cancelable(), main.State) {
		return main, nil
	}
	return e, nil
}

// withoutServed takes those out of a draft whose copies could not be taken back
// any more: sending it again must not reach them twice.
func (s *Service) withoutServed(ctx context.Context, d Draft, id EntryID) error {
	all, err := s.opt.Store.Outbox(ctx)
	if err != nil {
		return fmt.Errorf("cancel: %w", err)
	}
	kept := slices.Clone(d.Bcc)
	for _, e := range all {
		if e.Group == id && e.State != StateCancelled {
			kept = slices.DeleteFunc(kept, func(r Recipient) bool { return slices.Contains(e.Draft.Bcc, r) })
		}
	}
	if len(kept) == len(d.Bcc) {
		return nil
	}
	d.Bcc = kept
	_, err = s.opt.Store.SaveDraft(ctx, d)
	return err
}

func entryProblem(code string, e Entry, err error) error {
	return &Problem{Code: code, Args: map[string]any{"ID": string(e.ID), "State": string(e.State)}, Err: err}
}
