package join

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/keyring"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/privacy/securejoin"
)

// The keyring of the program is what joining needs.
var _ Keys = (*keyring.Keyring)(nil)

var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// ring is a keyring that believes whatever it is told.
type ring struct {
	own    *openpgp.Key
	certs  []*openpgp.Key
	proved []string // "address fingerprint how"
	locked bool
}

func (r *ring) Secrets() []*openpgp.Key {
	if r.locked {
		return nil
	}
	return []*openpgp.Key{r.own}
}

func (r *ring) Signers(uint64) []*openpgp.Key { return append(slices.Clone(r.certs), r.own) }

func (r *ring) Signer(own conversation.Address) *openpgp.Key {
	if !slices.Contains(r.own.Addresses(), own.ID) {
		return nil
	}
	return r.own
}

func (r *ring) Recipient(fingerprint string, _ time.Time) *openpgp.Key {
	for _, c := range r.certs {
		if c.Fingerprint() == fingerprint {
			return c
		}
	}
	return nil
}

func (r *ring) Learn(_ context.Context, sights []conversation.KeySight) ([]conversation.Address, error) {
	for _, s := range sights {
		if s.Cert == nil {
			continue
		}
		keys, err := openpgp.Parse(s.Cert)
		if err != nil || len(keys) != 1 || keys[0].Fingerprint() != s.Fingerprint || keys[0].Secret() || s.Source != conversation.FromJoin {
			return nil, errors.New("not a certificate")
		}
		r.certs = append(r.certs, keys[0])
	}
	return nil, nil
}

func (r *ring) Verify(_ context.Context, a conversation.Address, fingerprint, how string) error {
	if r.Recipient(fingerprint, noon) == nil {
		return conversation.ErrNotFound
	}
	r.proved = append(r.proved, a.ID+" "+fingerprint+" "+how)
	return nil
}

// settings is a Store.
type settings map[string]string

func (s settings) Setting(_ context.Context, key string) (string, error) { return s[key], nil }

func (s settings) SetSetting(_ context.Context, key, value string) error {
	s[key] = value
	return nil
}

// person is somebody with a program of ours.
type person struct {
	*Desk
	ring    *ring
	store   settings
	address conversation.Address
	sent    [][]byte
	to      []string
	now     time.Time
}

func newPerson(t *testing.T, name string) *person {
	t.Helper()
	data, err := os.ReadFile("../../privacy/openpgp/testdata/" + name + ".asc")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := openpgp.Parse(data)
	if err != nil || len(keys) != 1 {
		t.Fatal(err)
	}
	p := &person{ring: &ring{own: keys[0]}, store: settings{}, address: conversation.MailAddress(name + "@example.org"), now: noon}
	count := uint64(0)
	p.Desk = New(Options{
		Keys: p.ring, Store: p.store, Now: func() time.Time { return p.now },
		Random: func(b []byte) {
			count++
			sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(name), count))
			copy(b, sum[:])
		},
		Send: func(_ context.Context, _, to conversation.Address, wire []byte) error {
			p.sent, p.to = append(p.sent, wire), append(p.to, to.ID)
			return nil
		},
	})
	return p
}

// last gives the mail sent last.
func (p *person) last(t *testing.T) []byte {
	t.Helper()
	if len(p.sent) == 0 {
		t.Fatal("nothing was sent")
	}
	return p.sent[len(p.sent)-1]
}

// give lets a person look at a mail.
func (p *person) give(t *testing.T, raw []byte) Outcome {
	t.Helper()
	out, err := p.Handle(t.Context(), p.address, raw)
	if err != nil || !out.Ours {
		t.Fatalf("%+v, %v\n%s", out, err, raw)
	}
	return out
}

// begin lets alice invite bob by a link of a version, which bob follows.
func begin(t *testing.T, version int) (alice, bob *person) {
	t.Helper()
	alice, bob = newPerson(t, "alice"), newPerson(t, "bob")
	i, err := alice.Invite(t.Context(), alice.address, "Alice")
	if err != nil {
		t.Fatal(err)
	}
	text := i.Link()
	if version == 2 {
		text = strings.Replace(text, "&v=3", "", 1)
	}
	read, err := securejoin.ParseLink(text)
	if err != nil || read.Version != version {
		t.Fatal(read, err)
	}
	if err := bob.Join(t.Context(), bob.address, read); err != nil {
		t.Fatal(err)
	}
	return alice, bob
}

