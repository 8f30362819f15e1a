package join

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/privacy/securejoin"
)

// refused lets a person look at a mail that must come to nothing.
func (p *person) refused(t *testing.T, what string, raw []byte, want error) {
	t.Helper()
	before, kept, proved := len(p.sent), p.store[setting], len(p.ring.proved)
	out, err := p.Handle(t.Context(), p.address, raw)
	if !errors.Is(err, want) || out.Verified || out.Done || out.Fingerprint != "" {
		t.Errorf("%s: %+v, %v", what, out, err)
	}
	if len(p.sent) != before || p.store[setting] != kept || len(p.ring.proved) != proved {
		t.Errorf("%s: it had an effect", what)
	}
}

// forged builds a mail of the protocol as mallory does.
func forged(t *testing.T, from string, s securejoin.Send, to *openpgp.Key, edit func(l *pgpmime.Letter)) []byte {
	t.Helper()
	m := newPerson(t, "mallory")
	l, err := m.letter(conversation.MailAddress(from), &s, m.ring.own, to)
	if err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		edit(&l)
	}
	how := pgpmime.Seal{Policy: conversation.HideAll, Now: noon, Date: noon, Random: m.o.Random}
	if s.Sign {
		how.Signer = m.ring.own
	}
	var raw []byte
	switch s.Seal {
	case securejoin.BySecret:
		raw, err = pgpmime.SealShared(l, how, []byte(s.Secret))
	default:
		how.To = []*openpgp.Key{to}
		raw, err = pgpmime.SealMail(l, how)
	}
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestTheManInBetween(t *testing.T) {
	alice, bob := begin(t, 2)
	key := bob.ring.own.Public()
	auth := securejoin.Send{Step: securejoin.AuthRequired, To: bob.address.ID, Seal: securejoin.ToKey, Sign: true, Attach: true, Gossip: key.Fingerprint()}
	bob.refused(t, "another key instead of the inviter's", forged(t, "alice@example.org", auth, key, nil), securejoin.ErrFingerprint)
	auth.Attach = false
	bob.refused(t, "the inviter's key beside another signature", forged(t, "alice@example.org", auth, key, func(l *pgpmime.Letter) {
		lines, err := withKey(l.Lines, "Autocrypt", "alice@example.org", alice.ring.own)
		if err != nil {
			t.Fatal(err)
		}
		l.Lines = lines
	}), securejoin.ErrSigner)
	alice.give(t, bob.last(t))
	good := alice.last(t)
	bob.give(t, good)
	bob.refused(t, "the same mail again", good, securejoin.ErrStep)

	stolen := securejoin.Send{
		Step: securejoin.RequestAuth, To: alice.address.ID, Auth: strings.Repeat("x", 24), Fingerprint: newPerson(t, "mallory").ring.own.Fingerprint(),
		Seal: securejoin.ToKey, Sign: true, Attach: true, Gossip: alice.ring.own.Fingerprint(),
	}
	alice.refused(t, "without the secret", forged(t, "bob@example.org", stolen, alice.ring.own.Public(), nil), securejoin.ErrAuth)
	confirm := securejoin.Send{Step: securejoin.Confirm, To: bob.address.ID, Seal: securejoin.ToKey, Sign: true, Attach: true, Gossip: key.Fingerprint()}
	bob.refused(t, "a confirmation by another", forged(t, "alice@example.org", confirm, key, nil), securejoin.ErrFingerprint)
}

func TestAGuestWithTheSecretIsOnlyHimself(t *testing.T) {
	alice, bob := begin(t, 3)
	alice.give(t, bob.last(t))
	bob.give(t, alice.last(t))
	alice.give(t, bob.last(t))
	i := bobsInvite(t, bob)
	late := securejoin.Send{
		Step: securejoin.RequestAuth, To: alice.address.ID, Auth: i.Auth, Fingerprint: newPerson(t, "mallory").ring.own.Fingerprint(),
		Seal: securejoin.ToKey, Sign: true, Attach: true, Gossip: alice.ring.own.Fingerprint(),
	}
	alice.refused(t, "a second guest", forged(t, "bob@example.org", late, alice.ring.own.Public(), nil), securejoin.ErrUsed)
}

func bobsInvite(t *testing.T, bob *person) securejoin.Invite {
	t.Helper()
	s, err := bob.load(t.Context())
	if err != nil || len(s.Joinings) != 1 {
		t.Fatal(s, err)
	}
	return s.Joinings[0].Invite
}

// Only a good signature over the whole names a signer; and the author is named
// inside, or else by the key.
func TestWhoseWordASealedMailIs(t *testing.T) {
	bob := newPerson(t, "bob")
	step := "Secure-Join: vc-contact-confirm\r\n"
	inside, outside := "From: bob@example.org\r\n", "From: eve@example.org\r\n\r\n"
	tests := map[string]struct {
		signature, covers, inside, outside string
		signer                             bool
		author                             string
	}{
		"good":                   {"good", "whole", inside, outside, true, "bob@example.org"},
		"for other readers":      {"mismatch", "whole", inside, outside, false, "bob@example.org"},
		"expired":                {"expired_key", "whole", inside, outside, false, "bob@example.org"},
		"bad":                    {"bad", "whole", inside, outside, false, "bob@example.org"},
		"of a part":              {"good", "part", inside, outside, false, "bob@example.org"},
		"named by the key":       {"good", "whole", "", inside + "\r\n", true, "bob@example.org"},
		"not named by the key":   {"good", "whole", "", outside, true, ""},
		"named twice inside":     {"good", "whole", inside + inside, outside, true, ""},
		"two authors":            {"good", "whole", "From: bob@example.org, eve@example.org\r\n", outside, true, ""},
		"another name, outside":  {"good", "whole", "", "From: \"bob@example.org\" <eve@example.org>\r\n\r\n", true, ""},
		"another author, inside": {"good", "whole", "From: \"bob@example.org\" <eve@example.org>\r\n", outside, true, "eve@example.org"},
	}
	for name, test := range tests {
		r := pgpmime.Reading{Opened: true, Entity: []byte(test.inside + step + "\r\n"), Signer: bob.ring.own}
		r.Security.Signature, r.Security.Covers = test.signature, test.covers
		l, ok := bob.sealed(bob.address, []byte(test.outside), r)
		if !ok || (l.Signer != "") != test.signer || l.From != test.author || l.Seal != securejoin.ToKey {
			t.Errorf("%s: %+v, %v", name, l, ok)
		}
	}
}

