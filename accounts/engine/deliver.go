package engine

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// soon is when the outbox is looked into again that still holds something due.
const soon = 200 * time.Millisecond

// deliver sends what is due, and gives how long until the next entry is. An
// error of one entry is kept with that entry; the error returned is one of the
// way to the server.
func (w *worker) deliver(ctx context.Context) (next time.Duration, err error) {
	due, unsettled, next, err := w.due(ctx)
	if err != nil {
		return next, err
	}
	var errs []error
	for _, e := range unsettled { // left by a process that died, or not reached to be asked
		if err := w.through(ctx, toAct, func() error { return w.recover(ctx, e) }); err != nil {
			errs = append(errs, err)
			break
		}
	}
	if len(unsettled) > 0 { // some of them may go now
		if due, _, next, err = w.due(ctx); err != nil {
			return next, err
		}
	}
	for _, e := range due {
		if err := w.through(ctx, toSend, func() error { return w.send(ctx, e) }); err != nil {
			errs = append(errs, err)
			break
		}
	}
	if len(due) > 0 { // one that could not go waits anew
		if due, _, next, err = w.due(ctx); err != nil {
			return next, err
		}
		if len(due) > 0 && len(errs) == 0 {
			next = soon
		}
	}
	return next, firstTrouble(errs)
}

// firstTrouble gives the first error, one of work that merely rests last.
func firstTrouble(errs []error) error {
	for _, err := range errs {
		if !errors.As(err, new(resting)) {
			return err
		}
	}
	if len(errs) > 0 {
		return errs[0]
	}
	return nil
}

// send hands one entry over. The entry is claimed first: of two processes only
// one gets it.
func (w *worker) send(ctx context.Context, e conversation.Entry) error {
	from := []conversation.State{conversation.StateHeld, conversation.StateQueued}
	err := w.o.Store.MoveEntry(ctx, e.ID, from, conversation.StateSending, time.Time{}, "")
	if errors.Is(err, conversation.ErrGuard) {
		return nil // taken back, or sent by somebody else
	}
	if err != nil {
		return err
	}
	w.outboxChanged()
	if stop, err := w.mayLeave(ctx, e); stop || err != nil {
		return err
	}
	handed := false
	rec, err := w.acc.Transport.Send(ctx, e, func() error {
		err := w.o.Store.HandOver(ctx, e.ID)
		handed = err == nil // what cannot be noted does not leave
		return err
	})
	switch {
	case err == nil:
		return w.sent(ctx, e, rec)
	case errors.Is(err, accounts.ErrRefused), errors.Is(err, accounts.ErrUnsupported) && !handed:
		return w.fail(ctx, e, err, rec)
	case handed && !errors.Is(err, accounts.ErrTemporary) && !errors.Is(err, accounts.ErrAuth):
		// Cut after the body left: whether it arrived has to be asked, on a
		// fresh connection and with a context that outlives this one's end.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		e.HandedOver = true
		return w.recover(ctx, e)
	}
	return w.later(ctx, e, err)
}

// recover settles an entry found in "sending": nothing left when the body had
// not been handed over, else the server is asked.
func (w *worker) recover(ctx context.Context, e conversation.Entry) error {
	if rec, ok := w.taken[e.ID]; ok {
		return w.sent(ctx, e, rec)
	}
	if !e.HandedOver {
		return w.move(ctx, e, conversation.StateQueued, w.o.Now(), "")
	}
	found, rec, err := w.acc.Transport.Find(ctx, e)
	switch {
	case found:
		return w.sent(ctx, e, rec)
	case err == nil:
		return w.move(ctx, e, conversation.StateQueued, w.o.Now(), "")
	case errors.Is(err, accounts.ErrUnclear):
		w.add(Summary{Failed: 1})
		why := conversation.Reason{Code: "engine.unknown", Args: w.about(e, nil)}
		w.o.Publish(conversation.Event{Outbox: true, Notice: why})
		return w.move(ctx, e, conversation.StateUnknown, time.Time{}, why.Keep(err.Error()))
	}
	return err // not reached: asked again in the next pass
}

// later puts an entry back into the queue after a passing fault, waiting
// longer each time. Faults of the way to the server are told, faults of this
// entry keep no other one.
func (w *worker) later(ctx context.Context, e conversation.Entry, cause error) error {
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	wait := backOff(e.Attempts)
	mine := errors.Is(cause, accounts.ErrTemporary)
	if !mine {
		wait = min(wait, longestPause) // the way to the server has its own rest
	}
	problem := w.why(e, cause, nil).Keep(cause.Error())
	if err := w.move(keep, e, conversation.StateQueued, w.o.Now().Add(wait), problem); err != nil {
		return err
	}
	if mine {
		return nil
	}
	return cause
}