func TestTwoProgramsJoin(t *testing.T) {
	for _, version := range []int{3, 2} {
		alice, bob := begin(t, version)
		if out := alice.give(t, bob.last(t)); out.Fingerprint != "" || out.Done {
			t.Errorf("version %d: %+v after the first mail", version, out)
		}
		if out := bob.give(t, alice.last(t)); !out.Verified || out.Done || out.Peer != alice.address {
			t.Errorf("version %d: bob has %+v", version, out)
		}
		if out := alice.give(t, bob.last(t)); !out.Verified || !out.Done || out.Peer != bob.address || out.Fingerprint != bob.ring.own.Fingerprint() {
			t.Errorf("version %d: alice has %+v", version, out)
		}
		if out := bob.give(t, alice.last(t)); !out.Done || !out.Verified {
			t.Errorf("version %d: bob ends with %+v", version, out)
		}
		if len(alice.sent) != 2 || len(bob.sent) != 2 {
			t.Errorf("version %d: %d and %d mails", version, len(alice.sent), len(bob.sent))
		}
		if got := alice.ring.proved; len(got) != 1 || got[0] != "bob@example.org "+bob.ring.own.Fingerprint()+" securejoin" {
			t.Errorf("version %d: alice verified %q", version, got)
		}
		if got := bob.ring.proved; len(got) == 0 || got[0] != "alice@example.org "+alice.ring.own.Fingerprint()+" securejoin" {
			t.Errorf("version %d: bob verified %q", version, got)
		}
		if slices.ContainsFunc(append(alice.to, bob.to...), func(a string) bool { return a != alice.address.ID && a != bob.address.ID }) {
			t.Errorf("version %d: sent to %q and %q", version, alice.to, bob.to)
		}
	}
}

func TestNothingOfTheProtocolStandsOutside(t *testing.T) {
	alice, bob := begin(t, 3)
	alice.give(t, bob.last(t))
	bob.give(t, alice.last(t))
	alice.give(t, bob.last(t))
	for i, raw := range append(slices.Clone(alice.sent), bob.sent...) {
		for _, word := range []string{"Secure-Join", "securejoin", "Autocrypt", "vc-", bob.ring.own.Fingerprint()} {
			if bytes.Contains(raw, []byte(word)) {
				t.Errorf("mail %d says %s outside:\n%s", i, word, raw)
			}
		}
	}
	first := bob.sent[0]
	if _, symmetric, err := openpgp.Recipients(armor(first)); err != nil || !symmetric {
		t.Errorf("the first mail is not under the secret: %v", err)
	}
}

// armor cuts the ciphertext out of a mail.
func armor(raw []byte) []byte {
	i := bytes.Index(raw, []byte("-----BEGIN PGP MESSAGE-----"))
	end := []byte("-----END PGP MESSAGE-----")
	return raw[i : bytes.Index(raw, end)+len(end)]
}

func TestTheClearMailTellsNoSecret(t *testing.T) {
	alice, bob := begin(t, 2)
	raw := string(bob.last(t))
	i, err := alice.Invite(t.Context(), alice.address, "Alice")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(raw, i.Auth) || !strings.Contains(raw, "Secure-Join-Invitenumber: "+i.Number) || !strings.Contains(raw, "Autocrypt: addr=bob@example.org") {
		t.Error(raw)
	}
}

func TestAKnownInviterIsIntroducedAtOnce(t *testing.T) {
	alice, bob := newPerson(t, "alice"), newPerson(t, "bob")
	bob.ring.certs = []*openpgp.Key{alice.ring.own.Public()}
	i, err := alice.Invite(t.Context(), alice.address, "")
	if err == nil {
		err = bob.Join(t.Context(), bob.address, i)
	}
	if err != nil || len(bob.ring.proved) != 1 {
		t.Fatal(bob.ring.proved, err)
	}
	if out := alice.give(t, bob.last(t)); !out.Verified || !out.Done {
		t.Errorf("%+v", out)
	}
	if out := bob.give(t, alice.last(t)); !out.Done {
		t.Errorf("%+v", out)
	}
}

func TestInvitationsAreShownAgainUntilUsed(t *testing.T) {
	alice, bob := newPerson(t, "alice"), newPerson(t, "bob")
	invite := func() securejoin.Invite {
		t.Helper()
		i, err := alice.Invite(t.Context(), alice.address, "Alice")
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	first := invite()
	if invite().Auth != first.Auth {
		t.Error("each look at the code makes another one")
	}
	if err := bob.Join(t.Context(), bob.address, first); err != nil {
		t.Fatal(err)
	}
	alice.give(t, bob.last(t))
	second := invite()
	if second.Auth == first.Auth {
		t.Error("a used code is shown again")
	}
	if err := alice.Withdraw(t.Context(), second); err != nil || invite().Auth == second.Auth {
		t.Errorf("a withdrawn code is shown again: %v", err)
	}
	third := invite()
	alice.now = noon.Add(shown)
	if invite().Auth == third.Auth {
		t.Error("an old code is shown again")
	}
	alice.now = noon.Add(40 * 24 * time.Hour)
	invite()
	if s, err := alice.load(t.Context()); err != nil || len(s.Invitations) != 1 {
		t.Errorf("%d invitations are kept, %v", len(s.Invitations), err)
	}
}

// failing is a Store that is broken.
type failing struct{ err error }

func (f failing) Setting(context.Context, string) (string, error) { return "", f.err }

func (f failing) SetSetting(context.Context, string, string) error { return f.err }
