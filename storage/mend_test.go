package storage_test

import (
	"slices"
	"testing"

	"github.com/caliopen/caliopen-tui/storage"
)

func TestNothingToMendAfterAGoodEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openAt(t, dir)
	furnish(t, db, home, own)
	add(t, db, hello())
	must(t, db.Close())
	if m, err := openAt(t, dir).Mend(t.Context()); err != nil || m.Looked {
		t.Fatalf("%+v, %v", m, err)
	}
}

func TestMendAfterABadEnd(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string][]string{
		"nothing":                       nil,
		"texts without message":         {"DELETE FROM location WHERE message = (SELECT min(id) FROM message)", "DELETE FROM message WHERE id = (SELECT min(id) FROM message)"},
		"texts not indexed":             {storage.IndexDelete + "0 OR 1"},
		"wrong sums of circles":         {"UPDATE circle SET messages = messages + 3, unread = 7"},
		"wrong sums of conversations":   {"UPDATE conversation SET messages = messages + 3, last = 1"},
		"conversations without circles": {"INSERT INTO conversation (key, kind) VALUES ('ghost', 'people')"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			db := openAt(t, dir)
			furnish(t, db, home, own)
			addAs(t, db, newCrowd(4).batch(0, 60, 200)...)
			add(t, db, letter{n: 100, from: "zoe@example.org", to: "me@example.org", date: start, subject: "Hello", text: "Gooseberries"})
			must(t, db.Damage(t.Context(), damage...))
			must(t, db.Forsake(t.Context()))
			again := openAt(t, dir)
			m, err := again.Mend(t.Context())
			must(t, err)
			if !m.Looked || len(m.Left) > 0 || name != "nothing" && !slices.Contains(m.Done, name) || name == "nothing" && len(m.Done) > 0 {
				t.Fatalf("%+v", m)
			}
			sound(t, again)
			if len(found(t, again, "gooseberries")) != 1 {
				t.Fatal("not found")
			}
			if m, err := again.Mend(t.Context()); err != nil || m.Looked {
				t.Fatalf("a second time: %+v, %v", m, err)
			}
		})
	}
}

// A process that lives has not ended badly.
func TestMendLeavesTheLivingAlone(t *testing.T) {
	t.Parallel()
	db := opened(t)
	c, lines := other(t, dirOf(db), 1000)
	lines.Scan()
	m, err := db.Mend(t.Context())
	_ = c.Process.Kill()
	_ = c.Wait()
	if err != nil || m.Looked {
		t.Fatalf("%+v, %v", m, err)
	}
	if m, err := db.Mend(t.Context()); err != nil || !m.Looked || len(m.Done)+len(m.Left) > 0 {
		t.Fatalf("after it was killed: %+v, %v", m, err)
	}
	sound(t, db)
}

// A pass that changes nothing leaves no mark either.
func TestNoMarkWithoutAChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openAt(t, dir)
	furnish(t, db, home, own)
	add(t, db, hello())
	must(t, db.Close())
	again, err := storage.Open(t.Context(), dir, storage.Options{})
	must(t, err)
	t.Cleanup(func() { _ = again.Close() })
	before := again.Rows(t, "setting")
	passes(t, again, 2)
	if n := again.Rows(t, "setting"); n != before {
		t.Fatalf("%d settings instead of %d", n, before)
	}
	add(t, again, letter{n: 9, from: "ann@example.org", to: "me@example.org", date: start, subject: "a", text: "b"})
	if n := again.Rows(t, "setting"); n != before+1 {
		t.Fatalf("%d settings after a change", n)
	}
}
