package conversation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

func verifiedKey(k *PeerKey) {
	k.Person, k.VerifiedAt, k.VerifiedHow = "verified", now.AddDate(0, -1, 0), "qr"
}
func caliopenPeer(k *PeerKey) { k.Caliopen, k.Protects = true, true }
func expiredKey(k *PeerKey)   { k.Fingerprint, k.Problem, k.Person = "", "expired", "" }
func changedKey(k *PeerKey)   { k.Conflict = "FFFF" }
func discouraged(k *PeerKey)  { k.Advice = SealDiscourage }

// keys gives Zoé's key.
func keys(change ...func(*PeerKey)) map[Address]PeerKey {
	return map[Address]PeerKey{zoeMail: known(change...)}
}

func byMail(w *world)     { w.store.history["zoe"] = []Past{proven(1, zoeMail, "home")} }
func byMastodon(w *world) { w.store.history["zoe"] = []Past{heardMasto(1), proven(2, zoeMail, "home")} }

func heardMasto(days int) Past {
	return heard(days, zoeMasto, "social", privacy.Facts{Proto: "mastodon", Person: "server", Path: "auth"}, 40)
}

// sealedBefore is a conversation that was sealed, in clear mail nothing since.
func sealedBefore(w *world) {
	w.store.history["zoe"] = []Past{heard(1, zoeMail, "home", privacy.Facts{E2E: "full", Crypto: "modern", Person: "tofu", Path: "tls"}, 76), proven(9, zoeMail, "home")}
}

func TestChooseWorkedExamples(t *testing.T) {
	draft := func(change func(*Draft)) Draft {
		d := Draft{To: to("zoe"), Text: "Coming?"}
		if change != nil {
			change(&d)
		}
		return d
	}
	tests := []struct {
		name     string
		peers    map[Address]PeerKey
		set      func(*world)
		draft    func(*Draft)
		want     string
		reason   string
		rejected map[string]string
	}{
		{name: "mail and Mastodon, both live, short text", set: byMastodon, want: "AUTO mastodon 40 D"},
		{name: "same two, answering a mail", set: byMail, want: "AUTO mail 38 D", reason: "route.habit"},
		{
			name: "same, text of 2 000 characters", set: byMastodon, draft: func(d *Draft) { d.Text = strings.Repeat("x", 2000) },
			want: "AUTO mail 38 D", rejected: map[string]string{"mastodon": "route.too_long", "sealed mail": "route.no_key"},
		},
		{name: "mail, sealed mail, Mastodon", peers: keys(), set: byMastodon, want: "AUTO sealed mail 76 B", reason: "route.best"},
		{name: "an answer to a mail in clear is sealed as soon as it can be", peers: keys(), set: byMail, want: "AUTO sealed mail 76 B"},
		{name: "the key was checked", peers: keys(verifiedKey), set: byMail, want: "AUTO sealed mail 84 A"},
		{name: "intra verified", peers: keys(verifiedKey, caliopenPeer), set: byMail, want: "AUTO intra 89 A"},
		{name: "intra, not checked", peers: keys(caliopenPeer), set: byMail, want: "AUTO intra 80 B"},
		{name: "intra verified, cold; only clear mail is live", peers: keys(verifiedKey, caliopenPeer, discouraged), set: byMail, want: "AUTO intra 89 A"},
		{name: "reply in a sealed conversation", peers: keys(), set: sealedBefore, want: "AUTO sealed mail 76 B"},
		{
			name: "reply in a sealed conversation, but the key expired", peers: keys(expiredKey), set: sealedBefore,
			want: "STOP route.sealed_stop", rejected: map[string]string{"sealed mail": "route.key_expired"},
		},
		{
			name: "same, the user insists on mail", peers: keys(expiredKey), set: sealedBefore, draft: func(d *Draft) { d.Via = "home" },
			want: "ASK mail 38 D", reason: "route.sealed_ask",
		},
		{
			name: "same, and has confirmed", peers: keys(expiredKey), set: sealedBefore, draft: func(d *Draft) { d.Via, d.ConfirmClear = "home", true },
			want: "OVERRIDE mail 38 D", reason: "route.sealed_left",
		},
		{name: "key of the contact changed", peers: keys(changedKey), set: byMail, want: "STOP route.key_changed"},
		{name: "key changed, the old one is gone too", peers: keys(changedKey, expiredKey), set: byMail, want: "STOP route.key_changed"},
		{name: "key changed, a clear channel is in use", peers: keys(changedKey), set: byMastodon, want: "STOP route.key_changed"},
		{name: "key changed, chosen by hand", peers: keys(changedKey), set: byMail, draft: func(d *Draft) { d.Via = "home/sealed" }, want: "OVERRIDE sealed mail 40 D"},
		{
			name: "pinned to Mastodon by the user", peers: keys(), want: "PIN mastodon 40 D",
			set: func(w *world) {
				byMail(w)
				c := w.store.contacts["zoe"]
				c.Pin = Mastodon
				w.store.contacts["zoe"] = c
			},
		},
		{
			name: "pinned to mail: sealed mail is mail", peers: keys(), want: "PIN sealed mail 76 B",
			set: func(w *world) {
				byMastodon(w)
				c := w.store.contacts["zoe"]
				c.Pin = Mail
				w.store.contacts["zoe"] = c
			},
		},
		{
			name: "manual choice of clear mail in an unsealed conversation", peers: keys(), set: byMail, draft: func(d *Draft) { d.Via = "home" },
			want: "OVERRIDE mail 38 D", reason: "route.override_worse",
		},
		{name: "the protocol's name means its best channel", peers: keys(), set: byMail, draft: func(d *Draft) { d.Via = "mail" }, want: "OVERRIDE sealed mail 76 B"},
		{
			name: "mail addresses bounced", peers: keys(), want: "AUTO mastodon 40 D", rejected: map[string]string{"mail": "route.bounced", "sealed mail": "route.bounced"},
			set: func(w *world) {
				byMastodon(w)
				w.store.contacts["zoe"].Addresses[0].Bounced, w.store.contacts["zoe"].Addresses[1].Bounced = true, true
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newSealedWorld(test.peers)
			if test.set != nil {
				test.set(w)
			}
			c := choose(t, w, draft(test.draft))
			if got := outcome(c); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if test.reason != "" && c.Reason.Code != test.reason {
				t.Errorf("because %s, want %s", c.Reason.Code, test.reason)
			}
			got := rejections(c)
			for name, code := range test.rejected {
				if got[name] != code {
					t.Errorf("%s rejected as %q, want %q", name, got[name], code)
				}
			}
		})
	}
}

