package kit

// Item is one part of a sheet. One with a key can be under the cursor.
type Item struct {
	Key  string
	Draw func(w int, selected bool) []string // lines of w columns
}

// Rows makes an item of lines that are drawn already; the cursor passes over it.
func Rows(draw func(w int) []string) Item {
	return Item{Draw: func(w int, _ bool) []string { return draw(w) }}
}

// Words makes an item of one line that the cursor passes over.
func Words(l Line, tail string) Item {
	return Rows(func(w int) []string { return []string{l.Draw(w, tail)} })
}

// Blank is an empty line.
func Blank() Item { return Rows(func(w int) []string { return []string{Spaces(w)} }) }

// Sheet shows items of different sorts below each other. The cursor is the key
// of an item, so that a refresh never moves it to another one; where there is
// nothing for it to stand on, the keys scroll.
type Sheet struct {
	items     []Item
	cursor    string
	top, w, h int
	free      bool // scrolled away from the cursor on purpose
}

// SetSize says how much room there is.
func (s *Sheet) SetSize(w, h int) { s.w, s.h = max(w, 1), max(h, 0) }

// Set takes the items. A cursor whose item is gone stays at its place.
func (s *Sheet) Set(items []Item) {
	at := s.place()
	s.items = items
	if s.place() >= 0 {
		return
	}
	s.cursor = ""
	if all := s.stops(); len(all) > 0 {
		s.cursor = s.items[all[min(max(at, 0), len(all)-1)]].Key
	}
}

// stops gives the items that the cursor can stand on.
func (s *Sheet) stops() []int {
	var out []int
	for i, it := range s.items {
		if it.Key != "" {
			out = append(out, i)
		}
	}
	return out
}

// place gives the cursor's place among the stops, -1 for none.
func (s *Sheet) place() int {
	for i, at := range s.stops() {
		if s.items[at].Key == s.cursor {
			return i
		}
	}
	return -1
}

// Current gives the key under the cursor, "" for none.
func (s *Sheet) Current() string { return s.cursor }

// Select puts the cursor on an item when it is there.
func (s *Sheet) Select(key string) {
	was := s.cursor
	if s.cursor = key; s.place() < 0 {
		s.cursor = was
	}
	s.free = false
}

// Move moves the cursor by n stops; beyond the last one it scrolls.
func (s *Sheet) Move(n int) {
	all, at := s.stops(), s.place()
	to := min(max(at+n, 0), len(all)-1)
	if len(all) == 0 || to == at {
		s.scroll(n)
		return
	}
	s.cursor, s.free = s.items[all[to]].Key, false
}

// Page scrolls by a share of the room and takes the cursor along.
func (s *Sheet) Page(share float64) {
	n := int(float64(s.h) * share)
	if n == 0 {
		n = 1
	}
	s.scroll(n)
	lines, from, _ := s.lay()
	for i, at := range s.stops() {
		in := from[at] >= s.top && from[at] < s.top+s.h
		last := i == len(s.stops())-1
		if in && (n > 0 || s.top > 0) || last && s.top+s.h >= len(lines) && n > 0 || i == 0 && s.top == 0 && n < 0 {
			s.cursor = s.items[at].Key
			if n < 0 || !last {
				return
			}
		}
	}
}

// Top goes to the first line.
func (s *Sheet) Top() { s.jump(0, 0) }

// Bottom goes to the last line.
func (s *Sheet) Bottom() { s.jump(len(s.stops())-1, 1<<20) }

func (s *Sheet) jump(stop, line int) {
	if all := s.stops(); len(all) > 0 {
		s.cursor = s.items[all[stop]].Key
	}
	s.scroll(line - s.top)
}

func (s *Sheet) scroll(n int) {
	lines, _, _ := s.lay()
	s.top = min(max(s.top+n, 0), max(len(lines)-s.h, 0))
	s.free = true
}

// lay draws every item and tells where the lines of each begin and end.
func (s *Sheet) lay() (lines []string, from, to []int) {
	for _, it := range s.items {
		from = append(from, len(lines))
		lines = append(lines, it.Draw(s.w, it.Key != "" && it.Key == s.cursor)...)
		to = append(to, len(lines))
	}
	return lines, from, to
}

// Draw gives exactly the lines of the room.
func (s *Sheet) Draw() []string {
	lines, from, to := s.lay()
	if at := s.place(); at >= 0 && !s.free {
		i := s.stops()[at]
		if to[i] > s.top+s.h {
			s.top = to[i] - s.h
		}
		if from[i] < s.top {
			s.top = from[i]
		}
		if at == 0 && to[i] <= s.h {
			s.top = 0 // what stands above the first stop is seen too
		}
	}
	s.top = min(s.top, max(len(lines)-s.h, 0))
	return Fill(append([]string(nil), lines[s.top:]...), s.w, s.h)
}

// Below tells whether there is more than what is shown.
func (s *Sheet) Below() bool {
	lines, _, _ := s.lay()
	return s.top+s.h < len(lines)
}
