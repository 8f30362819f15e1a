package imap

import (
	"cmp"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/accounts"
)

// table holds what is here of a folder in eight bytes a message: its UID, its
// flags, and which of the lists of keywords it has. Few lists occur.
type table struct {
	rows  []row // ascending by UID
	lists [][]string
	index map[string]uint32 // of each list by its words
}

type row struct {
	uid  uint32
	mark uint32 // the flags in the lowest bits, above them the list of keywords
}

// markBits is how many flags a mark holds.
const markBits = 5

// add takes one more message, whose UID is higher than those before.
func (t *table) add(h accounts.Have) {
	if h.UID == 0 || len(t.rows) > 0 && t.rows[len(t.rows)-1].uid >= h.UID {
		return
	}
	t.rows = append(t.rows, row{h.UID, t.mark(h.Flags)})
}

// mark packs flags. When they changed is not kept.
func (t *table) mark(f accounts.Flags) uint32 {
	m := t.list(f.Keywords) << markBits
	for i, set := range [markBits]bool{f.Seen, f.Flagged, f.Answered, f.Draft, f.Deleted} {
		if set {
			m |= 1 << i
		}
	}
	return m
}

// list gives the number of a list of keywords; the empty one is 0.
func (t *table) list(words []string) uint32 {
	if len(words) == 0 {
		return 0
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(words)))
	key := strings.Join(sorted, " ")
	n, ok := t.index[key]
	if !ok {
		if t.index == nil {
			t.index = map[string]uint32{}
		}
		t.lists = append(t.lists, sorted)
		n = uint32(len(t.lists))
		t.index[key] = n
	}
	return n
}

// find gives the row of a message, -1 when it is not here.
func (t *table) find(uid uint32) int {
	i, ok := slices.BinarySearchFunc(t.rows, uid, func(r row, uid uint32) int { return cmp.Compare(r.uid, uid) })
	if !ok {
		return -1
	}
	return i
}

// change notes new flags, and tells whether they are others than before.
func (t *table) change(i int, f accounts.Flags) bool {
	m := t.mark(f)
	changed := t.rows[i].mark != m
	t.rows[i].mark = m
	return changed
}

// uids gives what is here as ranges.
func (t *table) uids() spans {
	var s spans
	for _, r := range t.rows {
		s.push(r.uid, r.uid)
	}
	return s
}
