package securejoin

import (
	"encoding/base64"
	"errors"
	"strings"
	"time"
)

// Errors that refuse a message. A refused message changes nothing and is not
// answered: whoever sent it learns nothing.
var (
	ErrStep        = errors.New("not the step that is due")
	ErrAuth        = errors.New("the secret of no invitation")
	ErrSeal        = errors.New("not sealed as that step has to be")
	ErrSigner      = errors.New("not signed by the key it should be")
	ErrFingerprint = errors.New("it speaks of another key")
	ErrMeant       = errors.New("not meant for this key")
	ErrExpired     = errors.New("the invitation is too old")
	ErrUsed        = errors.New("somebody else has used the invitation")
	ErrOften       = errors.New("asked too often")
)

// How long an invitation may be used, and how long it is proof that it was
// handed over in person or by a safe way: later it may have been passed on.
const (
	lives    = 30 * 24 * time.Hour
	verifies = 7 * 24 * time.Hour
)

// mostAnswers bounds the messages that one invitation makes us send.
const mostAnswers = 20

// Invitation is what an inviter keeps of a link that was handed out. It is
// meant for one person: the first key that proves to hold the secret.
type Invitation struct {
	Number      string
	Auth        string
	Fingerprint string // own key
	Address     string // own address
	Made        time.Time
	Guest       string // fingerprint of the key that used it, "" for none
	Answers     int    // messages sent because of it
}

// NewInvitation makes an invitation for an own address and key. Random fills
// with random bytes.
func NewInvitation(address, fingerprint string, random func([]byte), now time.Time) Invitation {
	return Invitation{token(random), token(random), fingerprint, strings.ToLower(address), now, "", 0}
}

func token(random func([]byte)) string {
	raw := make([]byte, 18)
	random(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Invite gives what the link says.
func (v Invitation) Invite(name string) Invite {
	return Invite{3, v.Fingerprint, v.Address, nil, name, v.Number, v.Auth}
}

// Secret gives what messages of version 3 that belong to the invitation are
// sealed with.
func (v Invitation) Secret() string { return Secret(v.Fingerprint, v.Auth) }

// Expired tells whether the invitation can be forgotten.
func (v Invitation) Expired(now time.Time) bool {
	return now.Sub(v.Made) >= lives || v.Made.Sub(now) > time.Hour
}

// Welcome is what a message of a joiner came to.
type Welcome struct {
	Which      int        // the invitation's place
	Invitation Invitation // as it is to be kept from now on
	Send       *Send      // the answer
	Joined     string     // fingerprint of the key that joined, "" before the last step
	Address    string     // its address
	Verified   bool       // the joiner's key may be called verified
}

// Answer reads a message of a joiner and gives the answer. On an error nothing
// is sent and nothing changes.
func Answer(open []Invitation, r Received, now time.Time) (Welcome, error) {
	var w Welcome
	var err error
	w.Which, err = find(open, r)
	if err != nil {
		return Welcome{}, err
	}
	w.Invitation = open[w.Which]
	switch {
	case w.Invitation.Expired(now):
		return Welcome{}, ErrExpired
	case w.Invitation.Answers >= mostAnswers:
		return Welcome{}, ErrOften
	case r.From == "":
		return Welcome{}, ErrSigner
	}
	w.Invitation.Answers++
	switch r.Step {
	case RequestKey2:
		return w.key2(r)
	case RequestKey3:
		return w.key3(r)
	case RequestAuth:
		return w.confirm(r, now)
	}
	return Welcome{}, ErrStep
}

// find gives the invitation that a message names. All are compared, so that
// time tells nothing.
func find(open []Invitation, r Received) (int, error) {
	named, secret := -1, r.Auth
	if r.Step == RequestKey2 {
		secret = r.Number
	}
	for i, v := range open {
		held := v.Auth
		if r.Step == RequestKey2 {
			held = v.Number
		}
		if equal(secret, held) {
			named = i
		}
	}
	if named < 0 {
		return 0, ErrAuth
	}
	return named, nil
}

// key2 gives the own key to somebody who asked in clear (version 2). It proves
// nothing of him yet.
func (w Welcome) key2(r Received) (Welcome, error) {
	if r.Key == "" {
		return Welcome{}, ErrFingerprint
	}
	w.Send = &Send{Step: AuthRequired, To: r.From, Seal: ToKey, Key: r.Key, Sign: true, Attach: true, Gossip: r.Key}
	return w, nil
}

// key3 gives the own key to somebody who holds the secret (version 3).
func (w Welcome) key3(r Received) (Welcome, error) {
	if r.Seal != BySecret || !equal(r.Secret, w.Invitation.Auth) {
		return Welcome{}, ErrSeal
	}
	w.Send = &Send{
		Step: Key3, To: r.From, Auth: w.Invitation.Auth,
		Seal: BySecret, Secret: w.Invitation.Secret(), Sign: true, Attach: true,
	}
	return w, nil
}

// confirm takes a joiner in who proved both the secret and his key.
func (w Welcome) confirm(r Received, now time.Time) (Welcome, error) {
	if err := r.proves(r.Fingerprint, w.Invitation.Fingerprint); err != nil {
		return Welcome{}, err
	}
	if w.Invitation.Guest != "" && w.Invitation.Guest != r.Signer {
		return Welcome{}, ErrUsed
	}
	w.Invitation.Guest = r.Signer
	w.Joined, w.Address = r.Signer, strings.ToLower(r.From)
	w.Verified = now.Sub(w.Invitation.Made) < verifies
	w.Send = &Send{Step: Confirm, To: r.From, Seal: ToKey, Key: r.Signer, Sign: true, Attach: true, Gossip: r.Signer}
	return w, nil
}

// proves checks that a message is sealed to the own key, meant for it, and
// signed by the key it should come from. Being meant is told by the gossip:
// without it somebody could pass on what was written to him.
func (r Received) proves(signer, own string) error {
	switch {
	case r.Seal != ToKey:
		return ErrSeal
	case !isFingerprint(signer) || r.Signer == "":
		return ErrSigner
	case r.Signer != signer:
		return ErrFingerprint
	case r.Key != "" && r.Key != signer:
		return ErrFingerprint
	}
	for _, g := range r.Gossip {
		if g == own && own != "" {
			return nil
		}
	}
	return ErrMeant
}
