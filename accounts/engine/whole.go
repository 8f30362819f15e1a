package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Whole asks for the rest of a message of which only the header is here. The
// account that has it fetches it when it can; an Event tells that it is here.
func (e *Engine) Whole(id conversation.MessageID) {
	e.mu.Lock()
	ctx := e.ctx
	if ctx == nil || ctx.Err() != nil {
		e.mu.Unlock()
		return
	}
	e.group.Add(1)
	e.mu.Unlock()
	go func() {
		defer e.group.Done()
		account, _, err := e.o.Store.Partial(ctx, id)
		if err != nil {
			return // it is here whole, or gone
		}
		for _, w := range e.pick(account) {
			w.want(id)
		}
	}()
}

// Fill fetches the rest of a message now, for those who run no loop.
func (e *Engine) Fill(ctx context.Context, id conversation.MessageID) error {
	account, c, err := e.o.Store.Partial(ctx, id)
	if err != nil {
		return err
	}
	for _, w := range e.pick(account) {
		if w.id() == account {
			return w.fill(ctx, c)
		}
	}
	return fmt.Errorf("engine: account %q: %w", account, conversation.ErrNotFound)
}

// want notes that a message is wanted whole.
func (w *worker) want(id conversation.MessageID) {
	w.mu.Lock()
	if !slices.Contains(w.wanted, id) {
		w.wanted = append(w.wanted, id)
	}
	w.mu.Unlock()
	ask(w.jobs)
}

// complete fetches the messages that are wanted whole, that asked for last
// first: it is the one being looked at.
func (w *worker) complete(ctx context.Context) error {
	for {
		w.mu.Lock()
		n := len(w.wanted)
		if n == 0 {
			w.mu.Unlock()
			return nil
		}
		id := w.wanted[n-1]
		w.mu.Unlock()
		_, c, err := w.o.Store.Partial(ctx, id)
		if err == nil {
			err = w.through(ctx, toAct, func() error { return w.fill(ctx, c) })
		}
		if err != nil && !errors.Is(err, conversation.ErrNotFound) && !errors.Is(err, accounts.ErrRefused) && !errors.Is(err, accounts.ErrUnsupported) {
			return err
		}
		w.mu.Lock()
		w.wanted = slices.DeleteFunc(w.wanted, func(x conversation.MessageID) bool { return x == id })
		w.mu.Unlock()
	}
}

// fill fetches the whole of a copy and stores it in the place of its header.
// What the server has no more is told once: the next pass takes it away.
func (w *worker) fill(ctx context.Context, c accounts.Copy) error {
	completer, ok := w.acc.Transport.(accounts.Completer)
	if !ok {
		return fmt.Errorf("engine: the rest of a message: %w", accounts.ErrUnsupported)
	}
	whole, err := completer.Complete(ctx, c)
	if errors.Is(err, accounts.ErrRefused) {
		w.o.Publish(conversation.Event{Notice: conversation.Reason{Code: "engine.whole_gone"}})
		ask(w.looks)
		return nil
	}
	if err != nil {
		return fmt.Errorf("engine: the rest of a message: %w", err)
	}
	whole.Partial = false
	j, err := newJudge(ctx, w)
	if err != nil {
		return err
	}
	m := assemble(ctx, w, j)
	batch := []observed{m.read(whole)}
	if err := j.teach(ctx, batch); err != nil {
		return err
	}
	ch, err := w.o.Store.Add(ctx, w.id(), []Arrival{batch[0].arrival})
	if err != nil {
		return fmt.Errorf("engine: store the rest of a message: %w", err)
	}
	ch.New, ch.Unread, ch.Fresh = 0, 0, nil // it was here before
	w.changed(ch)
	m.tell([]Arrival{batch[0].arrival})
	return j.rejudge(ctx)
}
