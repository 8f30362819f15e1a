package conversation_test

import (
	"testing"
	"time"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

func TestAdviceForADraft(t *testing.T) {
	pinned := func(w *world) {
		c := w.store.contacts["zoe"]
		c.Pin = Mastodon
		w.store.contacts["zoe"] = c
	}
	for _, test := range []struct {
		name  string
		peers map[Address]PeerKey
		set   func(*world)
		via   string
		want  privacy.Advice
	}{
		{"a key could be asked for", nil, nil, "", privacy.Advice{ID: "adv.encrypt", Gain: 28}},
		{"the one there is has expired", keys(expiredKey), nil, "", privacy.Advice{ID: "adv.encrypt", Gain: 28}},
		{"the key is there, and clear mail was chosen", keys(), nil, "home", privacy.Advice{ID: "adv.encrypt.key", Gain: 38}},
		{"the key is there, and Mastodon is pinned", keys(), pinned, "", privacy.Advice{ID: "adv.encrypt.key", Gain: 36}},
		{"sealed, not checked", keys(), nil, "", privacy.Advice{ID: "adv.verify", Gain: 8}},
		{"sealed and checked", keys(verifiedKey), nil, "", privacy.Advice{ID: "adv.shyheaders", Gain: 3}},
		{"nothing left", keys(verifiedKey, caliopenPeer), nil, "", privacy.Advice{}},
		{"a changed key", keys(changedKey), nil, "", privacy.Advice{ID: "adv.resolvekey", Gain: 44}},
		{"a changed key, in clear by hand", keys(changedKey), nil, "home", privacy.Advice{}},
		{"a weak key", keys(func(k *PeerKey) { k.Weak = true }), nil, "home/sealed", privacy.Advice{ID: "adv.newkey", Gain: 36}},
		{"what the user refused is not asked for", keys(func(k *PeerKey) { k.Problem = "bad" }), nil, "", privacy.Advice{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newSealedWorld(test.peers)
			byMail(w)
			if test.set != nil {
				test.set(w)
			}
			if got := choose(t, w, Draft{To: to("zoe"), Text: "x", Via: test.via}).Advice; got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
	w := newWorld()
	byMail(w)
	if got := choose(t, w, Draft{To: to("zoe"), Text: "x"}).Advice; got != (privacy.Advice{}) {
		t.Errorf("without a keyring nobody can seal: %+v", got)
	}
}

func TestAdviceIsPutOff(t *testing.T) {
	d := Draft{To: to("zoe"), Text: "x"}
	for _, test := range []struct {
		about string
		until time.Time
		want  string
	}{
		{"adv.verify", time.Time{}, "adv.shyheaders"},
		{"adv.verify zoe", now.AddDate(0, 0, 7), "adv.shyheaders"},
		{"adv.verify paul", time.Time{}, "adv.verify"},
		{"adv.verify", now, "adv.verify"}, // due again
	} {
		w := newSealedWorld(keys())
		byMail(w)
		if err := w.Snooze(t.Context(), test.about, test.until); err != nil {
			t.Fatal(err)
		}
		if err := w.Snooze(t.Context(), "adv.disk", time.Time{}); err != nil {
			t.Fatal(err)
		}
		if got := choose(t, w, d).Advice.ID; got != test.want {
			t.Errorf("%s until %v: %s", test.about, test.until, got)
		}
	}
	w := newSealedWorld(keys())
	byMail(w)
	w.store.settings["advice.snoozed"] = "{damaged"
	if got := choose(t, w, d).Advice.ID; got != "adv.verify" {
		t.Errorf("what cannot be read puts nothing off: %s", got)
	}
	w.store.fail["SetSetting"] = ErrReadOnly
	if err := w.Snooze(t.Context(), "adv.verify", time.Time{}); err == nil {
		t.Error("not kept, and not said")
	}
}

// About a message that has gone its way there is nothing to do: what can be done
// is about the next one.
func TestAdviceIsAboutTheNextMessage(t *testing.T) {
	w := newSealedWorld(nil)
	byMail(w)
	facts := privacy.Facts{Proto: "mail", Path: "tls", Person: "domain", OwnHop: true, Subject: "clear", Remote: "loaded"}
	in := Message{ID: "m1", Direction: In, Facts: facts, Index: privacy.Message(facts), Participants: []Participant{{Role: From, Address: zoeMail, Contact: "zoe"}}}
	out := Message{ID: "m2", Direction: Out, Facts: facts, Index: privacy.Message(facts), Participants: []Participant{{Role: From, Contact: Me}, {Role: To, Contact: "zoe"}}}
	list := in
	list.ID, list.ListID = "m3", "list.example.org"
	for _, m := range []Message{in, out, list} {
		w.store.messages[m.ID] = m
		e, err := w.Explain(t.Context(), string(m.ID))
		if err != nil || len(e.Index.Advice) != 0 {
			t.Errorf("%s: %+v, %v", m.ID, e.Index.Advice, err)
		}
		if next := m.ListID == ""; next != (len(e.Next) > 0 && e.Next[0].ID == "adv.encrypt") {
			t.Errorf("%s: next time %+v", m.ID, e.Next)
		}
	}
	e, err := w.Explain(t.Context(), "zoe")
	if err != nil || len(e.Index.Advice) == 0 || e.Index.Advice[0] != (privacy.Advice{ID: "adv.encrypt", Gain: 28}) {
		t.Errorf("on the contact: %+v, %v", e.Index.Advice, err)
	}
	w.keys.peers = map[Address]PeerKey{paulMail: known(verifiedKey, caliopenPeer)}
	w.store.history["paul"] = []Past{proven(1, paulMail, "home")}
	if e, err = w.Explain(t.Context(), "paul"); err != nil || len(e.Index.Advice) != 1 || e.Index.Advice[0].ID != "adv.addchannel" {
		t.Errorf("nothing left but another way: %+v, %v", e.Index.Advice, err)
	}
}
