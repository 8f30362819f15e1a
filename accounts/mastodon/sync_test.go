package mastodon

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
	"github.com/caliopen/caliopen-tui/conversation"
)

func TestSyncFindsEveryPrivateMentionAndNothingElse(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	first := w.srv.Post("alice@one.example", "hello", "zoe")
	answer := w.srv.Reply("zoe", first.ID, "hello back")
	again := w.srv.Reply("alice@one.example", answer.ID, "and again")
	group := w.srv.Post("bob@two.example", "to both", "zoe", "carol")
	own := w.srv.Say(fediverse.Post{From: "zoe", Text: "a note to myself"})
	lost := w.srv.Say(fediverse.Post{From: "zoe", Text: "@nobody@elsewhere.invalid are you there?"})
	w.srv.Say(fediverse.Post{From: "alice@one.example", Text: "@zoe in public", Visibility: "public", InReplyTo: first.ID})
	w.srv.Say(fediverse.Post{From: "zoe", Text: "to everybody", Visibility: "public"})
	w.srv.Post("alice@one.example", "not for zoe", "carol")
	w.sync()

	want := []string{first.ID, answer.ID, again.ID, group.ID, own.ID, lost.ID}
	slices.Sort(want)
	if got := ids(w.store.copies); !slices.Equal(got, want) {
		t.Errorf("have %v, want %v", got, want)
	}
	if w.store.seen(again.ID) || w.store.seen(group.ID) || !w.store.seen(first.ID) || !w.store.seen(own.ID) {
		t.Error("what came since the own last word is unread, the rest is read")
	}
	m := w.store.parse(again.ID)
	if m.Text != "and again" || m.Sender().Name != "Alice" || m.RFCID != again.URI {
		t.Errorf("message = %+v", m)
	}
	if got := w.store.copies[again.ID].Received; !got.Equal(again.At.Truncate(time.Millisecond)) {
		t.Errorf("received %v, want %v", got, again.At)
	}
}

func TestSyncReadsThePagesOfEverything(t *testing.T) {
	w := newWorld(t, fediverse.Config{PageSize: 3})
	for i := range 11 {
		w.srv.Post("alice@one.example", fmt.Sprint("thread ", i), "zoe")
		w.srv.Say(fediverse.Post{From: "zoe", Text: fmt.Sprint("note ", i)})
		w.srv.Say(fediverse.Post{From: "zoe", Text: "noise", Visibility: "public"})
	}
	w.sync()
	if n := len(w.store.copies); n != 22 {
		t.Errorf("%d copies, want 22", n)
	}
	adds := w.store.adds
	w.forgetCalls()
	w.sync()
	if w.store.adds != adds {
		t.Error("what is here was added again")
	}
	// Instance is asked once a day; the past of the own statuses may take a few
	// pages more.
	if n := w.count("GET"); n > 15 {
		t.Errorf("%d calls for nothing new: %v", n, w.calls)
	}
}

func TestSyncWithoutConversationsFindsMentions(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	p := w.srv.Post("alice@one.example", "hello", "zoe")
	w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/v1/conversations" {
			return false
		}
		fmt.Fprint(rw, `[{"id":"1","unread":true,"last_status":null,"accounts":[]}, 5, null, {"last_status":{}}]`)
		return true
	}
	w.sync()
	if !w.store.has(p.ID) {
		t.Error("the mention is not here")
	}
	later := w.srv.Post("bob@two.example", "later", "zoe")
	w.sync()
	if !w.store.has(later.ID) || w.store.seen(later.ID) {
		t.Error("a mention that came later is unread")
	}
}