func TestWhyAMessageCannotBeSealed(t *testing.T) {
	paul := known(func(k *PeerKey) { k.Fingerprint = "PAUL" })
	for _, test := range []struct {
		name  string
		peers map[Address]PeerKey
		set   func(*world)
		want  string
		names string
	}{
		{"nobody has a key", nil, nil, "route.no_key", "Zoé Martin, Paul Roux"},
		{"one has none", map[Address]PeerKey{zoeMail: known()}, nil, "route.no_key", "Paul Roux"},
		{"one has expired", map[Address]PeerKey{zoeMail: known(expiredKey), paulMail: paul}, nil, "route.key_expired", "Zoé Martin"},
		{"one was revoked", map[Address]PeerKey{zoeMail: known(func(k *PeerKey) { k.Fingerprint, k.Problem = "", "revoked" }), paulMail: paul}, nil, "route.key_revoked", "Zoé Martin"},
		{"one was refused", map[Address]PeerKey{zoeMail: known(func(k *PeerKey) { k.Problem = "bad" }), paulMail: paul}, nil, "route.key_bad", "Zoé Martin"},
		{"one does not want it", map[Address]PeerKey{zoeMail: known(func(k *PeerKey) { k.Advice = SealDisable }), paulMail: paul}, nil, "route.key_disabled", "Zoé Martin"},
		{"no own key", map[Address]PeerKey{zoeMail: known(), paulMail: paul}, func(w *world) { clear(w.keys.own) }, "route.no_own_key", ""},
		{"own key expired", map[Address]PeerKey{zoeMail: known(), paulMail: paul}, func(w *world) { w.keys.own[meMail] = Key{Fingerprint: "MINE", Expired: true} }, "route.own_key_expired", ""},
		{"own key revoked", map[Address]PeerKey{zoeMail: known(), paulMail: paul}, func(w *world) { w.keys.own[meMail] = Key{Fingerprint: "MINE", Revoked: true} }, "route.own_key_revoked", ""},
		{"a locked own key is no hindrance", map[Address]PeerKey{zoeMail: known(), paulMail: paul}, func(w *world) {
			w.keys.own[meMail], w.keys.locked = Key{Fingerprint: "MINE", Locked: true, Protected: true}, true
		}, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newSealedWorld(test.peers)
			if test.set != nil {
				test.set(w)
			}
			c := choose(t, w, Draft{To: to("zoe"), Bcc: to("paul"), Text: "x"})
			p := sealedCandidate(t, c)
			if names, _ := p.Rejected.Args["Names"].(string); p.Rejected.Code != test.want || names != test.names {
				t.Errorf("got %v, want %s %s", p.Rejected, test.want, test.names)
			}
			if best := c.Best(); best == nil || best.Channel.Sealed != (test.want == "") {
				t.Errorf("chose %s", outcome(c))
			}
		})
	}
}

