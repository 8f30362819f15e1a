package mastodon

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
	"github.com/caliopen/caliopen-tui/conversation"
)

// shelf is a mirror in memory.
type shelf struct {
	mu      sync.Mutex
	folders map[string]accounts.Folder
	copies  map[string]accounts.Copy
	adds    int
}

func newShelf() *shelf {
	return &shelf{folders: map[string]accounts.Folder{}, copies: map[string]accounts.Copy{}}
}

func (s *shelf) Folders(context.Context) ([]accounts.Folder, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []accounts.Folder
	for _, f := range s.folders {
		out = append(out, f)
	}
	return out, nil
}

func (s *shelf) SaveFolder(_ context.Context, f accounts.Folder) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.folders[f.Name] = f
	return nil
}

func (s *shelf) Have(context.Context, string, uint32) ([]accounts.Have, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []accounts.Have
	for id, c := range s.copies {
		out = append(out, accounts.Have{ID: id, Flags: c.Flags})
	}
	return out, nil
}

func (s *shelf) Add(_ context.Context, list []accounts.Copy) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range list {
		s.copies[c.ID] = c
		s.adds++
	}
	return nil
}

func (s *shelf) SetFlags(_ context.Context, _ string, _ uint32, list []accounts.FlagChange) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range list {
		c := s.copies[f.ID]
		c.Flags = f.Flags
		s.copies[f.ID] = c
	}
	return nil
}

func (s *shelf) Remove(_ context.Context, _ string, _ uint32, _ []uint32, ids []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.copies, id)
	}
	return nil
}

func (s *shelf) DropFolder(context.Context, string) error                { return nil }
func (s *shelf) Reset(context.Context, string, uint32) error             { return nil }
func (s *shelf) Flush(context.Context) error                             { return nil }
func (s *shelf) Quarantine(context.Context, accounts.Copy, string) error { return nil }
func (s *shelf) Aside(context.Context) ([]accounts.Aside, error)         { return nil, nil }
func (s *shelf) Progress(int, int, string)                               {}
func (s *shelf) seen(id string) bool                                     { return s.copies[id].Flags.Seen }

func (s *shelf) has(id string) bool { _, ok := s.copies[id]; return ok }

func (s *shelf) parse(id string) conversation.Message { return s.parseFor(id, zoe) }

func (s *shelf) parseFor(id string, own conversation.Address) conversation.Message {
	return NewFormat().Parse(s.copies[id].Raw, conversation.ParseContext{Home: "social.example", Own: own}).Message
}

var (
	zoe   = conversation.MastodonAddress("zoe", "social.example")
	alice = conversation.MastodonAddress("alice", "one.example")
	bob   = conversation.MastodonAddress("bob", "two.example")
)

// world is a server with people, and the transport of one of them.
type world struct {
	t     *testing.T
	srv   *fediverse.Server
	tr    *Transport
	store *shelf
	token string
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
	calls []string
	alter func(http.ResponseWriter, *http.Request) bool // answers instead of the server
}

func newWorld(t *testing.T, c fediverse.Config) *world {
	t.Helper()
	w := &world{t: t, store: newShelf(), now: time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)}
	c.Home, c.Clock = "social.example", w.clock
	w.srv = fediverse.New(c)
	for acct, name := range map[string]string{"zoe": "Zoé", "alice@one.example": "Alice", "bob@two.example": "Bob", "carol": "Carol"} {
		w.srv.AddUser(acct, name)
	}
	w.srv.SetBase("http://127.0.0.1:1")
	w.token = w.srv.Token("zoe")
	w.tr = New(w.config())
	return w
}

func (w *world) config() Config {
	return Config{
		Account: "zoe", Server: "http://127.0.0.1:1", HTTP: &http.Client{Transport: w}, Clock: w.clock,
		Token:  func(context.Context) (string, error) { return w.token, nil },
		Jitter: func() float64 { return 0 },
		sleep: func(ctx context.Context, d time.Duration) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.now = w.now.Add(d)
			w.slept = append(w.slept, d)
			return ctx.Err()
		},
	}
}

// clock goes on by a second with each look, so that no two things happen at once.
func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(time.Second)
	return w.now
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// RoundTrip hands requests to the server without a network.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.calls = append(w.calls, r.Method+" "+r.URL.Path)
	alter := w.alter
	w.mu.Unlock()
	rec := newRecorder(r)
	go func() {
		defer rec.finish()
		if alter == nil || !alter(rec, r) {
			w.srv.ServeHTTP(rec, r)
		}
	}()
	return rec.wait()
}

func (w *world) sync() {
	w.t.Helper()
	if err := w.tr.Sync(w.t.Context(), w.store); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) count(call string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, c := range w.calls {
		if strings.HasPrefix(c, call) {
			n++
		}
	}
	return n
}

func (w *world) forgetCalls() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = nil
}

// entry composes a message as the program does.
func (w *world) entry(id, text string, reply *conversation.Message, to ...conversation.Address) conversation.Entry {
	w.t.Helper()
	o := conversation.Outgoing{Account: "zoe", From: conversation.Participant{Address: zoe}, Text: text, Reply: reply}
	for _, a := range to {
		o.To = append(o.To, conversation.Participant{Role: conversation.To, Address: a})
	}
	c, err := NewFormat().Compose(o)
	if err != nil {
		w.t.Fatal(err)
	}
	return conversation.Entry{ID: conversation.EntryID(id), Protocol: conversation.Mastodon, Recipients: to, Wire: c.Wire, Created: w.clock()}
}

func (w *world) last() fediverse.Post {
	w.t.Helper()
	posts := w.srv.Posts()
	if len(posts) == 0 {
		w.t.Fatal("nothing was posted")
	}
	return posts[len(posts)-1]
}

func handOver() error { return nil }

func ids(m map[string]accounts.Copy) []string {
	var out []string
	for id := range m {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func (*shelf) Adopt(_ context.Context, copies []accounts.Copy) ([]accounts.Copy, error) {
	return copies, nil
}
