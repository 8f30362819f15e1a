package composer

import (
	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// longPaste is from where a paste is better attached.
const longPaste = 10_000

// Typing tells whether keys are text: everywhere but in the review.
func (s *Screen) Typing() bool { return !s.review }

// Type takes a key that is no command.
func (s *Screen) Type(msg tea.KeyPressMsg) tea.Cmd {
	switch s.focus {
	case fieldTo, fieldCc, fieldBcc:
		return s.typed(s.people[s.focus], msg)
	case fieldSubject:
		if msg.String() == "enter" {
			s.setFocus(fieldText)
			return nil
		}
		if s.subject.Type(msg) {
			return s.changed()
		}
		return nil
	case fieldFile:
		if msg.String() == "enter" {
			return s.attach()
		}
		s.file.Type(msg)
		return nil
	}
	before := s.text.Value()
	s.text, _ = s.text.Update(msg)
	if s.text.Value() == before {
		return nil
	}
	return s.changed()
}

// Paste takes pasted text.
func (s *Screen) Paste(text string) tea.Cmd {
	switch s.focus {
	case fieldTo, fieldCc, fieldBcc:
		s.people[s.focus].in.Paste(text)
		return s.complete(s.people[s.focus])
	case fieldSubject:
		s.subject.Paste(text)
	case fieldFile:
		s.file.Paste(text)
		return nil
	default:
		s.text.InsertString(safe.Block(text).String())
	}
	cmd := s.changed()
	if len(text) > longPaste {
		return tea.Batch(cmd, s.env.Host.Toast(s.env.Cat.T("compose.paste_long", nil), nil))
	}
	return cmd
}

// setFocus gives the keys to a field.
func (s *Screen) setFocus(f int) {
	s.focus = f
	for i, p := range s.people {
		blurUnless(p.in, i == f)
	}
	blurUnless(s.subject, f == fieldSubject)
	blurUnless(s.file, f == fieldFile)
	if f == fieldText {
		s.text.Focus()
	} else {
		s.text.Blur()
	}
}

func blurUnless(f *kit.Field, focused bool) {
	if focused {
		f.Focus()
	} else {
		f.Blur()
	}
}

// next goes to another field, past those that are not shown; what is typed in
// a field of recipients is settled first.
func (s *Screen) next(dir int) tea.Cmd {
	var cmd tea.Cmd
	if s.focus <= fieldBcc {
		cmd = s.accept(s.people[s.focus], nil)
	}
	f := s.focus
	for {
		f = (f + dir + fieldFile) % fieldFile // the file is only asked for
		if s.copies || f != fieldCc && f != fieldBcc {
			break
		}
	}
	s.setFocus(f)
	return cmd
}

// Cursor gives the place of the cursor inside the drawn rows.
func (s *Screen) Cursor() *tea.Position {
	if s.focus == fieldText {
		if c := s.text.Cursor(); c != nil {
			return &tea.Position{X: 1 + c.X, Y: len(s.fields()) + 1 + c.Y}
		}
		return nil
	}
	for y, f := range s.fields() {
		if f.id == s.focus {
			return &tea.Position{X: min(f.x+f.in.Cursor(), max(s.w-1, 0)), Y: y}
		}
	}
	return nil
}