func sealedCandidate(t *testing.T, c Choice) Prediction {
	t.Helper()
	for _, p := range c.Candidates {
		if p.Channel.Sealed {
			return p
		}
	}
	t.Fatal("no sealed candidate")
	return Prediction{}
}

func TestWhatASealedChannelShows(t *testing.T) {
	for _, test := range []struct {
		name   string
		peers  map[Address]PeerKey
		opt    func(*Options)
		people []ContactID
		policy HeaderPolicy
		score  int
		proto  string
	}{
		{"the subject is hidden", keys(), nil, []ContactID{"zoe"}, HideSubject, 76, "mail"},
		{"discreet by choice", keys(), func(o *Options) { o.Discreet = true }, []ContactID{"zoe"}, Discreet, 79, "mail"},
		{"towards Caliopen", keys(caliopenPeer), nil, []ContactID{"zoe"}, HideAll, 80, "intra"},
		{"towards Caliopen, key only gossiped", keys(caliopenPeer, func(k *PeerKey) { k.Person = "gossip" }), nil, []ContactID{"zoe"}, Discreet, 72, "mail"},
		{"one of two is Caliopen", map[Address]PeerKey{zoeMail: known(caliopenPeer), paulMail: known()}, nil, []ContactID{"zoe", "paul"}, HideSubject, 73, "mail"},
		{"quantum", keys(func(k *PeerKey) { k.Quantum = true }), nil, []ContactID{"zoe"}, HideSubject, 80, "mail"},
		{"weak", keys(func(k *PeerKey) { k.Weak = true }), nil, []ContactID{"zoe"}, HideSubject, 40, "mail"},
		{"as good as the weakest", map[Address]PeerKey{zoeMail: known(verifiedKey), paulMail: known(func(k *PeerKey) { k.Person = "new" })}, nil, []ContactID{"zoe", "paul"}, HideSubject, 69, "mail"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var change []func(*Options)
			if test.opt != nil {
				change = append(change, test.opt)
			}
			w := newSealedWorld(test.peers, change...)
			byMail(w)
			p := sealedCandidate(t, choose(t, w, Draft{To: to(test.people...), Text: "x"}))
			if p.Policy != test.policy || p.Index.Score != test.score || p.Facts.Proto != test.proto || p.Facts.Subject != "hidden" {
				t.Errorf("policy %q, %d, %+v", p.Policy, p.Index.Score, p.Facts)
			}
			if len(p.Keys) != len(test.people) || p.Keys[zoeMail] != "ABCD" {
				t.Errorf("keys %v", p.Keys)
			}
		})
	}
}

