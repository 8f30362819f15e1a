package storage_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// A walk comes to every message, those in the trash too, the oldest first;
// with a query to those that it finds. What cannot be read while the keys are
// locked is told, and the walk goes on.
func TestWalk(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	db := openSealed(t, t.TempDir(), v, true)
	furnish(t, db, home, own)
	must(t, db.SaveFolder(t.Context(), home, accounts.Folder{Name: "Trash", Use: accounts.UseTrash, Validity: 1}))
	var want []string
	for _, n := range []int{3, 1, 2} {
		l := letter{n: n, from: "ada@example.net", to: "me@example.org", date: start.Add(time.Duration(n) * time.Hour), subject: "walk", text: "x", folder: "INBOX", uid: uint32(n)}
		if n == 2 {
			l.folder = "Trash"
		}
		a := l.arrival()
		addAll(t, db, a)
		want = append(want, string(a.Copy.Raw))
	}
	want = []string{want[1], want[2], want[0]}
	walk := func(text string) (raws []string, closed int) {
		var q *conversation.Query
		if text != "" {
			var err error
			q, err = conversation.ParseQuery(text, start, "en")
			must(t, err)
		}
		must(t, db.Walk(t.Context(), q, func(k storage.Kept, _ int) error {
			if k.Protocol != conversation.Mail || k.At.IsZero() || k.ID == "" || k.Partial {
				t.Errorf("%+v", k)
			}
			if errors.Is(k.Err, conversation.ErrSealed) {
				closed++
			} else {
				raws = append(raws, string(k.Raw))
			}
			return nil
		}))
		return raws, closed
	}
	if got, closed := walk(""); !slices.Equal(got, want) || closed != 0 {
		t.Errorf("%q, want %q; %d closed", got, want, closed)
	}
	if got, _ := walk("in:trash"); !slices.Equal(got, want[1:2]) {
		t.Errorf("in the trash: %q", got)
	}
	stop := errors.New("enough")
	if err := db.Walk(t.Context(), nil, func(storage.Kept, int) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
	v.locked.Store(true)
	if got, closed := walk(""); len(got) != 0 || closed != 3 {
		t.Errorf("locked: %q, %d closed", got, closed)
	}
}
