package engine

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// memory is a Store that keeps what the engine tells it.
type memory struct {
	mu      sync.Mutex
	entries map[conversation.EntryID]*conversation.Entry
	kept    map[conversation.EntryID]bool
	bounced []conversation.Address
	tasks   []accounts.Task
	failed  []int64
	added   []Arrival
	addErr  error
	batches []int
	learned []byte
	rejudge func(judge func([]byte, *privacy.Evidence) bool)
	own     []Own
	swept   int
	folders []accounts.Folder

	evidence    []privacy.Evidence     // of stored messages, for RejudgeAddress
	altered     []bool                 // whether judging changed them
	judgedAgain []conversation.Address // what RejudgeAddress was called for
	unproved    []accounts.Stored      // what Unproved gives
	readAgain   []conversation.Parsed  // what Reread was given
}

func newMemory(list ...conversation.Entry) *memory {
	m := &memory{entries: map[conversation.EntryID]*conversation.Entry{}, kept: map[conversation.EntryID]bool{}}
	for _, e := range list {
		m.entries[e.ID] = &e
	}
	return m
}

func (m *memory) SetOwn(_ context.Context, own []Own) error { m.own = own; return nil }
func (m *memory) Folders(context.Context, conversation.AccountID) ([]accounts.Folder, error) {
	return m.folders, nil
}

func (m *memory) SaveFolder(context.Context, conversation.AccountID, accounts.Folder) error {
	return nil
}

func (m *memory) DropFolder(context.Context, conversation.AccountID, string) (Change, error) {
	return Change{}, nil
}

func (m *memory) Have(context.Context, conversation.AccountID, string, uint32) ([]accounts.Have, error) {
	return nil, nil
}

func (m *memory) Reset(context.Context, conversation.AccountID, string, uint32) error { return nil }

func (m *memory) Sweep(context.Context, conversation.AccountID) (Change, error) {
	m.swept++
	return Change{}, nil
}

func (m *memory) Add(_ context.Context, _ conversation.AccountID, batch []Arrival) (Change, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.addErr != nil {
		return Change{}, m.addErr
	}
	m.added = append(m.added, batch...)
	m.batches = append(m.batches, len(batch))
	return Change{New: len(batch)}, nil
}

func (m *memory) SetFlags(context.Context, conversation.AccountID, string, uint32, []accounts.FlagChange) (Change, error) {
	return Change{}, nil
}

func (m *memory) Remove(context.Context, conversation.AccountID, string, uint32, []uint32, []string) (Change, error) {
	return Change{}, nil
}

func (m *memory) Quarantine(context.Context, conversation.AccountID, accounts.Copy, string) error {
	return nil
}

func (m *memory) Aside(context.Context, conversation.AccountID) ([]accounts.Aside, error) {
	return nil, nil
}
func (m *memory) Pack(raw []byte) []byte { return raw }

func (m *memory) Tasks(context.Context, conversation.AccountID) ([]accounts.Task, error) {
	return slices.Clone(m.tasks), nil
}

func (m *memory) DoneTasks(_ context.Context, ids []int64) error {
	m.tasks = slices.DeleteFunc(m.tasks, func(t accounts.Task) bool { return slices.Contains(ids, t.ID) })
	return nil
}

func (m *memory) FailTask(ctx context.Context, id int64, _ string) error {
	m.failed = append(m.failed, id)
	return m.DoneTasks(ctx, []int64{id})
}

func (m *memory) Due(_ context.Context, _ conversation.AccountID, now time.Time) ([]conversation.Entry, error) {
	var out []conversation.Entry
	for _, e := range m.entries {
		waiting := e.State == conversation.StateHeld || e.State == conversation.StateQueued
		if e.State == conversation.StateSending || waiting && !e.NextTry.After(now) {
			out = append(out, *e)
		}
	}
	return out, nil
}

func (m *memory) NextDue(context.Context, conversation.AccountID) (time.Time, error) {
	var at time.Time
	for _, e := range m.entries {
		if e.State == conversation.StateHeld || e.State == conversation.StateQueued {
			if at.IsZero() || e.NextTry.Before(at) {
				at = e.NextTry
			}
		}
	}
	return at, nil
}

func (m *memory) MoveEntry(_ context.Context, id conversation.EntryID, from []conversation.State, to conversation.State, next time.Time, problem string) error {
	e := m.entries[id]
	if !slices.Contains(from, e.State) {
		return conversation.ErrGuard
	}
	if to == conversation.StateSending {
		e.Attempts++
		e.HandedOver = false
	}
	e.State, e.NextTry, e.Error = to, next, problem
	return nil
}

func (m *memory) HandOver(_ context.Context, id conversation.EntryID) error {
	m.entries[id].HandedOver = true
	return nil
}

func (m *memory) Sent(_ context.Context, id conversation.EntryID, a Arrival) (Change, error) {
	m.entries[id].State = conversation.StateSent
	m.added = append(m.added, a)
	return Change{New: 1}, nil
}

