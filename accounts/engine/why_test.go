package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// machine is a memory that lets entries go only where the table lets them.
type machine struct {
	*memory
	t *testing.T
}

func (m *machine) MoveEntry(ctx context.Context, id conversation.EntryID, from []conversation.State, to conversation.State, next time.Time, problem string) error {
	for _, s := range from {
		if !s.May(to) {
			m.t.Errorf("the engine asks for a way from %s to %s", s, to)
		}
	}
	return m.memory.MoveEntry(ctx, id, from, to, next, problem)
}

// sendOnce runs a pass with one entry and gives what was noticed.
func sendOnce(t *testing.T, entry conversation.Entry, s *script, leaving func(context.Context, conversation.Entry) error) (conversation.Entry, []conversation.Reason) {
	t.Helper()
	m := &machine{newMemory(entry), t}
	e := testEngine(t, m.memory, s)
	var mu sync.Mutex
	var told []conversation.Reason
	e.o.Store, e.o.Leaving = m, leaving
	e.o.Publish = func(ev conversation.Event) {
		mu.Lock()
		defer mu.Unlock()
		if ev.Notice.Code != "" {
			told = append(told, ev.Notice)
		}
	}
	e.SyncOnce(t.Context(), nil)
	got := *m.entries[entry.ID]
	got.Why, got.Error = conversation.KeptReason(got.Error)
	return got, told
}

func queued() conversation.Entry {
	return conversation.Entry{
		ID: "e", State: conversation.StateQueued, Created: time.Now(), Wire: []byte("a text that is kept"), Draft: conversation.Draft{Text: "kept"},
		Recipients: []conversation.Address{conversation.MailAddress("ada@example.net"), conversation.MailAddress("bo@example.net")},
	}
}

// What stops a message is told at once in a code, and its text stays.
func TestWhyItDidNotGo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err   error
		code  string
		state conversation.State
		told  bool
	}{
		{accounts.ErrRefused, "engine.refused", conversation.StateFailed, true},
		{errors.Join(accounts.ErrRefused, accounts.ErrTooBig), "engine.too_big", conversation.StateFailed, true},
		{fmt.Errorf("x: %w: %w", accounts.ErrRequireTLS, accounts.ErrRefused), "engine.require_tls", conversation.StateFailed, true},
		{accounts.ErrUnsupported, "engine.unsupported", conversation.StateFailed, true},
		{accounts.ErrTemporary, "engine.later", conversation.StateQueued, false},
		{accounts.ErrOffline, "engine.offline", conversation.StateQueued, false},
		{accounts.ErrAuth, "engine.auth", conversation.StateQueued, false},
		{accounts.ErrCertificate, "engine.unsafe", conversation.StateQueued, false},
		{errors.New("odd"), "", conversation.StateQueued, false},
	} {
		s := &script{send: func(accounts.Handover) (accounts.Receipt, error) {
			return accounts.Receipt{}, fmt.Errorf("smtp: %w", c.err)
		}}
		got, told := sendOnce(t, queued(), s, nil)
		if got.State != c.state || got.Why.Code != c.code || got.Error == "" {
			t.Errorf("%v: %s, %q, %q", c.err, got.State, got.Why.Code, got.Error)
		}
		if (len(told) == 1 && told[0].Code == c.code) != c.told {
			t.Errorf("%v: told %v", c.err, told)
		}
		if got.Draft.Text != "kept" || string(got.Wire) != "a text that is kept" {
			t.Errorf("%v: the text is gone", c.err)
		}
	}
}

// Where some of the recipients are refused, it is said who got it and who not.
func TestPartlyRefused(t *testing.T) {
	t.Parallel()
	entry := queued()
	s := &script{send: func(h accounts.Handover) (accounts.Receipt, error) {
		return accounts.Receipt{Refused: entry.Recipients[:1]}, h()
	}}
	got, told := sendOnce(t, entry, s, nil)
	if got.State != conversation.StateSent || got.Why.Code != "engine.partly" || len(told) != 1 {
		t.Fatalf("%s, %v, told %v", got.State, got.Why, told)
	}
	if got.Why.Args["Names"] != "ada@example.net" || got.Why.Args["Others"] != "bo@example.net" {
		t.Errorf("it says %v", got.Why.Args)
	}
}

