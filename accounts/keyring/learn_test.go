package keyring

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/autocrypt"
)

func TestAHeaderMakesAKeyUsable(t *testing.T) {
	b := newBench(t)
	s := seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 10)
	s.Protects, s.Caliopen = true, []string{"hp", "pad"}
	b.learn(s)
	for range 2 { // as learned, and as read again
		p := b.Peer(alice(), bob())
		want := conversation.PeerKey{
			Address: bob(), Fingerprint: s.Fingerprint, Person: "new", Since: day(10), LastSeen: day(10), Mutual: true,
			Advice: conversation.SealEncrypt, Protects: true, Caliopen: true, Source: conversation.FromAutocrypt,
		}
		want.Expires = p.Expires
		if p.Expires.IsZero() || p != want {
			t.Errorf("\n got %+v\nwant %+v", p, want)
		}
		if !b.Bound(bob(), s.Fingerprint) || b.Bound(zoe(), s.Fingerprint) || b.Recipient(s.Fingerprint, day(20)) == nil {
			t.Error("bound to the wrong address, or to none")
		}
		b.open()
	}
	b.pass(200 * 24 * time.Hour)
	if b.Peer(alice(), bob()).Caliopen {
		t.Error("believed after half a year without news")
	}
	if changed := b.learn(s); changed != nil {
		t.Errorf("learned again, changed %v", changed)
	}
	if p := b.Peer(alice(), zoe()); p != (conversation.PeerKey{Address: zoe(), Advice: conversation.SealDisable}) {
		t.Errorf("nobody: %+v", p)
	}
}

func TestSightsThatSayNothing(t *testing.T) {
	b := newBench(t)
	_, raw := certificate(t, "zoe.asc")
	nameless := seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1)
	nameless.Cert = nil
	swapped := seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1)
	swapped.Cert = raw
	mine := seen(t, "bob.asc", alice(), conversation.FromAutocrypt, 1)
	status := seen(t, "bob.asc", conversation.MastodonAddress("bob@social.example", ""), conversation.FromAutocrypt, 1)
	nobody := seen(t, "bob.asc", conversation.MailAddress(""), conversation.FromAutocrypt, 1)
	garbage := seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1)
	garbage.Cert = []byte("garbage")
	mail := conversation.KeySight{Address: bob(), Source: conversation.FromMail, Date: day(3)}
	if changed := b.learn(nameless, swapped, mine, status, nobody, garbage, mail); changed != nil {
		t.Errorf("changed %v", changed)
	}
	keys, err := b.List(t.Context())
	if err != nil || len(keys) != 0 || len(b.Bindings(bob())) != 0 {
		t.Errorf("kept %+v, %v", keys, err)
	}
	peers, err := b.db.Peers(t.Context())
	if err != nil || len(peers) != 0 {
		t.Errorf("kept %+v, %v", peers, err)
	}
}

// Somebody sends mail in Bob's name with a key of his own.
func TestAKeyThrownAtAnAddressReplacesNothing(t *testing.T) {
	for _, verified := range []bool{false, true} {
		b := newBench(t)
		b.learn(seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1))
		real, false2 := fingerprint(t, "bob.asc"), fingerprint(t, "other.asc")
		person := "new"
		if verified {
			must(t, b.Verify(t.Context(), bob(), real, "words"))
			person = "verified"
		}
		attack := seen(t, "other.asc", bob(), conversation.FromAutocrypt, 15)
		attack.Mutual = false
		if changed := b.learn(attack); !slices.Equal(changed, []conversation.Address{bob()}) {
			t.Errorf("nobody is told: %v", changed)
		}
		p := b.Peer(alice(), bob())
		if p.Fingerprint != real || p.Person != person || p.Conflict != false2 {
			t.Errorf("sealed to %s (%s), asked about %s", p.Fingerprint, p.Person, p.Conflict)
		}
		if p.Advice != conversation.SealEncrypt && p.Advice != conversation.SealAvailable || verified && p.Advice != conversation.SealEncrypt {
			t.Errorf("verified %v: advises %s", verified, p.Advice)
		}
		if s := b.State(bob(), real); s != (privacy.KeyState{Person: person}) {
			t.Errorf("what the old key signed: %+v", s)
		}
		if s := b.State(bob(), false2); s != (privacy.KeyState{Conflict: true}) || b.Bound(bob(), false2) {
			t.Errorf("what the other key signed: %+v", s)
		}
		must(t, b.Decide(t.Context(), bob(), false2, conversation.KeyKeep))
		b.open()
		if p := b.Peer(alice(), bob()); p.Conflict != "" || p.Fingerprint != real {
			t.Errorf("one answer is not enough: %+v", p)
		}
		if s := b.State(bob(), false2); !s.Bad || !s.Conflict {
			t.Errorf("what the refused key signed: %+v", s)
		}
		if changed := b.learn(attack); changed != nil {
			t.Errorf("asked again about the same: %v", changed)
		}
	}
}

