package composer

import (
	"cmp"
	"path/filepath"
	"strings"

	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// labelWidth is the column at which fields begin.
const labelWidth = 10

// field is one row above the text.
type field struct {
	id   int
	x    int // where its input begins
	in   *kit.Field
	line kit.Line
}

// fields gives the rows above the text, from the top.
func (s *Screen) fields() []field {
	out := []field{s.peopleField(fieldTo, "field.to")}
	if s.copies {
		out = append(out, s.peopleField(fieldCc, "field.cc"), s.peopleField(fieldBcc, "field.bcc"))
	}
	out = append(out, field{id: -1, line: s.channelLine()}, s.inputField(fieldSubject, "field.subject", s.subject))
	if len(s.d.Attach) > 0 {
		out = append(out, field{id: -1, line: append(s.label("field.attach"), kit.Got(s.env.Styles.Plain, safe.Line(s.attached())))})
	}
	if s.focus == fieldFile {
		out = append(out, s.inputField(fieldFile, "field.file", s.file))
	}
	return out
}

func (s *Screen) label(name string) kit.Line {
	text := s.env.Cat.T(name, nil)
	return kit.Line{kit.Gap(1), kit.Own(s.env.Styles.Label, text).To(max(labelWidth-2, kit.Width(text)), ""), kit.Gap(1)}
}

func (s *Screen) peopleField(id int, name string) field {
	p := s.people[id]
	l := s.label(name)
	if names := p.names(); names != "" {
		if p.in.Focused() || p.in.Value() != "" {
			names += ", "
		}
		room := max(s.w-l.Width()-20, 8)
		l = append(l, kit.Own(s.env.Styles.Bold, kit.Cut(names, room, s.env.Styles.Glyph.Ellipsis)))
	}
	return s.withInput(id, l, p.in)
}

func (s *Screen) inputField(id int, name string, in *kit.Field) field {
	return s.withInput(id, s.label(name), in)
}

func (s *Screen) withInput(id int, l kit.Line, in *kit.Field) field {
	x := l.Width()
	return field{id: id, x: x, in: in, line: append(l, kit.Own(s.env.Styles.Plain, in.Draw(max(s.w-x, 1))))}
}

// channelLine names the channel that the message would take.
func (s *Screen) channelLine() kit.Line {
	st, cat := s.env.Styles, s.env.Cat
	l := s.label("field.channel")
	if s.choice == nil || s.choice.Best() == nil {
		return l
	}
	word := "compose.best"
	if s.d.Via != "" && s.d.Via != "auto" {
		word = "compose.pinned"
	}
	best := s.choice.Best()
	l = append(l, kit.Own(st.Plain, st.Glyph.Bullet+" "+ChannelName(cat, s.choice, best.Channel)+"  "), kit.Own(st.Dim, cat.T(word, nil)))
	if keys := s.env.Host.Keys().Keys(s.Contexts(), key.Channel); len(keys) > 0 {
		l = append(l, kit.Gap(4), kit.Own(st.Dim, cat.T("compose.change", map[string]any{"Key": key.Show(keys[0])})))
	}
	if best.Channel.Sealed && best.Facts.Subject == "clear" {
		l = append(l, kit.Gap(2), kit.Own(st.Warn, cat.T("compose.subject_clear", nil)))
	}
	return l
}

func (s *Screen) attached() string {
	var names []string
	for _, path := range s.d.Attach {
		names = append(names, filepath.Base(path))
	}
	return strings.Join(names, ", ")
}

// Draw gives the rows of the screen.
func (s *Screen) Draw() []string {
	if s.review {
		return s.drawReview()
	}
	tail := s.env.Styles.Glyph.Ellipsis
	var rows []string
	popup := -1
	for y, f := range s.fields() {
		rows = append(rows, f.line.Draw(s.w, tail))
		if f.id == s.focus && s.focus <= fieldBcc && len(s.people[s.focus].offered) > 0 {
			popup = y
		}
	}
	rows = append(rows, kit.Rule(s.env.Styles, s.w))
	s.text.SetHeight(max(s.h-len(rows)-s.boxHeight(), 1))
	for row := range strings.SplitSeq(s.text.View(), "\n") {
		rows = append(rows, " "+kit.Fit(row, s.w-1, ""))
	}
	rows = kit.Fill(rows, s.w, s.h-s.boxHeight())
	if popup >= 0 {
		rows = kit.Overlay(rows, s.offers(s.people[s.focus]), min(labelWidth, s.w/2), popup+1)
	}
	return kit.Fill(append(rows, s.box()...), s.w, s.h)
}

// offers draws the completions below a field.
func (s *Screen) offers(p *people) []string {
	st := s.env.Styles
	w := min(44, s.w-labelWidth-2)
	var rows []string
	for i, r := range p.offered {
		style, mark := st.Plain, kit.Gap(1)
		if i == p.chosen {
			style, mark = st.Cursor, kit.Own(st.Focused, st.Glyph.Cursor)
		}
		l := kit.Line{mark, kit.Got(style, safe.Line(recipientName(r)))}
		if address := cmp.Or(r.Address.ID, p.known[r.Contact]); address != "" && address != r.Name {
			l = append(l, kit.Gap(2), kit.Got(st.Dim, safe.Line(address)))
		}
		rows = append(rows, l.Draw(w-2, st.Glyph.Ellipsis))
	}
	return kit.Pane(st, nil, nil, rows, w, len(rows)+2, true)
}
