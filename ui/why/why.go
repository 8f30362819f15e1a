// Package why is the box that answers "why this badge": what the index means,
// what would raise it, what bounds it, what counts, and what is known.
package why

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Backend is what the box needs.
type Backend interface {
	Message(ctx context.Context, id conversation.MessageID) (conversation.Message, error)
	Messages(ctx context.Context, id conversation.ConversationID, s conversation.Span) (ms []conversation.Message, before, after bool, err error)
	// Explain gives the index of a message, a contact, an own account or the
	// device, and what would make the next message more private.
	Explain(ctx context.Context, who string) (conversation.Explanation, error)
}

// found is what the box is about.
type found struct {
	index   privacy.Index
	message *conversation.Message
	name    string
	more    conversation.Explanation
}

// Screen is the box.
type Screen struct {
	env   *screen.Env
	b     Backend
	to    screen.To
	f     found
	ready bool
	err   error
	sheet kit.Sheet
	read  screen.Slot
	w, h  int
}

// New makes the box. What the badge was drawn from is not shown until the
// reasons were read, so that badge and reasons can never belong to different
// messages.
func New(env *screen.Env, b Backend, to screen.To) *Screen {
	return &Screen{env: env, b: b, to: to}
}

// Load reads what the index was computed from.
func (s *Screen) Load() tea.Cmd {
	return screen.Ask(&s.read, s.find, func(f found, err error) tea.Cmd {
		s.err = err
		if err == nil {
			s.f, s.ready = f, true
			s.sheet.Set(s.items())
		}
		return nil
	})
}

func (s *Screen) find() (found, error) {
	f := found{name: s.to.Name}
	id := s.to.Message
	switch {
	case id == "" && s.to.Conversation != "":
		last, err := s.last()
		if err != nil {
			return f, err
		}
		id = last
	case id == "" && s.to.Who != "":
		return s.about()
	case id == "":
		if s.to.Index != nil {
			f.index = *s.to.Index
		}
		return f, nil
	}
	m, err := s.b.Message(s.env.Ctx, id)
	if err != nil {
		return f, err
	}
	return s.message(m)
}

// message takes a message's index with what would make the next one better. An
// entry of the outbox has not gone yet, so nobody can tell of it.
func (s *Screen) message(m conversation.Message) (found, error) {
	facts := m.Facts
	m.Index.Facts, m.Index.Advice = &facts, nil
	f := found{index: m.Index, message: &m, name: s.to.Name}
	if m.Outbox != nil {
		return f, nil
	}
	var err error
	f.more, err = s.b.Explain(s.env.Ctx, string(m.ID))
	return f, err
}

// about explains a contact, an own account, the device or the user.
func (s *Screen) about() (found, error) {
	e, err := s.b.Explain(s.env.Ctx, s.to.Who)
	if e.Kind == "contact" {
		e.Index.Advice = nil // told as what helps the next message
	}
	return found{index: e.Index, name: s.to.Name, more: e}, err
}

// pages bounds how far back the message behind a conversation's badge is
// looked for.
const pages, page = 20, 50

// last gives the message whose badge a conversation bears: the last one
// received, or sent when none was.
func (s *Screen) last() (conversation.MessageID, error) {
	var newest conversation.MessageID
	span := conversation.Span{Limit: page}
	for range pages {
		ms, before, _, err := s.b.Messages(s.env.Ctx, s.to.Conversation, span)
		if err != nil || len(ms) == 0 {
			return newest, err
		}
		for i := len(ms) - 1; i >= 0; i-- {
			if ms[i].Outbox != nil {
				continue
			}
			if ms[i].Direction == conversation.In {
				return ms[i].ID, nil
			}
			if newest == "" {
				newest = ms[i].ID
			}
		}
		if !before {
			break
		}
		span.Before = ms[0].ID
	}
	if newest == "" {
		return "", conversation.ErrNotFound
	}
	return newest, nil
}

// items lays the reasons out.
func (s *Screen) items() []kit.Item {
	ix := s.f.index
	items := []kit.Item{kit.Blank()}
	if ix.Level == "" || ix.Level == privacy.LevelUnknown {
		items = append(items, screen.Wrapped(1, safe.Line(s.env.Cat.T("why.unknown", nil)), s.env.Styles.Bold.On))
	} else {
		items = append(items, screen.Reasons(s.env, ix, s.f.name, s.f.more.Next...)...)
	}
	items = append(items, s.unchecked()...)
	if s.f.message != nil {
		items = append(items, kit.Blank(), screen.Head(s.env, "why.facts"))
		items = append(items, s.facts(s.f.message)...)
	}
	return items
}

// unchecked lists what nobody could look at from here, so that no good index is
// taken for more than it is.
func (s *Screen) unchecked() []kit.Item {
	if len(s.f.more.Unchecked) == 0 {
		return nil
	}
	items := []kit.Item{kit.Blank(), screen.Head(s.env, "why.unchecked")}
	for _, word := range s.f.more.Unchecked {
		items = append(items, screen.Wrapped(2, safe.Line(s.env.Cat.T(word, nil)), s.env.Styles.Plain.On))
	}
	return items
}

// Box says how much room the box wants.
func (s *Screen) Box(w, h int) (int, int) { return min(w-4, 86), min(h-2, 40) }

// SetSize gives the box its room.
func (s *Screen) SetSize(w, h int) {
	s.w, s.h = w, h
	s.sheet.SetSize(w, h)
}

// Draw gives the rows of the box.
func (s *Screen) Draw() []string {
	if s.ready {
		return s.sheet.Draw()
	}
	text, style := s.env.Cat.T("list.loading", nil), s.env.Styles.Dim
	if s.err != nil {
		text, style = s.env.Cat.Error(s.err), s.env.Styles.Error
	}
	out := []string{kit.Spaces(s.w)}
	return kit.Fill(append(out, screen.Wrapped(1, safe.Line(text), style.On).Draw(s.w, false)...), s.w, s.h)
}

// Title shows the badge and what it belongs to.
func (s *Screen) Title() kit.Line {
	st := s.env.Styles
	l := kit.Line{kit.Own(st.Title, s.env.Cat.T("why.title", nil)+" ")}
	if !s.ready {
		return l
	}
	l = append(l, kit.Chip(st.Index(s.f.index)), kit.Gap(1))
	if m := s.f.message; m != nil && m.Subject != "" && !(s.env.Locked() && m.Text == "" && m.Evidence.Security.Sealed == "full") {
		return append(l, kit.Got(st.Plain, safe.Line(m.Subject)))
	}
	return append(l, kit.Got(st.Plain, safe.Line(s.f.name)))
}

// Remark tells when there is more below.
func (s *Screen) Remark() kit.Line {
	if s.ready && s.sheet.Below() {
		return kit.Line{kit.Own(s.env.Styles.Dim, s.env.Styles.Glyph.Down)}
	}
	return nil
}

// Contexts says which keys act.
func (s *Screen) Contexts() []key.Context { return []key.Context{key.Overlay} }

// State tells what there is.
func (s *Screen) State() key.State { return key.State{} }

// Do runs an action.
func (s *Screen) Do(id key.ID) (tea.Cmd, bool) { return nil, screen.Move(&s.sheet, id) }
