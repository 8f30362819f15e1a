package timeline

import (
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// SetSize gives the screen its room; the place that is looked at stays.
func (s *Screen) SetSize(w, h int) {
	if w == s.w && h == s.h {
		return
	}
	if w != s.w {
		clear(s.memo)
	}
	s.w, s.h = w, h
	s.rebuild()
	s.follow()
}

// room gives the lines that messages are shown on.
func (s *Screen) room() int {
	if s.h >= 8 {
		return s.h - 2 // the rule and the line about the answer
	}
	return max(s.h, 1)
}

// rebuild lays the lines out again and keeps the line that stood first.
func (s *Screen) rebuild() {
	var anchor conversation.MessageID
	offset := 0
	if s.top < len(s.lines) && len(s.lines) > 0 {
		l := s.lines[max(s.top, 0)]
		if l.msg < len(s.starts) {
			anchor, offset = s.anchorID(l.msg), s.top-s.starts[l.msg]
		}
	}
	s.lay()
	for i, m := range s.ms {
		if m.ID == anchor {
			s.top = s.starts[i] + offset
		}
	}
	s.clamp()
}

// anchorID names a message of the layout, which can be older than the list of
// messages.
func (s *Screen) anchorID(i int) conversation.MessageID {
	if i < len(s.laid) {
		return s.laid[i]
	}
	return ""
}

// lay draws every message into lines.
func (s *Screen) lay() {
	s.lines, s.starts, s.laid = s.lines[:0], s.starts[:0], s.laid[:0]
	if s.w < 8 {
		return
	}
	day, topic := "", ""
	for i := range s.ms {
		m := &s.ms[i]
		s.starts, s.laid = append(s.starts, len(s.lines)), append(s.laid, m.ID)
		if d := s.env.Cat.Day(m.Date, s.env.Now()); d != day {
			day = d
			s.heading(i, kit.RuleWith(s.env.Styles, kit.Line{kit.Own(s.env.Styles.Label, d)}, s.w-1))
		}
		if t := conversation.Topic(m.Subject); t != "" && t != topic {
			topic = t
			st := s.env.Styles
			s.heading(i, kit.Line{kit.Own(st.Rule, st.Glyph.Bullet+" "), kit.Got(st.Subject, safe.Line(t))}.Draw(s.w-1, st.Glyph.Ellipsis))
		}
		for _, drawn := range s.message(m) {
			s.lines = append(s.lines, line{msg: i, drawn: drawn})
		}
		s.heading(i, kit.Spaces(s.w-1))
	}
}

func (s *Screen) heading(i int, drawn string) {
	s.lines = append(s.lines, line{msg: i, head: true, drawn: drawn})
}

// message draws one message, or gives what was drawn before. What counts time
// is never kept.
func (s *Screen) message(m *conversation.Message) []string {
	if got, ok := s.memo[m.ID]; ok && m.Outbox == nil {
		return got
	}
	drawn := s.draw(m)
	s.memo[m.ID] = drawn
	return drawn
}

// follow brings the message under the cursor into sight, its headings too when
// they fit.
func (s *Screen) follow() {
	if i := s.index(); i >= 0 && i < len(s.starts) {
		from, to := s.starts[i], s.end(i)
		if to > s.top+s.room() {
			s.top = to - s.room()
		}
		if from < s.top {
			s.top = from
		}
	}
	s.clamp()
}

// end gives the line behind a message.
func (s *Screen) end(i int) int {
	if i+1 < len(s.starts) {
		return s.starts[i+1]
	}
	return len(s.lines)
}

func (s *Screen) clamp() { s.top = max(min(s.top, len(s.lines)-s.room()), 0) }

// step moves by one message; inside a message that is longer than the screen
// it moves by lines first.
func (s *Screen) step(dir int) {
	i := s.index()
	if i < 0 {
		return
	}
	last := s.top + s.room()
	switch {
	case dir > 0 && s.end(i) > last:
		s.top = min(s.top+3, s.end(i)-s.room())
		return
	case dir < 0 && s.starts[i] < s.top:
		s.top = max(s.top-3, s.starts[i])
		return
	}
	if j := i + dir; j >= 0 && j < len(s.ms) {
		s.cursor = s.ms[j].ID
		s.enterAt(j, dir)
	}
}

// enterAt shows a message from the side one comes from.
func (s *Screen) enterAt(j, dir int) {
	from, to := s.starts[j], s.end(j)
	switch {
	case to-from <= s.room():
		s.follow()
	case dir > 0:
		s.top = from
	default:
		s.top = to - s.room()
	}
	s.clamp()
}

// scroll moves by lines and takes the cursor along.
func (s *Screen) scroll(n int) {
	s.top += n
	s.clamp()
	i := s.index()
	if i < 0 || len(s.lines) == 0 {
		return
	}
	first := s.lines[s.top].msg
	last := s.lines[min(s.top+s.room(), len(s.lines))-1].msg
	switch {
	case n > 0 && s.top+s.room() >= len(s.lines):
		s.cursor = s.ms[len(s.ms)-1].ID
	case n < 0 && s.top == 0:
		s.cursor = s.ms[0].ID
	case i < first:
		s.cursor = s.ms[first].ID
	case i > last:
		s.cursor = s.ms[last].ID
	}
}

// jump goes to the first or the last message.
func (s *Screen) jump(last bool) {
	if len(s.ms) == 0 {
		return
	}
	if s.cursor, s.top = s.ms[0].ID, 0; last {
		s.cursor, s.top = s.ms[len(s.ms)-1].ID, len(s.lines)
	}
	s.clamp()
}
