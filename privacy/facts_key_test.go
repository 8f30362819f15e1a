package privacy

import (
	"testing"

	"pgregory.net/rapid"
)

// sealedBy is a mail that was opened, signed whole by a key of that state.
func sealedBy(k KeyState, change ...func(*Evidence)) Evidence {
	return mailEvidence(func(ev *Evidence) {
		opened(ev)
		ev.Key = k
		for _, c := range change {
			c(ev)
		}
	})
}

func hidden(ev *Evidence) {
	ev.Security.ProtectedHeaders, ev.Security.SubjectHidden = "cipher", true
}

func intraShape(ev *Evidence) {
	hidden(ev)
	ev.Security.Discreet, ev.Security.Padded, ev.Security.Caliopen = true, true, true
}

func TestFactsOfKeyedGoldenRows(t *testing.T) {
	rows := goldenRows(t)
	tofu, verified := KeyState{Person: "tofu"}, KeyState{Person: "verified"}
	changed := KeyState{Person: "new", Conflict: true}
	signedOnly := func(ev *Evidence) { ev.Security.Sealed, ev.Security.Decrypted = "none", false }
	for _, c := range []struct {
		row int
		ev  Evidence
	}{
		{9, sealedBy(tofu, signedOnly)},
		{13, sealedBy(tofu)},
		{14, sealedBy(tofu, hidden)},
		{14, sealedBy(tofu, hidden, func(ev *Evidence) { ev.Security.ProtectedHeaders = "legacy" })},
		{13, sealedBy(tofu, func(ev *Evidence) { ev.Security.ProtectedHeaders = "cipher" })},
		{13, sealedBy(tofu, hidden, func(ev *Evidence) { ev.Security.ProtectedHeaders = "clear" })},
		{15, sealedBy(verified)},
		{16, sealedBy(verified, hidden)},
		{17, sealedBy(tofu, func(ev *Evidence) { ev.Transport = Transport{Ingress: "plain"} })},
		{18, sealedBy(changed)},
		{19, sealedBy(KeyState{Person: "tofu", Weak: true})},
		{19, sealedBy(tofu, func(ev *Evidence) { ev.Security.Signature = "weak" })},
		{36, sealedBy(tofu, intraShape)},
		{37, sealedBy(verified, intraShape)},
		{38, sealedBy(verified, intraShape, func(ev *Evidence) { ev.Security.Forward, ev.Security.Quantum = "full", true })},
		{40, sealedBy(changed, intraShape)},
	} {
		if got, want := FactsOf(c.ev), rows[c.row-1].Facts; got != want {
			t.Errorf("row %d: facts\n%+v, want\n%+v", c.row, got, want)
		}
	}
	for _, c := range []struct {
		row int
		ev  Evidence
	}{
		{10, sealedBy(verified, signedOnly, func(ev *Evidence) { ev.Security.Signature = "mismatch" })},
		{20, sealedBy(KeyState{}, func(ev *Evidence) { ev.Security.Error, ev.Security.Signature = ErrorIntegrity, "none" })},
	} {
		x, want := Message(FactsOf(c.ev)), rows[c.row-1].Want
		if x.Score != want.Score || x.DecidedBy != decided(want.Score, want.Raw, want.Caps) {
			t.Errorf("row %d: %d by %q, want %d", c.row, x.Score, x.DecidedBy, want.Score)
		}
	}
}

// TestWhatASignatureIsWorth holds the states of a key and of its signature that
// the golden table has no row for. The sentence is that of the deciding cap.
func TestWhatASignatureIsWorth(t *testing.T) {
	signature := func(word string) func(*Evidence) {
		return func(ev *Evidence) { ev.Security.Signature = word }
	}
	inClear := func(ev *Evidence) { ev.Security.Sealed, ev.Security.Decrypted = "none", false }
	for _, c := range []struct {
		name         string
		ev           Evidence
		score        int
		person, says string
	}{
		{"a key that nobody has seen", sealedBy(KeyState{}), 66, "new", "level.B"},
		{"a key that only gossip knows", sealedBy(KeyState{Person: "gossip"}), 63, "gossip", "level.B"},
		{"an unknown key", sealedBy(KeyState{Person: "tofu"}, signature("unknown_key")), 64, "domain", "level.B"},
		{"an expired key", sealedBy(KeyState{Person: "verified"}, signature("expired_key")), 64, "domain", "level.B"},
		{"an unknown key, subject hidden", sealedBy(KeyState{}, signature("unknown_key"), intraShape), 70, "domain", "k.unsigned"},
		{"a key refused by the user", sealedBy(KeyState{Person: "verified", Bad: true}), 20, "domain", "k.fromsigner"},
		{"a refused key in clear", sealedBy(KeyState{Bad: true}, inClear), 20, "domain", "k.fromsigner"},
		{"a weak signature by a known key", sealedBy(KeyState{Person: "verified"}, signature("weak")), 40, "verified", "k.weak"},
		{"a weak signature by a key nobody knows", sealedBy(KeyState{}, signature("weak")), 40, "domain", "k.weak"},
		{"a weak signature in clear", sealedBy(KeyState{Person: "verified"}, signature("weak"), inClear), 38, "domain", "level.D"},
		{"a weak key in clear", sealedBy(KeyState{Person: "verified", Weak: true}, inClear), 38, "domain", "level.D"},
		{"a changed key", sealedBy(KeyState{Person: "new", Conflict: true}), 40, "new", "k.conflict"},
		{"a changed key in clear", sealedBy(KeyState{Person: "new", Conflict: true}, inClear), 32, "new", "level.D"},
		{"a verified key, subject in clear", sealedBy(KeyState{Person: "verified"}), 78, "verified", "level.B"},
		{"unverified, everything hidden", sealedBy(KeyState{Person: "tofu"}, intraShape), 80, "tofu", "k.unverified"},
	} {
		x := Message(FactsOf(c.ev))
		if x.Score != c.score || x.Facts.Person != c.person || x.SentenceKey() != c.says {
			t.Errorf("%s: %d, person %q, %q; want %d, %q, %q", c.name, x.Score, x.Facts.Person, x.SentenceKey(), c.score, c.person, c.says)
		}
	}
}

