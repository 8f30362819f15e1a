package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// lately is how long ago an entry may have been made and still leave on the
// ground of what was found out then.
const lately = 10 * time.Minute

// mayLeave looks once more at an entry that has waited: a key may have changed
// since it was written, or a way become less safe. What would go out less
// protected than was shown stops, and the user is asked.
func (w *worker) mayLeave(ctx context.Context, e conversation.Entry) (stop bool, err error) {
	if w.o.Leaving == nil || e.Draft.At.IsZero() && w.o.Now().Sub(e.Created) < lately {
		return false, nil
	}
	err = w.o.Leaving(ctx, e)
	switch {
	case err == nil:
		return false, nil
	case errors.Is(err, conversation.ErrSealed):
		// The draft cannot be read while the keys are locked.
		why := conversation.Reason{Code: "engine.locked"}
		return true, w.move(ctx, e, conversation.StateQueued, w.o.Now().Add(backOff(e.Attempts)), why.Keep(err.Error()))
	case errors.Is(err, conversation.ErrGuard), errors.Is(err, conversation.ErrNoChannel), errors.Is(err, conversation.ErrNotFound):
		return true, w.fail(ctx, e, err, accounts.Receipt{})
	}
	return true, w.move(ctx, e, conversation.StateQueued, w.o.Now().Add(backOff(e.Attempts)), err.Error())
}

// why says in a code of the catalogue what is wrong with an entry.
func (w *worker) why(e conversation.Entry, cause error, refused []conversation.Address) conversation.Reason {
	var problem *conversation.Problem
	if errors.As(cause, &problem) {
		return problem.Reason()
	}
	size := w.acc.Transport.Limits().MaxSize
	code := ""
	switch {
	case errors.Is(cause, accounts.ErrRequireTLS):
		code = "engine.require_tls"
	case errors.Is(cause, accounts.ErrTooBig), errors.Is(cause, accounts.ErrRefused) && size > 0 && int64(len(e.Wire)) > size:
		code = "engine.too_big"
	case errors.Is(cause, accounts.ErrUnsupported):
		code = "engine.unsupported"
	case errors.Is(cause, accounts.ErrRefused):
		code = "engine.refused"
	case errors.Is(cause, accounts.ErrAuth):
		code = "engine.auth"
	case errors.Is(cause, accounts.ErrCertificate), errors.Is(cause, accounts.ErrPlain):
		code = "engine.unsafe"
	case errors.Is(cause, accounts.ErrTemporary):
		code = "engine.later"
	case errors.Is(cause, accounts.ErrOffline):
		code = "engine.offline"
	}
	if code == "" {
		return conversation.Reason{}
	}
	return conversation.Reason{Code: code, Args: w.about(e, refused)}
}

// about names whom an entry is for, or those of them who were refused.
func (w *worker) about(e conversation.Entry, refused []conversation.Address) map[string]any {
	if len(refused) == 0 {
		refused = e.Recipients
	}
	return map[string]any{"Names": names(refused)}
}

// partly says who got a message and who did not, where a server took it for
// some of its recipients only.
func (w *worker) partly(ctx context.Context, e conversation.Entry, rec accounts.Receipt) error {
	if len(rec.Refused) == 0 {
		return nil
	}
	taken := slices.DeleteFunc(slices.Clone(e.Recipients), func(a conversation.Address) bool { return slices.Contains(rec.Refused, a) })
	why := conversation.Reason{Code: "engine.partly", Args: map[string]any{"Names": names(rec.Refused), "Others": names(taken)}}
	sent := []conversation.State{conversation.StateSent}
	if err := w.o.Store.MoveEntry(ctx, e.ID, sent, conversation.StateSent, time.Time{}, why.Keep("some recipients refused")); err != nil {
		return err
	}
	w.o.Publish(conversation.Event{Outbox: true, Notice: why})
	return nil
}

func names(as []conversation.Address) string {
	out := make([]string, len(as))
	for i, a := range as {
		out[i] = a.ID
	}
	return strings.Join(out, ", ")
}
