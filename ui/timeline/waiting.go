package timeline

import (
	"path/filepath"
	"slices"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
)

// find reads messages; behind the newest come those of the outbox that belong
// here, so that what was just written is seen at once.
func (s *Screen) find(span conversation.Span) (found, error) {
	ms, before, after, err := s.b.Messages(s.env.Ctx, s.id, span)
	if err != nil || after {
		return found{ms, before, after}, err
	}
	entries, err := s.b.Outbox(s.env.Ctx)
	if err != nil {
		return found{}, err
	}
	c, err := s.b.Conversation(s.env.Ctx, s.id)
	for _, e := range entries {
		if err == nil && pending(e) && belongs(e, &c) && !slices.ContainsFunc(ms, func(m conversation.Message) bool { return m.Outbox != nil && m.Outbox.ID == e.ID }) {
			ms = append(ms, waitingMessage(e, s.id))
		}
	}
	return found{ms, before, after}, nil // a conversation that is gone has nothing waiting
}

// pending tells whether an entry has not become a message yet. The copy of a
// Bcc goes along with its message, and shows only when it did not get there.
func pending(e conversation.Entry) bool {
	if e.Group != "" && e.State != conversation.StateFailed && e.State != conversation.StateUnknown {
		return false
	}
	switch e.State {
	case conversation.StateHeld, conversation.StateQueued, conversation.StateSending, conversation.StateFailed, conversation.StateUnknown:
		return e.Message == ""
	}
	return false
}

// belongs tells whether an entry will stand in a conversation: an answer says
// so, a new message when it goes to exactly the people there.
func belongs(e conversation.Entry, c *conversation.Conversation) bool {
	if e.Draft.Conversation != "" {
		return e.Draft.Conversation == c.ID
	}
	to := slices.Concat(e.Draft.To, e.Draft.Cc, e.Draft.Bcc)
	if len(to) != len(c.Contacts) || len(to) > 1 && !slices.Contains(c.Channels, e.Protocol) {
		return false
	}
	for _, r := range to {
		if r.Contact == "" || !slices.ContainsFunc(c.Contacts, func(m conversation.Member) bool { return m.Contact == r.Contact }) {
			return false
		}
	}
	return c.Kind == conversation.KindPeople
}

// waitingMessage makes a message of an entry; its badge is what was predicted.
func waitingMessage(e conversation.Entry, id conversation.ConversationID) conversation.Message {
	m := conversation.Message{
		ID: conversation.MessageID("outbox/" + string(e.ID)), Conversation: id, Account: e.Account, Protocol: e.Protocol,
		Direction: conversation.Out, Date: e.Created, Subject: e.Draft.Subject, Text: e.Draft.Text, Read: true,
		Participants: []conversation.Participant{{Role: conversation.From, Contact: conversation.Me}},
		Facts:        e.Facts, Index: privacy.Index{Score: e.Score, Level: privacy.LevelOf(e.Score)}, Outbox: &e,
	}
	for _, path := range e.Draft.Attach {
		m.Attachments = append(m.Attachments, conversation.Attachment{Name: filepath.Base(path)})
	}
	return m
}

// unready tells of an action that needs a message which exists: one of the
// outbox can only be read, explained, copied and taken back.
func unready(id key.ID) bool {
	return slices.Contains([]key.ID{key.Delete, key.ToggleRead, key.ToggleStar, key.Forward, key.Raw, key.Attachments}, id)
}
