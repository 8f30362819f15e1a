package conversation

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// NewDraft begins a message to some people. An unfinished one to the same
// people is given again instead.
func (s *Service) NewDraft(ctx context.Context, to []Recipient) (Draft, error) {
	return s.begin(ctx, Draft{Kind: DraftNew, To: to})
}

// Reply begins an answer to a message: to its sender, or with all to everybody
// who took part.
func (s *Service) Reply(ctx context.Context, id MessageID, all bool) (Draft, error) {
	m, err := s.opt.Store.Message(ctx, id)
	if err != nil {
		return Draft{}, err
	}
	if err := s.readable(&m); err != nil {
		return Draft{}, err
	}
	to, cc := ReplyTargets(&m, all, s.isOwn)
	d := Draft{
		Kind: DraftReply, Source: m.ID, Conversation: m.Conversation,
		To: to, Cc: cc, Subject: replySubject(m.Subject), Secret: wasSealed(&m),
	}
	if s.opt.Quote && m.Text != "" {
		d.Text = s.opt.Say(Reason{"draft.wrote", s.quoteArgs(&m)}) + "\n" + Quote(m.Text) + "\n"
	}
	return s.begin(ctx, d)
}

// Forward begins a message that passes another one on. Its text is quoted, so
// that it can be taken out again when it must not leave a sealed conversation;
// its attachments go along.
func (s *Service) Forward(ctx context.Context, id MessageID) (Draft, error) {
	m, err := s.opt.Store.Message(ctx, id)
	if err != nil {
		return Draft{}, err
	}
	if err := s.readable(&m); err != nil {
		return Draft{}, err
	}
	head := s.opt.Say(Reason{"draft.forwarded", s.quoteArgs(&m)})
	return s.begin(ctx, Draft{
		Kind: DraftForward, Source: m.ID, Subject: forwardSubject(m.Subject),
		Text: "\n\n" + Quote(head+"\n\n"+m.Text), Attach: attachmentRefs(&m), Secret: wasSealed(&m),
	})
}

// readable refuses to answer or to pass on what was sealed while the keys are
// locked: its true subject and text are not at hand, and what stands for them
// outside must not go out in their place.
func (s *Service) readable(m *Message) error {
	if m.Evidence.Security.Decrypted && m.Text == "" && s.LockState().Locked {
		return &Problem{Code: "problem.unread", Err: ErrSealed}
	}
	return nil
}

// quoteArgs says who wrote a message and when.
func (s *Service) quoteArgs(m *Message) map[string]any {
	from := m.Sender()
	return map[string]any{
		"Name": oneLine(cmp.Or(from.Name, from.Display, from.Address.ID)), "Address": from.Address.ID,
		"Date": m.Date.In(s.opt.Clock().Location()).Format("2006-01-02 15:04"), "Subject": oneLine(m.Subject),
	}
}

// Quote puts "> " before each line, as quotations are marked in plain text.
func Quote(text string) string {
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ">") {
			lines[i] = ">" + l
		} else {
			lines[i] = strings.TrimRight("> "+l, " ")
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// begin gives an unfinished draft of the same kind, source and recipients, or
// the new one. A draft to other people is never given: a reply must not turn
// into a reply to all because one was begun before.
func (s *Service) begin(ctx context.Context, d Draft) (Draft, error) {
	ds, err := s.opt.Store.Drafts(ctx)
	if err != nil {
		return Draft{}, err
	}
	s.lookUp(ctx, &d)
	for _, old := range ds {
		if old.Kind == d.Kind && old.Source == d.Source && sameRecipients(old, d) {
			return old, nil
		}
	}
	return d, nil
}

func sameRecipients(a, b Draft) bool {
	return slices.Equal(recipientKeys(a), recipientKeys(b))
}

func recipientKeys(d Draft) []string {
	var out []string
	for i, rs := range [][]Recipient{d.To, d.Cc, d.Bcc} {
		role := string(rune('0' + min(i, 2)/2)) // To and Cc are both seen by all
		for _, r := range rs {
			out = append(out, role+cmp.Or(string(r.Contact), r.Address.String()))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// SaveDraft stores a draft and gives its id.
func (s *Service) SaveDraft(ctx context.Context, d Draft) (DraftID, error) {
	d.Saved = s.opt.Clock()
	s.lookUp(ctx, &d)
	id, err := s.opt.Store.SaveDraft(ctx, d)
	if err == nil {
		s.Publish(draftEvent(d))
	}
	return id, err
}

func draftEvent(d Draft) Event {
	if d.Conversation == "" {
		return Event{All: true}
	}
	return Event{Conversations: []ConversationID{d.Conversation}}
}

// DropDraft throws a draft away.
func (s *Service) DropDraft(ctx context.Context, id DraftID) error {
	err := s.opt.Store.DropDraft(ctx, id)
	if err == nil {
		s.Publish(Event{All: true})
	}
	return err
}

// Drafts lists the drafts, the one saved last first.
func (s *Service) Drafts(ctx context.Context) ([]Draft, error) {
	return s.opt.Store.Drafts(ctx)
}
