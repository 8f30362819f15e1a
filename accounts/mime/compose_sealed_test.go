package mime

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// sealedAt is when the mails of these tests are written.
var sealedAt = time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)

// keyOf gives the key of somebody, with the secret key.
func keyOf(t testing.TB, name string) *openpgp.Key {
	t.Helper()
	data, err := os.ReadFile("../../privacy/openpgp/testdata/" + name + ".asc")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := openpgp.Parse(data)
	if err != nil || len(keys) != 1 {
		t.Fatalf("%s: %v", name, err)
	}
	return keys[0]
}

// ringOf is a keyring of an own key and the certificates of others.
type ringOf struct {
	own    *openpgp.Key
	others []*openpgp.Key
	said   string // the own Autocrypt value
}

func (r ringOf) Secrets() []*openpgp.Key                 { return []*openpgp.Key{r.own} }
func (r ringOf) Signers(uint64) []*openpgp.Key           { return append(slices.Clone(r.others), r.own.Public()) }
func (r ringOf) Bound(conversation.Address, string) bool { return false }
func (r ringOf) Autocrypt(conversation.Address) string   { return r.said }
func (r ringOf) Gossip(a conversation.Address, fpr string) string {
	return "addr=" + a.ID + "; keydata=" + fpr
}

func (r ringOf) Recipient(fpr string, at time.Time) *openpgp.Key {
	for _, k := range r.others {
		if k.Fingerprint() == fpr && k.Status(at).CanSeal {
			return k
		}
	}
	return nil
}

func (r ringOf) Signer(own conversation.Address) *openpgp.Key {
	if r.own != nil && slices.Contains(r.own.Addresses(), own.ID) {
		return r.own
	}
	return nil
}

// circle is Alice's keyring with everybody she writes to.
func circle(t testing.TB) ringOf {
	t.Helper()
	r := ringOf{own: keyOf(t, "alice"), said: "addr=alice@example.org; prefer-encrypt=mutual; keydata=" + strings.Repeat("QUJD ", 30)}
	for _, name := range []string{"bob", "frank", "mallory", "grace", "dave-unrevoked"} {
		r.others = append(r.others, keyOf(t, name).Public())
	}
	return r
}

func member(t testing.TB, name string) conversation.Participant {
	t.Helper()
	return person(strings.ToUpper(name[:1])+name[1:]+" Secrète", name+"@example.org")
}

// sealedTo is a mail with something secret everywhere.
func sealedTo(t testing.TB, policy conversation.HeaderPolicy, to, cc, bcc []string) conversation.Outgoing {
	t.Helper()
	o := conversation.Outgoing{
		From: person("Alice Secrète", "alice@example.org"), Subject: "Le plan Zanzibar", Text: "Rendez-vous à Zanzibar.\n",
		Date: sealedAt, Random: random(5),
		Attach: []conversation.File{{Name: "zanzibar été.txt", Type: "text/plain", Data: []byte("Zanzibar again")}},
		Seal:   &conversation.Sealing{Policy: policy, Keys: map[conversation.Address]string{}},
	}
	for _, list := range []struct {
		names []string
		into  *[]conversation.Participant
	}{{to, &o.To}, {cc, &o.Cc}, {bcc, &o.Bcc}} {
		for _, name := range list.names {
			p := member(t, name)
			*list.into = append(*list.into, p)
			o.Seal.Keys[p.Address] = keyOf(t, name).Fingerprint()
		}
	}
	return o
}