func (m *memory) Unkept(context.Context, conversation.AccountID) ([]conversation.Entry, error) {
	var out []conversation.Entry
	for id, e := range m.entries {
		if e.State == conversation.StateSent && !m.kept[id] {
			out = append(out, *e)
		}
	}
	return out, nil
}

func (m *memory) Kept(_ context.Context, id conversation.EntryID) error {
	m.kept[id] = true
	return nil
}

func (m *memory) Bounce(_ context.Context, a conversation.Address) error {
	m.bounced = append(m.bounced, a)
	return nil
}

func (m *memory) Learned(context.Context, conversation.AccountID) ([]byte, error) {
	return m.learned, nil
}

func (m *memory) SaveLearned(_ context.Context, _ conversation.AccountID, data []byte) error {
	m.learned = data
	return nil
}

func (m *memory) RejudgeAddress(_ context.Context, a conversation.Address, judge func([]byte, *privacy.Evidence) bool) (Change, error) {
	m.judgedAgain = append(m.judgedAgain, a)
	for i := range m.evidence {
		m.altered = append(m.altered, judge(nil, &m.evidence[i]))
	}
	return Change{}, nil
}

func (m *memory) Unproved(context.Context, conversation.Address) ([]accounts.Stored, error) {
	return m.unproved, nil
}

func (m *memory) Reread(_ context.Context, _ conversation.MessageID, p conversation.Parsed) (Change, error) {
	m.readAgain = append(m.readAgain, p)
	return Change{}, nil
}

func (m *memory) Rejudge(_ context.Context, _ conversation.AccountID, judge func([]byte, *privacy.Evidence) bool) (Change, error) {
	if m.rejudge != nil {
		m.rejudge(judge)
	}
	return Change{}, nil
}

// counter counts calls; tests look at it while the engine runs.
type counter struct{ atomic.Int32 }

func (c *counter) n() int { return int(c.Load()) }

// script is a transport that does what a test says.
type script struct {
	send     func(handover accounts.Handover) (accounts.Receipt, error)
	find     func() (bool, accounts.Receipt, error)
	apply    func([]accounts.Task) ([]int64, error)
	sync     func(accounts.Mirror) error
	keep     func() error
	watch    func(ctx context.Context, news func()) error
	sends    counter
	keeps    counter
	passes   counter
	security accounts.Security
}

func (s *script) Sync(_ context.Context, m accounts.Mirror) error {
	s.passes.Add(1)
	if s.sync == nil {
		return nil
	}
	return s.sync(m)
}

func (s *script) Watch(ctx context.Context, news func()) error {
	if s.watch != nil {
		return s.watch(ctx, news)
	}
	<-ctx.Done()
	return nil
}

func (s *script) Apply(_ context.Context, tasks []accounts.Task) ([]int64, error) {
	return s.apply(tasks)
}

func (s *script) Send(_ context.Context, _ conversation.Entry, h accounts.Handover) (accounts.Receipt, error) {
	s.sends.Add(1)
	return s.send(h)
}

func (s *script) Keep(context.Context, conversation.Entry) error {
	s.keeps.Add(1)
	if s.keep == nil {
		return nil
	}
	return s.keep()
}

func (s *script) Find(context.Context, conversation.Entry) (bool, accounts.Receipt, error) {
	return s.find()
}

func (s *script) Test(context.Context) (accounts.Security, error) { return s.security, nil }
func (s *script) Security() accounts.Security                     { return s.security }
func (s *script) Limits() accounts.Limits                         { return accounts.Limits{Files: -1} }
func (s *script) Close() error                                    { return nil }

// plain is a format that reads nothing but the bytes.
type plain struct{}

func (plain) Parse(raw []byte, _ conversation.ParseContext) conversation.Parsed {
	return conversation.Parsed{Message: conversation.Message{Protocol: conversation.Mail, Text: string(raw)}}
}

func (plain) Part([]byte, string) (conversation.Attachment, []byte, error) {
	return conversation.Attachment{}, nil, conversation.ErrNotFound
}
func (plain) HTML([]byte) string { return "" }
func (plain) Compose(conversation.Outgoing) (conversation.Composed, error) {
	return conversation.Composed{}, nil
}

// testEngine gives an engine with one mail account over a script.
func testEngine(t *testing.T, m *memory, s *script) *Engine {
	t.Helper()
	e := New(Options{Store: m, Formats: map[conversation.Protocol]conversation.Format{conversation.Mail: plain{}}, Now: time.Now})
	own := Own{Account: "home", Protocol: conversation.Mail, Addresses: []conversation.Address{conversation.MailAddress("me@example.org")}}
	if err := e.Add(t.Context(), Account{Own: own, Transport: s}); err != nil {
		t.Fatal(err)
	}
	return e
}

func (m *memory) Adopt(_ context.Context, _ conversation.AccountID, copies []accounts.Copy) ([]accounts.Copy, Change, error) {
	return copies, Change{}, nil
}

func (m *memory) Partial(context.Context, conversation.MessageID) (conversation.AccountID, accounts.Copy, error) {
	return "", accounts.Copy{}, conversation.ErrNotFound
}
