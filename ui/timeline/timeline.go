// Package timeline is the screen of one conversation: its messages over all
// channels in order of time, with the badge of each in a gutter that no text of
// a message can reach.
package timeline

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Backend is what the screen needs.
type Backend interface {
	Conversation(ctx context.Context, id conversation.ConversationID) (conversation.Conversation, error)
	Messages(ctx context.Context, id conversation.ConversationID, s conversation.Span) (ms []conversation.Message, before, after bool, err error)
	Raw(ctx context.Context, id conversation.MessageID) ([]byte, error)
	SaveAttachment(ctx context.Context, id conversation.MessageID, part, dir string) (path string, err error)
	Act(ctx context.Context, a conversation.Act) error
	Reply(ctx context.Context, id conversation.MessageID, all bool) (conversation.Draft, error)
	Choose(ctx context.Context, d conversation.Draft) (conversation.Choice, error)
	Cancel(ctx context.Context, id conversation.EntryID) (conversation.DraftID, error)
	Drafts(ctx context.Context) ([]conversation.Draft, error)
	Outbox(ctx context.Context) ([]conversation.Entry, error)
	Accounts(ctx context.Context) ([]conversation.Status, error)
	Whole(ctx context.Context, id conversation.MessageID)
}

// window is how many messages are read at a time.
const window = 40

// Screen is one conversation.
type Screen struct {
	env *screen.Env
	b   Backend
	id  conversation.ConversationID
	at  conversation.MessageID // where to begin, "" for the first unread one

	conv          conversation.Conversation
	ms            []conversation.Message
	before, after bool // more messages lie there
	loaded        bool
	entered       bool
	reply         *conversation.Choice

	wrote  time.Time // when an answer was begun here, zero for never
	cursor conversation.MessageID
	top    int // first line shown
	lines  []line
	starts []int // the first line of each message, its headings included
	laid   []conversation.MessageID

	open map[conversation.MessageID]bool   // quotes unfolded
	news map[conversation.MessageID]bool   // were unread when they were first shown
	raw  map[conversation.MessageID]string // shown as source
	full bool                              // full dates
	memo map[conversation.MessageID][]string

	wanted map[conversation.MessageID]bool // the rest of these was asked for
	away   map[conversation.AccountID]bool // their servers are not reached now

	w, h                                       int
	read, older, act, route, look, raws, ticks screen.Slot
}

// line is one row of the conversation: which message it belongs to, and what
// stands right of the cursor's column.
type line struct {
	msg   int
	head  bool // a heading: the cursor's bar leaves it out
	drawn string
}

// New makes the screen.
func New(env *screen.Env, b Backend, to screen.To) *Screen {
	return &Screen{
		env: env, b: b, id: to.Conversation, at: to.Message,
		open: map[conversation.MessageID]bool{}, news: map[conversation.MessageID]bool{}, raw: map[conversation.MessageID]string{}, memo: map[conversation.MessageID][]string{},
		wanted: map[conversation.MessageID]bool{}, away: map[conversation.AccountID]bool{},
	}
}

// Load reads the conversation and its newest messages.
func (s *Screen) Load() tea.Cmd { return tea.Batch(s.fetch(), s.fetchHead()) }

// Enter marks what is read as read.
func (s *Screen) Enter() tea.Cmd {
	s.entered = true
	return tea.Batch(s.markRead(), s.wantCurrent())
}

// Leave ends the reading: what comes while the conversation is only looked at
// from beside stays unread.
func (s *Screen) Leave() tea.Cmd {
	s.entered = false
	return nil
}

// Changed reads again when this conversation is concerned.
func (s *Screen) Changed(ev conversation.Event) tea.Cmd {
	s.reached(ev.Accounts)
	if !ev.All && !ev.Outbox && !slices.Contains(ev.Conversations, s.id) {
		return nil
	}
	return s.Load()
}

func (s *Screen) fetchHead() tea.Cmd {
	return screen.Ask(&s.route, func() (conversation.Conversation, error) {
		return s.b.Conversation(s.env.Ctx, s.id)
	}, func(c conversation.Conversation, err error) tea.Cmd {
		if err != nil {
			return nil // the messages' own error is the one that is told
		}
		s.conv = c
		return s.forecast()
	})
}

