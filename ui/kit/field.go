package kit

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/ui/safe"
)

// Field is one line that can be typed into, with the terminal's own cursor, so
// that input methods open their window at the right place.
type Field struct {
	Label string // drawn before the field
	in    textinput.Model
}

// NewField makes an empty field.
func NewField(label string) *Field {
	f := &Field{Label: label, in: textinput.New()}
	f.in.Prompt = ""
	f.in.SetVirtualCursor(false)
	f.in.SetStyles(textinput.Styles{}) // the frame's colours, not the library's
	return f
}

// Secret makes the field show dots.
func (f *Field) Secret() *Field {
	f.in.EchoMode = textinput.EchoPassword
	return f
}

// Focus and Blur say whether the field has the keys.
func (f *Field) Focus()        { f.in.Focus() }
func (f *Field) Blur()         { f.in.Blur() }
func (f *Field) Focused() bool { return f.in.Focused() }

// Value gives what was typed; Set replaces it and puts the cursor behind it.
func (f *Field) Value() string { return f.in.Value() }

// Set replaces the text. Control characters never get into a field.
func (f *Field) Set(s string) {
	f.in.SetValue(safe.Line(s).String())
	f.in.CursorEnd()
}

// Type hands a key to the field and tells whether its text changed.
func (f *Field) Type(msg tea.KeyPressMsg) (changed bool) {
	before := f.in.Value()
	f.in, _ = f.in.Update(msg) // the only command it could give blinks a cursor we do not use
	return f.in.Value() != before
}

// Paste inserts text at the cursor, on one line.
func (f *Field) Paste(s string) {
	f.in, _ = f.in.Update(tea.PasteMsg{Content: safe.Line(s).String()})
}

// Draw gives the field w columns wide, without its label.
func (f *Field) Draw(w int) string {
	f.in.SetWidth(max(w-1, 1))
	return Fit(f.in.View(), w, "")
}

// Cursor gives the column of the cursor inside what Draw gave.
func (f *Field) Cursor() int {
	if c := f.in.Cursor(); c != nil {
		return c.X
	}
	return 0
}
