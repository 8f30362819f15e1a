package mastodon

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
	"github.com/caliopen/caliopen-tui/conversation"
)

func TestTheKeyIsOfTheWholeEntry(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	e := w.entry("e1", "x", nil, alice)
	for name, change := range map[string]func(*conversation.Entry){
		"another text":   func(e *conversation.Entry) { e.Wire = append([]byte{}, w.entry("e1", "y", nil, alice).Wire...) },
		"another moment": func(e *conversation.Entry) { e.Created = e.Created.Add(1e9) },
		"another id":     func(e *conversation.Entry) { e.ID = "e2" },
	} {
		other := e
		change(&other)
		if key(other) == key(e) {
			t.Errorf("%s has the same key", name)
		}
	}
	tried := e
	tried.Attempts, tried.State, tried.HandedOver = 3, conversation.StateSending, true
	if key(tried) != key(e) {
		t.Error("another try has another key")
	}
}

func TestTheCursorStaysSmall(t *testing.T) {
	c := readCursor("")
	for i := range maxThreads + 10 {
		th := &thread{Last: fmt.Sprint(i), At: int64(i)}
		for j := range maxIDs + 10 {
			th.IDs = append(th.IDs, fmt.Sprint(j))
		}
		c.Threads[fmt.Sprint(i)] = th
	}
	again := readCursor(c.String())
	ids := again.byAge()
	if len(ids) != maxThreads || ids[0] != fmt.Sprint(maxThreads+9) {
		t.Errorf("%d threads, first %s", len(ids), ids[0])
	}
	newest, old := again.Threads[ids[0]], again.Threads[ids[maxDetails]]
	if len(newest.IDs) != maxIDs || newest.IDs[maxIDs-1] != fmt.Sprint(maxIDs+9) || len(old.IDs) != 0 {
		t.Errorf("%d ids of the newest, %d of an old one", len(newest.IDs), len(old.IDs))
	}
}

// What a pass cannot take is told once, or passes would follow each other for ever.
func TestCatchingUpTellsOnce(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	told := 0
	for range 3 {
		w.srv.Post("alice@one.example", "x", "zoe")
		for range 3 {
			w.tr.catchUp(t.Context(), "direct", func() { told++ })
		}
	}
	if told != 3 {
		t.Errorf("told %d times of 3 messages", told)
	}
	w.sync()
	w.tr.catchUp(t.Context(), "direct", func() { t.Error("told of what is here") })
}

// A status that reached too many and cannot be deleted is neither sent nor to
// be sent again.
func TestWhatCannotBeWithdrawnIsTold(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	e := w.entry("e1", "hello", nil, alice)
	e.Wire = mustJSON(t, wire{Status: "@alice@one.example hello @carol", Visibility: "direct", Recipients: []string{alice.ID}})
	w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodDelete {
			rw.WriteHeader(http.StatusForbidden)
		}
		return r.Method == http.MethodDelete
	}
	var reach *ReachError
	if _, err := w.tr.Send(t.Context(), e, handOver); !errors.As(err, &reach) || !reach.Left || reach.Reason().Code != "mastodon.left" {
		t.Errorf("send: %v", err)
	}
	if found, _, err := w.tr.Find(t.Context(), e); found || !errors.As(err, &reach) || !errors.Is(err, accounts.ErrUnclear) {
		t.Errorf("find: %v, %v", found, err)
	}
	w.alter = nil
	if found, _, err := w.tr.Find(t.Context(), e); found || err != nil || len(w.srv.Posts()) != 0 {
		t.Errorf("find again: %v, %v, %d posts", found, err, len(w.srv.Posts()))
	}
}
