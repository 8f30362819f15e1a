package conversation_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

func choose(t *testing.T, w *world, d Draft) Choice {
	t.Helper()
	c, err := w.Choose(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// best gives the prediction chosen; there must be one.
func best(t *testing.T, w *world, d Draft) Prediction {
	t.Helper()
	c := choose(t, w, d)
	if c.Best() == nil {
		t.Fatalf("nothing chosen: %v", c.Reason)
	}
	return *c.Best()
}

// chosen gives the account and the addresses of the choice.
func chosen(c Choice) string {
	best := c.Best()
	if best == nil {
		return string(c.Decision) + " " + c.Reason.Code
	}
	s := string(c.Decision) + " " + string(best.Channel.Account)
	for _, a := range best.Addresses {
		s += " " + a.ID
	}
	return s
}

func heard(days int, a Address, account AccountID, f privacy.Facts, score int) Past {
	return Past{Date: now.AddDate(0, 0, -days), Direction: In, Protocol: a.Protocol, Account: account, Address: a, Score: score, Facts: f}
}

func TestChoose(t *testing.T) {
	sealedFacts := privacy.Facts{E2E: "full", Crypto: "modern"}
	tests := []struct {
		name  string
		set   func(*world)
		draft Draft
		want  string
	}{
		{"nobody yet", nil, Draft{Text: "x"}, "stop route.none"},
		{"both ways, no habit", nil, Draft{To: to("zoe"), Text: "x"}, "auto social @zoe@social.example"},
		{"who was heard by mail last is answered by mail, from equal letters", func(w *world) {
			w.store.history["zoe"] = []Past{heard(1, zoeMail, "home", privacy.Facts{Path: "tls", Person: "domain"}, 38)}
		}, Draft{To: to("zoe"), Text: "x"}, "auto home zoe@example.org"},
		{"what I wrote last is no habit of the other side", func(w *world) {
			w.store.history["zoe"] = []Past{{Direction: Out, Account: "home", Facts: privacy.Facts{Path: "tls"}}, heard(2, zoeMasto, "social", privacy.Facts{}, 40), heard(3, zoeMail, "home", privacy.Facts{Path: "tls", Person: "domain"}, 38)}
		}, Draft{To: to("zoe"), Text: "x"}, "auto social @zoe@social.example"},
		{"too long for a post", nil, Draft{To: to("zoe"), Text: strings.Repeat("é", 490)}, "auto home zoe@example.org"},
		{"too many files for a post", nil, Draft{To: to("zoe"), Text: "x", Attach: []string{"1", "2", "3", "4", "5"}}, "auto home zoe@example.org"},
		{"a group goes where all are", nil, Draft{To: to("zoe"), Cc: to("paul"), Text: "x"}, "auto home zoe@example.org paul@example.com"},
		{"an explicit address is kept for its protocol", nil, Draft{To: []Recipient{{Contact: "zoe", Address: zoeWork}}, Via: "home", Text: "x"}, "override home zoe@work.example"},
		{"a typed address of a known contact is the contact", nil, Draft{To: []Recipient{{Address: zoeMail}}, Text: "x"}, "auto social @zoe@social.example"},
		{"a stranger", nil, Draft{To: []Recipient{{Address: MailAddress("new@example.net")}}, Text: "x"}, "auto home new@example.net"},
		{"by the name of the protocol", nil, Draft{To: to("zoe"), Via: "mail", Text: "x"}, "override home zoe@example.org"},
		{"auto is no channel", nil, Draft{To: to("zoe"), Via: "auto", Text: "x"}, "auto social @zoe@social.example"},
		{"a pin", func(w *world) {
			c := w.store.contacts["zoe"]
			c.Pin = Mail
			w.store.contacts["zoe"] = c
		}, Draft{To: to("zoe"), Text: "x"}, "pin home zoe@example.org"},
		{"a pin of one of two is none", func(w *world) {
			c := w.store.contacts["zoe"]
			c.Pin = Mastodon
			w.store.contacts["zoe"] = c
		}, Draft{To: to("zoe", "paul"), Text: "x"}, "auto home zoe@example.org paul@example.com"},
		{"paused", func(w *world) { w.accounts[1].Paused = true }, Draft{To: to("zoe"), Text: "x"}, "auto home zoe@example.org"},
		{"from an address of one account", nil, Draft{To: to("zoe"), From: "me@home.example", Text: "x"}, "auto home zoe@example.org"},
		{"bounced address gives way to another", func(w *world) { w.store.contacts["zoe"].Addresses[0].Bounced = true }, Draft{To: to("zoe"), Via: "home", Text: "x"}, "override home zoe@work.example"},
		{"sealed once, sealed always", func(w *world) {
			w.store.history["zoe"] = []Past{heard(1, zoeMail, "home", sealedFacts, 76)}
		}, Draft{To: to("zoe"), Text: "x"}, "stop route.sealed_stop"},
		{"the eleventh message back does not bind", func(w *world) {
			w.store.history["zoe"] = append(slices.Repeat([]Past{heard(1, zoeMasto, "social", privacy.Facts{}, 40)}, 10), heard(20, zoeMail, "home", sealedFacts, 76))
		}, Draft{To: to("zoe"), Text: "x"}, "auto social @zoe@social.example"},
		{"the user insists", func(w *world) {
			w.store.history["zoe"] = []Past{heard(1, zoeMail, "home", sealedFacts, 76)}
		}, Draft{To: to("zoe"), Via: "home", Text: "x"}, "ask home zoe@example.org"},
		{"a sealed message, not opened here, binds its answer", func(w *world) {
			w.store.messages["m1"] = Message{ID: "m1", Direction: In, Account: "home", Evidence: privacy.Evidence{Security: privacy.Security{Sealed: "full"}}}
		}, Draft{Kind: DraftReply, Source: "m1", To: to("zoe"), Text: "x"}, "stop route.sealed_stop"},
		{"and its forwarding to somebody else", func(w *world) {
			w.store.messages["m1"] = Message{ID: "m1", Direction: In, Facts: sealedFacts}
		}, Draft{Kind: DraftForward, Source: "m1", To: to("paul"), Text: "x"}, "stop route.sealed_stop"},
		{"an answer stays on the channel of the message answered", func(w *world) {
			w.store.history["zoe"] = []Past{heard(1, zoeMasto, "social", privacy.Facts{}, 40), heard(9, zoeMail, "home", privacy.Facts{Path: "tls", Person: "domain"}, 38)}
			w.store.messages["m1"] = Message{ID: "m1", Direction: In, Account: "home"}
		}, Draft{Kind: DraftReply, Source: "m1", To: to("zoe"), Text: "x"}, "auto home zoe@example.org"},
		{"an answer to what is gone still goes out", nil, Draft{Kind: DraftReply, Source: "gone", To: to("zoe"), Text: "x"}, "auto social @zoe@social.example"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld()
			if test.set != nil {
				test.set(w)
			}
			if got := chosen(choose(t, w, test.draft)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestNothingIsSaidOfAChannelThatReachesNobody(t *testing.T) {
	c := choose(t, newWorld(), Draft{To: to("paul"), Text: "x"})
	last := c.Candidates[len(c.Candidates)-1]
	if last.Channel.Account != "social" || last.Rejected.Code != "route.missing" || last.Index.Level != privacy.LevelUnknown || last.Proven {
		t.Errorf("got %+v", last)
	}
}

func TestChooseGroupFloorIsThatOfTheGroup(t *testing.T) {
	w := newWorld()
	sealedFacts := privacy.Facts{E2E: "full", Crypto: "modern"}
	w.store.history["zoe"] = []Past{heard(1, zoeMail, "home", sealedFacts, 76)}
	d := Draft{To: to("zoe", "paul"), Text: "x"}
	if got := choose(t, w, d).Decision; got != Auto {
		t.Fatalf("what Zoé and I seal does not bind the group: %s", got)
	}
	group := GroupOf(CircleOf(msg(zoeMail, paulMail, meMail)), people().who, nil)
	w.store.messages["m1"] = Message{ID: "m1", Conversation: group.ID, Direction: In, Account: "home", Facts: sealedFacts, Index: privacy.Index{Score: 84}}
	if c := choose(t, w, d); c.Decision != Stop || c.Floor != privacy.LevelA {
		t.Errorf("%s with floor %q", c.Decision, c.Floor)
	}
}

// A heap of mails that anybody could have written hides no sealed one.
func TestForgedMailsPushNoSealedOneOutOfSight(t *testing.T) {
	const forged = 60
	sealedFacts := privacy.Facts{Proto: "mail", E2E: "full", Crypto: "modern"}
	w := newWorld()
	for day := range forged {
		w.store.history["zoe"] = append(w.store.history["zoe"], heard(day, zoeMail, "home", privacy.Facts{Proto: "mail"}, 19))
	}
	w.store.history["zoe"] = append(w.store.history["zoe"], heard(forged, zoeMail, "home", sealedFacts, 76))
	if c := choose(t, w, Draft{To: to("zoe"), Text: "x"}); c.Decision != Stop || c.Floor == "" {
		t.Errorf("one person: %s with floor %q", c.Decision, c.Floor)
	}
	group := GroupOf(CircleOf(msg(zoeMail, paulMail, meMail)), people().who, nil)
	at := func(n int) Message {
		return Message{ID: MessageID(fmt.Sprint("m", n)), Conversation: group.ID, Direction: In, Protocol: Mail, Account: "home", Date: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC).AddDate(0, 0, n)}
	}
	old := at(0)
	old.Facts, old.Index = sealedFacts, privacy.Index{Score: 76}
	w.store.messages[old.ID] = old
	for n := 1; n <= forged; n++ {
		m := at(n)
		w.store.messages[m.ID] = m
	}
	if c := choose(t, w, Draft{To: to("zoe", "paul"), Text: "x"}); c.Decision != Stop || c.Floor == "" {
		t.Errorf("several: %s with floor %q", c.Decision, c.Floor)
	}
}

func TestPredictionsBelieveOnlyWhatWasSeen(t *testing.T) {
	score := func(set func(*world)) int {
		w := newWorld()
		set(w)
		return best(t, w, Draft{To: to("paul"), Text: "x"}).Index.Score
	}
	nothing := score(func(*world) {})
	one := score(func(w *world) {
		w.store.history["paul"] = []Past{heard(1, paulMail, "home", privacy.Facts{Path: "tls"}, 32)}
	})
	path := score(func(w *world) {
		for day := range 3 {
			w.store.history["paul"] = append(w.store.history["paul"], heard(day, paulMail, "home", privacy.Facts{Path: "tls"}, 32))
		}
	})
	proved := score(func(w *world) {
		w.store.history["paul"] = []Past{heard(1, paulMail, "home", privacy.Facts{Path: "tls", Person: "domain"}, 38)}
	})
	other := score(func(w *world) {
		w.store.history["paul"] = []Past{heard(1, MailAddress("paul@else.example"), "home", privacy.Facts{Path: "tls", Person: "domain"}, 38)}
	})
	if nothing != one || nothing >= path || path >= proved || other != nothing {
		t.Errorf("nothing %d, one mail of nobody knows whom %d, path %d, proved %d, another address %d", nothing, one, path, proved, other)
	}
	if bare := score(func(w *world) { w.accounts[0].Verified = false }); bare > 20 {
		t.Errorf("own server without TLS: %d", bare)
	}
}

func TestReachFollowsTheLastWord(t *testing.T) {
	tests := []struct {
		days int
		want Reach
	}{{1, Live}, {30, Live}, {31, Warm}, {180, Warm}, {181, Cold}}
	for _, test := range tests {
		w := newWorld()
		w.store.contacts["paul"].Addresses[0].LastSeen = ago(test.days)
		if got := best(t, w, Draft{To: to("paul"), Text: "x"}).Reach; got != test.want {
			t.Errorf("%d days: %s", test.days, got)
		}
	}
	w := newWorld()
	w.store.contacts["paul"].Addresses[0].LastSeen = ago(100)
	for _, d := range []Draft{{To: to("zoe", "paul"), Text: "x"}, {To: to("paul", "zoe"), Text: "x"}} {
		if got := best(t, w, d).Reach; got != Warm {
			t.Errorf("a group is as sure as its least sure member: %s", got)
		}
	}
}

func TestWarnings(t *testing.T) {
	elsewhere := MailAddress("answers@else.example")
	source := func(w *world) {
		m := also(msg(zoeMail, meMail), ReplyTo, elsewhere)
		m.ID, m.Conversation, m.Direction, m.Account = "m1", "t1", In, "home"
		w.store.messages["m1"] = *m
		w.store.conversations["t1"] = Conversation{ID: "t1", Kind: KindPeople, Contacts: []Member{{Contact: "zoe", Name: "Zoé Martin"}}}
	}
	reply := func(change func(*Draft)) Draft {
		d := Draft{Kind: DraftReply, Source: "m1", Conversation: "t1", To: []Recipient{{Contact: "zoe", Address: zoeMail}}, Text: "yes"}
		change(&d)
		return d
	}
	tests := []struct {
		name  string
		draft Draft
		want  []string
	}{
		{"none", reply(func(*Draft) {}), nil},
		{"somebody more", reply(func(d *Draft) { d.Cc = to("paul") }), []string{"warn.people_added"}},
		{"somebody else", reply(func(d *Draft) { d.To = to("paul") }), []string{"warn.people_added"}},
		{"answers asked for elsewhere", reply(func(d *Draft) { d.To = []Recipient{{Address: elsewhere}} }), []string{"warn.people_added", "warn.reply_to"}},
		{"attachment forgotten", reply(func(d *Draft) { d.Text = "Ci-joint le plan" }), []string{"warn.attachment"}},
		{"attachment not forgotten", reply(func(d *Draft) { d.Text, d.Attach = "Ci-joint le plan", []string{"/tmp/plan.pdf"} }), nil},
		{"a name in a post", reply(func(d *Draft) { d.Via, d.Text = "social", "ask @carol@other.example" }), []string{"warn.mention"}},
		{"a name in a mail", reply(func(d *Draft) { d.Via, d.Text = "home", "ask @carol@other.example" }), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld()
			source(w)
			var got []string
			for _, r := range choose(t, w, test.draft).Warnings {
				got = append(got, r.Code)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestWarnsThatTheSenderAnsweredIsNotProven(t *testing.T) {
	for problem, want := range map[string]string{"": "", "conflict": "", "forged": "warn.unproven_sender", "fromsigner": "warn.unproven_sender", "badsig": "warn.unproven_sender"} {
		w := newWorld()
		m := msg(zoeMail, meMail)
		m.ID, m.Direction, m.Account, m.Facts.Problem = "m1", In, "home", problem
		w.store.messages["m1"] = *m
		got := ""
		for _, r := range choose(t, w, Draft{Kind: DraftReply, Source: "m1", To: []Recipient{{Contact: "zoe", Address: zoeMail}}, Text: "x"}).Warnings {
			got += r.Code
		}
		if got != want {
			t.Errorf("%q: warned of %q, want %q", problem, got, want)
		}
		if c := choose(t, w, Draft{Kind: DraftForward, Source: "m1", To: to("paul"), Text: "x"}); len(c.Warnings) != 0 {
			t.Errorf("%q: forwarding warns of %v", problem, c.Warnings)
		}
	}
}

func TestNoWarningWhenAnswersGoToTheSenderElsewhere(t *testing.T) {
	w := newWorld()
	m := also(msg(zoeMail, meMail), ReplyTo, zoeWork)
	m.ID, m.Direction, m.Account = "m1", In, "home"
	for i := range m.Participants {
		m.Participants[i].Contact = people().who(m.Participants[i].Address)
	}
	w.store.messages["m1"] = *m
	c := choose(t, w, Draft{Kind: DraftReply, Source: "m1", To: []Recipient{{Contact: "zoe", Address: zoeWork}}, Text: "x"})
	if len(c.Warnings) != 0 {
		t.Errorf("got %v", c.Warnings)
	}
}

func TestWarnsWhenSomebodyIsLeftOut(t *testing.T) {
	w := newWorld()
	w.store.messages["m1"] = Message{ID: "m1", Conversation: "t2", Direction: In, Account: "home"}
	w.store.conversations["t2"] = Conversation{ID: "t2", Kind: KindPeople, Contacts: []Member{{"zoe", "Zoé"}, {"paul", "Paul"}}}
	c := choose(t, w, Draft{Kind: DraftReply, Source: "m1", Conversation: "t2", To: to("zoe"), Text: "x"})
	if len(c.Warnings) != 1 || c.Warnings[0].Code != "warn.people_left_out" || c.Warnings[0].Args["Names"] != "Paul" {
		t.Errorf("got %v", c.Warnings)
	}
}

func TestChooseIsQuick(t *testing.T) {
	w := newWorld()
	w.store.history["zoe"] = slices.Repeat([]Past{heard(1, zoeMail, "home", privacy.Facts{Path: "tls"}, 32)}, 20)
	d := Draft{To: to("zoe", "paul"), Text: strings.Repeat("word @name ", 1000)}
	start := time.Now()
	for range 20 {
		choose(t, w, d)
	}
	if each := time.Since(start) / 20; each > 50*time.Millisecond {
		t.Errorf("%v each", each)
	}
}

func TestChooseTellsWhenTheStoreFails(t *testing.T) {
	w := newWorld()
	w.Service = New(Options{Store: brokenStore{w.store}, Clock: func() time.Time { return now }, Accounts: func() []OwnAccount { return w.accounts }})
	if _, err := w.Choose(t.Context(), Draft{To: to("zoe")}); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v", err)
	}
}
