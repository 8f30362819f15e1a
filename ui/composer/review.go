package composer

import (
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// toReview goes on to the review: what is still being typed in a field of
// recipients is settled first, and the channel is chosen anew.
func (s *Screen) toReview() tea.Cmd {
	if s.focus == fieldFile {
		s.setFocus(fieldText)
		return nil
	}
	if s.focus <= fieldBcc && len(s.people[s.focus].offered) > 0 && s.people[s.focus].in.Value() != "" {
		s.people[s.focus].offered = nil // escape closes the completions first
		return nil
	}
	for _, p := range s.people {
		if strings.TrimSpace(p.in.Value()) != "" {
			return s.accept(p, s.toReview)
		}
	}
	if s.empty() {
		return s.env.Host.Close()
	}
	s.review, s.armed, s.choice = true, false, nil
	return tea.Batch(s.forecast(), s.saveNow())
}

// rearm makes the review deaf until a moment has passed without a key, when
// there is something to be warned of or it shows something else than before;
// else it can be answered at once.
func (s *Screen) rearm(other bool) tea.Cmd {
	if s.armed = len(s.warnings()) == 0 && !other; s.armed {
		return nil
	}
	return screen.After(&s.arm, armDelay, func() tea.Cmd {
		s.armed = true
		return nil
	})
}

// warnings gives the sentences to be read before sending.
func (s *Screen) warnings() []string {
	if s.choice == nil {
		return nil
	}
	var out []string
	if c := s.choice; guarded(c) || c.Best() == nil {
		out = append(out, s.why(c.Reason, "review.nochannel"))
	}
	for _, w := range s.choice.Warnings {
		out = append(out, s.why(w, "review.warning"))
	}
	return out
}

// sendNow answers the review.
func (s *Screen) sendNow() tea.Cmd {
	switch {
	case s.sending || s.choice == nil:
		return nil // the channel is being chosen: nothing may leave unseen
	case !s.armed:
		return s.rearm(true)
	case len(s.people[fieldTo].list)+len(s.people[fieldCc].list)+len(s.people[fieldBcc].list) == 0:
		return s.env.Host.Toast(s.env.Cat.T("review.nobody", nil), nil)
	case guarded(s.choice) && !s.d.ConfirmClear:
		return s.confirm()
	}
	return s.hand()
}

// confirm takes the user's word for what the guard asked. When that changes
// how the message would go, the review is shown again with what it is now.
func (s *Screen) confirm() tea.Cmd {
	s.d.ConfirmClear = true
	before, d := s.choice.Mark(), s.draft()
	return screen.Ask(&s.choose, func() (conversation.Choice, error) {
		return s.b.Choose(s.env.Ctx, d)
	}, func(c conversation.Choice, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.choice = &c
		if c.Best() != nil && c.Mark() == before {
			return s.hand()
		}
		s.armed = false
		return tea.Batch(s.rearm(true), s.env.Host.Toast(s.env.Cat.T("review.again", nil), nil))
	})
}

// hand puts the draft into the outbox.
func (s *Screen) hand() tea.Cmd {
	d := s.draft()
	d.Shown = s.choice.Mark()
	s.sending = true
	s.save.Drop()
	return screen.Ask(&s.sent, func() (handed, error) {
		e, c, err := s.keep.send(s.env.Ctx, d)
		return handed{e, c}, err
	}, s.handed)
}

type handed struct {
	entry  conversation.Entry
	choice conversation.Choice
}

// handed tells that the message is in the outbox, or why it is not.
func (s *Screen) handed(h handed, err error) tea.Cmd {
	s.sending = false
	host := s.env.Host
	if errors.Is(err, conversation.ErrGuard) {
		s.d.ConfirmClear = false
		s.choice = &h.choice
		s.armed = false
		return tea.Batch(s.rearm(true), host.Fail(err))
	}
	if err != nil {
		return host.Fail(err)
	}
	s.dirty = false
	id, to, name := h.entry.ID, s.to.Conversation, s.to.Name
	undo := func() tea.Cmd {
		return host.Open(screen.To{Kind: screen.Compose, Text: "take-back", Conversation: to, Who: string(id), Name: name})
	}
	said := s.env.Cat.T("review.sending", nil)
	if at := h.entry.Draft.At; !at.IsZero() {
		said = s.env.Cat.T("later.scheduled", map[string]any{"Time": screen.When(s.env, at)})
	}
	return tea.Batch(host.Close(), host.Toast(said, undo))
}

// drawReview gives the rows of the review.
func (s *Screen) drawReview() []string {
	st := s.env.Styles
	var rows []string
	for _, l := range s.reviewLines() {
		rows = append(rows, l.Draw(s.w, st.Glyph.Ellipsis))
	}
	rows = append(rows, kit.Rule(st, s.w))
	if warnings := s.warnings(); len(warnings) > 0 {
		rows = append(rows, s.warningBox(warnings)...)
	}
	for _, row := range kit.Wrap(safe.Block(s.text.Value()), s.w-2) {
		if len(rows) >= s.h {
			break
		}
		rows = append(rows, kit.Line{kit.Gap(1), kit.Own(st.Dim, row)}.Draw(s.w, st.Glyph.Ellipsis))
	}
	return kit.Fill(rows, s.w, s.h)
}

func (s *Screen) reviewLines() []kit.Line {
	st := s.env.Styles
	to := s.reached()
	own := func(name, text string) kit.Line {
		return append(s.label(name), kit.Got(st.Plain, safe.Line(text)))
	}
	var out []kit.Line
	if s.choice != nil && s.choice.Best() != nil {
		out = append(out, own("field.from", s.choice.Best().Channel.Own.ID))
	}
	for i, name := range []string{"field.to", fieldCc: "field.cc", fieldBcc: "field.bcc"} {
		if i == fieldTo || len(s.people[i].list) > 0 {
			out = append(out, s.recipients(name, s.people[i].list, to)...)
		}
	}
	out = append(append(out, own("field.subject", s.subject.Value())), s.viaLines()...)
	if l := s.when(); l != nil {
		out = append(out, l)
	}
	out = append(out, s.readers(to)...)
	if len(s.d.Attach) > 0 {
		out = append(out, own("field.attach", s.attached()))
	}
	return out
}

// reached gives the address that each recipient would be written to, in the
// order of the fields, or nothing when the channel does not reach them all.
func (s *Screen) reached() map[conversation.Recipient]string {
	if s.choice == nil || s.choice.Best() == nil {
		return nil
	}
	all, out := s.choice.Best().Addresses, map[conversation.Recipient]string{}
	n := 0
	for _, p := range s.people {
		for _, r := range p.list {
			if _, again := out[r]; again {
				continue
			}
			if n < len(all) {
				out[r] = all[n].ID
			}
			n++
		}
	}
	if n != len(all) {
		return nil
	}
	return out
}

// recipients lists people with the addresses the message goes to, on as many
// rows as it takes: who gets it must not be hidden by an ellipsis.
func (s *Screen) recipients(field string, rs []conversation.Recipient, to map[conversation.Recipient]string) []kit.Line {
	st := s.env.Styles
	words := make([]string, len(rs))
	for i, r := range rs {
		words[i] = recipientName(r)
		if a := to[r]; a != "" && a != words[i] {
			words[i] += " <" + a + ">"
		}
	}
	label := s.label(field)
	var out []kit.Line
	for _, row := range kit.Wrap(safe.Line(strings.Join(words, ", ")), max(s.w-label.Width()-1, 8)) {
		out = append(out, append(label, kit.Own(st.Plain, row)))
		label = kit.Line{kit.Gap(label.Width())}
	}
	return out
}

// readers says for whom a message is sealed, each with the end of the key, and
// of one that is not, who can read it.
func (s *Screen) readers(to map[conversation.Recipient]string) []kit.Line {
	if s.choice == nil || s.choice.Best() == nil {
		return nil
	}
	best := s.choice.Best()
	field, words := "field.readable", s.env.Cat.Explain(best.Index, safe.Line(s.name()).String()).Sentence
	if best.Channel.Sealed {
		names := strings.Join(s.sealedFor(to), ", ")
		field, words = "field.sealed", s.env.Cat.T("review.sealedfor", map[string]any{"Names": names})
	}
	label := s.label(field)
	var out []kit.Line
	for _, row := range kit.Wrap(safe.Line(words), max(s.w-label.Width()-1, 8)) {
		out = append(out, append(label, kit.Own(s.env.Styles.Plain, row)))
		label = kit.Line{kit.Gap(label.Width())}
	}
	return out
}

// sealedFor names whom the seal is for.
func (s *Screen) sealedFor(to map[conversation.Recipient]string) []string {
	var out []string
	for _, p := range s.people {
		for _, r := range p.list {
			name := recipientName(r)
			if k := s.choice.Best().Keys[conversation.MailAddress(to[r])]; len(k) > 8 {
				name += " (" + s.env.Styles.Glyph.Ellipsis + k[len(k)-8:len(k)-4] + " " + k[len(k)-4:] + ")"
			}
			out = append(out, name)
		}
	}
	return out
}

func (s *Screen) badge() kit.Line {
	ix, _, ok := s.Index()
	if !ok {
		return nil
	}
	return kit.Line{kit.Chip(s.env.Styles.Index(ix)), kit.Gap(1)}
}

// viaLines name the channel and why it was chosen, the reason on rows of its
// own when it is long.
func (s *Screen) viaLines() []kit.Line {
	st, cat := s.env.Styles, s.env.Cat
	l := s.label("field.via")
	indent := l.Width()
	switch {
	case s.choice == nil:
		return []kit.Line{append(l, kit.Own(st.Dim, cat.T("review.choosing", nil)))}
	case s.choice.Best() == nil && slices.ContainsFunc(s.choice.Candidates, func(p conversation.Prediction) bool { return p.Rejected.Code == "" }):
		return []kit.Line{append(l, kit.Own(st.Error, cat.T("review.stopped", nil)))}
	case s.choice.Best() == nil:
		return []kit.Line{append(l, kit.Own(st.Error, cat.T("review.nochannel", nil)))}
	}
	l = append(append(l, s.badge()...), kit.Own(st.Bold, ChannelName(cat, s.choice, s.choice.Best().Channel)))
	if s.choice.Reason.Code == "" || guarded(s.choice) {
		return []kit.Line{l}
	}
	why := s.why(s.choice.Reason, "")
	if l.Width()+kit.Width(why)+5 <= s.w {
		return []kit.Line{append(l, kit.Own(st.Dim, "  ("+why+")"))}
	}
	out := []kit.Line{l}
	for _, row := range kit.Wrap(safe.Line("("+why+")"), max(s.w-indent-1, 8)) {
		out = append(out, kit.Line{kit.Gap(indent), kit.Own(st.Dim, row)})
	}
	return out
}

// warningBox draws what has to be read before sending.
func (s *Screen) warningBox(warnings []string) []string {
	st, cat := s.env.Styles, s.env.Cat
	var lines []kit.Line
	for _, w := range warnings {
		for _, row := range kit.Wrap(safe.Line(w), s.w-4) {
			lines = append(lines, kit.Line{kit.Own(st.Bold, row)})
		}
	}
	lines = append(lines, nil)
	if l := s.advised(); l != nil {
		lines = append(lines, l)
	}
	lead := cat.T("review.other", nil) + "  "
	for i, other := range s.others(3) {
		if i > 0 {
			lead = kit.Spaces(kit.Width(lead))
		}
		lines = append(lines, append(kit.Line{kit.Own(st.Plain, lead)}, other[1:]...))
	}
	if s.choice.Best() != nil { // what was stopped needs more than a yes
		style := st.Key
		if !s.armed {
			style = st.Dim
		}
		lines = append(lines, kit.Line{kit.Own(style, cat.T("review.anyway", nil))})
	}
	rows := make([]string, 0, len(lines))
	for _, l := range lines {
		rows = append(rows, append(kit.Line{kit.Gap(1)}, l...).Draw(s.w-2, st.Glyph.Ellipsis))
	}
	title := kit.Line{kit.Own(st.Error, cat.T("review.warning", nil))}
	return kit.Pane(st, title, kit.Line{kit.Own(st.Error, "!")}, rows, s.w, len(rows)+2, true)
}

// Status says what to do in the review.
func (s *Screen) Status() kit.Line {
	if s.dirty && s.locked {
		return kit.Line{kit.Own(s.env.Styles.Warn, s.env.Cat.T("compose.locked", map[string]any{"Key": s.keyOf(key.Unlock)}))}
	}
	if !s.review || s.choice == nil || len(s.warnings()) > 0 {
		return nil
	}
	st := s.env.Styles
	l := kit.Line{}
	if ix, _, ok := s.Index(); ok {
		l = append(l, kit.Chip(st.Index(ix)), kit.Gap(1))
	}
	if !s.d.At.IsZero() {
		return append(l, kit.Own(st.Plain, s.env.Cat.T("later.ready", map[string]any{"Time": screen.When(s.env, s.d.At)})))
	}
	return append(l, kit.Own(st.Plain, s.env.Cat.T("review.ready", nil)))
}
