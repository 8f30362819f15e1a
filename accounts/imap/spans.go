package imap

import (
	"iter"
	"slices"

	"github.com/emersion/go-imap/v2"
)

// span is a range of UIDs, both ends included.
type span struct{ low, high uint32 }

func (r span) count() int { return int(uint64(r.high) - uint64(r.low) + 1) }

// spans are UIDs as ranges: ascending, none of which overlaps or touches the
// next. A folder of any size is a few of them, however far its UIDs reach.
type spans []span

// push adds a range at the upper end. What does not lie there is left to with.
func (s *spans) push(low, high uint32) {
	if n := len(*s); n > 0 && uint64((*s)[n-1].high)+1 >= uint64(low) {
		(*s)[n-1].high = max((*s)[n-1].high, high)
		return
	}
	*s = append(*s, span{low, high})
}

// spansOf makes ranges of UIDs in any order. Zero is none.
func spansOf(uids []uint32) spans {
	var s spans
	for _, u := range slices.Sorted(slices.Values(uids)) {
		if u != 0 {
			s.push(u, u)
		}
	}
	return s
}

func (s spans) count() int {
	n := 0
	for _, r := range s {
		n += r.count()
	}
	return n
}

// below counts the UIDs that are smaller than a given one.
func (s spans) below(uid uint32) int {
	n := 0
	for _, r := range s {
		if r.low >= uid {
			break
		}
		n += span{r.low, min(r.high, uid-1)}.count()
	}
	return n
}

func (s spans) has(uid uint32) bool { return s.meets(uid, uid) }

// meets tells whether any UID from low to high is among them.
func (s spans) meets(low, high uint32) bool {
	i, _ := slices.BinarySearchFunc(s, low, func(r span, low uint32) int {
		if r.high < low {
			return -1
		}
		return 1
	})
	return i < len(s) && s[i].low <= high
}

// with gives the UIDs that are in either.
func (s spans) with(t spans) spans {
	if len(t) == 0 {
		return s
	}
	out := make(spans, 0, len(s)+1)
	for len(s) > 0 || len(t) > 0 {
		if len(t) == 0 || len(s) > 0 && s[0].low <= t[0].low {
			out.push(s[0].low, s[0].high)
			s = s[1:]
		} else {
			out.push(t[0].low, t[0].high)
			t = t[1:]
		}
	}
	return out
}

// without gives the UIDs that are not in t.
func (s spans) without(t spans) spans {
	var out spans
	for _, r := range s {
		low := uint64(r.low)
		for len(t) > 0 && t[0].high < r.low {
			t = t[1:]
		}
		for i := 0; i < len(t) && t[i].low <= r.high && low <= uint64(r.high); i++ {
			if low < uint64(t[i].low) {
				out.push(uint32(low), t[i].low-1)
			}
			low = max(low, uint64(t[i].high)+1)
		}
		if low <= uint64(r.high) {
			out.push(uint32(low), r.high)
		}
	}
	return out
}

// newest gives the n highest UIDs.
func (s spans) newest(n int) spans {
	if n <= 0 {
		return nil
	}
	for i := len(s) - 1; i >= 0; i-- {
		if c := s[i].count(); c < n {
			n -= c
			continue
		}
		out := slices.Clone(s[i:])
		out[0].low = uint32(uint64(out[0].high) - uint64(n) + 1)
		return out
	}
	return slices.Clone(s)
}

// from gives the UIDs that are not smaller than a given one.
func (s spans) from(uid uint32) spans {
	i := 0
	for i < len(s) && s[i].high < uid {
		i++
	}
	out := slices.Clone(s[i:])
	if len(out) > 0 {
		out[0].low = max(out[0].low, uid)
	}
	return out
}

// down gives the UIDs one by one, the highest first.
func (s spans) down() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i := len(s) - 1; i >= 0; i-- {
			for u := uint64(s[i].high); u >= uint64(s[i].low); u-- {
				if !yield(uint32(u)) {
					return
				}
			}
		}
	}
}

// believed turns what a server listed into ranges, unless it holds more UIDs
// than the folder can have, or an open end.
func believed(set imap.UIDSet, limit int) (spans, bool) {
	s := make(spans, 0, len(set))
	n := 0
	for _, r := range set {
		if r.Start == 0 || r.Stop < r.Start {
			return nil, false
		}
		one := span{uint32(r.Start), uint32(r.Stop)}
		if n += one.count(); n > limit {
			return nil, false
		}
		s.push(one.low, one.high)
	}
	return s, true
}
