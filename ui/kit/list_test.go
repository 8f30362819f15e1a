package kit_test

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/ui/kit"
)

func newList() *kit.List[int, int] {
	return kit.NewList(func(i int) int { return i }, func(i, w int, sel bool) []string {
		mark := " "
		if sel {
			mark = ">"
		}
		return []string{kit.Fit(mark+strconv.Itoa(i), w, "")}
	})
}

func count(from, to int) []int {
	var out []int
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}

// serve loads what the list asks for out of all.
func serve(l *kit.List[int, int], all []int) {
	for range 4 {
		offset, limit, missing := l.Need()
		if !missing {
			return
		}
		from := min(offset, len(all))
		l.Set(from, len(all), all[from:min(from+limit, len(all))])
	}
}

func TestTheCursorIsARowNotAPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newList()
		l.SetSize(8, rapid.IntRange(1, 12).Draw(t, "h"), 1)
		all := count(0, rapid.IntRange(1, 80).Draw(t, "rows"))
		serve(l, all)
		for range rapid.IntRange(0, 12).Draw(t, "moves") {
			l.Move(rapid.IntRange(-9, 9).Draw(t, "by"))
			serve(l, all)
		}
		before, ok := l.Current()
		if !ok {
			t.Fatal("no row under the cursor")
		}
		all = append(count(1000, 1000+rapid.IntRange(0, 5).Draw(t, "new")), all...)
		offset, limit, _ := l.Need()
		from := min(offset, len(all))
		l.Set(from, len(all), all[from:min(from+limit, len(all))])
		serve(l, all)
		if after, ok := l.Current(); !ok || after != before {
			t.Fatalf("the cursor went from %d to %d", before, after)
		}
		if drawn := strings.Join(l.Draw(), "\n"); !strings.Contains(drawn, ">"+strconv.Itoa(before)) {
			t.Fatalf("the cursor's row %d is out of sight:\n%s", before, drawn)
		}
	})
}

func TestMovingGoesWhereItShould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, at := newList(), 0
		l.SetSize(8, rapid.IntRange(1, 12).Draw(t, "h"), 1)
		all := count(0, rapid.IntRange(1, 200).Draw(t, "rows"))
		serve(l, all)
		for range rapid.IntRange(1, 12).Draw(t, "moves") {
			by := rapid.IntRange(-250, 250).Draw(t, "by")
			at = min(max(at+by, 0), len(all)-1)
			l.Move(by)
			serve(l, all)
			if got, ok := l.Current(); !ok || got != at {
				t.Fatalf("after moving by %d the cursor is on %d, not on %d", by, got, at)
			}
		}
	})
}

func TestARowThatGoesLeavesTheCursorAtItsPlace(t *testing.T) {
	l := newList()
	l.SetSize(8, 5, 1)
	l.Set(0, 4, []int{10, 11, 12, 13})
	l.Move(1)
	l.Set(0, 3, []int{10, 12, 13})
	if got, _ := l.Current(); got != 12 {
		t.Errorf("the cursor is on %d", got)
	}
	l.Bottom()
	l.Set(0, 2, []int{10, 12})
	if got, _ := l.Current(); got != 12 {
		t.Errorf("at the end the cursor is on %d", got)
	}
	l.Set(0, 0, nil)
	if _, ok := l.Current(); ok {
		t.Error("an empty list has a row under its cursor")
	}
}

// Conversations join while years of mail are fetched: the row under the cursor
// goes, and there are more rows than before, but none came above it.
func TestARowThatGoesWhileOthersComeBelowMovesNothing(t *testing.T) {
	l := newList()
	l.SetSize(8, 5, 1)
	all := count(0, 40)
	serve(l, all)
	l.Set(0, 900, count(1, 61)[:50]) // row 0 has joined another
	if got, _ := l.Current(); got != 1 || l.Index() != 0 {
		t.Errorf("the cursor is on %d at %d, want the first row that is left", got, l.Index())
	}
	l.Move(3)
	more := append(count(0, 4), count(5, 60)...)[1:]
	l.Set(0, 2000, more[:50]) // row 4 has
	if got, _ := l.Current(); got != 5 || l.Index() != 3 {
		t.Errorf("the cursor is on %d at %d, want the row after the one that went", got, l.Index())
	}
}

func TestALongListIsNeverLoadedWhole(t *testing.T) {
	l := newList()
	l.SetSize(8, 10, 1)
	all := count(0, 100_000)
	serve(l, all)
	l.Bottom()
	serve(l, all)
	if got, ok := l.Current(); !ok || got != 99_999 {
		t.Errorf("at the end: %d %v", got, ok)
	}
	if n := len(l.Rows()); n > 60 {
		t.Errorf("%d rows are loaded", n)
	}
	if rows := l.Draw(); len(rows) != 10 || !strings.Contains(rows[9], "99999") {
		t.Errorf("drawn: %q", rows)
	}
}
