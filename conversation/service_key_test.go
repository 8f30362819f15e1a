package conversation_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// Without a keyring every verb about keys says so, and none fails otherwise.
func TestWithoutAKeyring(t *testing.T) {
	w := newWorld()
	ctx := t.Context()
	w.Lock()
	if w.LockState() != (LockState{}) {
		t.Error("a lock without keys")
	}
	if ks, err := w.Keys(ctx); ks != nil || err != nil {
		t.Errorf("keys %v, %v", ks, err)
	}
	if ks, err := w.KeysOf(ctx, "zoe"); ks != nil || err != nil {
		t.Errorf("keys %v, %v", ks, err)
	}
	if k, err := w.PeerKey(ctx, zoeMail); k.Address != zoeMail || k.Fingerprint != "" || err != nil {
		t.Errorf("peer %v, %v", k, err)
	}
	_, make := w.MakeKey(ctx, "home", nil)
	_, compare := w.CompareKeys(ctx, zoeMail)
	_, read := w.ImportKeys(ctx, nil, nil)
	_, write := w.ExportKey(ctx, "X", false)
	_, _, publish := w.PublishKey(ctx, "home")
	for name, err := range map[string]error{
		"unlock": w.Unlock(ctx, nil), "make": make, "compare": compare, "import": read, "export": write, "publish": publish,
		"verify": w.VerifyKey(ctx, zoeMail, "X", "qr"), "decide": w.DecideKey(ctx, zoeMail, "X", KeyAccept),
		"find": w.FindKey(ctx, zoeMail), "change": w.ChangeKey(ctx, "X", "extend", "30"),
	} {
		var p *Problem
		if !errors.As(err, &p) || p.Code != "problem.no_keyring" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnlockOpensInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opened := 0
		w := newSealedWorld(nil, func(o *Options) { o.Opened = func(context.Context) { opened++ } })
		w.keys.locked = true
		events := w.Events(t.Context())
		if err := w.Unlock(t.Context(), []byte("wrong")); !errors.Is(err, ErrSealed) || !w.LockState().Locked {
			t.Errorf("a wrong passphrase: %v", err)
		}
		if err := w.Unlock(t.Context(), []byte("open")); err != nil || w.LockState().Locked {
			t.Errorf("unlock: %v", err)
		}
		synctest.Wait()
		if e := <-events; !e.All || opened != 1 {
			t.Errorf("opened %d times, event %v", opened, e)
		}
		w.Lock()
		if !w.LockState().Locked {
			t.Error("still open")
		}
	})
}

func TestWhatTheUserSaysOfAKeyIsJudgedAgain(t *testing.T) {
	var judged []Address
	w := newSealedWorld(keys(), func(o *Options) {
		o.Rejudge = func(_ context.Context, as []Address) error {
			judged = append(judged, as...)
			return nil
		}
	})
	if err := w.VerifyKey(t.Context(), zoeMail, "ABCD", "words"); err != nil || !slices.Equal(w.keys.verified, []string{"zoe@example.org ABCD words"}) {
		t.Errorf("verify: %v, %v", w.keys.verified, err)
	}
	for _, c := range []KeyChoice{KeyAccept, KeyKeep, KeyRefuse, KeyAuto} {
		if err := w.DecideKey(t.Context(), zoeMail, "FFFF", c); err != nil {
			t.Errorf("%s: %v", c, err)
		}
	}
	if err := w.DecideKey(t.Context(), zoeMail, "FFFF", "shrug"); !errors.Is(err, ErrUsage) || len(w.keys.decided) != 4 {
		t.Errorf("no choice: %v", err)
	}
	if _, err := w.ImportKeys(t.Context(), []byte("9999"), nil); err != nil {
		t.Error(err)
	}
	if want := slices.Repeat([]Address{zoeMail}, 6); !slices.Equal(judged, want) {
		t.Errorf("judged %v", judged)
	}
	w.keys.fail = ErrFull
	if err := w.VerifyKey(t.Context(), zoeMail, "ABCD", "words"); !errors.Is(err, ErrFull) || len(judged) != 6 {
		t.Errorf("not kept, yet judged: %v", err)
	}
}

