package safe

import (
	"strings"
	"unicode/utf8"
)

// Text is text that can be sent to a terminal. Only Line and Block make one,
// so a function that takes a Text cannot be given anything unchecked.
type Text struct{ s string }

// String gives the sanitised text.
func (t Text) String() string { return t.s }

// IsZero tells whether the text is empty.
func (t Text) IsZero() bool { return t.s == "" }

// Line sanitises text that is shown on one row: line ends and tabs become
// spaces, runs of them one space. What looks like a badge gets other brackets.
func Line(s string) Text {
	if clean(s, false) {
		return Text{unbadge(s)}
	}
	w := writer{line: true}
	w.write(s)
	return Text{unbadge(w.b.String())}
}

// Block sanitises text of several lines: every sort of line end becomes "\n",
// tabs are expanded to columns of eight.
func Block(s string) Text {
	if clean(s, true) {
		return Text{s}
	}
	var w writer
	w.write(s)
	return Text{w.b.String()}
}

// clean tells whether s is printable ASCII only, the usual case, which is
// passed on as it is.
func clean(s string, lines bool) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && !(lines && c == '\n') || c > '~' {
			return false
		}
	}
	return true
}

const (
	tabStop  = 8
	maxMarks = 8 // combining characters on one base; no script in use needs more
)

// writer builds a sanitised text rune by rune.
type writer struct {
	b     strings.Builder
	line  bool
	col   int  // column, for tabs
	marks int  // combining characters since the last base
	base  bool // something stands here that a mark can combine with
	gap   bool // the last rune was a space made from a line end
}

func (w *writer) write(s string) {
	w.b.Grow(len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			w.put('\uFFFD')
		} else if r == '\r' && i+1 < len(s) && s[i+1] == '\n' {
			// The line feed that follows does it.
		} else {
			w.rune(r)
		}
		i += n
	}
}

func (w *writer) rune(r rune) {
	switch class(r) {
	case plain:
		w.put(r)
	case mark:
		w.mark(r)
	case newline:
		w.newline()
	case tab:
		w.tab()
	case blank:
		w.blank(r)
	case flag:
		w.put('A' + r - '\U0001F1E6')
	case control:
		w.put(picture(r))
	case broken:
		w.put('\uFFFD')
	}
}

func (w *writer) put(r rune) {
	w.b.WriteRune(r)
	w.col += cells(r)
	w.marks, w.base, w.gap = 0, r != ' ', false
}

// blank writes a space of its own kind as a plain one. In several lines those
// that forbid a line's end (U+00A0, and the narrow U+202F) stay such a space.
func (w *writer) blank(r rune) {
	if !w.line && (r == 0xA0 || r == 0x202F) {
		r = 0xA0
	} else {
		r = ' '
	}
	w.put(r)
}

// mark writes a combining character, unless it has nothing of this text to
// combine with (it would sit on whatever is drawn before) or there are too many.
func (w *writer) mark(r rune) {
	if !w.base || w.marks == maxMarks {
		return
	}
	w.marks++
	w.gap = false
	w.b.WriteRune(r)
}

func (w *writer) newline() {
	if w.line {
		w.space()
		return
	}
	w.b.WriteByte('\n')
	w.col, w.marks, w.base = 0, 0, false
}

func (w *writer) tab() {
	if w.line {
		w.space()
		return
	}
	for n := tabStop - w.col%tabStop; n > 0; n-- {
		w.put(' ')
	}
}

// space writes one space for a run of line ends and tabs.
func (w *writer) space() {
	if !w.gap {
		w.put(' ')
		w.gap = true
	}
}
