package storage_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// questions are queries of every kind that the words of mixed() can answer.
func questions() []string {
	words := []string{
		"apfel", "ÄPFEL", "birne", "app*", "b*", `"apfel birne"`, "apfel birne", "apfel or birne", "-apfel", "apfel -birne", "-apfel -birne",
		"-(apfel or kirsche)", "(apfel or kirsche) birne", "subject:apfel", "body:apfel", "-body:apfel", "file:plan", "file:plan.pdf", "subject:kirsche or body:birne",
		"東京", "京", "東京タワー", "東京x", "subject:東京", "has:attachment", "-has:attachment", "has:link apfel", "has:invite", "is:sealed", "is:signed apfel",
		"is:unread birne", "is:starred", "from:anna", "to:me apfel", "from:anna or subject:kirsche", "in:archive", "in:inbox apfel", "date:2024-03-02..2024-03-05 birne",
		`"..."`, `body:"..."`, `subject:"?!"`, "with:anna birne", "anna", "example", "size:>10 kirsche", "score:>10 apfel", "list:none", "nothinglikethis",
		"quitte", `"quitte gelee"`, "大阪", "quitte -apfel", "strasse", "subject:strasse", "from:anna or quitte",
	}
	return words
}

// mixed are messages whose words the questions ask for.
func mixed(n int) []accounts.Arrival {
	r := rand.New(rand.NewPCG(3, uint64(n)))
	words := []string{"Apfel", "Birne", "Kirsche", "Äpfel", "東京", "東京タワー", "東京x", "...", "?!", "apparat", "und"}
	text := func(k int) string {
		var b strings.Builder
		for range k {
			b.WriteString(words[r.IntN(len(words))] + " ")
		}
		return b.String()
	}
	var out []accounts.Arrival
	for i := range n {
		l := letter{n: i, from: []string{"anna@example.org", "bert@example.net"}[i%2], to: "me@example.org", date: start.AddDate(0, 0, i%9), subject: text(2), text: text(r.IntN(6))}
		l.flags.Seen, l.flags.Flagged = i%3 > 0, i%7 == 0
		if i%5 == 0 {
			l.folder = "Archive"
		}
		a := l.arrival()
		m := &a.Parsed.Message
		if i%4 == 0 {
			m.Attachments = []conversation.Attachment{{Name: "plan.pdf", Part: "2"}}
		}
		if i%3 == 0 {
			m.Links = []conversation.Link{{URL: "https://example.org"}}
		}
		m.Invite = i%6 == 0
		if i%4 == 1 {
			a.Parsed.Extra, m.Subject = "Quitte Gelee 大阪", m.Subject+" Straße"
		}
		m.Evidence.Security.Sealed = []string{"none", "full"}[i%2]
		m.Evidence.Security.Signature = []string{"none", "good", "none"}[i%3]
		a.Parsed.Names = map[conversation.Address]string{}
		for _, p := range m.Participants {
			a.Parsed.Names[p.Address] = p.Name
		}
		out = append(out, a)
	}
	return out
}

func found(t testing.TB, db *storage.DB, text string) []conversation.MessageID {
	t.Helper()
	var ids []conversation.MessageID
	for _, h := range search(t, db, text) {
		ids = append(ids, h.Message.ID)
	}
	slices.Sort(ids)
	return ids
}

// A query means the same whether messages lie in clear, are sealed, or some of
// them are.
func TestSealedMessagesAreFoundLikeClearOnes(t *testing.T) {
	all := mixed(120)
	clear := opened(t)
	addAll(t, clear, all...)
	sealedOf := map[string]func(i int) bool{"all": func(int) bool { return true }, "some": func(i int) bool { return i%3 != 1 }}
	for name, sealed := range sealedOf {
		db, v := sealedDB(t)
		for i := range all {
			a := all[i]
			a.Parsed.Private = sealed(i)
			if i == 60 {
				must(t, db.BuildPrivateIndex(t.Context())) // the rest follows as it comes
			}
			addAll(t, db, a)
		}
		for _, text := range questions() {
			if want, got := found(t, clear, text), found(t, db, text); !slices.Equal(want, got) {
				t.Errorf("%s sealed: %q finds %d, in clear %d", name, text, len(got), len(want))
			}
			if want, got := facetsOf(t, clear, text), facetsOf(t, db, text); !maps.Equal(want, got) {
				t.Errorf("%s sealed: facets of %q are %v, in clear %v", name, text, got, want)
			}
		}
		v.locked.Store(true)
		for _, text := range []string{"birne", "body:apfel", "file:plan", "東京", `"..."`} {
			for _, h := range search(t, db, text) {
				if conversation.Unopened(h.Message.Warnings) {
					t.Errorf("%s sealed: %q finds a locked message", name, text)
				}
			}
		}
		sound(t, db)
	}
}

func TestIndexFollowsChanges(t *testing.T) {
	db, v := sealedDB(t)
	ctx := t.Context()
	a := secretLetter(1)
	addAll(t, db, a)
	must(t, db.BuildPrivateIndex(ctx))
	if n := len(found(t, db, "leuchtturm")); n != 1 {
		t.Fatalf("%d found", n)
	}
	edited := a
	edited.Parsed.Message.Text, edited.Parsed.Fingerprint[0] = "Ganz anders", 7
	edited.Copy.Raw, edited.SHA256[0] = []byte("other"), 7
	addAll(t, db, edited)
	if old, now := len(found(t, db, "leuchtturm")), len(found(t, db, "ganz")); old != 0 || now != 1 {
		t.Fatalf("edited: %d and %d found", old, now)
	}
	v.locked.Store(true)
	if len(found(t, db, "ganz")) != 0 {
		t.Fatal("found while locked")
	}
	if done, total := db.PrivateIndexed(); done != 0 || total != 0 {
		t.Fatalf("%d of %d indexed while locked", done, total)
	}
	if err := db.BuildPrivateIndex(ctx); !errors.Is(err, conversation.ErrSealed) {
		t.Fatalf("built while locked: %v", err)
	}
	v.locked.Store(false)
	must(t, db.BuildPrivateIndex(ctx))
	if done, total := db.PrivateIndexed(); done != 1 || total != 1 || len(found(t, db, "ganz")) != 1 {
		t.Fatalf("%d of %d indexed", done, total)
	}
	db.DropPrivateIndex()
	if len(found(t, db, "ganz")) != 0 {
		t.Fatal("found without an index")
	}
}

