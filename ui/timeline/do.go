package timeline

import (
	"path/filepath"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Do runs an action.
func (s *Screen) Do(id key.ID) (tea.Cmd, bool) {
	if f, ok := s.moves()[id]; ok {
		f()
		return tea.Batch(s.loadOlder(), s.loadNewer()), true
	}
	if id == key.FullDates {
		s.full = !s.full
		s.Restyle()
		return nil, true
	}
	m, ok := s.current()
	if !ok {
		return nil, false
	}
	if m.Outbox != nil && unready(id) {
		return s.env.Host.Toast(s.env.Cat.T("timeline.unready", nil), nil), true
	}
	if cmd, ok := s.answer(id, m); ok {
		return cmd, true
	}
	if cmd, ok := s.change(id, m); ok {
		return cmd, true
	}
	return s.hand(id, m)
}

func (s *Screen) moves() map[key.ID]func() {
	half := max(s.room()/2, 1)
	return map[key.ID]func(){
		key.Down: func() { s.step(1) }, key.Up: func() { s.step(-1) },
		key.HalfDown: func() { s.scroll(half) }, key.HalfUp: func() { s.scroll(-half) },
		key.PageDown: func() { s.scroll(s.room()) }, key.PageUp: func() { s.scroll(-s.room()) },
		key.First: func() { s.jump(false) }, key.Last: func() { s.jump(true) },
	}
}

// answer runs the actions that begin to write.
func (s *Screen) answer(id key.ID, m conversation.Message) (tea.Cmd, bool) {
	how := map[key.ID]string{key.Reply: "reply", key.ReplyVia: "reply-via", key.Forward: "forward"}[id]
	if how == "" {
		return nil, false
	}
	s.wrote = s.env.Now()
	if m.Outbox != nil {
		m.ID = s.conv.LastID // what still waits cannot be answered
	}
	return s.env.Host.Open(screen.To{Kind: screen.Compose, Text: how, Conversation: s.id, Message: m.ID, Name: s.conv.Title}), true
}

// change runs the actions that change the message under the cursor.
func (s *Screen) change(id key.ID, m conversation.Message) (tea.Cmd, bool) {
	switch id {
	case key.Archive:
		return s.do(conversation.ActArchive, s.all()), true
	case key.Delete:
		return s.do(conversation.ActDelete, []conversation.MessageID{m.ID}), true
	case key.ToggleRead:
		if !m.Read {
			return s.do(conversation.ActRead, []conversation.MessageID{m.ID}), true
		}
		s.entered = false // or it would be marked as read again at once
		return s.do(conversation.ActUnread, []conversation.MessageID{m.ID}), true
	case key.ToggleStar:
		if m.Starred {
			return s.do(conversation.ActUnstar, []conversation.MessageID{m.ID}), true
		}
		return s.do(conversation.ActStar, []conversation.MessageID{m.ID}), true
	case key.TakeBack:
		return s.takeBack(m), true
	}
	return nil, false
}

// all gives every message of the conversation that is loaded.
func (s *Screen) all() []conversation.MessageID {
	var ids []conversation.MessageID
	for _, m := range s.ms {
		if m.Outbox == nil {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// do does one act. Archiving is for the conversation and leaves it.
func (s *Screen) do(kind conversation.ActKind, ids []conversation.MessageID) tea.Cmd {
	var left tea.Cmd
	if kind == conversation.ActArchive || kind == conversation.ActDelete && len(s.all()) <= len(ids) {
		left = s.env.Host.Close()
	}
	return tea.Batch(left, screen.Ask(&s.act, func() (struct{}, error) {
		return struct{}{}, s.b.Act(s.env.Ctx, conversation.Act{Kind: kind, Messages: ids})
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		return s.env.Host.Acted(s.env.Cat.T("done."+string(kind), nil))
	}))
}

// takeBack cancels a message of the outbox and opens its draft again.
func (s *Screen) takeBack(m conversation.Message) tea.Cmd {
	if m.Outbox == nil {
		return nil
	}
	return s.env.Host.Open(screen.To{Kind: screen.Compose, Text: "take-back", Conversation: s.id, Who: string(m.Outbox.ID), Name: s.conv.Title})
}

// hand runs the actions that show or hand out something of the message.
func (s *Screen) hand(id key.ID, m conversation.Message) (tea.Cmd, bool) {
	switch id {
	case key.Fold:
		if m.Partial {
			return s.want(m), true
		}
		s.open[m.ID] = !s.open[m.ID]
		delete(s.memo, m.ID)
		s.rebuild()
		s.follow()
		return nil, true
	case key.Raw:
		return s.source(m), true
	case key.Copy:
		text := safe.Block(m.Text).String()
		return tea.Batch(tea.SetClipboard(text), s.env.Host.Toast(s.env.Cat.T("done.copied", nil), nil)), true
	case key.Attachments:
		return s.save(m), true
	case key.Browser:
		return s.browse(m), true
	case key.Why:
		ix, name, _ := s.Index()
		return s.env.Host.Open(screen.To{Kind: screen.Why, Message: m.ID, Index: &ix, Name: name}), true
	case key.ContactCard:
		return s.card(m), true
	}
	return nil, false
}

func (s *Screen) card(m conversation.Message) tea.Cmd {
	who := string(m.Sender().Contact)
	if m.Direction == conversation.Out || who == "" {
		to, ok := s.Inspect()
		if !ok {
			return nil
		}
		return s.env.Host.Open(to)
	}
	return s.env.Host.Open(screen.To{Kind: screen.Card, Who: who})
}

// source shows the raw message in place of its text, or the text again.
func (s *Screen) source(m conversation.Message) tea.Cmd {
	if _, shown := s.raw[m.ID]; shown {
		delete(s.raw, m.ID)
		delete(s.memo, m.ID)
		s.rebuild()
		return nil
	}
	return screen.Ask(&s.raws, func() ([]byte, error) {
		return s.b.Raw(s.env.Ctx, m.ID)
	}, func(raw []byte, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.raw[m.ID] = string(raw[:min(len(raw), maxSource)])
		delete(s.memo, m.ID)
		s.rebuild()
		return nil
	})
}

// save saves the attachment of the message; of several it asks which.
func (s *Screen) save(m conversation.Message) tea.Cmd {
	if len(m.Attachments) < 2 {
		return s.saveParts(m.ID, m.Attachments)
	}
	return s.env.Host.Open(screen.To{Kind: screen.Files, Files: m.Attachments, Pick: func(part string) tea.Cmd {
		return s.saveParts(m.ID, slices.DeleteFunc(slices.Clone(m.Attachments), func(a conversation.Attachment) bool {
			return part != everyFile && a.Part != part
		}))
	}})
}

// saveParts saves attachments and says where; of one it tells the name it got.
func (s *Screen) saveParts(id conversation.MessageID, as []conversation.Attachment) tea.Cmd {
	return screen.Ask(&s.raws, func() (last string, err error) {
		for _, a := range as {
			if last, err = s.b.SaveAttachment(s.env.Ctx, id, a.Part, s.env.Dir); err != nil {
				return "", err
			}
		}
		return last, nil
	}, func(last string, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		args := map[string]any{"Dir": safe.Line(s.env.Dir).String(), "Name": safe.Line(filepath.Base(last)).String()}
		if len(as) == 1 {
			return s.env.Host.Toast(s.env.Cat.T("done.saved_one", args), nil)
		}
		return s.env.Host.Toast(s.env.Cat.N("done.saved", len(as), args), nil)
	})
}

// countDown draws again each second while something is held in the outbox.
func (s *Screen) countDown() tea.Cmd {
	for _, m := range s.ms {
		if m.Outbox != nil && m.Outbox.State == conversation.StateHeld && m.Outbox.NextTry.After(s.env.Now()) {
			return screen.After(&s.ticks, time.Second, s.countDown)
		}
	}
	return nil
}
