package timeline

import (
	"strconv"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

// indent is the gutter: the badge stands in it, the text of a message begins
// right of it and can never get there.
const indent = 5

// foldFrom is the number of quoted lines from which they are folded.
const foldFrom = 3

// maxSource is how much of a raw message is shown.
const maxSource = 200_000

// Draw gives the rows of the screen.
func (s *Screen) Draw() []string {
	st := s.env.Styles
	s.refreshWaiting()
	rows := make([]string, 0, s.h)
	cur := s.index()
	bar := st.Focused.On(st.Glyph.Cursor)
	for i := s.top; i < len(s.lines) && len(rows) < s.room(); i++ {
		l := s.lines[i]
		if l.msg == cur && !l.head {
			rows = append(rows, bar+l.drawn)
		} else {
			rows = append(rows, " "+l.drawn)
		}
	}
	rows = kit.Fill(rows, s.w, s.room())
	if !s.loaded {
		rows[0] = kit.Line{kit.Gap(2), kit.Own(st.Dim, s.env.Cat.T("list.loading", nil))}.Draw(s.w, st.Glyph.Ellipsis)
	}
	if s.h >= 8 {
		rows = append(rows, kit.Rule(st, s.w), s.replyLine().Draw(s.w, st.Glyph.Ellipsis))
	}
	return kit.Fill(rows, s.w, s.h)
}

// refreshWaiting draws messages of the outbox again: they count seconds.
func (s *Screen) refreshWaiting() {
	for _, m := range s.ms {
		if m.Outbox != nil && m.Outbox.State == conversation.StateHeld {
			s.rebuild()
			return
		}
	}
}

// replyLine says how an answer would go.
func (s *Screen) replyLine() kit.Line {
	st, cat := s.env.Styles, s.env.Cat
	if s.reply == nil {
		return nil
	}
	best := s.reply.Best()
	if best == nil {
		why := cat.T("timeline.noreply", nil)
		if s.reply.Reason.Code != "" {
			why = safe.Line(cat.Reason(s.reply.Reason)).String()
		}
		return kit.Line{kit.Gap(1), kit.Own(st.Warn, why)}
	}
	l := kit.Line{
		kit.Gap(1), kit.Own(st.Label, cat.T("timeline.reply", nil)+" "), kit.Own(st.Plain, screen.ChannelName(cat, best.Channel)),
		kit.Own(st.Label, "  "+st.Glyph.Arrow+"  "+cat.T("timeline.predicted", nil)+" "), kit.Chip(st.Index(best.Index)),
	}
	if s.reply.Decision == conversation.Ask || s.reply.Decision == conversation.Stop {
		l = append(l, kit.Own(st.Warn, "  "+safe.Line(cat.Reason(s.reply.Reason)).String()))
	}
	return l
}

// draw draws one message into rows of all columns but the cursor's.
func (s *Screen) draw(m *conversation.Message) []string {
	rows := []string{s.header(m)}
	body := s.text(m)
	body = append(body, s.links(m)...)
	body = append(body, s.files(m)...)
	body = append(body, s.odd(m)...)
	body = append(body, s.waiting(m)...)
	tail := s.env.Styles.Glyph.Ellipsis
	for _, l := range body {
		rows = append(rows, append(kit.Line{kit.Gap(indent)}, l...).Draw(s.w-1, tail))
	}
	return rows
}

func (s *Screen) header(m *conversation.Message) string {
	st := s.env.Styles
	who := kit.Got(st.Bold, safe.Line(display(m)))
	if m.Direction == conversation.Out {
		who = kit.Own(st.Own, s.env.Cat.T("timeline.you", nil))
	}
	name := min(max(s.w/4, 12), 28)
	left := kit.Line{kit.Chip(st.Letter(m.Index)), kit.Gap(1), who.To(name, st.Glyph.Ellipsis), kit.Gap(1), kit.Own(st.Dim, s.channel(m))}
	if !m.Read || s.news[m.ID] {
		left = append(left, kit.Gap(2), kit.Own(st.Warn, s.env.Cat.T("timeline.new", nil)))
	}
	if m.Starred {
		left = append(left, kit.Gap(1), kit.Own(st.Warn, "*"))
	}
	at := m.Date.In(s.env.Now().Location())
	date := at.Format("15:04")
	if s.full {
		date = s.env.Cat.LongDate(m.Date, s.env.Now())
	}
	return kit.Sides(left, kit.Line{kit.Own(st.Dim, date), kit.Gap(1)}, s.w-1, st.Glyph.Ellipsis)
}

func display(m *conversation.Message) string {
	p := m.Sender()
	for _, name := range []string{p.Display, p.Name, p.Address.ID} {
		if name != "" {
			return name
		}
	}
	return "?"
}

// channel names the way a message went.
func (s *Screen) channel(m *conversation.Message) string {
	name := "channel." + string(m.Protocol)
	if m.Facts.E2E == "full" && s.env.Cat.Has(name+".sealed") {
		name += ".sealed"
	}
	text := s.env.Cat.T(name, nil)
	if v := m.Evidence.Visibility; v != "" && s.env.Cat.Has("visibility."+v) {
		text += " " + s.env.Cat.T("visibility."+v, nil)
	}
	return text
}

// text wraps what the message says; long quotes are folded.
func (s *Screen) text(m *conversation.Message) []kit.Line {
	st := s.env.Styles
	w := s.w - 1 - indent - 1
	if source, ok := s.raw[m.ID]; ok {
		return plain(st.Dim, kit.Wrap(safe.Block(source), w))
	}
	if m.Partial {
		return plain(st.Warn, kit.Wrap(safe.Line(s.partial(m)), w))
	}
	text := strings.TrimRight(m.Text, " \t\r\n")
	if text == "" {
		text = m.Excerpt
	}
	if text == "" {
		return s.noText(m, w)
	}
	var out []kit.Line
	for _, b := range blocks(safe.Block(text).String()) {
		switch {
		case b.quoted && len(b.lines) >= foldFrom && !s.open[m.ID]:
			words := s.env.Cat.N("timeline.quoted", len(b.lines), nil)
			out = append(out, kit.Line{kit.Own(st.Quote, "> "+st.Glyph.Ellipsis+" "+words)})
		case b.quoted:
			out = append(out, plain(st.Quote, kit.Wrap(safe.Block(strings.Join(b.lines, "\n")), w))...)
		default:
			out = append(out, plain(st.Plain, kit.Wrap(safe.Block(strings.Join(b.lines, "\n")), w))...)
		}
	}
	return out
}

// noText says why there is nothing to read.
func (s *Screen) noText(m *conversation.Message, w int) []kit.Line {
	sec := m.Evidence.Security
	if conversation.Unopened(m.Warnings) || sec.Error != "" || sec.Sealed == "full" && s.env.Locked() {
		return plain(s.env.Styles.Warn, kit.Wrap(safe.Line(s.env.Cat.T(s.closed(m), nil)), w))
	}
	return plain(s.env.Styles.Dim, []string{s.env.Cat.T("timeline.empty", nil)})
}

// closed gives the words for why a sealed message is not shown.
func (s *Screen) closed(m *conversation.Message) string {
	sec := m.Evidence.Security
	switch {
	case sec.Error == "nokey":
		return "timeline.nokey"
	case sec.Error == privacy.ErrorIntegrity:
		return "k.broken"
	case s.env.Locked() && (sec.Decrypted || sec.Error == "locked"):
		return "timeline.locked"
	case sec.Decrypted || sec.Error == "locked":
		return "timeline.opening"
	}
	return "timeline.sealed"
}

func plain(style theme.Style, rows []string) []kit.Line {
	out := make([]kit.Line, len(rows))
	for i, r := range rows {
		out[i] = kit.Line{kit.Own(style, r)}
	}
	return out
}

// block is neighbouring lines that are all quoted or all not.
type block struct {
	quoted bool
	lines  []string
}

func blocks(text string) []block {
	var out []block
	for l := range strings.SplitSeq(text, "\n") {
		q := strings.HasPrefix(l, ">")
		if n := len(out); n > 0 && out[n-1].quoted == q {
			out[n-1].lines = append(out[n-1].lines, l)
			continue
		}
		out = append(out, block{q, []string{l}})
	}
	return out
}

// links lists where the links really go: the true host first.
func (s *Screen) links(m *conversation.Message) []kit.Line {
	st := s.env.Styles
	var out []kit.Line
	for i, l := range m.Links {
		if i == 9 {
			out = append(out, kit.Line{kit.Own(st.Dim, st.Glyph.Ellipsis)})
			break
		}
		row := kit.Line{kit.Own(st.Dim, strconv.Itoa(i+1)+" "), kit.Got(st.Link, safe.Line(host(l)))}
		if l.Text != "" && l.Text != l.URL {
			row = append(row, kit.Got(st.Dim, safe.Line("  "+l.Text)))
		}
		out = append(out, row)
	}
	return out
}

func host(l conversation.Link) string {
	if l.Host != "" {
		return l.Host
	}
	return l.URL
}

// files lists the attachments.
func (s *Screen) files(m *conversation.Message) []kit.Line {
	st := s.env.Styles
	var out []kit.Line
	for _, a := range m.Attachments {
		out = append(out, kit.Line{
			kit.Own(st.Dim, st.Glyph.Bullet+" "), kit.Got(st.Bold, safe.Line(fileName(a))),
			kit.Own(st.Dim, "  "+size(s.env.Cat, a)), kit.Got(st.Dim, safe.Line(a.Type)),
		})
	}
	if m.Invite {
		out = append(out, kit.Line{kit.Own(st.Dim, st.Glyph.Bullet+" "+s.env.Cat.T("timeline.invite", nil))})
	}
	return out
}

// size gives the size of an attachment, as far as it is known: some servers
// keep it to themselves until the file is fetched.
func size(cat kit.Catalogue, a conversation.Attachment) string {
	if a.Size <= 0 {
		return ""
	}
	return cat.Size(a.Size) + "  "
}

// odd says what was strange when the message was read; a code that has no
// words is for the log only.
func (s *Screen) odd(m *conversation.Message) []kit.Line {
	st := s.env.Styles
	var out []kit.Line
	told := conversation.Unopened(m.Warnings) && m.Text == "" && m.Excerpt == "" // in place of the text
	for _, code := range m.Warnings {
		if told && conversation.Unopened([]string{code}) {
			continue
		}
		if s.env.Cat.Has(code) {
			out = append(out, kit.Line{kit.Own(st.Warn, "! "+s.env.Cat.T(code, nil))})
		}
	}
	return out
}

// waiting says where a message of the outbox stands.
func (s *Screen) waiting(m *conversation.Message) []kit.Line {
	e := m.Outbox
	if e == nil {
		return nil
	}
	st := s.env.Styles
	style := st.Own
	if e.State == conversation.StateFailed || e.State == conversation.StateUnknown {
		style = st.Error
	}
	words := screen.EntryState(s.env, *e)
	l := kit.Line{kit.Own(style, st.Glyph.Dot+" "+words)}
	if why := screen.EntryWhy(s.env, *e); why != "" {
		l = append(l, kit.Got(st.Error, safe.Line("  "+why)))
	}
	return []kit.Line{l}
}
