package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/accounts/join"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/securejoin"
)

// openDesk makes what joins the keys of two people by an invitation.
func (a *app) openDesk() {
	a.desk = join.New(join.Options{Keys: a.ring, Store: joinStore{a}, Send: a.sendJoin, Now: a.now, Random: random})
}

// sealedMark begins a setting that is sealed at rest.
const sealedMark = "sealed:"

// joinStore keeps the secrets of open invitations in the settings, sealed where
// there is a key to seal them with.
type joinStore struct{ a *app }

// Setting gives a setting, conversation.ErrSealed while the keys are locked.
func (s joinStore) Setting(ctx context.Context, key string) (string, error) {
	text, err := s.a.db.Setting(ctx, key)
	code, sealed := strings.CutPrefix(text, sealedMark)
	if err != nil || !sealed {
		return text, err
	}
	data, err := base64.StdEncoding.DecodeString(code)
	if err == nil {
		data, err = s.a.vault.Open(data, []byte(key))
	}
	if errors.Is(err, conversation.ErrSealed) && s.a.ring.Lock().Locked {
		return "", err
	}
	if err != nil { // sealed with a key that is gone; invitations can be made anew
		s.a.log.Warn("what was kept of invitations cannot be opened", "err", err)
		return "", nil
	}
	return string(data), nil
}

// SetSetting keeps a setting. Nothing under way is no secret: with it, no mail
// needs the keys to be looked at.
func (s joinStore) SetSetting(ctx context.Context, key, value string) error {
	if value != "{}" && s.a.vault.Ready() {
		sealed, err := s.a.vault.Seal([]byte(value), []byte(key))
		if err != nil {
			return fmt.Errorf("join: %w", err)
		}
		value = sealedMark + base64.StdEncoding.EncodeToString(sealed)
	}
	return s.a.db.SetSetting(ctx, key, value)
}

// joinGroup marks the mails that programs exchange to join keys. Like a copy for
// a Bcc they are no messages of the user, and none is kept in Sent.
const joinGroup = conversation.EntryID("join")

// sendJoin puts a mail into the outbox as it is.
func (a *app) sendJoin(ctx context.Context, own, to conversation.Address, wire []byte) error {
	m, err := mail.ReadMessage(bytes.NewReader(wire))
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	account, ok := a.accountOf(own)
	if !ok {
		return fmt.Errorf("join: account of %s: %w", own.ID, conversation.ErrNotFound)
	}
	_, err = a.db.Enqueue(ctx, conversation.Entry{
		Account: account, Protocol: conversation.Mail, Recipients: []conversation.Address{to}, Wire: wire,
		RFCID: strings.Trim(m.Header.Get("Message-ID"), "<> "), Group: joinGroup,
		Draft: conversation.Draft{To: []conversation.Recipient{{Address: to}}, Subject: "Secure-Join"},
	})
	if err != nil {
		return err
	}
	a.svc.Publish(conversation.Event{Outbox: true})
	return nil
}

// accountOf gives the account that an own address belongs to.
func (a *app) accountOf(own conversation.Address) (conversation.AccountID, bool) {
	for _, acc := range a.accounts() {
		if slices.Contains(acc.Own(), own) {
			return conversation.AccountID(acc.Name), true
		}
	}
	return "", false
}

// link gives the text of the QR code of an own key: an invitation, "" while the
// keys are locked.
func (a *app) link(own conversation.Address, fingerprint string) string {
	i, err := a.desk.Invite(context.Background(), own, a.nameOf(own))
	if err != nil || i.Fingerprint != fingerprint {
		return "" // the words and fingerprints can still be compared
	}
	return i.Link()
}

// follow follows an invitation with the first own address that has a key.
func (a *app) follow(ctx context.Context, text string) (conversation.Invited, error) {
	for _, o := range a.own() {
		if o.Protocol == conversation.Mail && a.ring.Signer(o.Address) != nil {
			return a.followAs(ctx, o.Address, text)
		}
	}
	return conversation.Invited{}, &conversation.Problem{Code: "join.no_key", Err: conversation.ErrNotFound}
}

// followAs follows an invitation with an own address. What is nothing but a
// fingerprint can only be looked at.
func (a *app) followAs(ctx context.Context, own conversation.Address, text string) (conversation.Invited, error) {
	i, err := securejoin.ParseLink(text)
	if err != nil {
		return conversation.Invited{}, joinProblem(err)
	}
	out := conversation.Invited{Fingerprint: i.Fingerprint}
	if i.Address != "" {
		out.Address = conversation.MailAddress(i.Address)
	}
	if i.Auth == "" {
		return a.lookAt(ctx, out)
	}
	if _, mine := a.accountOf(out.Address); mine {
		return out, &conversation.Problem{Code: "join.self", Args: named([]any{"Address", i.Address}), Err: conversation.ErrUsage}
	}
	if err := a.desk.Join(ctx, own, i); err != nil {
		return out, joinProblem(err)
	}
	out.Sent = true
	return out, nil
}

// lookAt compares a fingerprint with what is known.
func (a *app) lookAt(ctx context.Context, out conversation.Invited) (conversation.Invited, error) {
	if !out.Address.IsZero() {
		peer, err := a.svc.PeerKey(ctx, out.Address)
		out.Same = err == nil && peer.Fingerprint == out.Fingerprint
		return out, err
	}
	k, err := a.keys.Find(ctx, out.Fingerprint)
	if err == nil && len(k.Bindings) > 0 {
		out.Same, out.Address = true, k.Bindings[0].Address
	}
	if errors.Is(err, conversation.ErrNotFound) {
		err = nil
	}
	return out, err
}

// joinProblem puts what is wrong with a link into a word for the user.
func joinProblem(err error) error {
	for _, known := range []struct {
		err  error
		code string
	}{
		{securejoin.ErrGroup, "join.group"},
		{securejoin.ErrLink, "join.no_link"},
		{join.ErrOwn, "join.no_key"},
		{securejoin.ErrNoCode, "join.no_code"},
		{securejoin.ErrPicture, "join.no_picture"},
	} {
		if errors.Is(err, known.err) {
			return &conversation.Problem{Code: known.code, Err: errors.Join(conversation.ErrUsage, err)}
		}
	}
	return err
}