// forecast asks how an answer to the last message would go: the very draft that
// the reply key begins.
func (s *Screen) forecast() tea.Cmd {
	last := s.conv.LastID
	return screen.Ask(&s.look, func() (conversation.Choice, error) {
		d, err := s.b.Reply(s.env.Ctx, last, true)
		if err != nil {
			return conversation.Choice{}, err
		}
		return s.b.Choose(s.env.Ctx, d)
	}, func(c conversation.Choice, err error) tea.Cmd {
		if s.reply = &c; err != nil {
			s.reply = nil
		}
		return nil
	})
}

// fetch reads the messages: the newest ones, or those around where one began,
// and after the first time as many as there were.
func (s *Screen) fetch() tea.Cmd {
	span := conversation.Span{Limit: max(window, len(s.ms)+8)}
	switch {
	case !s.loaded && s.at != "":
		span.Around = s.at
	case s.loaded && s.after && s.cursor != "":
		span.Around = s.cursor
	}
	s.older.Drop()
	wrote := s.wrote
	return screen.Ask(&s.read, func() (found, error) {
		if span.Around != "" && !wrote.IsZero() { // the answer stands at the end, wherever one is reading
			f, err := s.find(conversation.Span{Limit: window})
			if err != nil || sentSince(f.ms, wrote) >= 0 {
				return f, err
			}
		}
		return s.find(span)
	}, func(f found, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.take(f)
		return tea.Batch(s.markRead(), s.countDown(), s.wantCurrent())
	})
}

// sentSince gives the place of the message that was put into the outbox since
// then, -1 for none.
func sentSince(ms []conversation.Message, then time.Time) int {
	if then.IsZero() {
		return -1
	}
	return slices.IndexFunc(ms, func(m conversation.Message) bool { return m.Outbox != nil && !m.Outbox.Created.Before(then) })
}

// found is a span of messages and what lies beyond it.
type found struct {
	ms            []conversation.Message
	before, after bool
}

// take replaces the messages; the place that is looked at stays.
func (s *Screen) take(f found) {
	first, end := !s.loaded, s.top+s.room() >= len(s.lines)
	s.loaded, s.ms, s.before, s.after = true, f.ms, f.before, f.after
	clear(s.memo)
	if first {
		s.begin()
		return
	}
	s.rebuild()
	if s.index() < 0 && len(s.ms) > 0 {
		s.cursor = s.ms[len(s.ms)-1].ID
	}
	if i := sentSince(s.ms, s.wrote); i >= 0 { // who has just written sees it stand there
		s.cursor, s.wrote, end = s.ms[i].ID, time.Time{}, true
	}
	if end && !s.after { // who looked at the end sees what comes
		s.top = len(s.lines)
		s.clamp()
	}
	if i := s.index(); i >= 0 && (s.end(i) <= s.top || s.starts[i] >= s.top+s.room()) {
		s.follow()
	}
}

// begin puts the cursor where reading begins: where one was sent, the first
// unread message, or the last one.
func (s *Screen) begin() {
	if len(s.ms) == 0 {
		s.rebuild()
		return
	}
	s.cursor = s.ms[len(s.ms)-1].ID
	for _, m := range s.ms {
		if s.at == "" && !m.Read && m.Direction == conversation.In {
			s.cursor = m.ID
			break
		}
	}
	if s.at != "" && slices.ContainsFunc(s.ms, func(m conversation.Message) bool { return m.ID == s.at }) {
		s.cursor = s.at
	}
	s.lay()
	s.top = len(s.lines)
	s.follow()
}

// loadOlder reads the window before the first message.
func (s *Screen) loadOlder() tea.Cmd {
	if !s.before || len(s.ms) == 0 || s.top > s.room() {
		return nil
	}
	span := conversation.Span{Before: s.ms[0].ID, Limit: window}
	return screen.Ask(&s.older, func() (found, error) {
		ms, before, _, err := s.b.Messages(s.env.Ctx, s.id, span)
		return found{ms: ms, before: before}, err
	}, func(f found, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.ms, s.before = append(f.ms, s.ms...), f.before
		s.rebuild()
		return nil
	})
}

