package imap

import (
	"maps"
	"math"
	"slices"
	"testing"

	goimap "github.com/emersion/go-imap/v2"
	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/accounts"
)

// Ranges behave like the sets of numbers they stand for, also at the upper end.
func TestSpansAreSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.SampledFrom([]uint32{1, 1000, math.MaxUint32 - 40}).Draw(t, "base")
		number := rapid.Custom(func(t *rapid.T) uint32 { return base + rapid.Uint32Range(0, 40).Draw(t, "n") })
		a, b := rapid.SliceOf(number).Draw(t, "a"), rapid.SliceOf(number).Draw(t, "b")
		x, y := spansOf(a), spansOf(b)
		inA, inB := setOf(a), setOf(b)
		both := maps.Clone(inA)
		maps.Copy(both, inB)
		less := maps.Clone(inA)
		maps.DeleteFunc(less, func(u uint32, _ bool) bool { return inB[u] })
		want := map[string]map[uint32]bool{"with": both, "without": less, "itself": inA}
		for name, got := range map[string]spans{"with": x.with(y), "without": x.without(y), "itself": x} {
			if !maps.Equal(setOf(slices.Collect(got.down())), want[name]) || got.count() != len(want[name]) {
				t.Fatalf("%s: %v of %v and %v", name, got, x, y)
			}
			for i := 1; i < len(got); i++ {
				if uint64(got[i].low) <= uint64(got[i-1].high)+1 {
					t.Fatalf("%s: %v touch", name, got)
				}
			}
		}
		sorted := slices.Sorted(maps.Keys(inA))
		at := number.Draw(t, "at")
		n := rapid.IntRange(0, 45).Draw(t, "count")
		newest := slices.Clone(sorted[max(len(sorted)-n, 0):])
		slices.Reverse(newest)
		if got := slices.Collect(x.newest(n).down()); !slices.Equal(got, newest) {
			t.Fatalf("the newest %d of %v are %v", n, x, got)
		}
		i, there := slices.BinarySearch(sorted, at)
		if x.below(at) != i || x.has(at) != there || x.from(at).count() != len(sorted)-i {
			t.Fatalf("%v at %d: %d below, there %v, %d from there on", x, at, x.below(at), x.has(at), x.from(at).count())
		}
		if high := number.Draw(t, "high"); high >= at {
			meets := slices.ContainsFunc(sorted, func(u uint32) bool { return u >= at && u <= high })
			if x.meets(at, high) != meets {
				t.Fatalf("%v meets %d to %d: %v", x, at, high, !meets)
			}
		}
	})
}

func setOf(uids []uint32) map[uint32]bool {
	out := map[uint32]bool{}
	for _, u := range uids {
		out[u] = true
	}
	return out
}

func TestBelieved(t *testing.T) {
	for name, tc := range map[string]struct {
		set goimap.UIDSet
		ok  bool
	}{
		"some":     {goimap.UIDSet{{Start: 1, Stop: 5}, {Start: 9, Stop: 9}}, true},
		"the last": {goimap.UIDSet{{Start: math.MaxUint32, Stop: math.MaxUint32}}, true},
		"too many": {goimap.UIDSet{{Start: 1, Stop: 5}, {Start: 9, Stop: 14}}, false},
		"all":      {goimap.UIDSet{{Start: 1, Stop: math.MaxUint32}}, false},
		"open":     {goimap.UIDSet{{Start: 7, Stop: 0}}, false},
		"star":     {goimap.UIDSet{{}}, false},
	} {
		if _, ok := believed(tc.set, 10); ok != tc.ok {
			t.Errorf("%s: believed %v", name, ok)
		}
	}
}

// A table tells every difference of flags, and no other one.
func TestTable(t *testing.T) {
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3)
	flags := rapid.Custom(func(t *rapid.T) accounts.Flags {
		b := func(n string) bool { return rapid.Bool().Draw(t, n) }
		return accounts.Flags{Seen: b("s"), Flagged: b("f"), Answered: b("a"), Draft: b("d"), Deleted: b("x"), Keywords: words.Draw(t, "words")}
	})
	rapid.Check(t, func(t *rapid.T) {
		var tab table
		a, b := flags.Draw(t, "before"), flags.Draw(t, "after")
		tab.add(accounts.Have{UID: 3, Flags: a})
		tab.add(accounts.Have{UID: 8, Flags: b})
		if tab.find(3) != 0 || tab.find(8) != 1 || tab.find(5) != -1 {
			t.Fatal("rows not found")
		}
		differ := !slices.Equal(names(sorted(a)), names(sorted(b)))
		if tab.change(0, b) != differ || tab.change(0, b) {
			t.Fatalf("%+v became %+v: change told wrongly", a, b)
		}
	})
}

func sorted(f accounts.Flags) accounts.Flags {
	f.Keywords = slices.Compact(slices.Sorted(slices.Values(f.Keywords)))
	return f
}