// A message that has waited is looked at once more before it leaves.
func TestLooksOnceMore(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, c := range []struct {
		name  string
		made  time.Time
		at    time.Time
		says  error
		state conversation.State
		code  string
		sends int
	}{
		{"just made", now, time.Time{}, conversation.ErrGuard, conversation.StateSent, "", 1},
		{"put off, all is well", now, now.Add(-time.Second), nil, conversation.StateSent, "", 1},
		{"put off, and worse now", now, now.Add(-time.Second), &conversation.Problem{Code: "engine.worse", Err: conversation.ErrGuard}, conversation.StateFailed, "engine.worse", 0},
		{"long offline, and the key changed", now.Add(-time.Hour), time.Time{}, &conversation.Problem{Code: "route.key_changed", Err: conversation.ErrGuard}, conversation.StateFailed, "route.key_changed", 0},
		{"put off, and locked", now, now.Add(-time.Second), conversation.ErrSealed, conversation.StateQueued, "engine.locked", 0},
		{"put off, and nobody can tell", now, now.Add(-time.Second), errors.New("disk"), conversation.StateQueued, "", 0},
	} {
		entry := queued()
		entry.Created, entry.Draft.At = c.made, c.at
		s := &script{send: taken}
		got, told := sendOnce(t, entry, s, func(context.Context, conversation.Entry) error { return c.says })
		if got.State != c.state || got.Why.Code != c.code || s.sends.n() != c.sends {
			t.Errorf("%s: %s (%s) after %d sends", c.name, got.State, got.Why.Code, s.sends.n())
		}
		if failed := c.state == conversation.StateFailed; failed != (len(told) == 1) {
			t.Errorf("%s: told %v", c.name, told)
		}
	}
}

// What is told as fresh came just now; the backlog is none of it.
func TestFresh(t *testing.T) {
	t.Parallel()
	now := time.Now()
	batch := func(ages ...time.Duration) (as []Arrival, ids []conversation.MessageID) {
		for i, age := range ages {
			a := Arrival{Copy: accounts.Copy{Received: now.Add(-age)}}
			a.Parsed.Fingerprint[0] = byte(i)
			as, ids = append(as, a), append(ids, conversation.NewMessageID(a.Parsed.Fingerprint))
		}
		return as, ids
	}
	for _, c := range []struct {
		name  string
		first bool
		last  time.Duration // ago, 0 for never
		want  []int
	}{
		{"the first sync of an account", true, 0, []int{0}},
		{"the first pass of a program", false, 0, []int{0, 1}},
		{"a pass after a short while", false, time.Minute, []int{0, 1}},
		{"a pass after a night", false, 8 * time.Hour, []int{0, 1, 2}},
	} {
		e := testEngine(t, newMemory(), &script{})
		e.o.Now = func() time.Time { return now }
		w := e.pick("home")[0]
		if c.last > 0 {
			w.st.Last = now.Add(-c.last)
		}
		m := &mirror{w: w, news: w.freshFrom(c.first)}
		as, ids := batch(-time.Second, 5*time.Minute, 7*time.Hour, 30*time.Hour)
		var want []conversation.MessageID
		for _, i := range c.want {
			want = append(want, ids[i])
		}
		if got := m.fresh(as, ids); !slices.Equal(got, want) {
			t.Errorf("%s: %d fresh, want %d", c.name, len(got), len(want))
		}
		if got := m.fresh(as, ids[1:2]); c.first && len(got) != 0 {
			t.Errorf("%s: the backlog is fresh", c.name)
		}
	}
}