// anyEvidence draws evidence of a mail, also such as no reader would give.
func anyEvidence(t *rapid.T) Evidence {
	from := func(name string, words ...string) string { return rapid.SampledFrom(words).Draw(t, name) }
	flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
	return Evidence{
		Protocol: "mail", OwnHop: flag("own hop"), SameProvider: flag("same"), Forged: flag("forged"), ManyFrom: flag("many"),
		Security: Security{
			Sealed: from("sealed", "none", "partial", "full"), Decrypted: flag("decrypted"),
			Signature: from("signature", "none", "good", "bad", "unknown_key", "expired_key", "weak", "mismatch"),
			Covers:    from("covers", "none", "part", "whole"), Error: from("error", "", "", "integrity", "cut"),
			ProtectedHeaders: from("headers", "none", "clear", "cipher", "legacy"),
			SubjectHidden:    flag("subject hidden"),
			Discreet:         flag("discreet"), Padded: flag("padded"), Quantum: flag("quantum"), Caliopen: flag("caliopen"),
			Forward: from("forward", "", "partial", "full"),
		},
		Transport:      Transport{Ingress: from("ingress", "auth", "tls", "plain", "unknown"), TLS: from("tls", "1.3", "1.0", "")},
		Authentication: Authentication{Source: from("source", "provider", "local", "none"), DMARC: from("dmarc", "pass", "fail", ""), Aligned: flag("aligned")},
		Key: KeyState{
			Person:   from("person", "", "gossip", "new", "wkd", "dane", "tofu", "verified"),
			Conflict: flag("conflict"), Bad: flag("bad"), Weak: flag("weak"),
		},
	}
}

func scoreOf(ev Evidence) int {
	score, _ := Score(FactsOf(ev))
	return score
}

// What a message claims of itself, without anything of it opened or proved by a
// signature of its sender, is worth no more than saying nothing.
func TestClaimsEarnNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ev := anyEvidence(t)
		ev.Security.Decrypted = false
		if ev.Security.Signature == "good" {
			ev.Security.Covers = rapid.SampledFrom([]string{"none", "part"}).Draw(t, "covers less")
		}
		silent := ev
		silent.Security, silent.Key = Security{Sealed: "none", Signature: "none", Covers: "none"}, KeyState{}
		if scoreOf(ev) > scoreOf(silent) {
			t.Fatalf("%d, and %d without the claims: %+v", scoreOf(ev), scoreOf(silent), ev)
		}
	})
}

// Knowing a key better never lowers what it signed.
func TestKnowingAKeyBetterNeverLowersAMessage(t *testing.T) {
	persons := []string{"gossip", "new", "wkd", "dane", "tofu", "verified"}
	rapid.Check(t, func(t *rapid.T) {
		ev := anyEvidence(t)
		before := scoreOf(ev)
		for name, better := range map[string]func(*KeyState){
			"no conflict": func(k *KeyState) { k.Conflict = false },
			"not refused": func(k *KeyState) { k.Bad = false },
			"strong":      func(k *KeyState) { k.Weak = false },
			"one step up": func(k *KeyState) {
				for i := range persons[1:] {
					if k.Person == persons[i] {
						k.Person = persons[i+1]
						return
					}
				}
			},
		} {
			more := ev
			better(&more.Key)
			if after := scoreOf(more); after < before {
				t.Fatalf("%s: %d became %d: %+v", name, before, after, ev)
			}
		}
	})
}

// Nobody gets a good letter without a proof: what was not opened is no better
// than C, what no key of the sender signed is never A.
func TestGoodLettersNeedProof(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ev := anyEvidence(t)
		_, level := Score(FactsOf(ev))
		if (level == LevelA || level == LevelB) && !openedWhole(ev.Security) {
			t.Fatalf("%s without opening: %+v", level, ev)
		}
		if level == LevelA && (!signedWhole(ev) || ev.Key.Person != "verified" || ev.Key.Bad || ev.Key.Conflict) {
			t.Fatalf("A without a verified key: %+v", ev)
		}
	})
}
