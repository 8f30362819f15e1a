package conversation_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

func exchanged(days int) func(*Prediction) {
	return func(p *Prediction) { p.Exchanged = now.AddDate(0, 0, -days) }
}
func place(n int) func(*Prediction) { return func(p *Prediction) { p.Place = n } }

func TestRouteBetweenOwnAccounts(t *testing.T) {
	for _, c := range []struct {
		name string
		ways []Prediction
		want string
	}{
		{"the one that last exchanged something", []Prediction{way("a", Mail, 38, exchanged(9)), way("b", Mail, 38, exchanged(2), place(1))}, "b"},
		{"one that ever did", []Prediction{way("a", Mail, 38), way("b", Mail, 38, exchanged(900), place(1))}, "b"},
		{"the first of the configuration", []Prediction{way("a", Mail, 38, place(1)), way("b", Mail, 38)}, "b"},
		{"the first of those of one day", []Prediction{way("a", Mail, 38, exchanged(1), place(1)), way("b", Mail, 38, exchanged(1))}, "b"},
		{"the better one before the usual one", []Prediction{way("a", Mail, 38, exchanged(1)), way("b", Mail, 40)}, "b"},
		{"whom the other side wrote to before whom I wrote from", []Prediction{way("a", Mail, 38, exchanged(1)), way("b", Mail, 38, exchanged(2), lastUsed)}, "b"},
	} {
		choice := Route(RouteInput{Predictions: c.ways})
		if got := string(choice.Best().Channel.Account); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

// Of predictions that differ in nothing but the account, the order in which
// they come decides nothing.
func TestRouteBetweenOwnAccountsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var ps []Prediction
		for i := range rapid.IntRange(1, 5).Draw(t, "accounts") {
			p := way(string(rune('a'+i)), Mail, 38, place(i))
			if days := rapid.IntRange(0, 3).Draw(t, "days"); days > 0 {
				p.Exchanged = now.AddDate(0, 0, -days)
			}
			ps = append(ps, p)
		}
		a := Route(RouteInput{Predictions: ps})
		b := Route(RouteInput{Predictions: rapid.Permutation(ps).Draw(t, "order")})
		if a.Best().Channel.ID != b.Best().Channel.ID {
			t.Fatalf("%s and %s", a.Best().Channel.ID, b.Best().Channel.ID)
		}
	})
}

// Two own mail accounts, both with a key: who is written to, clear or sealed, is
// written to from the account that had to do with that very address.
func TestChooseBetweenOwnAccounts(t *testing.T) {
	workMail := MailAddress("me@work.example")
	at := func(p Past, account AccountID) Past { p.Account = account; return p }
	clearIn := func(days int, account AccountID) Past { return proven(days, zoeMail, account) }
	sealedIn := heard(1, zoeMail, "home", privacy.Facts{E2E: "full", Crypto: "modern", Person: "tofu", Path: "tls"}, 76)
	sent := Past{Date: now.Add(-time.Hour), Direction: Out, Protocol: Mail, Account: "office", Address: zoeMail, Facts: privacy.Facts{Path: "tls", OwnHop: true}}
	spoof := heard(0, zoeMail, "office", privacy.Facts{Path: "tls"}, 32)
	for _, c := range []struct {
		name  string
		peers map[Address]PeerKey
		past  []Past
		to    Address
		want  string
	}{
		{"clear, as always", nil, []Past{clearIn(1, "home"), clearIn(2, "home")}, zoeMail, "home"},
		{"sealed, though she wrote in clear", keys(), []Past{clearIn(1, "home"), clearIn(2, "home")}, zoeMail, "home/sealed"},
		{"sealed, as always", keys(), []Past{sealedIn}, zoeMail, "home/sealed"},
		{"sealed, at work", keys(), []Past{at(sealedIn, "office")}, zoeMail, "office/sealed"},
		{"sealed, written from work last", keys(), []Past{sent, clearIn(1, "home")}, zoeMail, "office/sealed"},
		{"nobody proved that she wrote to work", keys(), []Past{spoof, clearIn(1, "home")}, zoeMail, "home/sealed"},
		{"her other address, that never wrote", nil, []Past{clearIn(1, "home")}, zoeWork, "home"},
		{"never", nil, nil, paulMail, "office"},
	} {
		w := newSealedWorld(c.peers)
		w.keys.own[workMail] = Key{Fingerprint: "WORK", Own: true, Secret: true, Addresses: []Address{workMail}}
		w.accounts = []OwnAccount{{ID: "office", Protocol: Mail, Address: workMail, Verified: true}, w.accounts[0]}
		w.store.history["zoe"] = c.past
		who := Recipient{Contact: "zoe", Address: c.to}
		if c.to == paulMail {
			who.Contact = "paul"
		}
		got := best(t, w, Draft{To: []Recipient{who}, Text: "x"})
		if got.Channel.ID != c.want {
			t.Errorf("%s: %s", c.name, got.Channel.ID)
		}
	}
}