// fail closes an entry that was refused for good, and tells so; its text stays
// in the outbox, and its draft can be taken up again.
func (w *worker) fail(ctx context.Context, e conversation.Entry, cause error, rec accounts.Receipt) error {
	w.add(Summary{Failed: 1})
	for _, a := range rec.Refused {
		if err := w.o.Store.Bounce(ctx, a); err != nil {
			return err
		}
	}
	why := w.why(e, cause, rec.Refused)
	if err := w.move(ctx, e, conversation.StateFailed, time.Time{}, why.Keep(cause.Error())); err != nil {
		return err
	}
	w.o.Publish(conversation.Event{Outbox: true, Notice: why})
	return nil
}

func (w *worker) move(ctx context.Context, e conversation.Entry, to conversation.State, next time.Time, problem string) error {
	err := w.o.Store.MoveEntry(ctx, e.ID, []conversation.State{conversation.StateSending}, to, next, problem)
	if errors.Is(err, conversation.ErrGuard) {
		err = nil
	}
	w.outboxChanged()
	return err
}

func (w *worker) outboxChanged() { w.o.Publish(conversation.Event{Outbox: true}) }

// sent closes an entry and stores its message. It must not be left out when
// the program is asked to end right now: the server has the message.
func (w *worker) sent(ctx context.Context, e conversation.Entry, rec accounts.Receipt) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	ch, err := w.closeEntry(ctx, e, rec)
	if err != nil {
		w.taken[e.ID] = rec
		return fmt.Errorf("engine: note %s as sent: %w", e.ID, err)
	}
	delete(w.taken, e.ID)
	for _, a := range rec.Refused {
		if err := w.o.Store.Bounce(ctx, a); err != nil {
			return err
		}
	}
	if rec.Saved || e.Group != "" {
		if err := w.o.Store.Kept(ctx, e.ID); err != nil {
			return err
		}
	}
	w.add(Summary{Sent: 1})
	w.changed(ch)
	w.outboxChanged()
	return w.partly(ctx, e, rec)
}

// closeEntry notes an entry as sent. What was one reader's copy of a message is
// no message of its own.
func (w *worker) closeEntry(ctx context.Context, e conversation.Entry, rec accounts.Receipt) (Change, error) {
	if e.Group == "" {
		return w.o.Store.Sent(ctx, e.ID, w.asArrival(e, rec))
	}
	from := []conversation.State{conversation.StateSending}
	err := w.o.Store.MoveEntry(ctx, e.ID, from, conversation.StateSent, time.Time{}, "")
	if errors.Is(err, conversation.ErrGuard) {
		err = nil
	}
	return Change{}, err
}

// asArrival makes the sent message as the store keeps it: what the server gave
// back, or the own copy.
func (w *worker) asArrival(e conversation.Entry, rec accounts.Receipt) Arrival {
	raw := rec.Raw
	if raw == nil {
		if raw = e.Copy; raw == nil {
			raw = e.Wire
		}
	}
	now := w.o.Now().UTC()
	c := accounts.Copy{ID: rec.ID, Received: now, Raw: raw, Flags: accounts.Flags{Seen: true}}
	p := w.o.Formats[w.acc.Own.Protocol].Parse(raw, conversation.ParseContext{
		Account: w.id(), Home: w.home(), Own: w.address(), Received: now,
	})
	m := &p.Message
	m.Account, m.Received, m.Direction, m.Read = w.id(), now, conversation.Out, true
	m.Evidence.OwnHop = w.ownHop()
	m.Facts = e.Facts
	m.Facts.OwnHop = m.Evidence.OwnHop
	m.Index = privacy.Message(m.Facts)
	return Arrival{Copy: c, Packed: w.o.Store.Pack(raw), SHA256: sha256.Sum256(raw), Parsed: p}
}

// ownHop tells whether the own server was reached over verified TLS.
func (w *worker) ownHop() bool {
	s := w.acc.Transport.Security()
	return s.Verified && s.TLS != ""
}

// keep stores the copies of sent mails in Sent that are not there yet. It runs
// after sending, and again until it worked.
func (w *worker) keep(ctx context.Context) error {
	list, err := w.o.Store.Unkept(ctx, w.id())
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := w.keepOne(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) keepOne(ctx context.Context, e conversation.Entry) error {
	if e.Group == "" {
		err := w.through(ctx, toAct, func() error {
			err := w.acc.Transport.Keep(ctx, e)
			if errors.Is(err, accounts.ErrRefused) || errors.Is(err, accounts.ErrFolder) || errors.Is(err, accounts.ErrUnsupported) {
				w.o.Log.Warn("no copy in Sent", "account", w.id(), "err", err)
				err = nil
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("engine: copy to Sent: %w", err)
		}
	}
	return w.o.Store.Kept(ctx, e.ID)
}
