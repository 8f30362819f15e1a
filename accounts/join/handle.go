package join

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/autocrypt"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/privacy/securejoin"
)

// letter is a mail of the protocol as it was read.
type letter struct {
	securejoin.Received
	key    *openpgp.Key // the certificate it brought for its author
	mutual bool
}

// Handle looks at a mail to an own address, and answers it when it belongs to
// the protocol and what it says is proved. An error with Ours set means that
// the mail was refused, or could not be answered now: openpgp.ErrLocked until
// the keys are unlocked.
func (d *Desk) Handle(ctx context.Context, own conversation.Address, raw []byte) (Outcome, error) {
	if !bytes.Contains(raw, []byte("multipart/encrypted")) && !bytes.Contains(bytes.ToLower(raw), []byte("\nsecure-join:")) {
		return Outcome{}, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s, err := d.load(ctx)
	if err != nil || len(s.Invitations) == 0 && len(s.Joinings) == 0 {
		return Outcome{}, err
	}
	l, ok := d.read(own, raw, s)
	if !ok {
		return Outcome{}, nil
	}
	switch l.Step {
	case securejoin.RequestKey2, securejoin.RequestKey3, securejoin.RequestAuth:
		return d.answer(ctx, own, s, l)
	}
	return d.next(ctx, own, s, l)
}

// answer answers a joiner.
func (d *Desk) answer(ctx context.Context, own conversation.Address, s state, l letter) (Outcome, error) {
	open := slices.Clone(s.Invitations)
	for i := range open {
		if open[i].Address != own.ID {
			open[i].Auth, open[i].Number = "", "" // of another address
		}
	}
	w, err := securejoin.Answer(open, l.Received, d.o.Now())
	if err != nil {
		return Outcome{Ours: true}, fmt.Errorf("join: %s: %w", l.Step, err)
	}
	s.Invitations[w.Which] = w.Invitation
	return d.welcome(ctx, s, w, own, l.key, l.mutual)
}

// next goes on with the joining that a mail of an inviter belongs to.
func (d *Desk) next(ctx context.Context, own conversation.Address, s state, l letter) (Outcome, error) {
	refused := error(securejoin.ErrStep)
	for i, j := range s.Joinings {
		if j.Address != own.ID {
			continue
		}
		p, err := j.Next(l.Received, d.o.Now())
		if err == nil {
			s.Joinings[i] = p.Joining
			return d.progress(ctx, s, p, own, l.inviter(d, j), l.mutual)
		}
		if !errors.Is(err, securejoin.ErrStep) {
			refused = err
		}
	}
	return Outcome{Ours: true}, fmt.Errorf("join: %s: %w", l.Step, refused)
}

// inviter gives the certificate of the inviter, which is that of the link.
func (l letter) inviter(d *Desk, j securejoin.Joining) *openpgp.Key {
	if l.key != nil && l.key.Fingerprint() == j.Invite.Fingerprint {
		return l.key
	}
	return d.o.Keys.Recipient(j.Invite.Fingerprint, d.o.Now())
}

// read reads a mail, false for one that does not belong to the protocol.
func (d *Desk) read(own conversation.Address, raw []byte, s state) (letter, bool) {
	if l, ok := d.underSecret(own, raw, s); ok {
		return l, true
	}
	r := pgpmime.Read(raw, d.o.Keys, d.o.Now())
	if r.Opened {
		return d.sealed(own, raw, r)
	}
	if r.Security.Sealed != "none" {
		return letter{}, false
	}
	return inClear(pgpmime.Fields(raw))
}

// underSecret reads a mail that is sealed with the secret of an invitation.
func (d *Desk) underSecret(own conversation.Address, raw []byte, s state) (letter, bool) {
	var auths []string
	var secrets [][]byte
	for _, v := range s.Invitations {
		if v.Address == own.ID {
			auths, secrets = append(auths, v.Auth), append(secrets, []byte(v.Secret()))
		}
	}
	for _, j := range s.Joinings {
		if j.Address == own.ID && j.Stage == securejoin.Asked {
			auths, secrets = append(auths, j.Invite.Auth), append(secrets, []byte(securejoin.Secret(j.Invite.Fingerprint, j.Invite.Auth)))
		}
	}
	if len(secrets) == 0 {
		return letter{}, false
	}
	shared, ok := pgpmime.ReadShared(raw, secrets, d.o.Now())
	if !ok {
		return letter{}, false
	}
	l, ok := fromFields(shared.Fields)
	l.Seal, l.Secret = securejoin.BySecret, auths[shared.Which]
	if shared.Signer != nil {
		l.Signer = shared.Signer.Fingerprint()
	}
	if l.From == "" && l.Step == securejoin.RequestKey3 {
		l.From = author(pgpmime.Fields(raw)) // proves nothing, and needs not: it says where the key goes
	}
	return l, ok
}

// sealed reads a mail that is sealed to an own key. Only what is inside counts.
func (d *Desk) sealed(own conversation.Address, raw []byte, r pgpmime.Reading) (letter, bool) {
	fields := pgpmime.Fields(r.Entity)
	l, ok := fromFields(fields)
	l.Seal = securejoin.ToKey
	if r.Security.Signature == "good" && r.Security.Covers == "whole" && r.Signer != nil {
		l.Signer = r.Signer.Fingerprint()
	}
	for _, g := range autocrypt.ParseGossip(r.Gossip, []string{own.ID}) {
		l.Gossip = append(l.Gossip, g.Key.Fingerprint())
	}
	if l.From == "" { // older programs name the author outside only: then the key has to name him
		l.From = author(pgpmime.Fields(raw))
		if l.key = brought(r.Autocrypt, l.From); r.Signer == nil || !slices.Contains(r.Signer.Addresses(), l.From) {
			l.From = ""
		}
	}
	if l.key == nil && r.Signer != nil {
		l.key = r.Signer
	}
	return l.named(), ok
}

// named notes the fingerprint of the key that the mail brought.
func (l letter) named() letter {
	if l.key != nil {
		l.Key = l.key.Fingerprint()
	}
	return l
}

// inClear reads the one mail of the protocol that goes in clear. Nothing else
// counts without a seal.
func inClear(fields []pgpmime.Field) (letter, bool) {
	l, ok := fromFields(fields)
	l.Seal, l.Auth, l.Fingerprint = securejoin.Clear, "", ""
	return l, ok && l.Step == securejoin.RequestKey2
}

// fromFields reads the fields of a header.
func fromFields(fields []pgpmime.Field) (letter, bool) {
	r, ok := securejoin.FromFields(func(name string) string { return pgpmime.Only(fields, name) })
	l := letter{Received: r}
	l.From = author(fields)
	if h, err := autocrypt.ParseHeaders(pgpmime.All(fields, "Autocrypt"), l.From); err == nil {
		l.key, l.mutual = h.Key, h.Mutual
	}
	return l.named(), ok
}

func brought(values []string, from string) *openpgp.Key {
	if h, err := autocrypt.ParseHeaders(values, from); err == nil {
		return h.Key
	}
	return nil
}

// author gives the address of the only author, "" when there is not exactly
// one.
func author(fields []pgpmime.Field) string {
	list, err := mail.ParseAddressList(pgpmime.Only(fields, "From"))
	if err != nil || len(list) != 1 {
		return ""
	}
	return strings.ToLower(list[0].Address)
}