func TestKeysAreListedInOrder(t *testing.T) {
	binding := func(a Address, days int) Binding { return Binding{Address: a, LastSeen: now.AddDate(0, 0, -days)} }
	w := newSealedWorld(keys())
	w.keys.others = []Key{
		{Fingerprint: "OLD", Addresses: []Address{zoeMail}, Bindings: []Binding{binding(zoeMail, 90)}},
		{Fingerprint: "FFFF", Addresses: []Address{zoeMail}, Bindings: []Binding{binding(zoeMail, 1), binding(paulMail, 1)}},
		{Fingerprint: "ABCD", Addresses: []Address{zoeMail}, Bindings: []Binding{binding(zoeMail, 30)}},
		{Fingerprint: "PAUL", Addresses: []Address{paulMail}, Bindings: []Binding{binding(paulMail, 2)}},
	}
	names := func(ks []Key) (out []string) {
		for _, k := range ks {
			out = append(out, k.Fingerprint)
		}
		return out
	}
	ks, err := w.Keys(t.Context())
	if want := []string{"MINE", "PAUL", "ABCD", "FFFF", "OLD"}; err != nil || !slices.Equal(names(ks), want) {
		t.Errorf("all: %v, %v", names(ks), err)
	}
	ks, err = w.KeysOf(t.Context(), "zoe")
	if want := []string{"ABCD", "FFFF", "OLD"}; err != nil || !slices.Equal(names(ks), want) || len(ks[1].Bindings) != 1 {
		t.Errorf("Zoé's: %v, %v", names(ks), err)
	}
	if b := w.keys.others[1].Bindings; len(b) != 2 || b[1].Address != paulMail {
		t.Error("the keyring's own list was changed")
	}
	if _, err := w.KeysOf(t.Context(), "nobody"); !errors.Is(err, ErrNotFound) {
		t.Errorf("nobody's: %v", err)
	}
}

func TestOwnKeys(t *testing.T) {
	w := newSealedWorld(keys())
	if c, err := w.CompareKeys(t.Context(), zoeMail); err != nil || c.Own != meMail || c.PeerFingerprint != "ABCD" || c.OwnFingerprint != "MINE" {
		t.Errorf("compare: %+v, %v", c, err)
	}
	if k, cert, err := w.PublishKey(t.Context(), "home"); err != nil || k.Fingerprint != "MINE" || string(cert) != "exported MINE" {
		t.Errorf("publish: %v %q %v", k, cert, err)
	}
	if k, err := w.PeerKey(t.Context(), meMail); err != nil || k.Fingerprint != "MINE" || k.Person != "verified" {
		t.Errorf("one's own: %+v, %v", k, err)
	}
	clear(w.keys.own)
	if _, err := w.CompareKeys(t.Context(), zoeMail); !errors.Is(err, ErrNotFound) {
		t.Errorf("nothing to compare: %v", err)
	}
	if k, err := w.MakeKey(t.Context(), "home", []byte("pass")); err != nil || !k.Protected || k.UserIDs[0] != "Me <me@home.example>" {
		t.Errorf("made %+v, %v", k, err)
	}
	for _, a := range []AccountID{"social", "nowhere"} {
		if _, err := w.MakeKey(t.Context(), a, nil); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", a, err)
		}
	}
}

// finder is a network that has a key for everybody, and notes who was asked for.
type finder struct{ asked []Address }

func (f *finder) find(_ context.Context, a Address) ([]KeySight, error) {
	f.asked = append(f.asked, a)
	return []KeySight{{Address: a, Source: FromWKD, Fingerprint: "F00D"}, {Address: MailAddress("other@example.org"), Source: FromWKD, Fingerprint: "BAD0"}}, nil
}

