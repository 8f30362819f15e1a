package kit_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/ui/kit"
)

// part makes an item of n lines; one with a key bears a mark while selected.
func part(key string, n int) kit.Item {
	return kit.Item{Key: key, Draw: func(w int, on bool) []string {
		mark := " "
		if on {
			mark = ">"
		}
		var out []string
		for i := range n {
			out = append(out, kit.Fit(mark+key+"."+strconv.Itoa(i), w, ""))
		}
		return out
	}}
}

func TestTheCursorOfASheetStaysOnItsItemAndInSight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s kit.Sheet
		h := rapid.IntRange(3, 12).Draw(t, "h")
		s.SetSize(12, h)
		keys := rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b", "c", "d", "e"}), 0, 12).Draw(t, "keys")
		var items []kit.Item
		for i, k := range keys {
			if k != "" {
				k += strconv.Itoa(i)
			}
			items = append(items, part(k, 1+i%3))
		}
		s.Set(items)
		for range 12 {
			was := s.Current()
			switch rapid.IntRange(0, 4).Draw(t, "do") {
			case 0:
				s.Move(rapid.SampledFrom([]int{-2, -1, 1, 2}).Draw(t, "by"))
			case 1:
				s.Page(rapid.SampledFrom([]float64{-1, -0.5, 0.5, 1}).Draw(t, "share"))
			case 2:
				s.Bottom()
			case 3:
				s.Top()
			default:
				s.Set(slices.Insert(slices.Clone(items), 0, part("new", 2)))
				if was != "" && s.Current() != was {
					t.Fatalf("a refresh moved the cursor from %q to %q", was, s.Current())
				}
				s.Set(items)
			}
			rows := s.Draw()
			if len(rows) != h {
				t.Fatalf("%d rows, want %d", len(rows), h)
			}
			for _, r := range rows {
				if kit.Width(r) != 12 {
					t.Fatalf("row %q is not 12 wide", r)
				}
			}
		}
	})
}

func TestMovingKeepsTheCursorInSight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s kit.Sheet
		s.SetSize(12, 5)
		var items []kit.Item
		for i := range rapid.IntRange(2, 30).Draw(t, "items") {
			items = append(items, part("k"+strconv.Itoa(i), 1+i%2))
		}
		s.Set(items)
		for range 20 {
			was := s.Current()
			s.Move(rapid.SampledFrom([]int{-3, -1, 1, 4}).Draw(t, "by"))
			if s.Current() == was {
				continue // at an end: the key scrolled
			}
			if !strings.Contains(strings.Join(s.Draw(), "\n"), ">"+s.Current()+".0") {
				t.Fatalf("the cursor on %q is out of sight:\n%s", s.Current(), strings.Join(s.Draw(), "\n"))
			}
		}
	})
}

func TestASheetWithoutStopsScrolls(t *testing.T) {
	var s kit.Sheet
	s.SetSize(12, 3)
	s.Set([]kit.Item{part("", 4), part("", 4)})
	if !s.Below() {
		t.Error("nothing below, of eight lines in three")
	}
	s.Bottom()
	if s.Below() || !strings.HasPrefix(s.Draw()[2], " .3") {
		t.Errorf("the end is not shown: %q", s.Draw())
	}
	s.Move(-1)
	if !strings.HasPrefix(s.Draw()[2], " .2") {
		t.Errorf("a key did not scroll: %q", s.Draw())
	}
}