func sealed(t testing.TB, r ringOf, o conversation.Outgoing) conversation.Composed {
	t.Helper()
	c, err := WithKeys(r, func() time.Time { return sealedAt }).Compose(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// opened is what somebody reads of a sealed mail: the whole of the inside as a
// mail of its own, nil when he cannot open it.
func opened(t testing.TB, name string, wire []byte) (*conversation.Message, pgpmime.Reading, []byte) {
	t.Helper()
	wellFormed(t, wire)
	r := pgpmime.Read(wire, ringOf{own: keyOf(t, name), others: []*openpgp.Key{keyOf(t, "alice").Public()}}, sealedAt)
	if !r.Opened {
		return nil, r, nil
	}
	if s := r.Security; s.Signature != "good" || s.Covers != "whole" || s.ProtectedHeaders != "cipher" {
		t.Fatalf("%s reads %+v", name, s)
	}
	m := New().Parse(r.Entity, conversation.ParseContext{Received: sealedAt}).Message
	return &m, r, r.Entity
}

func addresses(m *conversation.Message, role conversation.Role) (out []string) {
	for _, p := range m.With(role) {
		out = append(out, p.Address.ID)
	}
	return out
}

// Each reader gets the message whole; a Bcc is known to himself and to the
// writer's own copy only.
func TestSealedEnvelopes(t *testing.T) {
	for _, policy := range []conversation.HeaderPolicy{conversation.HideSubject, conversation.Discreet, conversation.HideAll} {
		t.Run(string(policy), func(t *testing.T) {
			o := sealedTo(t, policy, []string{"bob"}, []string{"frank"}, []string{"mallory", "grace", "bob"})
			c := sealed(t, circle(t), o)
			if len(c.More) != 2 || c.Copy == nil {
				t.Fatalf("%d envelopes for Bcc, copy of %d bytes", len(c.More), len(c.Copy))
			}
			for _, e := range []struct {
				what    string
				wire    []byte
				readers []string
				bcc     []string
			}{
				{"the message", c.Wire, []string{"alice", "bob", "frank"}, nil},
				{"the first Bcc", c.More[0].Wire, []string{"mallory"}, []string{"mallory@example.org"}},
				{"the second Bcc", c.More[1].Wire, []string{"grace"}, []string{"grace@example.org"}},
				{"the own copy", c.Copy, []string{"alice"}, []string{"mallory@example.org", "grace@example.org", "bob@example.org"}},
			} {
				for _, name := range []string{"alice", "bob", "frank", "mallory", "grace"} {
					m, r, _ := opened(t, name, e.wire)
					if (m != nil) != slices.Contains(e.readers, name) {
						t.Fatalf("%s opens %s: %v", name, e.what, m != nil)
					}
					if m == nil {
						continue
					}
					if m.Subject != o.Subject || m.Text != "Rendez-vous à Zanzibar." || len(m.Attachments) != 1 || m.RFCID != c.RFCID || !m.Date.Equal(sealedAt) {
						t.Errorf("%s reads in %s: %+v", name, e.what, m)
					}
					if got := addresses(m, conversation.Bcc); !slices.Equal(got, e.bcc) {
						t.Errorf("%s finds as Bcc in %s: %v", name, e.what, got)
					}
					if len(r.Gossip) != 2 || strings.Contains(strings.Join(r.Gossip, " "), "mallory") || r.Caliopen == "" {
						t.Errorf("%s: gossip %q, caliopen %q", e.what, r.Gossip, r.Caliopen)
					}
				}
			}
		})
	}
}

// What the main copy holds is the same, bit for bit, whether there are Bcc or
// not, but for the randomness: nothing of it can tell of them.
func TestMainCopyTellsNothingOfBcc(t *testing.T) {
	without := sealed(t, circle(t), sealedTo(t, conversation.HideSubject, []string{"bob"}, nil, nil))
	with := sealed(t, circle(t), sealedTo(t, conversation.HideSubject, []string{"bob"}, nil, []string{"mallory"}))
	_, _, a := opened(t, "bob", without.Wire)
	_, _, b := opened(t, "bob", with.Wire)
	if !bytes.Equal(a, b) {
		t.Errorf("inside stands\n%s\nand with a Bcc\n%s", a, b)
	}
	if without.Copy != nil || without.More != nil {
		t.Error("a mail without Bcc has a second copy")
	}
	headA, _, _ := bytes.Cut(without.Wire, []byte("\r\nMIME-Version"))
	headB, _, _ := bytes.Cut(with.Wire, []byte("\r\nMIME-Version"))
	if !bytes.Equal(headA, headB) {
		t.Errorf("outside stands\n%s\nand with a Bcc\n%s", headA, headB)
	}
	if id := with.More[0].RFCID; id == with.RFCID || !bytes.Contains(with.More[0].Wire, []byte("\r\nMessage-ID: <"+id+">\r\n")) {
		t.Errorf("the envelope of the Bcc bears %q outside", id)
	}
}

func TestSealedToBccOnly(t *testing.T) {
	c := sealed(t, circle(t), sealedTo(t, conversation.HideSubject, nil, nil, []string{"mallory", "grace"}))
	if c.Wire != nil || len(c.More) != 2 || c.Copy == nil {
		t.Fatalf("%d bytes for nobody, %d envelopes", len(c.Wire), len(c.More))
	}
	if c.More[0].RFCID != c.RFCID {
		t.Error("the first envelope, which stands for the message, has another identifier than the copy")
	}
	if m, _, _ := opened(t, "grace", c.More[1].Wire); m == nil || len(m.With(conversation.To)) != 0 {
		t.Errorf("a Bcc reads %+v", m)
	}
}

func TestSealedToOneself(t *testing.T) {
	o := sealedTo(t, conversation.HideAll, nil, nil, nil)
	o.To = []conversation.Participant{o.From}
	c := sealed(t, circle(t), o)
	if m, r, _ := opened(t, "alice", c.Wire); m == nil || len(r.Gossip) != 0 {
		t.Errorf("reads %+v, gossip %q", m, r.Gossip)
	}
}

// Nothing leaves, sealed or clear, when a key is not what it was.
func TestWithoutTheKeysShownNothingIsSealed(t *testing.T) {
	guard, locked := conversation.ErrGuard, conversation.ErrSealed
	for name, test := range map[string]struct {
		change func(*ringOf, *conversation.Outgoing)
		want   error
	}{
		"no key for one":   {func(_ *ringOf, o *conversation.Outgoing) { delete(o.Seal.Keys, o.To[0].Address) }, guard},
		"no key for a Bcc": {func(_ *ringOf, o *conversation.Outgoing) { delete(o.Seal.Keys, o.Bcc[0].Address) }, guard},
		"key gone":         {func(r *ringOf, _ *conversation.Outgoing) { r.others = r.others[1:] }, guard},
		"another key":      {func(_ *ringOf, o *conversation.Outgoing) { o.Seal.Keys[o.To[0].Address] = "00" }, guard},
		"no keys at all":   {func(_ *ringOf, o *conversation.Outgoing) { o.Seal.Keys = nil }, guard},
		"own key gone":     {func(_ *ringOf, o *conversation.Outgoing) { o.From = person("", "other@example.org") }, guard},
		"own key expired": {func(r *ringOf, o *conversation.Outgoing) {
			r.own = keyOf(t, "carol")
			o.From = person("", "carol@example.org")
		}, guard},
		"own key locked": {func(r *ringOf, _ *conversation.Outgoing) { r.own = lockedKey(t, r.own) }, locked},
		"keyring gives others": {func(r *ringOf, o *conversation.Outgoing) {
			o.Seal.Keys[o.To[0].Address] = keyOf(t, "carol").Fingerprint()
		}, guard},
	} {
		r, o := circle(t), sealedTo(t, conversation.HideSubject, []string{"bob"}, nil, []string{"mallory"})
		test.change(&r, &o)
		c, err := WithKeys(r, func() time.Time { return sealedAt }).Compose(o)
		var p *conversation.Problem
		if !errors.Is(err, test.want) || !errors.As(err, &p) || c.Wire != nil || c.Copy != nil || c.More != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	o := sealedTo(t, conversation.HideSubject, []string{"bob"}, nil, nil)
	if c, err := WithKeys(wrong{circle(t)}, func() time.Time { return sealedAt }).Compose(o); !errors.Is(err, guard) || c.Wire != nil {
		t.Errorf("a keyring that gives another key: %v", err)
	}
	if c, err := New().Compose(sealedTo(t, conversation.HideSubject, []string{"bob"}, nil, nil)); !errors.Is(err, guard) || c.Wire != nil {
		t.Errorf("without a keyring: %v", err)
	}
}

// wrong is a keyring that gives another key than the one asked for.
type wrong struct{ ringOf }

func (w wrong) Recipient(string, time.Time) *openpgp.Key { return w.others[1] }

func lockedKey(t testing.TB, k *openpgp.Key) *openpgp.Key {
	t.Helper()
	l, err := k.Lock([]byte("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}
