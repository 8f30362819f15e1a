package main

import (
	"context"

	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
	"github.com/caliopen/caliopen-tui/conversation"
)

// catchUp opens what came while the keys were locked, for a command that runs
// while they are open. What hinders this does not hinder the command: the next
// one tries again.
func (a *app) catchUp(ctx context.Context) {
	if !a.ring.Unlocked() {
		return
	}
	if err := a.openWaiting(ctx); err != nil {
		a.log.Error("open sealed messages", "err", err)
	}
}

// opened gives a message to be read. Where locked keys keep it closed they are
// opened; when that fails, it is said, and the message is given from outside.
func (p *program) opened(ctx context.Context, a *app, id conversation.MessageID) (conversation.Message, error) {
	m, err := a.svc.Message(ctx, id)
	s := m.Evidence.Security
	if err != nil || s.Error != pgpmime.ErrorLocked && !(s.Decrypted && m.Text == "" && a.ring.Lock().Locked) {
		return m, err
	}
	if err := p.unlock(ctx, a); err != nil {
		p.note("! " + p.said(err))
		return m, nil
	}
	return a.svc.Message(ctx, id)
}