func TestChoices(t *testing.T) {
	real, next := fingerprint(t, "bob.asc"), fingerprint(t, "other.asc")
	tests := []struct {
		choice       conversation.KeyChoice
		key, pending string
		person       string
	}{
		{conversation.KeyAccept, next, "", "new"},
		{conversation.KeyKeep, real, "", "new"},
		{conversation.KeyRefuse, real, "", "new"},
		{conversation.KeyAuto, real, next, "new"},
	}
	for _, tt := range tests {
		b := newBench(t)
		b.learn(seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1), seen(t, "other.asc", bob(), conversation.FromSignature, 2))
		must(t, b.Decide(t.Context(), bob(), next, tt.choice))
		b.open()
		if p := b.Peer(alice(), bob()); p.Fingerprint != tt.key || p.Conflict != tt.pending || p.Person != tt.person {
			t.Errorf("%s: %+v", tt.choice, p)
		}
	}
	b := newBench(t)
	b.learn(seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1), seen(t, "other.asc", bob(), conversation.FromSignature, 2))
	must(t, b.Verify(t.Context(), bob(), next, "qr"))
	if p := b.Peer(alice(), bob()); p.Fingerprint != next || p.Person != "verified" || p.VerifiedHow != "qr" || !p.VerifiedAt.Equal(day(20)) {
		t.Errorf("verified: %+v", p)
	}
	must(t, b.Decide(t.Context(), bob(), next, conversation.KeyRefuse))
	must(t, b.Decide(t.Context(), bob(), real, conversation.KeyRefuse))
	if p := b.Peer(alice(), bob()); p.Fingerprint != "" || p.Problem != "bad" || p.Advice != conversation.SealDisable {
		t.Errorf("both refused: %+v", p)
	}
}

// A holder who certifies his new key with the old one changes it himself.
func TestACertifiedKeyRaisesNoQuestion(t *testing.T) {
	b := newBench(t)
	b.learn(seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1), seen(t, "next.asc", bob(), conversation.FromAutocrypt, 2))
	if p := b.Peer(alice(), bob()); p.Conflict != "" || p.Fingerprint != fingerprint(t, "next.asc") {
		t.Errorf("%+v", p)
	}
	b = newBench(t)
	claim := seen(t, "next-alone.asc", bob(), conversation.FromAutocrypt, 2)
	claim.CertifiedBy = fingerprint(t, "bob.asc") // a claim is not a certification
	b.learn(seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1), claim)
	if p := b.Peer(alice(), bob()); p.Conflict != claim.Fingerprint || p.Fingerprint != claim.CertifiedBy {
		t.Errorf("without certification: %+v", p)
	}
	b.learn(seen(t, "next.asc", bob(), conversation.FromAutocrypt, 3)) // the same key, now with it
	if p := b.Peer(alice(), bob()); p.Conflict != "" || p.Fingerprint != claim.Fingerprint {
		t.Errorf("certified later: %+v", p)
	}
}

