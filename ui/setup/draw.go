package setup

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Draw gives the rows of the screen.
func (s *Screen) Draw() []string {
	rows, _ := s.lay()
	return kit.Fill(append([]string(nil), rows[min(s.top, len(rows)):]...), s.w, s.h)
}

// lay draws everything and gives the row of the field with the keys. The top
// follows it in low windows.
func (s *Screen) lay() (rows []string, at int) {
	rows = append([]string{kit.Spaces(s.w)}, s.intro()...)
	rows = append(rows, kit.Spaces(s.w))
	if s.step == choosing {
		rows = append(rows, s.choices()...)
	} else {
		var form []string
		form, at = s.form()
		at += len(rows)
		rows = append(rows, form...)
	}
	rows = append(rows, kit.Spaces(s.w))
	rows = append(rows, s.told()...)
	s.top = 0
	if s.h > 0 && len(rows) > s.h {
		s.top = min(max(at-s.h/3, 0), len(rows)-s.h)
	}
	return rows, at
}

func (s *Screen) say(words string, style func(string) string) []string {
	return screen.Wrapped(1, text(words), style).Draw(s.w, false)
}

// intro says where everything is kept.
func (s *Screen) intro() []string {
	data, config := s.s.Places()
	st := s.env.Styles
	args := map[string]any{"Data": text(data).String(), "Config": text(config).String()}
	return s.say(s.env.Cat.T("setup.intro", args), st.Plain.On)
}

func (s *Screen) choices() []string {
	st := s.env.Styles
	rows := append(s.say(s.env.Cat.T("setup.choose", nil), st.Bold.On), kit.Spaces(s.w))
	for i, name := range []string{"setup.choice.mail", "setup.choice.mastodon", "setup.choice.demo"} {
		bar, style := kit.Gap(1), st.Plain
		if i == s.choice {
			bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Cursor
		}
		l := kit.Line{bar, kit.Gap(1), kit.Own(style, s.env.Cat.T(name, nil)).To(18, st.Glyph.Ellipsis), kit.Gap(2), kit.Own(st.Dim, s.env.Cat.T(name+".text", nil))}
		rows = append(rows, l.Draw(s.w, st.Glyph.Ellipsis))
	}
	return rows
}

// labelWidth is the room of the labels.
const labelWidth = 20

// form draws the fields.
func (s *Screen) form() (rows []string, at int) {
	st := s.env.Styles
	for i, f := range s.inputs() {
		if i == 2 && s.step == mailing {
			rows = append(rows, kit.Spaces(s.w))
		}
		if i == 1 && s.step == tooting {
			rows = append(append(rows, kit.Spaces(s.w)), s.page()...)
		}
		bar, style := kit.Gap(1), st.Label
		if i == s.at {
			bar, style, at = kit.Own(st.Focused, st.Glyph.Cursor), st.Bold, len(rows)
		}
		label := kit.Line{bar, kit.Own(style, s.env.Cat.T(f.label, nil)).To(labelWidth-2, st.Glyph.Ellipsis), kit.Gap(1)}
		rows = append(rows, label.Draw(labelWidth, "")+f.Field.Draw(max(s.w-labelWidth, 1)))
	}
	return rows, at
}

// page shows the address of the page whole, to be opened or copied.
func (s *Screen) page() []string {
	st := s.env.Styles
	rows := s.say(s.env.Cat.T("setup.page", nil), st.Plain.On)
	rows = append(rows, screen.Wrapped(1, text(s.url), st.Link.On).Draw(s.w, false)...)
	return append(rows, kit.Spaces(s.w))
}

// told says what is under way, what went wrong, or what a look-up gave.
func (s *Screen) told() []string {
	st, cat := s.env.Styles, s.env.Cat
	var rows []string
	switch {
	case s.busy != "":
		return s.say(s.busy+" "+cat.T("setup.esc", nil), st.Warn.On)
	case s.note != "":
		rows = s.say(s.note, st.Warn.On)
	case s.err != nil:
		rows = s.failed()
	case s.step == mailing && s.found.Source != "":
		rows = s.say(cat.T("setup.source."+s.found.Source, nil)+" "+cat.T("setup.security."+s.found.Security, nil), st.Good.On)
	}
	if s.step == mailing && s.probed != "" {
		rows = append(rows, s.say(cat.T("setup.goon", nil), st.Dim.On)...)
	}
	return rows
}

// mostDetail is how many rows of an error are shown: what to do comes first.
const mostDetail = 4

// failed says what went wrong and what to do.
func (s *Screen) failed() []string {
	st, cat := s.env.Styles, s.env.Cat
	said := s.say(cat.Error(s.err), st.Error.On)
	said = said[:min(len(said), mostDetail)]
	if s.step != mailing || s.found != (Found{}) {
		return said
	}
	rows := s.say(cat.T("setup.byhand", map[string]any{"Address": text(s.probed).String()}), st.Warn.On)
	if errors.Is(s.err, conversation.ErrNotFound) {
		return rows
	}
	return append(rows, said...)
}

// Cursor gives the place of the cursor in the field with the keys.
func (s *Screen) Cursor() *tea.Position {
	in := s.inputs()
	if s.at >= len(in) || s.busy != "" {
		return nil
	}
	_, at := s.lay()
	return &tea.Position{X: labelWidth + in[s.at].Cursor(), Y: at - s.top}
}
