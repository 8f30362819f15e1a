package timeline

import (
	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// everyFile is what the box gives when all attachments are wanted; no part of
// a message is called that.
const everyFile = "*"

// Files is the box in which an attachment is chosen, or all of them.
type Files struct {
	env  *screen.Env
	pick func(part string) tea.Cmd
	list *kit.List[string, conversation.Attachment]
	n    int
	w, h int
}

// NewFiles makes the box; all attachments stand first.
func NewFiles(env *screen.Env, to screen.To) *Files {
	b := &Files{env: env, pick: to.Pick, n: len(to.Files) + 1}
	b.list = kit.NewList(func(a conversation.Attachment) string { return a.Part }, b.row)
	rows := append([]conversation.Attachment{{Part: everyFile, Name: env.Cat.N("timeline.files.all", len(to.Files), nil)}}, to.Files...)
	b.list.Set(0, len(rows), rows)
	return b
}

// Load has nothing to read.
func (b *Files) Load() tea.Cmd { return nil }

// Box says how much room the box wants.
func (b *Files) Box(w, h int) (int, int) { return min(w-4, 72), min(h-4, b.n+2) }

// SetSize gives the box its room.
func (b *Files) SetSize(w, h int) {
	b.w, b.h = w, h
	b.list.SetSize(w, h, 1)
}

func (b *Files) row(a conversation.Attachment, w int, selected bool) []string {
	st := b.env.Styles
	bar, style := kit.Gap(1), st.Plain
	if selected {
		bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Cursor
	}
	l := kit.Line{bar, kit.Got(style, safe.Line(fileName(a)))}
	if a.Part != everyFile {
		l = append(l, kit.Own(st.Dim, "  "+size(b.env.Cat, a)), kit.Got(st.Dim, safe.Line(a.Type)))
	}
	return []string{l.Draw(w, st.Glyph.Ellipsis)}
}

func fileName(a conversation.Attachment) string {
	if a.Name == "" {
		return a.Type
	}
	return a.Name
}

// Draw gives the rows of the box.
func (b *Files) Draw() []string { return b.list.Draw() }

// Title names the box.
func (b *Files) Title() kit.Line {
	return kit.Line{kit.Own(b.env.Styles.Title, b.env.Cat.T("timeline.files", nil))}
}

// Remark has nothing to say.
func (b *Files) Remark() kit.Line { return nil }

// Contexts says which keys act.
func (b *Files) Contexts() []key.Context { return []key.Context{key.Picker, key.Overlay} }

// State tells what there is.
func (b *Files) State() key.State { return key.State{Row: true} }

// Do runs an action.
func (b *Files) Do(id key.ID) (tea.Cmd, bool) {
	if screen.Move(b.list, id) {
		return nil, true
	}
	if id != key.Open {
		return nil, false
	}
	a, ok := b.list.Current()
	if !ok {
		return nil, true
	}
	closed := b.env.Host.Close()
	return tea.Batch(closed, b.pick(a.Part)), true
}
