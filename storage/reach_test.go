package storage_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/storage"
)

// judgedAs gives a letter evidence, and the score that it deserves.
func judgedAs(l letter, ev privacy.Evidence) accounts.Arrival {
	a := l.arrival()
	m := &a.Parsed.Message
	ev.Protocol, ev.OwnHop = "mail", true
	m.Evidence, m.Facts = ev, privacy.FactsOf(ev)
	m.Index = privacy.Message(m.Facts)
	return a
}

// fromOther is a copy in Sent that another program put there.
func fromOther(n int, to string) accounts.Arrival {
	l := letter{n: n, from: "me@example.org", to: to, date: start.AddDate(0, 0, n), subject: "s", text: "t", out: true, folder: "Sent"}
	return judgedAs(l, privacy.Evidence{Transport: privacy.Transport{Ingress: "unknown"}})
}

func overTLS() privacy.Evidence {
	return privacy.Evidence{
		Transport:      privacy.Transport{Ingress: "tls", TLS: "1.3"},
		Authentication: privacy.Authentication{Source: "provider", DMARC: "pass", Aligned: true},
	}
}

// heardFrom is a mail that its domain was proved to have sent over TLS, but for
// what change does.
func heardFrom(n int, from string, change func(*privacy.Evidence)) accounts.Arrival {
	ev := overTLS()
	if change != nil {
		change(&ev)
	}
	return judgedAs(letter{n: n, from: from, to: "me@example.org", date: start.AddDate(0, 0, n), subject: "s", text: "t"}, ev)
}

func same(ev *privacy.Evidence)     { ev.SameProvider, ev.Transport.Ingress = true, "auth" }
func inClear(ev *privacy.Evidence)  { ev.Transport = privacy.Transport{Ingress: "plain"} }
func unproved(ev *privacy.Evidence) { ev.Authentication = privacy.Authentication{Source: "none"} }
func newKey(ev *privacy.Evidence) {
	unproved(ev)
	ev.Security = privacy.Security{Signature: "good", Covers: "whole"}
}
func forged(ev *privacy.Evidence) { ev.Forged = true }

func store(t testing.TB, db *storage.DB, as ...accounts.Arrival) {
	t.Helper()
	for _, a := range as {
		_, err := db.Add(t.Context(), home, []accounts.Arrival{a})
		must(t, err)
	}
}

// wayOf writes how a sent mail is thought to have gone, with its score.
func wayOf(t testing.TB, db *storage.DB, a accounts.Arrival) string {
	t.Helper()
	m, err := db.Message(t.Context(), conversation.NewMessageID(a.Parsed.Fingerprint))
	must(t, err)
	if want := privacy.Message(m.Facts).Score; m.Index.Score != want {
		t.Fatalf("score %d of facts worth %d", m.Index.Score, want)
	}
	return fmt.Sprintf("%s %v %d", m.Evidence.Transport.Ingress, m.Evidence.Transport.Predicted, m.Index.Score)
}