func TestSignaturesMakeAKeyKnown(t *testing.T) {
	b := newBench(t)
	var all []conversation.KeySight
	for i, n := range []int{1, 1, 2} {
		s := seen(t, "bob.asc", bob(), conversation.FromSignature, n)
		s.Message = conversation.MessageID(fmt.Sprint(i))
		all = append(all, s)
	}
	b.learn(all[0], all[0], all[1], all[1])
	if s := b.State(bob(), all[0].Fingerprint); s.Person != "new" {
		t.Errorf("on one day: %+v", s)
	}
	if changed := b.learn(all...); len(changed) != 1 {
		t.Errorf("nobody is told: %v", changed)
	}
	if s := b.State(bob(), all[0].Fingerprint); s.Person != "tofu" {
		t.Errorf("on two days: %+v", s)
	}
	if changed := b.learn(all...); changed != nil {
		t.Errorf("the same again: %v", changed)
	}
}

func TestSubkeysAreFoundBeforeAnythingIsParsed(t *testing.T) {
	b := newBench(t)
	for i, name := range []string{"bob.asc", "zoe.asc", "other.asc"} {
		b.learn(seen(t, name, []conversation.Address{bob(), zoe(), conversation.MailAddress("x@example.net")}[i], conversation.FromAutocrypt, 1))
	}
	own := b.generate("")
	b.open()
	for _, name := range []string{"bob.asc", "zoe.asc", "other.asc", ""} {
		f, raw := own.Fingerprint, []byte(nil)
		if name != "" {
			f, raw = certificate(t, name)
		} else {
			raw, _ = b.Secrets()[0].Public().Bytes()
		}
		ids := keyIDs(raw)
		if len(ids) != 2 || fmt.Sprintf("%016X", ids[0]) != f[24:] {
			t.Errorf("%s has %X", f, ids)
		}
		for _, id := range ids {
			if found := b.Signers(id); len(found) != 1 || found[0].Fingerprint() != f {
				t.Errorf("%X: %d found", id, len(found))
			}
		}
	}
	if found := b.Signers(7); len(found) != 0 {
		t.Error("found somebody")
	}
}

func TestOrderOfMailsInABatchDoesNotMatter(t *testing.T) {
	all := []conversation.KeySight{
		seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1),
		seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 9),
		seen(t, "other.asc", bob(), conversation.FromAutocrypt, 5),
		{Address: bob(), Source: conversation.FromMail, Date: day(12)},
	}
	b, c := newBench(t), newBench(t)
	b.learn(all...)
	slices.Reverse(all)
	c.learn(all...)
	if x, y := b.Peer(alice(), bob()), c.Peer(alice(), bob()); x != y {
		t.Errorf("\n %+v\n %+v", x, y)
	}
	if x, y := b.Bindings(bob()), c.Bindings(bob()); !reflect.DeepEqual(x, y) {
		t.Errorf("\n %+v\n %+v", x, y)
	}
}

func TestWhatIsToldToOthers(t *testing.T) {
	b := newBench(t)
	key := b.generate("open sesame")
	b.Close() // the public key can be told while locked
	h, err := autocrypt.ParseHeader(b.Autocrypt(alice()), alice().ID)
	if err != nil || h.Key.Fingerprint() != key.Fingerprint || !h.Mutual || h.Key.Secret() {
		t.Errorf("%+v %v", h, err)
	}
	if b.Autocrypt(bob()) != "" {
		t.Error("a header for somebody else")
	}
	b.learn(seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1))
	gossip := autocrypt.ParseGossip([]string{b.Gossip(bob(), fingerprint(t, "bob.asc"))}, []string{bob().ID})
	if len(gossip) != 1 || gossip[0].Key.Fingerprint() != fingerprint(t, "bob.asc") {
		t.Errorf("%+v", gossip)
	}
	if b.Gossip(zoe(), fingerprint(t, "zoe.asc")) != "" {
		t.Error("gossip about an unknown key")
	}
}