func TestFindKeyAsksForPeopleOnly(t *testing.T) {
	robot := MailAddress("robot@shop.example")
	synctest.Test(t, func(t *testing.T) {
		var f finder
		judged := 0
		w := newSealedWorld(nil, func(o *Options) {
			o.Find = f.find
			o.Rejudge = func(context.Context, []Address) error { judged++; return nil }
		})
		w.keys.changed = []Address{zoeMail}
		w.store.contacts["bulk"] = Contact{ID: "bulk", Kind: KindBulk, Addresses: []ContactAddress{{Address: MailAddress("deals@shop.example")}}}
		w.store.contacts["robot"] = Contact{ID: "robot", Addresses: []ContactAddress{{Address: robot}}}
		events := w.Events(t.Context())
		if err := w.FindKey(t.Context(), zoeMail); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if e := <-events; !e.All || len(w.keys.learnt) != 1 || w.keys.learnt[0].Address != zoeMail || judged != 1 {
			t.Errorf("learnt %v, judged %d times", w.keys.learnt, judged)
		}
		w.store.hits = []Hit{{Message: Message{Bulk: true}}}
		for _, a := range []Address{MailAddress("deals@shop.example"), robot, MailAddress("no-reply@bank.example"), meMail, zoeMasto, {}} {
			if err := w.FindKey(t.Context(), a); err == nil {
				t.Errorf("%v was looked for", a)
			}
		}
		w.store.hits = []Hit{{Message: Message{ListID: "robot.shop.example"}}}
		if err := w.FindKey(t.Context(), robot); err == nil {
			t.Error("a list was looked for")
		}
		synctest.Wait()
		if !slices.Equal(f.asked, []Address{zoeMail}) {
			t.Errorf("asked for %v", f.asked)
		}
	})
}

func TestBeginningADraftLooksForMissingKeysOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f finder
		w := newSealedWorld(map[Address]PeerKey{paulMail: known()}, func(o *Options) { o.Find = f.find })
		many := to("zoe", "paul")
		for _, n := range []string{"a", "b", "c", "d"} {
			many = append(many, Recipient{Address: MailAddress(n + "@example.net")})
		}
		for _, people := range [][]Recipient{many, to("paul"), to("zoe"), to("zoe")} {
			if _, err := w.NewDraft(t.Context(), people); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if _, err := w.SaveDraft(t.Context(), Draft{To: to("zoe"), Cc: []Recipient{{Address: MailAddress("new@example.net")}}, Text: "x"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if want := []Address{zoeMail, MailAddress("new@example.net")}; !slices.Equal(f.asked, want) {
			t.Errorf("asked for %v, want %v", f.asked, want)
		}
	})
}

func TestWarningsAboutKeys(t *testing.T) {
	w := newSealedWorld(map[Address]PeerKey{zoeMail: known()})
	m := msg(zoeMail, meMail)
	m.ID, m.Direction, m.Account = "m1", In, "home"
	m.Evidence.Security = privacy.Security{Sealed: "full", Decrypted: true, Signature: "mismatch", SignerAddress: "mallory@example.net"}
	m.Facts = privacy.Facts{Problem: "fromsigner"}
	w.store.messages["m1"] = *m
	c := choose(t, w, Draft{Kind: DraftReply, Source: "m1", To: []Recipient{{Contact: "zoe", Address: zoeMail}}, Text: "x"})
	if !slices.ContainsFunc(c.Warnings, func(r Reason) bool {
		return r.Code == "warn.other_signer" && r.Args["Signer"] == "mallory@example.net"
	}) {
		t.Errorf("signed by somebody else: %v", c.Warnings)
	}
	c = choose(t, w, Draft{To: to("zoe", "paul"), Text: "x"})
	if !slices.ContainsFunc(c.Warnings, func(r Reason) bool {
		return r.Code == "warn.open_people" && r.Args["Names"] == "Paul Roux"
	}) {
		t.Errorf("one without key: %v", c.Warnings)
	}
	clear(w.keys.peers)
	for _, people := range [][]Recipient{to("paul"), to("paul", "zoe")} {
		if c = choose(t, w, Draft{To: people, Text: "x"}); len(c.Warnings) != 0 {
			t.Errorf("nobody of %v has a key: %v", people, c.Warnings)
		}
	}
}