func TestHowMailOfOtherProgramsWent(t *testing.T) {
	const unknown, tls, auth = "unknown false 19", "tls true 32", "auth true 40"
	for _, c := range []struct {
		name, to string
		heard    []accounts.Arrival
		want     string
	}{
		{"nothing is known", "zoe@example.net", nil, unknown},
		{"of another domain", "zoe@example.net", []accounts.Arrival{heardFrom(1, "zoe@sub.example.net", nil)}, unknown},
		{"the domain speaks TLS", "zoe@example.net", []accounts.Arrival{heardFrom(1, "zoe@example.net", nil)}, tls},
		{"somebody else of the domain", "zoe@example.net", []accounts.Arrival{heardFrom(1, "paul@example.net", nil)}, tls},
		{"in clear", "zoe@example.net", []accounts.Arrival{heardFrom(1, "zoe@example.net", inClear)}, unknown},
		{"proved by nobody", "zoe@example.net", []accounts.Arrival{heardFrom(1, "zoe@example.net", unproved)}, unknown},
		{"proved by a key that everybody can make", "zoe@example.net", []accounts.Arrival{heardFrom(1, "zoe@example.net", newKey)}, unknown},
		{"forged", "zoe@example.net", []accounts.Arrival{heardFrom(1, "zoe@example.net", forged)}, unknown},
		{"one of two", "zoe@example.net,paul@example.com", []accounts.Arrival{heardFrom(1, "zoe@example.net", nil)}, unknown},
		{"both", "zoe@example.net,paul@example.com", []accounts.Arrival{heardFrom(1, "zoe@example.net", nil), heardFrom(2, "paul@example.com", nil)}, tls},
		{"the same provider", "zoe@example.org", []accounts.Arrival{heardFrom(1, "zoe@example.org", same)}, auth},
		{"the same provider for another", "zoe@example.org", []accounts.Arrival{heardFrom(1, "paul@example.org", same)}, tls},
		{"the same domain, from elsewhere", "zoe@example.org", []accounts.Arrival{heardFrom(1, "zoe@example.org", nil)}, tls},
		{"the same provider and another", "zoe@example.org,paul@example.com", []accounts.Arrival{heardFrom(1, "zoe@example.org", same), heardFrom(2, "paul@example.com", nil)}, tls},
		{"to oneself", "me@example.org", nil, auth},
	} {
		before, after := fromOther(50, c.to), fromOther(51, c.to)
		db := opened(t)
		store(t, db, before)
		store(t, db, c.heard...)
		store(t, db, after)
		for _, a := range []accounts.Arrival{before, after} {
			if got := wayOf(t, db, a); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
		must(t, db.Rebuild(t.Context(), parserOf(slices.Concat([]accounts.Arrival{before, after}, c.heard), nil), nil))
		if got := wayOf(t, db, before); got != c.want {
			t.Errorf("%s, rebuilt: %s, want %s", c.name, got, c.want)
		}
		sound(t, db)
	}
}

// A copy of one's own that came back by one's own provider tells nothing of the
// way to the others.
func TestOwnCopySaysNothingOfOthers(t *testing.T) {
	db := opened(t)
	copied := func(n int, to string) accounts.Arrival {
		ev := privacy.Evidence{Transport: privacy.Transport{Ingress: "auth", TLS: "1.3"}, SameProvider: true}
		return judgedAs(letter{n: n, from: "me@example.org", to: to, date: start, subject: "s", text: "t", out: true}, ev)
	}
	alone, both, dark := copied(1, "me@example.org"), copied(2, "me@example.org,zoe@example.net"), copied(3, "me@example.org,eve@example.com")
	store(t, db, alone, both, dark, heardFrom(9, "zoe@example.net", nil))
	for a, want := range map[*accounts.Arrival]string{&alone: "auth false 40", &both: "tls true 32", &dark: "unknown true 19"} {
		if got := wayOf(t, db, *a); got != want {
			t.Errorf("to %+v: %s, want %s", a.Parsed.Message.With(conversation.To), got, want)
		}
	}
}

// What is known of a domain changes when its mails are judged again, by whom-
// ever, and what was sent there follows.
func TestJudgingAgainReachesWhatWasSent(t *testing.T) {
	db := opened(t)
	sent, heard := fromOther(5, "zoe@example.net"), heardFrom(1, "zoe@example.net", nil)
	store(t, db, sent, heard)
	fromZoe := func(ev *privacy.Evidence) bool { return ev.Authentication.Source != "" }
	again := func(change func(*privacy.Evidence)) func([]byte, *privacy.Evidence) bool {
		return func(_ []byte, ev *privacy.Evidence) bool {
			if ev.Transport.Predicted {
				t.Error("what was expected is shown to the judge")
			}
			if fromZoe(ev) {
				change(ev)
			}
			return fromZoe(ev)
		}
	}
	proved := func(ev *privacy.Evidence) { *ev = overTLS(); ev.Protocol, ev.OwnHop = "mail", true }
	zoe := conversation.MailAddress("zoe@example.net")
	for i, step := range []struct {
		judge func() error
		want  string
	}{
		{func() error { _, err := db.Rejudge(t.Context(), home, again(inClear)); return err }, "unknown false 19"},
		{func() error { _, err := db.Rejudge(t.Context(), home, again(proved)); return err }, "tls true 32"},
		{func() error { _, err := db.RejudgeAddress(t.Context(), zoe, again(forged)); return err }, "unknown false 19"},
		{func() error { _, err := db.RejudgeAddress(t.Context(), zoe, again(proved)); return err }, "tls true 32"},
		{func() error { _, err := db.Rejudge(t.Context(), home, always); return err }, "tls true 32"},
	} {
		must(t, step.judge())
		if got := wayOf(t, db, sent); got != step.want {
			t.Errorf("step %d: %s, want %s", i, got, step.want)
		}
		if known, err := db.Reached(t.Context(), zoe); err != nil || known != (step.want[:3] == "tls") {
			t.Errorf("step %d: reached %v, %v", i, known, err)
		}
	}
	sound(t, db)
}

// What this program knew when it sent a message stays, whatever is known of the
// domain, and also when its keys are judged again.
func TestWhatWasKnownAtSendingStays(t *testing.T) {
	db := opened(t)
	sent := fromOther(5, "zoe@example.net")
	m := &sent.Parsed.Message
	m.Facts.Path, m.Facts.Person = "auth", "domain"
	m.Index = privacy.Message(m.Facts)
	store(t, db, sent, heardFrom(1, "zoe@example.net", nil))
	const want = "unknown false 46"
	if got := wayOf(t, db, sent); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	_, err := db.RejudgeAddress(t.Context(), own, func(_ []byte, ev *privacy.Evidence) bool { ev.Key.Person = "verified"; return true })
	must(t, err)
	if got := wayOf(t, db, sent); got != want {
		t.Errorf("judged again: %s, want %s", got, want)
	}
}

// The order in which mails come decides nothing.
func TestWaysInAnyOrder(t *testing.T) {
	domains := []string{"a.example", "b.example", "c.example"}
	rapid.Check(t, func(r *rapid.T) {
		var all, sent []accounts.Arrival
		for i := range rapid.IntRange(1, 8).Draw(r, "mails") {
			who := "x@" + rapid.SampledFrom(domains).Draw(r, "domain")
			if rapid.Bool().Draw(r, "sent") {
				sent = append(sent, fromOther(i, who+",y@"+rapid.SampledFrom(domains).Draw(r, "second")))
				all = append(all, sent[len(sent)-1])
			} else {
				all = append(all, heardFrom(i, who, rapid.SampledFrom([]func(*privacy.Evidence){nil, inClear, unproved}).Draw(r, "way")))
			}
		}
		ways := func(as []accounts.Arrival) (out []string) {
			db := openAt(t, t.TempDir())
			store(t, db, as...)
			for _, a := range sent {
				out = append(out, wayOf(t, db, a))
			}
			must(t, db.Close())
			return out
		}
		if a, b := ways(all), ways(rapid.Permutation(all).Draw(r, "order")); !slices.Equal(a, b) {
			r.Fatalf("%v and %v", a, b)
		}
	})
}