// loadNewer reads the window behind the last message, when one began in the
// middle.
func (s *Screen) loadNewer() tea.Cmd {
	if !s.after || len(s.ms) == 0 || s.top+2*s.room() < len(s.lines) {
		return nil
	}
	span := conversation.Span{After: s.ms[len(s.ms)-1].ID, Limit: window}
	return screen.Ask(&s.older, func() (found, error) {
		ms, _, after, err := s.b.Messages(s.env.Ctx, s.id, span)
		return found{ms: ms, after: after}, err
	}, func(f found, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.ms, s.after = append(s.ms, f.ms...), f.after
		s.rebuild()
		return nil
	})
}

// markRead tells the backend what has been shown to somebody who looked.
func (s *Screen) markRead() tea.Cmd {
	if !s.entered || !s.loaded {
		return nil
	}
	var ids []conversation.MessageID
	for _, m := range s.ms {
		if !m.Read && m.Outbox == nil && !s.shut(&m) {
			ids = append(ids, m.ID)
			s.news[m.ID] = true
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return screen.Ask(&s.act, func() (struct{}, error) {
		return struct{}{}, s.b.Act(s.env.Ctx, conversation.Act{Kind: conversation.ActRead, Messages: ids})
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.env.Host.Quietly()
		return nil
	})
}

// shut tells whether a message was not read by being looked at: only its header
// is here, or it is sealed and the keys are locked.
func (s *Screen) shut(m *conversation.Message) bool {
	if m.Partial {
		return true
	}
	return s.env.Locked() && m.Text == "" && m.Excerpt == "" && m.Evidence.Security.Sealed == "full"
}

// index gives the place of the message under the cursor, -1 for none.
func (s *Screen) index() int {
	return slices.IndexFunc(s.ms, func(m conversation.Message) bool { return m.ID == s.cursor })
}

func (s *Screen) current() (conversation.Message, bool) {
	if i := s.index(); i >= 0 {
		return s.ms[i], true
	}
	return conversation.Message{}, false
}

// Contexts says which keys act.
func (s *Screen) Contexts() []key.Context { return []key.Context{key.Timeline} }

// State tells what there is.
func (s *Screen) State() key.State {
	m, ok := s.current()
	return key.State{
		Row: ok, Message: ok, Files: len(m.Attachments) > 0, Links: len(m.Links) > 0,
		Waiting: m.Outbox != nil && (m.Outbox.State == conversation.StateHeld || m.Outbox.State == conversation.StateQueued || m.Outbox.State == conversation.StateFailed),
	}
}

// Index gives the badge under the cursor.
func (s *Screen) Index() (privacy.Index, string, bool) {
	m, ok := s.current()
	name := s.conv.Title
	if m.Direction == conversation.In && m.Sender().Display != "" {
		name = m.Sender().Display
	}
	facts := m.Facts
	m.Index.Facts = &facts // a claim that nobody opened has words of its own
	return m.Index, name, ok
}

// Inspect names the card of whom the conversation is with.
func (s *Screen) Inspect() (screen.To, bool) {
	if len(s.conv.Contacts) == 0 {
		return screen.To{}, false
	}
	return screen.To{Kind: screen.Card, Who: string(s.conv.Contacts[0].Contact)}, true
}

// Title names the conversation, its badge and its channels.
func (s *Screen) Title() kit.Line {
	st := s.env.Styles
	if s.conv.ID == "" {
		return nil
	}
	l := kit.Line{kit.Chip(st.Index(s.conv.Index)), kit.Gap(1), kit.Got(st.Title, screen.Names(s.env.Cat, &s.conv, max(s.w-44, 24))), kit.Gap(2)}
	for i, p := range screen.Protocols(s.conv.Channels) {
		if i > 0 {
			l = append(l, kit.Own(st.Dim, " "+st.Glyph.Sep+" "))
		}
		l = append(l, kit.Own(st.Dim, s.env.Cat.T("channel."+string(p), nil)))
	}
	return l
}

// Remark has nothing to add to the state of the accounts.
func (s *Screen) Remark() kit.Line { return nil }

// Restyle forgets what was drawn.
func (s *Screen) Restyle() {
	clear(s.memo)
	s.rebuild()
}