// One process has the keys unlocked, the other locked.
func TestTwoProcessesOneLocked(t *testing.T) {
	db, v := sealedDB(t)
	locked := v.another()
	locked.locked.Store(true)
	other := openSealed(t, dirOf(db), locked, false)
	addAll(t, db, secretLetter(1))
	must(t, db.BuildPrivateIndex(t.Context()))

	late, unread := secretLetter(2), closed(secretLetter(3))
	addAll(t, other, late, unread) // sealing works while locked
	if got := found(t, db, "leuchtturm"); len(got) != 2 {
		t.Fatalf("unlocked: %d found", len(got))
	}
	if got := found(t, other, "leuchtturm"); len(got) != 0 {
		t.Fatalf("locked: %d found", len(got))
	}
	_, err := db.Reread(t.Context(), idOf(unread), secretLetter(3).Parsed)
	must(t, err)
	if got := found(t, db, "leuchtturm"); len(got) != 3 {
		t.Fatalf("after reading again: %d found", len(got))
	}
	_, err = other.Remove(t.Context(), home, "INBOX", 1, []uint32{late.Copy.UID}, nil)
	must(t, err)
	_, err = other.Sweep(t.Context(), home)
	must(t, err)
	if got := found(t, db, "leuchtturm"); len(got) != 2 {
		t.Fatalf("after the other deleted one: %d found", len(got))
	}
	sound(t, db)
}

// Building, adding, deleting, searching and locking may all happen at once.
func TestIndexUnderUse(t *testing.T) {
	db, v := sealedDB(t)
	ctx := t.Context()
	for from := 0; from < 1000; from += 100 {
		addAll(t, db, privates(from, 100)...)
	}
	q, err := conversation.ParseQuery("gemeinsam", start, "en")
	must(t, err)
	stop, cancel := context.WithCancel(ctx)
	var wg, busy sync.WaitGroup
	loop := func(f func()) {
		busy.Go(func() {
			for stop.Err() == nil {
				f()
			}
		})
	}
	loop(func() {
		if _, err := db.Count(ctx, q); err != nil {
			t.Error(err)
		}
	})
	loop(func() {
		if err := db.BuildPrivateIndex(stop); err != nil && stop.Err() == nil && !errors.Is(err, conversation.ErrSealed) {
			t.Error(err)
		}
	})
	wg.Go(func() {
		for from := 1000; from < 1500; from += 50 {
			addAll(t, db, privates(from, 50)...)
			_, err := db.Remove(ctx, home, "INBOX", 1, []uint32{uint32(from - 900)}, nil)
			if err == nil {
				_, err = db.Sweep(ctx, home)
			}
			if err != nil {
				t.Error(err)
			}
			v.locked.Store(from%150 == 0)
			if from%150 == 0 {
				db.DropPrivateIndex()
			}
		}
	})
	wg.Wait()
	cancel()
	busy.Wait()
	v.locked.Store(false)
	must(t, db.BuildPrivateIndex(ctx))
	n, err := db.Count(ctx, q)
	must(t, err)
	if n != 1490 {
		t.Fatalf("%d found", n)
	}
	if done, _ := db.PrivateIndexed(); done != 1490 {
		t.Fatalf("%d indexed", done)
	}
}

// privates are sealed messages with one word in common.
func privates(from, n int) []accounts.Arrival {
	out := make([]accounts.Arrival, n)
	for i := range out {
		k := from + i
		l := letter{n: k, from: "zoe@example.org", to: "me@example.org", date: start.Add(minutes(k)), subject: fmt.Sprintf("wort%d", k), text: fmt.Sprintf("gemeinsam zahl%d", k)}
		out[i] = private(l.arrival(), "")
		out[i].Copy.Raw = []byte(l.subject)
	}
	return out
}

// interrupted does something when a value is first opened.
type interrupted struct {
	*vault
	once   sync.Once
	during func()
}

func (v *interrupted) Open(sealed, context []byte) ([]byte, error) {
	v.once.Do(v.during)
	return v.vault.Open(sealed, context)
}

// A message that goes while the index is being built does not get into it.
func TestGoneWhileIndexing(t *testing.T) {
	v := &interrupted{vault: newVault(t)}
	db := openSealed(t, t.TempDir(), v, false)
	furnish(t, db, home, own)
	a, b := secretLetter(1), secretLetter(2)
	addAll(t, db, a, b)
	v.during = func() {
		_, err := db.Remove(t.Context(), home, "INBOX", 1, []uint32{a.Copy.UID}, nil)
		must(t, err)
		_, err = db.Sweep(t.Context(), home)
		must(t, err)
	}
	must(t, db.BuildPrivateIndex(t.Context()))
	if done, total := db.PrivateIndexed(); done != 1 || total != 1 {
		t.Fatalf("%d of %d indexed", done, total)
	}
	if got := found(t, db, "leuchtturm"); !slices.Equal(got, []conversation.MessageID{idOf(b)}) {
		t.Fatalf("found %v", got)
	}
}
