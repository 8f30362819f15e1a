package conversation_test

import (
	"testing"

	"pgregory.net/rapid"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

var (
	inClear    = privacy.Facts{Proto: "mail", Path: "tls", Person: "domain", OwnHop: true}
	sealedMine = privacy.Facts{Proto: "mail", E2E: "full", Crypto: "modern", Path: "tls", Person: "tofu", OwnHop: true}
)

// habit is a history of mails both ways, all of one score.
func habit(a Address, f privacy.Facts, score int) []Past {
	var out []Past
	for day := range 6 {
		m := heard(day, a, "home", f, score)
		if day%2 == 1 {
			m.Direction = Out
		}
		out = append(out, m)
	}
	return out
}

func indexOf(t testing.TB, w *world, who ContactID) privacy.Index {
	t.Helper()
	c, err := w.Contact(t.Context(), string(who))
	if err != nil {
		t.Fatal(err)
	}
	return c.Index
}

var paulMatrix = Address{Protocol: "matrix", ID: "@paul:example.com"}

func withMatrix(w *world) {
	w.accounts = append(w.accounts, OwnAccount{ID: "matrix", Protocol: "matrix", Address: Address{Protocol: "matrix", ID: "@me:home.example"}, Verified: true})
	c := w.store.contacts["paul"]
	c.Addresses = append(c.Addresses, ContactAddress{Address: paulMatrix, LastSeen: ago(2), LastSent: ago(2)})
	w.store.contacts["paul"] = c
}

func TestContactIndexTable(t *testing.T) {
	seen := func(k *PeerKey) { k.Mutual = false }
	for _, test := range []struct {
		name  string
		key   *PeerKey
		set   func(*world)
		past  []Past
		score int
		level privacy.Level
		by    string
	}{
		{name: "only a mail address, no key, opportunistic TLS", past: habit(paulMail, inClear, 38), score: 32, level: privacy.LevelD},
		{name: "mail and a second way whose servers are checked", set: withMatrix, past: habit(paulMail, inClear, 42), score: 44, level: privacy.LevelC},
		{name: "key known, we still write in clear", key: new(known(seen)), past: habit(paulMail, inClear, 38), score: 58, level: privacy.LevelC},
		{name: "mutual, sealed habit", key: new(known()), past: habit(paulMail, sealedMine, 74), score: 70, level: privacy.LevelB},
		{name: "same, key verified", key: new(known(verifiedKey)), past: habit(paulMail, sealedMine, 78), score: 82, level: privacy.LevelA},
		{name: "intra verified and a second way", key: new(known(verifiedKey, caliopenPeer)), set: withMatrix, past: habit(paulMail, sealedMine, 92), score: 91, level: privacy.LevelA},
		{name: "key changed, undecided", key: new(known(changedKey)), past: habit(paulMail, sealedMine, 76), score: 40, level: privacy.LevelD, by: "k.conflict"},
		{name: "key changed, the old one revoked", key: new(known(changedKey, expiredKey)), past: habit(paulMail, sealedMine, 95), score: 40, level: privacy.LevelD, by: "k.conflict"},
		{name: "new contact found by WKD", key: new(known(seen, func(k *PeerKey) { k.Person, k.LastSeen = "wkd", now })), score: 65, level: privacy.LevelB},
		{name: "a checked key that expired is no merit", key: new(known(verifiedKey, func(k *PeerKey) { k.Problem = "expired" })), past: habit(paulMail, inClear, 38), score: 32, level: privacy.LevelD},
		{name: "a key seen long ago is not fresh", key: new(known(seen, func(k *PeerKey) { k.LastSeen = now.AddDate(0, -6, 0) })), past: habit(paulMail, inClear, 38), score: 55, level: privacy.LevelC},
	} {
		t.Run(test.name, func(t *testing.T) {
			peers := map[Address]PeerKey{}
			if test.key != nil {
				peers[paulMail] = *test.key
			}
			w := newSealedWorld(peers, func(o *Options) {
				o.Domain = func(string) DomainFacts { return DomainFacts{Enforced: true, How: "mta-sts"} }
			})
			if test.set != nil {
				test.set(w)
			}
			w.store.history["paul"] = test.past
			x := indexOf(t, w, "paul")
			if x.Score != test.score || x.Level != test.level || x.DecidedBy != test.by {
				t.Errorf("%d %s by %q, want %d %s by %q: %+v", x.Score, x.Level, x.DecidedBy, test.score, test.level, test.by, x.Factors)
			}
		})
	}
}

// One mail that nothing proves changes nothing of a contact's badge, whatever
// it claims of itself and whenever it comes.
func TestOneForgedMailMovesNoBadge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		peers := map[Address]PeerKey{}
		if rapid.Bool().Draw(t, "key") {
			peers[paulMail] = known()
		}
		w := newSealedWorld(peers)
		if rapid.Bool().Draw(t, "known before") {
			w.store.history["paul"] = habit(paulMail, rapid.SampledFrom([]privacy.Facts{inClear, sealedMine}).Draw(t, "habit"), rapid.IntRange(20, 90).Draw(t, "score"))
		}
		before, err := w.Contact(t.Context(), "paul")
		if err != nil {
			t.Fatal(err)
		}
		forged := heard(rapid.IntRange(0, 7).Draw(t, "day"), paulMail, "home", privacy.Facts{
			Proto: "mail", Path: rapid.SampledFrom([]string{"", "plain", "tls", "auth"}).Draw(t, "path"), OwnHop: rapid.Bool().Draw(t, "hop"),
			Problem: rapid.SampledFrom([]string{"", "forged", "fromsigner", "badsig"}).Draw(t, "problem"),
			E2E:     rapid.SampledFrom([]string{"", "full"}).Draw(t, "sealed"),
		}, 0)
		forged.Score, _ = privacy.Score(forged.Facts)
		if forged.Facts.Problem != "" {
			forged.Facts.Person = rapid.SampledFrom([]string{"", "domain", "verified"}).Draw(t, "person")
		}
		w.store.history["paul"] = append([]Past{forged}, w.store.history["paul"]...)
		after, err := w.Contact(t.Context(), "paul")
		if err != nil || after.Index.Score != before.Index.Score || after.Index.Level != before.Index.Level {
			t.Fatalf("%d became %d by %+v (%v)", before.Index.Score, after.Index.Score, forged.Facts, err)
		}
	})
}

