package conversation_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// fakeStore keeps in memory what the verbs ask for. A method a test does not
// expect panics on the nil Store inside.
type fakeStore struct {
	Store
	contacts      map[ContactID]Contact
	messages      map[MessageID]Message
	conversations map[ConversationID]Conversation
	history       map[ContactID][]Past
	drafts        map[DraftID]Draft
	entries       map[EntryID]Entry
	raws          map[MessageID][]byte
	acts          []Act
	searched      []*Query
	saved         []SavedSearch
	hits          []Hit
	settings      map[string]string
	scores        map[string][]Point
	saves         int
	sent          []Past
	traffic       []Traffic
	levels        map[privacy.Level]int
	fail          map[string]error // by method
	n             int
}

func newFake() *fakeStore {
	return &fakeStore{
		contacts: map[ContactID]Contact{}, messages: map[MessageID]Message{}, conversations: map[ConversationID]Conversation{},
		history: map[ContactID][]Past{}, drafts: map[DraftID]Draft{}, entries: map[EntryID]Entry{}, raws: map[MessageID][]byte{},
		settings: map[string]string{}, scores: map[string][]Point{}, fail: map[string]error{},
	}
}

func get[K comparable, V any](m map[K]V, k K) (V, error) {
	v, ok := m[k]
	if !ok {
		return v, fmt.Errorf("fake %v: %w", k, ErrNotFound)
	}
	return v, nil
}

func (f *fakeStore) Contact(_ context.Context, id ContactID) (Contact, error) {
	return get(f.contacts, id)
}