// While the keys are locked, what was sealed is neither answered nor passed on:
// an empty quotation and a subject made of dots would go out in its place.
func TestLockedMessagesAreNotAnswered(t *testing.T) {
	w := newSealedWorld(keys())
	w.keys.locked = true
	m := msg(zoeMail, meMail)
	m.ID, m.Direction, m.Subject = "m1", In, "[...]"
	m.Evidence.Security = privacy.Security{Sealed: "full", Decrypted: true}
	w.store.messages["m1"] = *m
	if _, err := w.Reply(t.Context(), "m1", false); !errors.Is(err, ErrSealed) {
		t.Errorf("reply: %v", err)
	}
	if _, err := w.Forward(t.Context(), "m1"); !errors.Is(err, ErrSealed) {
		t.Errorf("forward: %v", err)
	}
	w.keys.locked, m.Text, m.Subject = false, "Hello.", "Plan"
	w.store.messages["m1"] = *m
	if d, err := w.Reply(t.Context(), "m1", false); err != nil || d.Subject != "Re: Plan" {
		t.Errorf("reply: %+v, %v", d, err)
	}
}

func TestExplainAKey(t *testing.T) {
	const fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567"
	for _, test := range []struct {
		name   string
		key    Key
		states map[Address]privacy.KeyState
		score  int
		person string
	}{
		{"checked", Key{}, map[Address]privacy.KeyState{zoeMail: {Person: "verified"}, zoeWork: {Person: "verified"}}, 84, "verified"},
		{"as good as what is known least", Key{}, map[Address]privacy.KeyState{zoeMail: {Person: "verified"}, zoeWork: {Person: "new"}}, 72, "new"},
		{"changed", Key{}, map[Address]privacy.KeyState{zoeMail: {Person: "new", Conflict: true}, zoeWork: {Person: "tofu"}}, 40, "new"},
		{"refused", Key{}, map[Address]privacy.KeyState{zoeMail: {Person: "tofu", Bad: true}, zoeWork: {Person: "tofu"}}, 32, "tofu"},
		{"expired", Key{Expired: true}, map[Address]privacy.KeyState{zoeMail: {Person: "verified"}}, 32, ""},
		{"weak", Key{Weak: true}, map[Address]privacy.KeyState{zoeMail: {Person: "verified"}, zoeWork: {Person: "verified"}}, 40, "verified"},
		{"one's own", Key{Own: true}, nil, 84, "verified"},
	} {
		w := newSealedWorld(nil)
		test.key.Fingerprint, test.key.Addresses = fingerprint, []Address{zoeMail, zoeWork}
		w.keys.others, w.keys.states = []Key{test.key}, test.states
		e, err := w.Explain(t.Context(), "01234567 89ab cdef 0123 456789abcdef01234567")
		if err != nil || e.Kind != "key" || e.Index.Score != test.score || test.person != "" && e.Key.Person != test.person {
			t.Errorf("%s: %d %+v, %v", test.name, e.Index.Score, e.Key, err)
		}
	}
	if _, err := newSealedWorld(nil).Explain(t.Context(), fingerprint); !errors.Is(err, ErrNotFound) {
		t.Errorf("a key nobody has: %v", err)
	}
}

func TestKeysAreComparedFromTheAddressTheOtherSideKnows(t *testing.T) {
	work := MailAddress("me@work.example")
	w := newSealedWorld(keys(), func(o *Options) {
		before := o.Accounts()
		o.Accounts = func() []OwnAccount {
			return append(before, OwnAccount{ID: "work", Protocol: Mail, Address: work, Verified: true})
		}
	})
	w.keys.own[work] = Key{Fingerprint: "WORKS", Own: true, Secret: true, Addresses: []Address{work}}
	w.store.history["zoe"] = []Past{proven(1, zoeMail, "work"), proven(2, zoeMail, "home")}
	if c, err := w.CompareKeys(t.Context(), zoeMail); err != nil || c.Own != work {
		t.Errorf("compared from %v: %v", c.Own, err)
	}
	delete(w.keys.own, work) // letters went from there, but without a key
	if c, err := w.CompareKeys(t.Context(), zoeMail); err != nil || c.Own != meMail {
		t.Errorf("compared from %v: %v", c.Own, err)
	}
}