// What really went worse than predicted is remembered for a month.
func TestPredictionsRememberWhatWentWrong(t *testing.T) {
	sent := func(days int, change func(*privacy.Facts)) Past {
		m := heard(days, paulMail, "home", inClear, 20)
		m.Direction = Out
		change(&m.Facts)
		return m
	}
	noTLS := func(f *privacy.Facts) { f.OwnHop = false }
	plain := func(f *privacy.Facts) { f.Path = "plain" }
	for _, test := range []struct {
		name string
		past Past
		want int
	}{
		{"as predicted", sent(1, func(*privacy.Facts) {}), 38},
		{"no TLS at submission", sent(1, noTLS), 20},
		{"a hop in clear", sent(3, plain), 12},
		{"a month ago", sent(31, noTLS), 38},
		{"sealed: another channel", sent(1, func(f *privacy.Facts) { noTLS(f); f.E2E = "full" }), 38},
	} {
		w := newWorld()
		w.store.history["paul"] = []Past{test.past, proven(2, paulMail, "home")}
		if got := best(t, w, Draft{To: to("paul"), Text: "x", Via: "home", ConfirmClear: true}).Index.Score; got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

// The demand of the recipient's domain for TLS counts as kept only where the
// own server takes it up.
func TestPredictionsOfDomainsThatDemandTLS(t *testing.T) {
	for _, test := range []struct {
		name              string
		enforced, require bool
		want              int
	}{{"nothing known", false, true, 38}, {"only the domain", true, false, 38}, {"both", true, true, 46}} {
		w := newSealedWorld(nil, func(o *Options) {
			o.Domain = func(string) DomainFacts { return DomainFacts{Enforced: test.enforced} }
			o.Require = func(AccountID) bool { return test.require }
		})
		w.store.history["paul"] = []Past{proven(2, paulMail, "home")}
		if got := best(t, w, Draft{To: to("paul"), Text: "x"}).Index.Score; got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}
