package composer

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// The hours at which people mean a part of the day.
const (
	morning = 9
	evening = 19
)

// moment is one time at which a message can be sent; typed and now stand for
// a time to be typed and for none.
type moment struct {
	name string
	at   time.Time
}

const (
	typed  = "later.typed"
	atOnce = "later.now"
)

// moments lists the times that are offered. What would be the same as another
// or is over already is left out.
func moments(now, chosen time.Time) []moment {
	at := func(days, hour int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()+days, hour, 0, 0, 0, now.Location())
	}
	out := []moment{{"later.hour", now.Add(time.Hour).Truncate(time.Minute)}}
	if tonight := at(0, evening); tonight.Sub(now) > time.Hour {
		out = append(out, moment{"later.evening", tonight})
	}
	out = append(out, moment{"later.tomorrow", at(1, morning)})
	if days := (int(time.Monday)-int(now.Weekday())+7)%7 + 0; days > 1 || days == 0 {
		if days == 0 {
			days = 7
		}
		out = append(out, moment{"later.monday", at(days, morning)})
	}
	out = append(out, moment{name: typed})
	if !chosen.IsZero() {
		out = append(out, moment{name: atOnce})
	}
	return out
}

// sendLater lets a time be chosen at which the message goes.
func (s *Screen) sendLater() tea.Cmd {
	chosen := ""
	if !s.d.At.IsZero() {
		chosen = s.d.At.Format(time.RFC3339)
	}
	return s.env.Host.Open(screen.To{Kind: screen.Times, Text: chosen, Pick: func(text string) tea.Cmd {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			at = time.Time{}
		}
		s.d.At, s.dirty = at, true
		return s.saveNow()
	}})
}

// when says when the message will go, nothing for at once.
func (s *Screen) when() kit.Line {
	if s.d.At.IsZero() {
		return nil
	}
	return append(s.label("field.when"), kit.Own(s.env.Styles.Bold, screen.When(s.env, s.d.At)))
}

// Times is the box in which a time is chosen.
type Times struct {
	env  *screen.Env
	pick func(string) tea.Cmd
	list *kit.List[string, moment]
	w, h int
}

// NewTimes makes the box; To.Text is the time that was chosen before.
func NewTimes(env *screen.Env, to screen.To) *Times {
	t := &Times{env: env, pick: to.Pick}
	t.list = kit.NewList(func(m moment) string { return m.name }, t.row)
	chosen, _ := time.Parse(time.RFC3339, to.Text)
	all := moments(env.Now(), chosen)
	t.list.Set(0, len(all), all)
	return t
}

// Load has nothing to read.
func (t *Times) Load() tea.Cmd { return nil }

// Box says how much room the box wants.
func (t *Times) Box(w, h int) (int, int) { return min(w-4, 56), min(h-4, t.list.Total()+2) }

// SetSize gives the box its room.
func (t *Times) SetSize(w, h int) {
	t.w, t.h = w, h
	t.list.SetSize(w, h, 1)
}

func (t *Times) row(m moment, w int, selected bool) []string {
	st := t.env.Styles
	bar, style := kit.Gap(1), st.Plain
	if selected {
		bar, style = kit.Own(st.Focused, st.Glyph.Cursor), st.Cursor
	}
	l := kit.Line{bar, kit.Own(style, t.env.Cat.T(m.name, nil))}
	if !m.at.IsZero() {
		return []string{kit.Sides(l, kit.Line{kit.Own(st.Dim, screen.When(t.env, m.at)), kit.Gap(1)}, w, st.Glyph.Ellipsis)}
	}
	return []string{l.Draw(w, st.Glyph.Ellipsis)}
}

// Draw gives the rows of the box.
func (t *Times) Draw() []string { return t.list.Draw() }

// Title names the box.
func (t *Times) Title() kit.Line {
	return kit.Line{kit.Own(t.env.Styles.Title, t.env.Cat.T("later.title", nil))}
}

// Remark has nothing to say.
func (t *Times) Remark() kit.Line { return nil }

// Contexts says which keys act.
func (t *Times) Contexts() []key.Context { return []key.Context{key.Picker, key.Overlay} }

// State tells what there is.
func (t *Times) State() key.State { return key.State{Row: true} }

// Do runs an action.
func (t *Times) Do(id key.ID) (tea.Cmd, bool) {
	return screen.Pick(t.list, id, t.take)
}

func (t *Times) take() tea.Cmd {
	m, _ := t.list.Current()
	closed := t.env.Host.Close()
	switch {
	case m.name == typed:
		return tea.Batch(closed, t.ask(""))
	case m.at.IsZero():
		return tea.Batch(closed, t.pick(""))
	}
	return tea.Batch(closed, t.pick(m.at.Format(time.RFC3339)))
}

// ask has a time typed, again as long as it cannot be read or is over.
func (t *Times) ask(text string) tea.Cmd {
	cat := t.env.Cat
	example := cat.T("later.example", nil)
	return t.env.Host.Open(screen.To{Kind: screen.Prompt, Name: cat.T("later.ask", map[string]any{"Example": example}), Text: text, Pick: func(text string) tea.Cmd {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		now := t.env.Now()
		at, ok := conversation.ParseMoment(text, now, cat.Lang())
		text = safe.Line(text).String()
		switch {
		case !ok:
			return tea.Batch(t.ask(text), t.env.Host.Toast(cat.T("later.unread", map[string]any{"Example": example}), nil))
		case !at.After(now):
			return tea.Batch(t.ask(text), t.env.Host.Toast(cat.T("later.past", nil), nil))
		}
		return t.pick(at.Format(time.RFC3339))
	}})
}
