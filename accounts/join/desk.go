package join

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/privacy/securejoin"
)

// ErrOwn is given when the own address has no key to join with.
var ErrOwn = errors.New("join: no own key")

// Keys is what joining needs of the keyring, which implements it.
type Keys interface {
	openpgp.Keys
	// Signer gives the own key of an address, nil for none; it may be locked.
	Signer(own conversation.Address) *openpgp.Key
	// Recipient gives a certificate that can be sealed to, nil for none.
	Recipient(fingerprint string, now time.Time) *openpgp.Key
	// Learn takes in certificates, Verify that they were proved.
	Learn(ctx context.Context, sights []conversation.KeySight) ([]conversation.Address, error)
	Verify(ctx context.Context, a conversation.Address, fingerprint, how string) error
}

// Store keeps what is under way. The database's settings implement it.
type Store interface {
	Setting(ctx context.Context, key string) (string, error) // "" when unset
	SetSetting(ctx context.Context, key, value string) error
}

// Send hands a mail over for delivery. It returns when the mail is kept.
type Send func(ctx context.Context, own, to conversation.Address, wire []byte) error

// Options says what a Desk works with.
type Options struct {
	Keys   Keys
	Store  Store
	Send   Send
	Now    conversation.Clock
	Random func([]byte)
}

// Desk makes and answers invitations. Its methods may be called from any
// goroutine.
type Desk struct {
	o  Options
	mu sync.Mutex
}

// New makes a desk.
func New(o Options) *Desk { return &Desk{o: o} }

// setting is the key under which the state is kept.
const setting = "join.state"

// Bounds of what is kept, and how long an invitation that nobody used is shown
// again instead of making another one.
const (
	mostKept = 64
	shown    = 24 * time.Hour
)

// state is what is under way.
type state struct {
	Invitations []securejoin.Invitation `json:"invitations,omitempty"`
	Joinings    []securejoin.Joining    `json:"joinings,omitempty"`
}

func (d *Desk) load(ctx context.Context) (state, error) {
	var s state
	text, err := d.o.Store.Setting(ctx, setting)
	if err != nil || text == "" {
		return s, err
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return state{}, fmt.Errorf("join: what was kept: %w", err)
	}
	return s, nil
}

// save keeps what is under way, without what has grown old.
func (d *Desk) save(ctx context.Context, s state) error {
	now := d.o.Now()
	s.Invitations = slices.DeleteFunc(slices.Clone(s.Invitations), func(v securejoin.Invitation) bool { return v.Expired(now) })
	s.Joinings = slices.DeleteFunc(slices.Clone(s.Joinings), func(j securejoin.Joining) bool {
		return j.Stage == securejoin.Joined || j.Expired(now)
	})
	s.Invitations = s.Invitations[max(0, len(s.Invitations)-mostKept):]
	s.Joinings = s.Joinings[max(0, len(s.Joinings)-mostKept):]
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	return d.o.Store.SetSetting(ctx, setting, string(text))
}

// Invite gives the invitation to an own address and key, to be handed to one
// person: shown as a QR code, or sent by a way that can be trusted. The name is
// how the user calls himself.
func (d *Desk) Invite(ctx context.Context, own conversation.Address, name string) (securejoin.Invite, error) {
	key := d.o.Keys.Signer(own)
	if key == nil {
		return securejoin.Invite{}, ErrOwn
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s, err := d.load(ctx)
	if err != nil {
		return securejoin.Invite{}, err
	}
	now := d.o.Now()
	for _, v := range slices.Backward(s.Invitations) {
		fresh := now.Sub(v.Made) < shown && !v.Expired(now)
		if v.Address == own.ID && v.Fingerprint == key.Fingerprint() && v.Answers == 0 && fresh {
			return v.Invite(name), nil
		}
	}
	v := securejoin.NewInvitation(own.ID, key.Fingerprint(), d.o.Random, now)
	s.Invitations = append(s.Invitations, v)
	return v.Invite(name), d.save(ctx, s)
}

// Withdraw makes an invitation worthless.
func (d *Desk) Withdraw(ctx context.Context, i securejoin.Invite) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, err := d.load(ctx)
	if err != nil {
		return err
	}
	s.Invitations = slices.DeleteFunc(s.Invitations, func(v securejoin.Invitation) bool { return v.Auth == i.Auth })
	return d.save(ctx, s)
}

// Join follows an invitation: the first mail goes out, the rest happens as
// mails come. An invitation that is nothing but a fingerprint is
// securejoin.ErrLink: it can be compared, not joined.
func (d *Desk) Join(ctx context.Context, own conversation.Address, i securejoin.Invite) error {
	key := d.o.Keys.Signer(own)
	if key == nil {
		return ErrOwn
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	inviter := d.o.Keys.Recipient(i.Fingerprint, d.o.Now())
	p, err := securejoin.Join(i, own.ID, key.Fingerprint(), inviter != nil, d.o.Now())
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	s, err := d.load(ctx)
	if err != nil {
		return err
	}
	s.Joinings = slices.DeleteFunc(s.Joinings, func(j securejoin.Joining) bool { return j.Invite.Auth == i.Auth })
	s.Joinings = append(s.Joinings, p.Joining)
	_, err = d.progress(ctx, s, p, own, inviter, false)
	return err
}