func (f *fakeStore) Contacts(_ context.Context, text string, _ int) ([]Contact, error) {
	var out []Contact
	for _, c := range f.contacts {
		hay := strings.ToLower(c.Name)
		for _, a := range c.Addresses {
			hay += " " + a.ID
		}
		if strings.Contains(hay, strings.ToLower(text)) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Contact) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

func (f *fakeStore) ContactOf(_ context.Context, a Address) (ContactID, error) {
	for _, c := range f.contacts {
		if slices.ContainsFunc(c.Addresses, func(x ContactAddress) bool { return x.Address == a }) {
			return c.ID, nil
		}
	}
	return "", ErrNotFound
}

func (f *fakeStore) JoinContacts(context.Context, ContactID, ContactID) error { return nil }

func (f *fakeStore) History(_ context.Context, c ContactID, n int) ([]Past, error) {
	h := f.history[c]
	return h[:min(n, len(h))], nil
}

func (f *fakeStore) Message(_ context.Context, id MessageID) (Message, error) {
	return get(f.messages, id)
}

func (f *fakeStore) Conversation(_ context.Context, id ConversationID) (Conversation, error) {
	return get(f.conversations, id)
}

func (f *fakeStore) Messages(_ context.Context, id ConversationID, s Span) (ms []Message, before, _ bool, _ error) {
	for _, m := range f.messages {
		if m.Conversation == id {
			ms = append(ms, m)
		}
	}
	slices.SortFunc(ms, func(a, b Message) int { return a.Date.Compare(b.Date) })
	if i := slices.IndexFunc(ms, func(m Message) bool { return m.ID == s.Before }); i >= 0 {
		ms = ms[:i]
	}
	if n := len(ms) - s.Limit; s.Limit > 0 && n > 0 {
		ms, before = ms[n:], true
	}
	return ms, before, false, nil
}

func (f *fakeStore) Raw(_ context.Context, id MessageID) ([]byte, error) { return get(f.raws, id) }

func (f *fakeStore) Search(_ context.Context, q *Query, _ int) ([]Hit, error) {
	f.searched = append(f.searched, q)
	return f.hits, nil
}

func (f *fakeStore) Count(_ context.Context, q *Query) (int, error) {
	f.searched = append(f.searched, q)
	return len(f.hits), nil
}

func (f *fakeStore) Act(_ context.Context, a Act) (int64, error) {
	f.acts = append(f.acts, a)
	return int64(len(f.acts)), nil
}

func (f *fakeStore) UndoLast(context.Context) (Act, error) {
	if len(f.acts) == 0 {
		return Act{}, ErrNotFound
	}
	a := f.acts[len(f.acts)-1]
	f.acts = f.acts[:len(f.acts)-1]
	return a, nil
}

func (f *fakeStore) SaveDraft(_ context.Context, d Draft) (DraftID, error) {
	if err := f.fail["SaveDraft"]; err != nil {
		return "", err
	}
	if d.ID == "" {
		f.n++
		d.ID = DraftID(fmt.Sprintf("d%d", f.n))
	}
	f.drafts[d.ID] = d
	return d.ID, nil
}

func (f *fakeStore) Drafts(context.Context) ([]Draft, error) {
	var out []Draft
	for _, d := range f.drafts {
		out = append(out, d)
	}
	return out, nil
}

func (f *fakeStore) Draft(_ context.Context, id DraftID) (Draft, error) { return get(f.drafts, id) }

func (f *fakeStore) DropDraft(_ context.Context, id DraftID) error {
	delete(f.drafts, id)
	return nil
}

func (f *fakeStore) Enqueue(_ context.Context, e Entry) (EntryID, error) {
	if err := f.fail["Enqueue"]; err != nil {
		return "", err
	}
	f.n++
	e.ID = EntryID(fmt.Sprintf("o%d", f.n))
	f.entries[e.ID] = e
	delete(f.drafts, e.Draft.ID)
	return e.ID, nil
}

func (f *fakeStore) Entry(_ context.Context, id EntryID) (Entry, error) { return get(f.entries, id) }

func (f *fakeStore) MoveEntry(_ context.Context, id EntryID, from []State, to State, next time.Time, problem string) error {
	e, err := get(f.entries, id)
	if err != nil {
		return err
	}
	if !slices.Contains(from, e.State) {
		return ErrGuard
	}
	e.State, e.NextTry, e.Error = to, next, problem
	f.entries[id] = e
	if to == StateCancelled {
		f.cancelGroup(id, from)
	}
	return nil
}

// fakeFormat writes what it was given as text, so that tests can read it.
type fakeFormat struct {
	Format
	got  *Outgoing
	made func(Outgoing) Composed // nil for the text as it is
	err  error
}

func (f *fakeFormat) Compose(o Outgoing) (Composed, error) {
	f.got = &o
	if f.made != nil {
		return f.made(o), f.err
	}
	return Composed{Wire: []byte(o.Text), RFCID: "made@home.example"}, f.err
}

func (f *fakeFormat) Part(raw []byte, part string) (Attachment, []byte, error) {
	return Attachment{Name: "../" + part + ".txt", Type: "text/plain"}, raw, nil
}

// fakeEngine knows limits and notes who was woken.
type fakeEngine struct {
	woken []AccountID
	poked int
	text  map[AccountID]int
	files map[AccountID]int
}

func (f *fakeEngine) Statuses() []Status { return []Status{{Account: "home"}} }
func (f *fakeEngine) Wake(a AccountID)   { f.woken = append(f.woken, a) }
func (f *fakeEngine) Poke()              { f.poked++ }
func (f *fakeEngine) Limits(a AccountID) (text int, size int64, files int) {
	if n, ok := f.files[a]; ok {
		files = n
	} else {
		files = -1
	}
	return f.text[a], 0, files
}

// world is a Service with everything around it.
type world struct {
	*Service
	store    *fakeStore
	engine   *fakeEngine
	mail     *fakeFormat
	mastodon *fakeFormat
	files    map[string]File
	saved    map[string]string
	accounts []OwnAccount
	keys     *fakeKeys // nil unless the world was made with keys
	opt      Options
}

var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func ago(days int) int64 { return now.AddDate(0, 0, -days).Unix() }

// newWorld has a mail and a Mastodon account, Zoé on both with mail heard of
// yesterday, and Paul by mail only.
func newWorld() *world {
	w := &world{
		store: newFake(), mail: &fakeFormat{}, mastodon: &fakeFormat{},
		engine: &fakeEngine{text: map[AccountID]int{"social": 500}, files: map[AccountID]int{"social": 4}},
		files:  map[string]File{"/tmp/plan.pdf": {Name: "plan.pdf", Type: "application/pdf", Data: []byte("PDF")}},
		saved:  map[string]string{},
	}
	w.accounts = []OwnAccount{
		{ID: "home", Protocol: Mail, Address: meMail, Name: "Me", Verified: true},
		{ID: "social", Protocol: Mastodon, Address: meMasto, Name: "Me", Verified: true},
	}
	w.store.contacts = map[ContactID]Contact{
		"zoe": {ID: "zoe", Name: "Zoé Martin", Addresses: []ContactAddress{
			{Address: zoeMail, LastSeen: ago(1), LastSent: ago(2)}, {Address: zoeWork, LastSeen: ago(300)}, {Address: zoeMasto, LastSeen: ago(3), LastSent: ago(3)},
		}},
		"paul": {ID: "paul", Name: "Paul Roux", Addresses: []ContactAddress{{Address: paulMail, LastSeen: ago(10)}}},
	}
	w.opt = Options{
		Store: w.store, Engine: w.engine, Accounts: func() []OwnAccount { return w.accounts },
		Formats: map[Protocol]Format{Mail: w.mail, Mastodon: w.mastodon},
		Clock:   func() time.Time { return now }, Random: func(b []byte) { clear(b) }, Hold: 10 * time.Second, Lang: "en",
		ReadFile: func(path string) (File, error) { return get(w.files, path) },
		FileSize: func(path string) (int64, error) { f, err := get(w.files, path); return int64(len(f.Data)), err },
		WriteFile: func(dir, name string, data []byte) (string, error) {
			w.saved[name] = string(data)
			return dir + "/" + name, nil
		},
	}
	w.Service = New(w.opt)
	return w
}

// clock gives the clock of the world.
func (w *world) clock() Clock { return func() time.Time { return now } }

func to(ids ...ContactID) []Recipient {
	var out []Recipient
	for _, id := range ids {
		out = append(out, Recipient{Contact: id})
	}
	return out
}

func (*fakeStore) Facets(context.Context, *Query) ([]Facet, error)           { return nil, nil }
func (*fakeStore) Topics(context.Context, *Query, int) ([]FoundTopic, error) { return nil, nil }

func (f *fakeStore) SavedSearches(context.Context) ([]SavedSearch, error) { return f.saved, nil }

func (f *fakeStore) SaveSearch(_ context.Context, s SavedSearch) error {
	f.saved = append(f.saved, s)
	return nil
}
func (*fakeStore) DropSearch(context.Context, string) error                      { return nil }
func (*fakeStore) Claim(_ context.Context, ids []MessageID) ([]MessageID, error) { return ids, nil }

func (*fakeEngine) Whole(MessageID) {}
