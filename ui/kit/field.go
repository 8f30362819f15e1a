package kit

import (
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/caliopen/caliopen-tui/ui/safe"
)

// Field is one line that can be typed into. Its cursor is the terminal's own,
// so that input methods open their window at the right place; it counts in
// columns and moves by what people see as one character.
type Field struct {
	Label   string
	text    []string // grapheme clusters
	at      int      // the cursor stands before this one
	from    int      // the first one shown
	focused bool
	secret  bool
}

// NewField makes an empty field.
func NewField(label string) *Field { return &Field{Label: label} }

// Secret makes the field show dots.
func (f *Field) Secret() *Field {
	f.secret = true
	return f
}

// Focus gives the keys to the field.
func (f *Field) Focus() { f.focused = true }

// Blur takes the keys away from the field.
func (f *Field) Blur() { f.focused = false }

// Focused tells whether the field has the keys.
func (f *Field) Focused() bool { return f.focused }

// Value gives what was typed.
func (f *Field) Value() string { return strings.Join(f.text, "") }

// Set replaces the text and puts the cursor behind it. Control characters
// never get into a field.
func (f *Field) Set(s string) {
	f.text = clusters(safe.Line(s).String())
	f.at, f.from = len(f.text), 0
}

func clusters(s string) []string {
	var out []string
	for s != "" {
		c, _ := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		out, s = append(out, c), s[len(c):]
	}
	return out
}

// Type hands a key to the field and tells whether its text changed.
func (f *Field) Type(msg tea.KeyPressMsg) (changed bool) {
	before := f.Value()
	if msg.Text != "" && msg.Mod&(tea.ModCtrl|tea.ModAlt) == 0 {
		f.insert(msg.Text)
		return f.Value() != before
	}
	if edit, ok := edits()[msg.Keystroke()]; ok {
		edit(f)
	}
	return f.Value() != before
}

// edits are the keys of a field besides text: those of every shell.
func edits() map[string]func(*Field) {
	return map[string]func(*Field){
		"left": func(f *Field) { f.at = max(f.at-1, 0) }, "right": func(f *Field) { f.at = min(f.at+1, len(f.text)) },
		"ctrl+left": func(f *Field) { f.at = f.word() }, "alt+b": func(f *Field) { f.at = f.word() },
		"home": func(f *Field) { f.at = 0 }, "end": func(f *Field) { f.at = len(f.text) },
		"ctrl+e": func(f *Field) { f.at = len(f.text) }, "ctrl+u": func(f *Field) { f.cut(0, f.at) },
		"ctrl+k": func(f *Field) { f.cut(f.at, len(f.text)) }, "ctrl+w": func(f *Field) { f.cut(f.word(), f.at) },
		"alt+backspace": func(f *Field) { f.cut(f.word(), f.at) },
		"backspace":     func(f *Field) { f.cut(f.at-1, f.at) }, "delete": func(f *Field) { f.cut(f.at, f.at+1) },
	}
}

// word gives the beginning of the word before the cursor.
func (f *Field) word() int {
	i := f.at
	for i > 0 && blank(f.text[i-1]) {
		i--
	}
	for i > 0 && !blank(f.text[i-1]) {
		i--
	}
	return i
}

func blank(cluster string) bool { return strings.TrimFunc(cluster, unicode.IsSpace) == "" }

func (f *Field) cut(from, to int) {
	from, to = max(from, 0), min(to, len(f.text))
	if from >= to {
		return
	}
	f.text = append(f.text[:from:from], f.text[to:]...)
	f.at = from
}

// Paste inserts text at the cursor, on one line.
func (f *Field) Paste(s string) { f.insert(s) }

// insert puts text at the cursor. A combining mark can join what stands
// before it, so everything is divided anew.
func (f *Field) insert(s string) {
	head := safe.Line(strings.Join(f.text[:f.at], "") + s).String()
	tail := strings.Join(f.text[f.at:], "")
	f.text = clusters(head + tail)
	f.at = len(clusters(head))
}

// shown gives what is drawn for a cluster.
func (f *Field) shown(i int) string {
	if f.secret {
		return "*"
	}
	return f.text[i]
}

// Draw gives the field w columns wide; it is scrolled so that the cursor stays
// in sight.
func (f *Field) Draw(w int) string {
	f.from = min(f.from, f.at)
	for f.columns(f.from, f.at) > max(w-1, 0) {
		f.from++
	}
	var b strings.Builder
	for i := f.from; i < len(f.text); i++ {
		b.WriteString(f.shown(i))
	}
	return Fit(b.String(), w, "")
}

// columns measures what is drawn from one cluster to before another; together,
// since some scripts are wider or narrower together than one by one.
func (f *Field) columns(from, to int) int {
	var b strings.Builder
	for i := from; i < to && i < len(f.text); i++ {
		b.WriteString(f.shown(i))
	}
	return Width(b.String())
}

// Cursor gives the column of the cursor inside what Draw gave.
func (f *Field) Cursor() int { return f.columns(f.from, f.at) }