func TestInvitationsBelongToOneAddress(t *testing.T) {
	other := conversation.MailAddress("other@example.org")
	alice, bob := begin(t, 2)
	if out, err := alice.Handle(t.Context(), other, bob.last(t)); !errors.Is(err, securejoin.ErrAuth) || len(alice.sent) != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	alice.give(t, bob.last(t))
	if out, err := bob.Handle(t.Context(), other, alice.last(t)); !errors.Is(err, securejoin.ErrStep) || len(bob.sent) != 1 || out.Verified {
		t.Errorf("%+v, %v", out, err)
	}
}

// The key goes to whom the first mail names inside, whatever it says outside.
func TestTheFirstAnswerGoesToTheAuthor(t *testing.T) {
	alice, bob := begin(t, 3)
	alice.give(t, bytes.Replace(bob.last(t), []byte("From: bob@example.org"), []byte("From: mallory@example.org"), 1))
	if alice.to[0] != bob.address.ID {
		t.Error(alice.to)
	}
}

// What a server writes outside of the seal changes nothing.
func TestTheOutsideDoesNotCount(t *testing.T) {
	alice, bob := begin(t, 3)
	alice.give(t, bob.last(t))
	bob.give(t, alice.last(t))
	raw := bytes.Replace(bob.last(t), []byte("From: bob@example.org"), []byte("From: mallory@example.org"), 1)
	raw = append([]byte("Secure-Join: vc-contact-confirm\r\nSecure-Join-Auth: x\r\n"), raw...)
	out := alice.give(t, raw)
	if out.Peer != bob.address || !out.Verified {
		t.Errorf("%+v", out)
	}
}

func TestClearMailsAndOthersAreNotOurs(t *testing.T) {
	alice, bob := begin(t, 3)
	alice.give(t, bob.last(t))
	bob.give(t, alice.last(t))
	confirm := "From: alice@example.org\r\nTo: bob@example.org\r\nSecure-Join: vc-contact-confirm\r\n\r\nhello\r\n"
	plain := forged(t, "mallory@example.org", securejoin.Send{To: bob.address.ID, Seal: securejoin.ToKey, Sign: true}, bob.ring.own.Public(), nil)
	outer := append([]byte("Secure-Join: vc-contact-confirm\r\n"), plain...)
	for what, raw := range map[string][]byte{"in clear": []byte(confirm), "sealed": plain, "sealed, named outside": outer, "empty": nil} {
		out, err := bob.Handle(t.Context(), bob.address, raw)
		if err != nil || out.Ours {
			t.Errorf("%s: %+v, %v", what, out, err)
		}
	}
	nobody := newPerson(t, "alice")
	if out, err := nobody.Handle(t.Context(), nobody.address, bob.sent[0]); err != nil || out.Ours {
		t.Errorf("without invitations: %+v, %v", out, err)
	}
	if out, err := alice.Handle(t.Context(), conversation.MailAddress("other@example.org"), bob.sent[0]); err != nil || out.Ours {
		t.Errorf("to another own address: %+v, %v", out, err)
	}
}

func TestALockedKeyAnswersLater(t *testing.T) {
	alice, bob := begin(t, 3)
	open := alice.ring.own
	locked, err := open.Lock([]byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	alice.ring.own, alice.ring.locked = locked, true
	alice.refused(t, "locked", bob.last(t), openpgp.ErrLocked)
	alice.ring.own, alice.ring.locked = open, false
	alice.give(t, bob.last(t))
	if len(alice.sent) != 1 {
		t.Errorf("%d answers", len(alice.sent))
	}
}

func TestAMailThatCannotBeSentIsAnError(t *testing.T) {
	alice, bob := begin(t, 3)
	first := bob.last(t)
	down := errors.New("down")
	alice.o.Store = failing{down}
	if _, err := alice.Handle(t.Context(), alice.address, first); !errors.Is(err, down) || len(alice.sent) != 0 {
		t.Errorf("%d sent, %v", len(alice.sent), err)
	}
	stranger := conversation.MailAddress("nobody@example.org")
	if _, err := alice.Invite(t.Context(), stranger, ""); !errors.Is(err, ErrOwn) {
		t.Error(err)
	}
	if err := bob.Join(t.Context(), stranger, bobsInvite(t, bob)); !errors.Is(err, ErrOwn) {
		t.Error(err)
	}
	if err := bob.Join(t.Context(), bob.address, securejoin.Invite{Fingerprint: alice.ring.own.Fingerprint()}); !errors.Is(err, securejoin.ErrLink) {
		t.Error(err)
	}
}