func TestAKeyThatChangedSinceItWasShownStopsTheMessage(t *testing.T) {
	w := newSealedWorld(keys())
	byMail(w)
	d := Draft{To: to("zoe"), Text: "x"}
	c := choose(t, w, d)
	d.Shown = c.Mark()
	w.keys.peers[zoeMail] = known(func(k *PeerKey) { k.Fingerprint = "OTHER" })
	_, _, err := w.Send(t.Context(), d)
	var p *Problem
	if !errors.Is(err, ErrGuard) || !errors.As(err, &p) || p.Code != "route.changed" || len(w.store.entries) != 0 {
		t.Errorf("another key: %v", err)
	}
	delete(w.keys.peers, zoeMail)
	if _, _, err = w.Send(t.Context(), d); !errors.Is(err, ErrGuard) || len(w.store.entries) != 0 {
		t.Errorf("no key any more: %v", err)
	}
}

func TestLineSaysSinceWhenTheKeyIsKnown(t *testing.T) {
	for name, test := range map[string]struct {
		key  PeerKey
		want string
	}{
		"this year":     {known(), "route.key_since"},
		"another year":  {known(func(k *PeerKey) { k.Since = now.AddDate(-2, 0, 0) }), "route.key_since_year"},
		"checked":       {known(verifiedKey), "route.key_checked"},
		"nobody knows":  {known(func(k *PeerKey) { k.Since = time.Time{} }), ""},
		"checked, once": {known(verifiedKey, func(k *PeerKey) { k.VerifiedAt = now.AddDate(-1, 0, 0) }), "route.key_checked_year"},
	} {
		w := newSealedWorld(map[Address]PeerKey{zoeMail: test.key})
		byMail(w)
		line := choose(t, w, Draft{To: to("zoe"), Text: "x"}).Line()
		note, _ := line.Args["Key"].(Reason)
		if note.Code != test.want || line.Args["Channel"].(Reason).Code != "channel.mail.sealed" {
			t.Errorf("%s: %v", name, line)
		}
	}
	w := newSealedWorld(nil)
	byMail(w)
	if line := choose(t, w, Draft{To: to("zoe"), Text: "x"}).Line(); line.Args["Key"] != nil || line.Args["Channel"] != "mail" {
		t.Errorf("in clear: %v", line)
	}
}

func TestSealedChannelsInDetail(t *testing.T) {
	d := Draft{To: to("zoe"), Text: "x"}
	w := newSealedWorld(keys(discouraged))
	byMail(w)
	p := sealedCandidate(t, choose(t, w, d))
	if p.Reach != Cold || p.Proven {
		t.Errorf("advised against: %s, proven %v", p.Reach, p.Proven)
	}
	w = newSealedWorld(keys())
	w.store.history["zoe"] = habit(zoeMail, sealedMine, 76)
	if p = sealedCandidate(t, choose(t, w, d)); p.Reach != Live || !p.Proven || !p.LastUsed {
		t.Errorf("used before: %s, proven %v, last %v", p.Reach, p.Proven, p.LastUsed)
	}
	w.store.contacts["lin"] = Contact{ID: "lin", Name: "Lin", Addresses: []ContactAddress{{Address: MastodonAddress("lin@social.example", "")}}}
	if p = sealedCandidate(t, choose(t, w, Draft{To: to("paul", "lin"), Text: "x"})); p.Rejected.Code != "route.missing" {
		t.Errorf("somebody has no mail: %v", p.Rejected)
	}
	w.accounts[0].Paused = true
	if p = sealedCandidate(t, choose(t, w, Draft{To: to("paul"), Text: "x"})); p.Rejected.Code != "route.paused" {
		t.Errorf("paused: %v", p.Rejected)
	}
}

// Whoever can write mails in somebody's name must not be able to push the
// sealed ones so far back that the conversation counts as clear.
func TestForgeriesDoNotUnsealAConversation(t *testing.T) {
	w := newSealedWorld(keys(expiredKey))
	for i := range 12 {
		w.store.history["zoe"] = append(w.store.history["zoe"], heard(i, zoeMail, "home", privacy.Facts{Proto: "mail", Path: "tls", OwnHop: true}, 32))
	}
	w.store.history["zoe"] = append(w.store.history["zoe"], heard(20, zoeMail, "home", sealedMine, 76))
	if got := outcome(choose(t, w, Draft{To: to("zoe"), Text: "x"})); got != "STOP route.sealed_stop" {
		t.Errorf("got %s", got)
	}
}