func TestEditsAreFollowed(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	p := w.srv.Post("alice@one.example", "at ten", "zoe")
	w.srv.Reply("alice@one.example", p.ID, "bring cake")
	w.sync()
	w.srv.Edit(p.ID, "@zoe@social.example at eleven")
	w.wait(time.Hour)
	w.sync()
	if got := w.store.parse(p.ID).Text; got != "at eleven" {
		t.Errorf("text = %q", got)
	}
	if len(w.store.copies) != 2 || w.store.seen(p.ID) {
		t.Error("an edit keeps the copy and its flags")
	}
	adds := w.store.adds
	w.wait(time.Hour)
	w.sync()
	if w.store.adds != adds {
		t.Error("the same edit was taken twice")
	}
}

func TestDeletionsAreFollowed(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	p := w.srv.Post("alice@one.example", "one", "zoe")
	q := w.srv.Reply("zoe", p.ID, "two")
	r := w.srv.Reply("alice@one.example", q.ID, "three")
	w.sync()
	w.srv.Delete(r.ID) // the last one: the conversation shows it
	w.sync()
	if w.store.has(r.ID) || !w.store.has(p.ID) || !w.store.has(q.ID) {
		t.Errorf("have %v", ids(w.store.copies))
	}
	w.srv.Delete(p.ID) // the first one: nothing shows it
	w.wait(time.Hour)
	w.sync()
	if w.store.has(p.ID) || !w.store.has(q.ID) {
		t.Errorf("have %v", ids(w.store.copies))
	}
}

// A branch of a thread that the last status does not hang on is not gone.
func TestAnotherBranchIsNoDeletion(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	p := w.srv.Post("alice@one.example", "one", "zoe")
	left := w.srv.Reply("zoe", p.ID, "left")
	w.sync()
	right := w.srv.Reply("alice@one.example", p.ID, "right")
	w.sync()
	if len(w.store.copies) != 3 || !w.store.has(left.ID) || !w.store.has(right.ID) {
		t.Errorf("have %v", ids(w.store.copies))
	}
}

// A server in trouble must not make the program forget anything.
func TestTroubleRemovesNothing(t *testing.T) {
	for _, code := range []int{401, 403, 500, 503, 301} {
		var err error
		w := newWorld(t, fediverse.Config{})
		p := w.srv.Post("alice@one.example", "one", "zoe")
		w.srv.Reply("alice@one.example", p.ID, "two")
		w.sync()
		for _, path := range []string{"/api/v1/statuses/", "/api/v1/conversations", "/"} {
			w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
				if strings.HasPrefix(r.URL.Path, path) {
					rw.WriteHeader(code)
				}
				return strings.HasPrefix(r.URL.Path, path)
			}
			w.wait(time.Hour)
			w.tr.matters("delete", p.ID)
			err = w.tr.Sync(t.Context(), w.store)
			forbidden := code == 403 && path == "/api/v1/statuses/" // of one status only: the others go on
			if (err == nil) != forbidden || len(w.store.copies) != 2 {
				t.Errorf("%d on %s: err = %v, have %v", code, path, err, ids(w.store.copies))
			}
		}
		if code == 401 && !errors.Is(err, accounts.ErrAuth) {
			t.Errorf("err = %v", err)
		}
	}
}

func TestReadElsewhereIsReadHere(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	p := w.srv.Post("alice@one.example", "one", "zoe")
	w.sync()
	if w.store.seen(p.ID) {
		t.Fatal("a new message is unread")
	}
	w.srv.MarkRead("zoe")
	w.sync()
	if !w.store.seen(p.ID) {
		t.Error("read elsewhere, unread here")
	}
}

