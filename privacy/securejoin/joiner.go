package securejoin

import (
	"strings"
	"time"
)

// Stage is how far a joiner has come.
type Stage string

// The stages.
const (
	Asked      Stage = "asked"      // for the inviter's key
	Introduced Stage = "introduced" // the inviter is verified, we have told who we are
	Joined     Stage = "joined"     // the inviter has confirmed
)

// Joining is what a joiner keeps.
type Joining struct {
	Invite      Invite
	Address     string // own address
	Fingerprint string // own key
	Stage       Stage
	Started     time.Time
}

// Progress is what a step of joining came to.
type Progress struct {
	Joining Joining // as it is to be kept from now on
	Send    *Send   // nil when there is nothing to send
	// Verified is set from when the inviter's key has proved to be that of the
	// link: the fingerprint and the address of the invitation belong together.
	Verified bool
}

// Join begins to follow an invitation. Known says that the inviter's
// certificate is here already, so that it needs not be asked for.
func Join(i Invite, address, fingerprint string, known bool, now time.Time) (Progress, error) {
	j := Joining{i, strings.ToLower(address), fingerprint, Asked, now}
	switch {
	case i.Auth == "" || i.Address == "" || i.complete() != nil || !isFingerprint(i.Fingerprint):
		return Progress{}, ErrLink
	case i.Fingerprint == fingerprint || strings.EqualFold(i.Address, address):
		return Progress{}, ErrLink // an invitation of one's own
	case known:
		return j.introduce(), nil
	}
	s := &Send{Step: RequestKey3, To: i.Address, Auth: i.Auth, Seal: BySecret, Secret: Secret(i.Fingerprint, i.Auth)}
	if i.Version != 3 {
		s = &Send{Step: RequestKey2, To: i.Address, Number: i.Number, Seal: Clear, Attach: true}
	}
	return Progress{j, s, false}, nil
}

// introduce tells the inviter the secret and the own key.
func (j Joining) introduce() Progress {
	j.Stage = Introduced
	return Progress{j, &Send{
		Step: RequestAuth, To: j.Invite.Address, Auth: j.Invite.Auth, Fingerprint: j.Fingerprint,
		Seal: ToKey, Key: j.Invite.Fingerprint, Sign: true, Attach: true, Gossip: j.Invite.Fingerprint,
	}, true}
}

// Next reads a message of the inviter. On an error nothing is sent and nothing
// changes.
func (j Joining) Next(r Received, now time.Time) (Progress, error) {
	if j.Expired(now) {
		return Progress{}, ErrExpired
	}
	switch {
	case r.Step == Key3 && j.Stage == Asked && j.Invite.Version == 3:
		return j.key3(r)
	case r.Step == AuthRequired && j.Stage == Asked && j.Invite.Version != 3:
		if err := r.proves(j.Invite.Fingerprint, j.Fingerprint); err != nil {
			return Progress{}, err
		}
		return j.introduce(), nil
	case r.Step == Confirm && j.Stage == Introduced:
		if err := r.proves(j.Invite.Fingerprint, j.Fingerprint); err != nil {
			return Progress{}, err
		}
		j.Stage = Joined
		return Progress{j, nil, true}, nil
	}
	return Progress{}, ErrStep
}

// key3 takes the inviter's key (version 3): under the secret of the link, and
// signed by the key of the link.
func (j Joining) key3(r Received) (Progress, error) {
	switch {
	case r.Seal != BySecret || !equal(r.Secret, j.Invite.Auth):
		return Progress{}, ErrSeal
	case !equal(r.Auth, j.Invite.Auth):
		return Progress{}, ErrAuth
	case r.Signer == "":
		return Progress{}, ErrSigner
	case r.Signer != j.Invite.Fingerprint, r.Key != j.Invite.Fingerprint:
		return Progress{}, ErrFingerprint
	}
	return j.introduce(), nil
}

// Expired tells whether the joining can be forgotten.
func (j Joining) Expired(now time.Time) bool { return now.Sub(j.Started) >= lives }
