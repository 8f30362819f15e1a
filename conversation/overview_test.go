package conversation_test

import (
	"slices"
	"testing"
	"time"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

func sentMail(days, score, best int, f privacy.Facts) Past {
	return Past{Date: now.AddDate(0, 0, -days), Direction: Out, Protocol: Mail, Account: "home", Address: zoeMail, Score: score, Best: best, Facts: f}
}

func goodDevice() privacy.DeviceInput {
	return privacy.DeviceInput{Disk: "encrypted", Swap: "none", Perm: "private", Key: "locked", Cache: "sealed", Lock: "auto", Updates: "fresh", Local: "local", Root: "user", Memory: "guarded"}
}

func overview(t *testing.T, w *world) Overview {
	t.Helper()
	o, err := w.Privacy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func part(o Overview, id string) int {
	for _, f := range o.Me.Factors {
		if f.ID == id {
			return f.Points
		}
	}
	return -1
}

func TestOverviewOnTheFirstDay(t *testing.T) {
	w := newWorld()
	o := overview(t, w)
	if o.Me.Level != privacy.LevelUnknown || len(o.Trend) != 0 || len(w.store.scores) != 0 || len(o.Accounts) != 2 {
		t.Errorf("nothing to judge: %+v", o)
	}
	w.store.sent = []Past{sentMail(1, 38, 38, inClear)}
	w.store.sent = append(w.store.sent, sentMail(2, 38, 0, inClear)) // by another program: nobody knows what was possible
	o = overview(t, w)
	if got := part(o, "u.reach"); got != 20 { // all that was possible
		t.Errorf("who could do no better reached %d of 20", got)
	}
	if o.Sent != 2 || o.Sealed != 0 || len(o.Trend) != 1 || o.Best != o.Me.Score || o.Since != 0 {
		t.Errorf("%+v", o)
	}
}

func TestOverviewOfTheUser(t *testing.T) {
	w := newSealedWorld(map[Address]PeerKey{zoeMail: known(verifiedKey)}, func(o *Options) { o.Device = goodDevice })
	w.accounts[0].Measured = privacy.AccountInput{TLS: "1.3", Auth: "oauth", Secret: "kept", Key: "published", DMARC: "reject", Inbound: "enforce", DNSSEC: "signed", ClientIP: "hidden"}
	w.accounts[1].Paused = true
	w.store.history["zoe"] = habit(zoeMail, sealedMine, 84)
	w.store.history["paul"] = habit(paulMail, inClear, 38)
	w.store.traffic = []Traffic{{Contact: "zoe", Messages: 30}, {Contact: "gone", Messages: 20}, {Contact: "paul", Messages: 10}}
	w.store.sent = []Past{sentMail(0, 84, 84, sealedMine), sentMail(0, 38, 76, inClear)}
	w.store.levels = map[privacy.Level]int{privacy.LevelA: 3}
	w.store.scores["me"] = []Point{{Day: day(-40), Score: 60}, {Day: day(-31), Score: 70}, {Day: day(-400), Score: 95}, {Day: day(0), Score: 1}}
	slices.SortFunc(w.store.scores["me"], func(a, b Point) int { return a.Day.Compare(b.Day) })
	o := overview(t, w)
	zoe, paul := indexOf(t, w, "zoe").Score, indexOf(t, w, "paul").Score
	contacts := float64(30*zoe+10*paul) / 40
	want := 0.20*61 + 0.20*75 + 0.25*contacts + 0.20*100 + 0.15*100
	if diff := float64(o.Me.Score) - want; diff > 1 || diff < -1 {
		t.Errorf("%d, want about %.1f: %+v", o.Me.Score, want, o.Me.Factors)
	}
	if o.Since != o.Me.Score-70 || o.Best != 95 || len(o.Trend) != 3 || o.Trend[2] != (Point{day(0), o.Me.Score}) {
		t.Errorf("since %d, best %d, trend %v", o.Since, o.Best, o.Trend)
	}
	if o.Sent != 2 || o.Sealed != 1 || o.Device.Index.Score != 100 || o.Device.Decided != 100 || o.Accounts[0].Key.Fingerprint != "MINE" {
		t.Errorf("%+v", o)
	}
	saves := w.store.saves
	if again := overview(t, w); w.store.saves != saves || len(again.Trend) != 3 || again.Me.Score != o.Me.Score {
		t.Errorf("looked at twice: %v", again.Trend)
	}
	if e, err := w.Explain(t.Context(), "me"); err != nil || e.Kind != "me" || e.Index.Score != o.Me.Score {
		t.Errorf("explain: %+v, %v", e, err)
	}
	if e, err := w.Explain(t.Context(), "device"); err != nil || e.Kind != "device" || e.Index.Score != 100 || e.Decided != 100 {
		t.Errorf("explain: %+v, %v", e, err)
	}
}

func day(n int) time.Time { return now.Truncate(24*time.Hour).AddDate(0, 0, n) }

func TestTheWorstDeviceAndAccountBoundTheUser(t *testing.T) {
	w := newWorld()
	w.accounts[0].Measured = privacy.AccountInput{TLS: "1.3", BadCertificate: true}
	w.store.sent = []Past{sentMail(1, 90, 90, sealedMine)}
	o := overview(t, w)
	if o.Me.Score > 60 || !slices.Contains(o.Me.Caps, privacy.Cap{ID: "k.account+40", Limit: 60}) {
		t.Errorf("an unchecked server: %+v", o.Me)
	}
	w.accounts[0].Measured = privacy.AccountInput{}
	w.opt.Device = func() privacy.DeviceInput { return privacy.DeviceInput{Disk: "clear", Key: "naked"} }
	w.Service = New(w.opt)
	if o = overview(t, w); !slices.Contains(o.Me.Caps, privacy.Cap{ID: "k.device+30", Limit: o.Device.Index.Score + 30}) {
		t.Errorf("a naked key: %+v", o.Me)
	}
}

func stepIDs(o Overview) (out []string) {
	for _, s := range o.Steps {
		id := s.Advice.ID
		for _, about := range []string{string(s.Contact), string(s.Account)} {
			if about != "" {
				id += " " + about
			}
		}
		out = append(out, id)
	}
	return out
}

func TestSteps(t *testing.T) {
	soon := func(k *PeerKey) { k.Expires = now.AddDate(0, 0, 12) }
	world := func(peers map[Address]PeerKey) *world {
		w := newSealedWorld(peers, func(o *Options) { o.Device = goodDevice })
		byMail(w)
		w.store.history["paul"] = []Past{proven(1, paulMail, "home")}
		w.store.traffic = []Traffic{{Contact: "zoe", Messages: 30}, {Contact: "paul", Messages: 10}}
		return w
	}
	w := world(keys())
	o := overview(t, w)
	if want := []string{"adv.encrypt paul", "adv.verify zoe"}; !slices.Equal(stepIDs(o), want) {
		t.Fatalf("steps %v, want %v", stepIDs(o), want)
	}
	if s := o.Steps[0]; s.Name != "Paul Roux" || s.Address != paulMail || s.Effort != 3 || s.Advice.Gain != 28 {
		t.Errorf("step %+v", s)
	}
	if err := w.Snooze(t.Context(), "adv.encrypt paul", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if o = overview(t, w); !slices.Equal(stepIDs(o), []string{"adv.verify zoe"}) {
		t.Errorf("put off: %v", stepIDs(o))
	}

	w = world(keys(verifiedKey, soon))
	w.keys.own[meMail] = Key{Fingerprint: "MINE", Expires: now.AddDate(0, 0, 5)}
	ids := stepIDs(overview(t, w))
	if !slices.Contains(ids, "adv.key_expires zoe") || !slices.Contains(ids, "adv.owner_expires home") {
		t.Errorf("a key expires: %v", ids)
	}
	w.keys.own[meMail] = Key{Fingerprint: "MINE", Expires: now.AddDate(0, 0, 50)}
	if ids = stepIDs(overview(t, w)); slices.Contains(ids, "adv.owner_expires home") {
		t.Errorf("not soon: %v", ids)
	}

	w = world(keys())
	w.opt.Device = func() privacy.DeviceInput {
		return privacy.DeviceInput{Disk: "clear", Swap: "clear", Perm: "readable", Key: "naked", Cache: "clear", Lock: "never", Updates: "old", Root: "root"}
	}
	w.accounts[0].Measured = privacy.AccountInput{TLS: "none", Secret: "file", Key: "none"}
	w.Service = New(w.opt)
	if n := len(overview(t, w).Steps); n != 5 {
		t.Errorf("%d steps at once", n)
	}
}

func TestMilestonesAreReachedOnce(t *testing.T) {
	w := newSealedWorld(nil)
	w.store.traffic = []Traffic{{Contact: "paul", Messages: 3}}
	w.store.history["paul"] = []Past{proven(1, paulMail, "home")}
	if got := overview(t, w).Milestones; len(got) != 0 {
		t.Errorf("nothing reached yet: %v", got)
	}
	w.keys.peers = map[Address]PeerKey{paulMail: known(verifiedKey)}
	w.keys.others = []Key{{Fingerprint: "ABCD", Bindings: []Binding{{Address: paulMail, VerifiedAt: day(-3)}, {Address: zoeMail, VerifiedAt: day(-9)}}}}
	w.store.sent = []Past{sentMail(1, 84, 84, sealedMine), sentMail(5, 84, 84, sealedMine), sentMail(7, 38, 38, inClear)}
	w.store.levels = map[privacy.Level]int{privacy.LevelA: 1}
	var got []string
	for _, m := range overview(t, w).Milestones {
		got = append(got, m.ID+" "+m.At.Format(time.DateOnly))
	}
	want := []string{"first_verified 2026-11-11", "first_sealed 2026-11-15", "first_a 2026-11-20", "all_sealed 2026-11-20"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	w.keys.peers, w.keys.others, w.store.levels = nil, nil, nil
	w.store.sent = []Past{sentMail(0, 84, 84, sealedMine)}
	if left := overview(t, w).Milestones; len(left) != 4 || !left[1].At.Equal(now.AddDate(0, 0, -5)) {
		t.Errorf("taken away again, or moved: %v", left)
	}
}

func TestOverviewOfAProfileThatCannotBeWritten(t *testing.T) {
	w := newWorld()
	w.store.sent = []Past{sentMail(1, 84, 84, sealedMine)}
	w.store.fail["SaveScore"], w.store.fail["SetSetting"] = ErrReadOnly, ErrReadOnly
	if o := overview(t, w); o.Me.Score == 0 || len(o.Trend) != 1 || len(o.Milestones) != 1 {
		t.Errorf("%+v", o)
	}
}