func TestReadHereIsReadOnTheServer(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	p := w.srv.Post("alice@one.example", "one", "zoe")
	q := w.srv.Post("bob@two.example", "two", "zoe")
	w.sync()
	tasks := []accounts.Task{
		{ID: 1, Kind: conversation.ActRead, RemoteID: p.ID},
		{ID: 2, Kind: conversation.ActStar, RemoteID: p.ID},
		{ID: 3, Kind: conversation.ActDelete, RemoteID: q.ID},
		{ID: 4, Kind: conversation.ActArchive, RemoteID: q.ID},
	}
	w.forgetCalls()
	done, err := w.tr.Apply(t.Context(), tasks)
	if err != nil || !slices.Equal(done, []int64{1, 2, 3, 4}) {
		t.Fatalf("done %v, err %v", done, err)
	}
	if w.count("POST") != 1 || w.count("DELETE") != 0 {
		t.Errorf("only the reading may be told: %v", w.calls)
	}
	other := newShelf()
	if err := New(w.config()).Sync(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if !other.seen(p.ID) || other.seen(q.ID) {
		t.Error("the server does not know what was read")
	}
}

// A first pass that the server cuts off for asking too much is finished by
// later ones.
func TestAPassGoesOnWhereItWasStopped(t *testing.T) {
	w := newWorld(t, fediverse.Config{PageSize: 2, Requests: 12})
	for i := range 12 {
		p := w.srv.Post("alice@one.example", fmt.Sprint("thread ", i), "zoe")
		w.srv.Reply("alice@one.example", p.ID, "more")
	}
	stopped := 0
	for range 20 {
		err := w.tr.Sync(t.Context(), w.store)
		if err == nil && stopped > 0 {
			break
		}
		if err != nil && !errors.Is(err, accounts.ErrTemporary) {
			t.Fatal(err)
		}
		stopped++
		w.wait(5 * time.Minute)
	}
	if stopped < 2 || len(w.store.copies) != 24 {
		t.Errorf("%d copies after %d stops", len(w.store.copies), stopped)
	}
}

func TestLostCopiesAreFetchedAgain(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	w.srv.Post("alice@one.example", "one", "zoe")
	w.sync()
	w.store.copies = map[string]accounts.Copy{}
	w.sync()
	if len(w.store.copies) != 1 {
		t.Error("the cursor is believed more than the store")
	}
}

// One thread that cannot be read must not stop all the others for ever.
func TestOneBadThreadStopsNothing(t *testing.T) {
	for name, bad := range map[string]func(http.ResponseWriter){
		"forbidden": func(rw http.ResponseWriter) { rw.WriteHeader(http.StatusForbidden) },
		"odd":       func(rw http.ResponseWriter) { fmt.Fprint(rw, "<html>") },
		"gone":      func(rw http.ResponseWriter) { rw.WriteHeader(http.StatusGone) },
	} {
		w := newWorld(t, fediverse.Config{})
		p := w.srv.Post("alice@one.example", "one", "zoe")
		q := w.srv.Reply("alice@one.example", p.ID, "two")
		other := w.srv.Post("bob@two.example", "three", "zoe")
		w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
			hit := strings.HasSuffix(r.URL.Path, "/context")
			if hit {
				bad(rw)
			}
			return hit
		}
		w.sync()
		if !w.store.has(q.ID) || !w.store.has(other.ID) {
			t.Errorf("%s: have %v", name, ids(w.store.copies))
		}
	}
}

// Some servers have no such lists, some tokens no such right.
func TestASourceThatIsMissingStopsNothing(t *testing.T) {
	for path, code := range map[string]int{"/api/v1/notifications": 403, "/api/v1/conversations": 404} {
		w := newWorld(t, fediverse.Config{})
		p := w.srv.Post("alice@one.example", "one", "zoe")
		w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
			hit := r.URL.Path == path
			if hit {
				rw.WriteHeader(code)
			}
			return hit
		}
		own := w.srv.Say(fediverse.Post{From: "zoe", Text: "a note"})
		w.sync()
		if !w.store.has(p.ID) || !w.store.has(own.ID) {
			t.Errorf("%s: have %v", path, ids(w.store.copies))
		}
	}
}

func TestAnotherKindOfServerIsToldSo(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
		http.NotFound(rw, r)
		return true
	}
	if err := w.tr.Sync(t.Context(), w.store); !errors.Is(err, accounts.ErrUnsupported) {
		t.Errorf("err = %v", err)
	}
}
