package engine

import (
	"crypto/sha256"
	"fmt"
	"runtime/debug"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// ErrFault says that the program itself went wrong; the log says where.
var ErrFault = conversation.ErrFault

// safely runs a step of an account's work. A fault in it ends the step and not
// the program, which has a terminal to give back and other accounts to serve.
// What a fault says may quote a message, so only its kind is kept.
func (w *worker) safely(step string, f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			w.o.Log.Error("fault", "account", w.id(), "step", step, "kind", fmt.Sprintf("%T", r), "stack", string(debug.Stack()))
			err = fmt.Errorf("engine: %s of %s: %w", step, w.id(), ErrFault)
		}
	}()
	return f()
}

// parseSafely reads a copy. One that a parser cannot cope with costs one row,
// which says so, and never the folder; its source is kept.
func (w *worker) parseSafely(format conversation.Format, c accounts.Copy) (p conversation.Parsed) {
	own := w.acc.Own
	err := w.safely("parse", func() error {
		p = format.Parse(c.Raw, conversation.ParseContext{
			Account: own.Account, Home: w.home(), Own: w.address(), Received: c.Received,
		})
		return nil
	})
	if err != nil {
		p = conversation.Parsed{Fingerprint: sha256.Sum256(c.Raw), Message: conversation.Message{
			Protocol: own.Protocol, Direction: conversation.In, Date: c.Received.UTC(), Size: int64(len(c.Raw)),
			Warnings: []string{"mail.unreadable"},
		}}
		p.Message.Evidence.Protocol = string(own.Protocol)
	}
	return p
}
