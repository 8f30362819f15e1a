package kit

// List is a window on rows that live elsewhere: it holds the rows around what
// is shown, and asks for others when the cursor comes near their end. The
// cursor is the key of a row, so a refresh never moves it to another row.
type List[K comparable, R any] struct {
	key  func(R) K
	draw func(r R, w int, selected bool) []string

	rows         []R
	first, total int // place of rows[0]; number of rows there are
	cursor       K
	index, top   int // place of the cursor and of the first row shown
	w, h, tall   int // columns, lines, lines a row
	loaded       bool
	adrift       bool // the cursor went to a place whose row is not loaded

	memo map[K][]string // rows drawn without the cursor on them
}

// NewList makes a list; draw gives a row as lines of w columns.
func NewList[K comparable, R any](key func(R) K, draw func(R, int, bool) []string) *List[K, R] {
	return &List[K, R]{key: key, draw: draw, tall: 1, memo: map[K][]string{}}
}

// SetSize says how much room there is and how many lines a row takes.
func (l *List[K, R]) SetSize(w, h, tall int) {
	if w != l.w || tall != l.tall {
		clear(l.memo)
	}
	l.w, l.h, l.tall = w, h, max(tall, 1)
	l.follow()
}

// Restyle forgets what was drawn.
func (l *List[K, R]) Restyle() { clear(l.memo) }

// Set takes rows first.. of total. The cursor stays on its row wherever that
// went; when it is gone the cursor goes to the row that came after it.
func (l *List[K, R]) Set(first, total int, rows []R) {
	at, more := l.find(rows), 0
	if l.loaded && !l.adrift {
		more = total - l.total
	}
	if at < 0 {
		at = l.beside(rows, first+len(rows) >= total)
	}
	l.rows, l.first, l.total, l.loaded = rows, first, total, true
	clear(l.memo)
	if at >= 0 {
		if l.top > 0 { // the row also keeps its line, unless the top is in sight
			l.top = max(0, l.top+first+at-l.index)
		}
		l.index = first + at
	} else if more > 0 && l.index+more >= first+len(rows) {
		// So many new ones came that the row fell out of what was read, with all
		// around it: it is looked for further down, and Need asks for it.
		l.index, l.top = l.index+more, l.top+more
		l.follow()
		return
	}
	l.index = min(max(l.index, 0), max(total-1, 0))
	l.follow()
	l.adopt()
}

func (l *List[K, R]) find(rows []R) int {
	if !l.loaded || l.adrift {
		return -1
	}
	for i, r := range rows {
		if l.key(r) == l.cursor {
			return i
		}
	}
	return -1
}

// beside finds the row that came next after the cursor's, or the one before
// it, and so on away from it. Rows on both sides of where it would be tell that
// it did not fall out of what was read: it is gone, as one of two conversations
// that join. All tells that there are no rows behind these.
func (l *List[K, R]) beside(rows []R, all bool) int {
	cursor := l.index - l.first
	if !l.loaded || l.adrift || cursor < 0 || cursor >= len(l.rows) {
		return -1
	}
	places := make(map[K]int, len(rows))
	for i, r := range rows {
		places[l.key(r)] = i
	}
	for i := cursor + 1; i < len(l.rows); i++ {
		if at, ok := places[l.key(l.rows[i])]; ok {
			return at
		}
	}
	for i := cursor - 1; i >= 0; i-- {
		if at, ok := places[l.key(l.rows[i])]; ok {
			if all || at+1 < len(rows) {
				return at
			}
			break
		}
	}
	return -1
}

// adopt makes the row at the cursor's place the cursor's row.
func (l *List[K, R]) adopt() {
	r, ok := l.Current()
	if l.adrift = !ok; ok {
		l.cursor = l.key(r)
	}
}

// follow keeps the cursor in sight. At an edge it goes on by half a page: a
// pane cannot be scrolled by the terminal, so each step would draw all of it,
// which is too much for a slow line.
func (l *List[K, R]) follow() {
	n := l.visible()
	if l.index < l.top {
		l.top = max(l.index-n/2, 0)
	}
	if l.index >= l.top+n {
		l.top = l.index - n + 1 + n/2
	}
	l.top = min(l.top, max(l.total-n, 0))
}

func (l *List[K, R]) visible() int { return max(l.h/l.tall, 1) }

// Move moves the cursor by n rows.
func (l *List[K, R]) Move(n int) {
	l.index = min(max(l.index+n, 0), max(l.total-1, 0))
	l.follow()
	l.adopt()
}

// Page moves by a share of what is visible: 1 is a page, 0.5 half of it.
func (l *List[K, R]) Page(share float64) {
	n := int(float64(l.visible()) * share)
	if n == 0 {
		n = 1
	}
	l.Move(n)
}

// Top goes to the first row.
func (l *List[K, R]) Top() { l.Move(-l.total) }

// Bottom goes to the last row.
func (l *List[K, R]) Bottom() { l.Move(l.total) }

// Select puts the cursor on a row when it is loaded.
func (l *List[K, R]) Select(k K) bool {
	for i, r := range l.rows {
		if l.key(r) == k {
			l.Move(l.first + i - l.index)
			return true
		}
	}
	return false
}

// Reset forgets everything, for another filter.
func (l *List[K, R]) Reset() {
	var none K
	l.rows, l.first, l.total, l.index, l.top, l.loaded, l.adrift, l.cursor = nil, 0, 0, 0, 0, false, false, none
	clear(l.memo)
}

// Current gives the row under the cursor, when it is loaded.
func (l *List[K, R]) Current() (R, bool) {
	if i := l.index - l.first; i >= 0 && i < len(l.rows) {
		return l.rows[i], true
	}
	var none R
	return none, false
}

// Rows gives the rows that are loaded.
func (l *List[K, R]) Rows() []R { return l.rows }

// Total gives how many rows there are, loaded or not.
func (l *List[K, R]) Total() int { return l.total }

// Loaded tells whether anything came yet.
func (l *List[K, R]) Loaded() bool { return l.loaded }

// Index gives the place of the cursor.
func (l *List[K, R]) Index() int { return l.index }

// Need tells which rows ought to be loaded now, and whether those that are
// loaded do not suffice: some of what is shown, or of a page around it, is
// missing.
func (l *List[K, R]) Need() (offset, limit int, missing bool) {
	n := l.visible()
	offset, limit = max(l.top-2*n, 0), 5*n
	from, to := max(l.top-n/2, 0), min(l.top+n+n/2, l.total)
	missing = !l.loaded || from < l.first || to > l.first+len(l.rows)
	return offset, limit, missing
}

// Draw gives exactly the list's lines.
func (l *List[K, R]) Draw() []string {
	out := make([]string, 0, l.h)
	for i := l.top; i < l.total && len(out)+l.tall <= l.h; i++ {
		out = append(out, l.row(i)...)
	}
	return Fill(out, l.w, l.h)
}

func (l *List[K, R]) row(i int) []string {
	j := i - l.first
	if j < 0 || j >= len(l.rows) {
		return Fill(nil, l.w, l.tall) // not loaded yet: a blank never moves anything
	}
	r := l.rows[j]
	if i == l.index {
		return Fill(l.draw(r, l.w, true), l.w, l.tall)
	}
	k := l.key(r)
	if got, ok := l.memo[k]; ok {
		return got
	}
	lines := Fill(l.draw(r, l.w, false), l.w, l.tall)
	l.memo[k] = lines
	return lines
}
