package conversation_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

func drawKey(t *rapid.T, name string) PeerKey {
	flag := func(what string) bool { return rapid.Bool().Draw(t, name+" "+what) }
	k := known(func(k *PeerKey) {
		k.Person = rapid.SampledFrom([]string{"", "gossip", "new", "wkd", "dane", "tofu", "verified"}).Draw(t, name+" person")
		k.Problem = rapid.SampledFrom([]string{"", "", "", "expired", "revoked", "bad"}).Draw(t, name+" problem")
		k.Advice = rapid.SampledFrom([]Recommendation{"", SealAvailable, SealEncrypt, SealDiscourage, SealDisable}).Draw(t, name+" advice")
		k.Caliopen, k.Quantum, k.Weak = flag("caliopen"), flag("quantum"), flag("weak")
	})
	if flag("conflict") {
		k.Conflict = "FFFF"
	}
	if flag("no key") {
		k.Fingerprint = ""
	}
	return k
}

func drawHistory(t *rapid.T) []Past {
	var out []Past
	for i := range rapid.IntRange(0, 12).Draw(t, "messages") {
		out = append(out, heard(i, rapid.SampledFrom([]Address{zoeMail, zoeMasto}).Draw(t, "from"), "home", rapid.SampledFrom([]privacy.Facts{inClear, sealedMine, {Proto: "mail", Path: "tls"}}).Draw(t, "facts"), 38))
	}
	return out
}

func drawWorld(t *rapid.T) *world {
	w := newSealedWorld(map[Address]PeerKey{zoeMail: drawKey(t, "Zoé"), paulMail: drawKey(t, "Paul")})
	w.store.history["zoe"] = drawHistory(t)
	if rapid.Bool().Draw(t, "no own key") {
		clear(w.keys.own)
	}
	c := w.store.contacts["zoe"]
	c.Pin = rapid.SampledFrom([]Protocol{"", Mail, Mastodon}).Draw(t, "pin")
	w.store.contacts["zoe"] = c
	return w
}

func drawDraft(t *rapid.T) Draft {
	return Draft{
		To: rapid.SampledFrom([][]Recipient{to("zoe"), to("zoe", "paul")}).Draw(t, "to"), Text: "x",
		Via:          rapid.SampledFrom([]string{"", "", "home", "home/sealed", "mail", "social"}).Draw(t, "via"),
		ConfirmClear: rapid.Bool().Draw(t, "confirmed"),
	}
}

// No seal falls silently: what is called sealed has a key for everybody, a
// sealed conversation is left only by a choice that was confirmed, and nobody's
// changed key is used, or got around in clear, without the user's own choice.
func TestNoSealFallsSilently(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, d := drawWorld(t), drawDraft(t)
		c, err := w.Choose(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		best := c.Best()
		if best == nil || c.Decision == Ask {
			return
		}
		chosenByHand := d.Via != ""
		if c.Floor != "" && !best.Channel.Sealed && !(chosenByHand && d.ConfirmClear) {
			t.Fatalf("left a sealed conversation by %s", c.Decision)
		}
		if !best.Channel.Sealed {
			for _, p := range c.Candidates {
				if p.Channel.Sealed && p.Conflict && !chosenByHand {
					t.Fatal("a changed key led to clear")
				}
			}
			return
		}
		if best.Conflict && !chosenByHand {
			t.Fatal("sealed to a changed key by itself")
		}
		for _, a := range best.Addresses {
			k := w.keys.peers[a]
			if best.Keys[a] == "" || best.Keys[a] != k.Fingerprint || k.Problem != "" {
				t.Fatalf("sealed to %v with %q: %+v", a, best.Keys[a], k)
			}
		}
		if _, ok := w.keys.own[meMail]; !ok || best.Facts.E2E != "full" || best.Policy == "" {
			t.Fatalf("sealed without an own key, or without saying how: %+v", best)
		}
		if best.Policy == HideAll && best.Facts.Proto != "intra" || best.Facts.Subject != "hidden" {
			t.Fatalf("says %+v of %s", best.Facts, best.Policy)
		}
	})
}

// A key more never makes the letter of the way chosen worse.
func TestAKeyNeverLowersTheBestScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		k := w.keys.peers[zoeMail]
		k.Conflict = ""
		d := Draft{To: to("zoe"), Text: "x"}
		delete(w.keys.peers, zoeMail)
		before, err := w.Choose(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		w.keys.peers[zoeMail] = k
		after, err := w.Choose(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		if before.Best() == nil {
			return
		}
		if after.Best() == nil || after.Best().Index.Level > before.Best().Index.Level {
			t.Fatalf("%s became %s by %+v", outcome(before), outcome(after), k)
		}
		highest := func(c Choice) (score int) {
			for _, p := range c.Candidates {
				score = max(score, p.Index.Score)
			}
			return score
		}
		if highest(after) < highest(before) {
			t.Fatalf("best %d became %d by %+v", highest(before), highest(after), k)
		}
	})
}

// What is shown is what is sent: two choices with one mark go to the same people
// with the same keys.
func TestOneMarkOneWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDraft(t)
		choices := [2]Choice{}
		for i := range choices {
			w := drawWorld(t)
			for a, k := range w.keys.peers {
				k.Fingerprint += rapid.SampledFrom([]string{"", "1"}).Draw(t, "fingerprint")
				w.keys.peers[a] = k
			}
			var err error
			if choices[i], err = w.Choose(context.Background(), d); err != nil {
				t.Fatal(err)
			}
		}
		a, b := choices[0].Best(), choices[1].Best()
		if a == nil || b == nil || choices[0].Mark() != choices[1].Mark() {
			return
		}
		for _, to := range a.Addresses {
			if a.Channel.Sealed != b.Channel.Sealed || a.Keys[to] != b.Keys[to] || a.Policy != b.Policy {
				t.Fatalf("one mark for %v and %v", a.Keys, b.Keys)
			}
		}
	})
}

// Choosing is done while the user types.
func BenchmarkChoose(b *testing.B) {
	w := newSealedWorld(keys(verifiedKey))
	for i := range 20 {
		w.store.history["zoe"] = append(w.store.history["zoe"], heard(i, zoeMail, "home", sealedMine, 76))
	}
	d := Draft{To: to("zoe"), Text: "Coming?", Saved: time.Time{}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Choose(context.Background(), d); err != nil {
			b.Fatal(err)
		}
	}
}
