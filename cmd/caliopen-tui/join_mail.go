package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/accounts/join"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/privacy/securejoin"
)

// arrived looks among received mails for those by which programs join the keys
// of two people.
func (a *app) arrived(ctx context.Context, own engine.Own, mails []engine.Arrival) {
	for i := range mails {
		id := conversation.NewMessageID(mails[i].Parsed.Fingerprint)
		if a.joining(ctx, own.Addresses, id, mails[i].Copy.Raw) {
			a.postpone(ctx, id)
		}
	}
}

// joining does what a mail is for, if it is for joining keys. It tells whether
// that has to wait until the keys are unlocked.
func (a *app) joining(ctx context.Context, own []conversation.Address, id conversation.MessageID, raw []byte) (wait bool) {
	if done, err := a.db.Hidden(ctx, id); done || err != nil {
		return false // it was moved, or came by another way too
	}
	out, err := a.handle(ctx, own, raw)
	switch {
	case sealedNow(err):
		return true
	case err != nil:
		a.log.Warn("mail of an invitation refused", "message", string(id), "err", err)
		if notice, ok := refusal(err); ok && out.Ours {
			a.notify(notice)
		}
	case out.Ours:
		a.joined(ctx, id, out)
	}
	return false
}

// handle offers a mail to the own addresses: it is meant for one of them.
func (a *app) handle(ctx context.Context, own []conversation.Address, raw []byte) (out join.Outcome, err error) {
	for _, o := range own {
		got, problem := a.desk.Handle(ctx, o, raw)
		if got.Ours && problem == nil || sealedNow(problem) {
			return got, problem
		}
		if got.Ours || problem != nil {
			out, err = got, problem
		}
	}
	return out, err
}

func sealedNow(err error) bool {
	return errors.Is(err, openpgp.ErrLocked) || errors.Is(err, conversation.ErrSealed)
}

// refusal says what is to be told of a mail that was refused: what may be an
// attack, or is at least the end of an invitation. What came twice or out of
// turn is left to the log.
func refusal(err error) (conversation.Reason, bool) {
	for _, known := range []struct {
		err  error
		code string
	}{
		{securejoin.ErrUsed, "join.refused_used"},
		{securejoin.ErrExpired, "join.refused_expired"},
		{securejoin.ErrAuth, "join.refused"},
		{securejoin.ErrSigner, "join.refused"},
		{securejoin.ErrFingerprint, "join.refused"},
		{securejoin.ErrSeal, "join.refused"},
		{securejoin.ErrMeant, "join.refused"},
	} {
		if errors.Is(err, known.err) {
			return conversation.Reason{Code: known.code}, true
		}
	}
	return conversation.Reason{}, false
}

// joined puts the mail aside, which holds nothing to be read, and follows up
// what it proved.
func (a *app) joined(ctx context.Context, id conversation.MessageID, out join.Outcome) {
	if ch, err := a.db.Hide(ctx, id); err != nil {
		a.log.Error("put the mail of an invitation aside", "message", string(id), "err", err)
	} else {
		a.svc.Publish(conversation.Event{Conversations: ch.Conversations})
	}
	if out.Peer.IsZero() {
		return
	}
	if err := a.rejudge(ctx, []conversation.Address{out.Peer}); err != nil {
		a.log.Error("judge again", "err", err)
	}
	a.svc.Publish(conversation.Event{All: true})
	if out.Verified && out.Done {
		a.notify(conversation.Reason{Code: "join.verified", Args: named([]any{"Address", out.Peer.ID})})
	}
}

// notify tells the user something once, wherever he is.
func (a *app) notify(what conversation.Reason) {
	a.svc.Publish(conversation.Event{Notice: what})
	if a.told != nil {
		a.told(what)
	}
}

// waitingKey is the setting with the messages that have to be looked at once the
// keys are unlocked, mostWaiting how many are remembered.
const (
	waitingKey  = "join.waiting"
	mostWaiting = 256
)

func (a *app) waiting(ctx context.Context) []conversation.MessageID {
	var ids []conversation.MessageID
	if text, err := a.db.Setting(ctx, waitingKey); err == nil && text != "" {
		_ = json.Unmarshal([]byte(text), &ids) // else there is nothing that could be read
	}
	return ids
}

func (a *app) keepWaiting(ctx context.Context, ids []conversation.MessageID) {
	text := ""
	if len(ids) > 0 {
		data, err := json.Marshal(ids[max(0, len(ids)-mostWaiting):])
		if err != nil {
			a.log.Error("remember mails of invitations", "err", err)
			return
		}
		text = string(data)
	}
	if err := a.db.SetSetting(ctx, waitingKey, text); err != nil {
		a.log.Error("remember mails of invitations", "err", err)
	}
}

// postpone remembers a message until the keys are unlocked.
func (a *app) postpone(ctx context.Context, id conversation.MessageID) {
	a.waitLock.Lock()
	defer a.waitLock.Unlock()
	if ids := a.waiting(ctx); !slices.Contains(ids, id) {
		a.keepWaiting(ctx, append(ids, id))
	}
}

// resume looks at what waited for the keys.
func (a *app) resume(ctx context.Context) {
	a.waitLock.Lock()
	defer a.waitLock.Unlock()
	ids := a.waiting(ctx)
	if len(ids) == 0 || !a.ring.Unlocked() {
		return
	}
	var left []conversation.MessageID
	for _, id := range ids {
		m, err := a.db.Message(ctx, id)
		if err != nil {
			continue // gone meanwhile
		}
		raw, err := a.db.Raw(ctx, id)
		if err == nil && a.joining(ctx, a.addressesOf(m.Account), id, raw) {
			left = append(left, id)
		}
	}
	a.keepWaiting(ctx, left)
	if a.eng != nil {
		a.eng.Poke() // there may be answers to send
	}
}

// addressesOf gives the own addresses of an account.
func (a *app) addressesOf(id conversation.AccountID) []conversation.Address {
	for _, acc := range a.accounts() {
		if conversation.AccountID(acc.Name) == id {
			return acc.Own()
		}
	}
	return nil
}
