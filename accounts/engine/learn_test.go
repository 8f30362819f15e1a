package engine

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// learner is a memory that judges what it holds again, and counts how often.
func learner() (m *memory, times *int) {
	m, times = newMemory(), new(int)
	m.rejudge = func(judge func([]byte, *privacy.Evidence) bool) {
		*times++
		for i := range m.added {
			if msg := &m.added[i].Parsed.Message; judge(m.added[i].Parsed.Origin, &msg.Evidence) {
				msg.Facts = privacy.FactsOf(msg.Evidence)
			}
		}
	}
	return m, times
}

// arriving is a script whose every pass brings n mails, each in a call.
func arriving(t *testing.T, n int) *script {
	return &script{
		security: accounts.Security{TLS: "1.3", Verified: true},
		sync: func(mi accounts.Mirror) error {
			for i := range n {
				if err := mi.Add(t.Context(), []accounts.Copy{{UID: uint32(i + 1), Raw: header(i)}}); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func pass(t *testing.T, m *memory, n int) {
	t.Helper()
	e := testEngine(t, m, arriving(t, n))
	e.o.Formats[conversation.Mail] = headers{}
	if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil {
		t.Fatal(sum.Err)
	}
	for _, a := range m.added {
		if f := a.Parsed.Message.Facts; f.Path != "tls" || f.Person != "domain" || !f.OwnHop {
			t.Fatalf("facts %+v, want tls, domain, own hop", f)
		}
	}
	if len(m.learned) == 0 {
		t.Error("what was learned was not kept")
	}
}

// The provider is learned before the first mails are stored: the first sync
// shows true badges at once, and nothing is judged twice, then or later.
func TestFirstPassLearns(t *testing.T) {
	for _, n := range []int{5, 20, 400} {
		m, times := learner()
		pass(t, m, n)
		pass(t, m, 3)
		pass(t, m, 0)
		if *times != 0 {
			t.Errorf("%d mails: everything was judged again %d times", n, *times)
		}
	}
}

// Mails that were stored before anything was known, by a pass that was cut or
// by one that brought too few, are judged again once, as soon as it is known.
func TestEarlierMailsAreJudgedAgain(t *testing.T) {
	m, times := learner()
	e := testEngine(t, m, arriving(t, 2))
	e.o.Formats[conversation.Mail] = headers{}
	if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil {
		t.Fatal(sum.Err)
	}
	pass(t, m, 20)
	pass(t, m, 20)
	if *times != 1 {
		t.Errorf("judged again %d times, want once", *times)
	}
	m.learned, m.folders = nil, []accounts.Folder{{Name: "INBOX"}}
	pass(t, m, 20)
	pass(t, m, 0)
	if *times != 2 {
		t.Errorf("judged again %d times after what was learned got lost, want twice", *times)
	}
}

// A pass that changes the trust and is cut leaves a note that the mails stored
// are not all judged alike.
func TestCutPassIsNotForgotten(t *testing.T) {
	m, _ := learner()
	pass(t, m, 20)
	var k knowledge
	if err := json.Unmarshal(m.learned, &k); err != nil || k.Applied == nil {
		t.Fatalf("kept %s, %v", m.learned, err)
	}
	e := testEngine(t, m, &script{})
	w := e.pick("")[0]
	w.acc.Trust = trace.Trust{Hosts: []string{"mx9.example.com"}}
	j, err := newJudge(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.settleBatch(t.Context(), make([]observed, 1)); err != nil {
		t.Fatal(err)
	}
	k = knowledge{}
	if err := json.Unmarshal(m.learned, &k); err != nil || k.Applied != nil || k.Mails != 20 {
		t.Errorf("kept %s, %v: it should be open what was applied", m.learned, err)
	}
}

// What is trusted stays so around the bound at which it became trusted, and
// goes when it is far below.
func TestTrustIsSteady(t *testing.T) {
	learned := func(n int) *trace.Learned {
		return &trace.Learned{
			Mails: 100, Hosts: map[string]int{"mx.example.net": n}, IDs: map[string]int{"mx.example.net": n}, TLS: map[string]int{"mx.example.net": n},
		}
	}
	before := learned(95).Trust()
	for _, c := range []struct {
		n         int
		host, ids bool
	}{{91, true, true}, {89, true, true}, {81, true, true}, {79, true, false}, {70, true, false}, {60, false, false}, {0, false, false}} {
		got := steady(learned(c.n), &before)
		if slices.Contains(got.Hosts, "mx.example.net") != c.host || slices.Contains(got.IDs, "mx.example.net") != c.ids {
			t.Errorf("%d of 100: %+v", c.n, got)
		}
		if fresh := steady(learned(c.n), nil); c.n < 80 && len(fresh.Hosts) > 0 {
			t.Errorf("%d of 100, not trusted before: %+v", c.n, fresh)
		}
	}
}

// Mails that are held back until more is known never keep one that finds no
// room from coming in.
func TestHeldBackMailsMakeRoom(t *testing.T) {
	m, _ := learner()
	s := &script{sync: func(mi accounts.Mirror) error {
		big := make([]byte, maxPending-1000)
		for i, raw := range [][]byte{header(1), header(2), big, header(3), big} {
			if err := mi.Add(t.Context(), []accounts.Copy{{UID: uint32(i + 1), Raw: raw}}); err != nil {
				return err
			}
		}
		return nil
	}}
	if sum := testEngine(t, m, s).SyncOnce(t.Context(), nil)[0]; sum.Err != nil || sum.New != 5 {
		t.Errorf("%+v", sum)
	}
}
