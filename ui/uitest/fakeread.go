package uitest

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

func itoa(n int) string { return strconv.Itoa(n) }

// List gives a window of the conversations.
func (f *Fake) List(ctx context.Context, w conversation.Window) (conversation.Page, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	if err != nil {
		return conversation.Page{}, err
	}
	var p conversation.Page
	for _, c := range f.all() {
		if wanted(c, w) {
			p.Rows = append(p.Rows, c)
			p.Unread += c.Unread
		}
	}
	p.Total = len(p.Rows)
	from := min(max(w.Offset, 0), len(p.Rows))
	to := len(p.Rows)
	if w.Limit > 0 {
		to = min(from+w.Limit, to)
	}
	p.Rows = slices.Clone(p.Rows[from:to])
	return p, nil
}

func wanted(c conversation.Conversation, w conversation.Window) bool {
	if w.Unread && c.Unread == 0 {
		return false
	}
	if w.Query != nil && !strings.Contains(strings.ToLower(c.Title+" "+c.Subject+" "+c.Excerpt), strings.ToLower(w.Query.Text)) {
		return false
	}
	return len(w.Kinds) == 0 || slices.Contains(w.Kinds, c.Kind)
}

// Conversation gives one conversation.
func (f *Fake) Conversation(ctx context.Context, id conversation.ConversationID) (conversation.Conversation, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	if err == nil && len(f.of(id)) == 0 {
		err = conversation.ErrNotFound
	}
	if err != nil {
		return conversation.Conversation{}, err
	}
	return f.conversation(id), nil
}

// Messages gives a span of a conversation.
func (f *Fake) Messages(ctx context.Context, id conversation.ConversationID, s conversation.Span) ([]conversation.Message, bool, bool, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	if err != nil {
		return nil, false, false, err
	}
	ms := f.of(id)
	from, to := 0, len(ms)
	at := func(id conversation.MessageID) int {
		return slices.IndexFunc(ms, func(m conversation.Message) bool { return m.ID == id })
	}
	limit := max(s.Limit, 1)
	switch {
	case s.Before != "":
		to = max(at(s.Before), 0)
		from = max(to-limit, 0)
	case s.After != "":
		from = at(s.After) + 1
		to = min(from+limit, len(ms))
	case s.Around != "":
		i := max(at(s.Around), 0)
		from, to = max(i-limit/2, 0), min(i+limit/2+1, len(ms))
	default:
		from = max(to-limit, 0)
	}
	return slices.Clone(ms[from:to]), from > 0, to < len(ms), nil
}

// Message gives one message.
func (f *Fake) Message(ctx context.Context, id conversation.MessageID) (conversation.Message, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	if err != nil {
		return conversation.Message{}, err
	}
	for _, m := range f.messages {
		if m.ID == id {
			return m, nil
		}
	}
	return conversation.Message{}, conversation.ErrNotFound
}

// Raw gives a message's source.
func (f *Fake) Raw(ctx context.Context, id conversation.MessageID) ([]byte, error) {
	m, err := f.Message(ctx, id)
	return []byte("Subject: " + m.Subject + "\r\n\r\n" + m.Text), err
}

// SaveAttachment pretends to save.
func (f *Fake) SaveAttachment(ctx context.Context, id conversation.MessageID, part, dir string) (string, error) {
	m, err := f.Message(ctx, id)
	if err != nil {
		return "", err
	}
	for _, a := range m.Attachments {
		if a.Part == part {
			return dir + "/" + a.Name, nil
		}
	}
	return "", conversation.ErrNotFound
}

// Contacts lists the contacts whose name or address holds the text.
func (f *Fake) Contacts(ctx context.Context, text string, limit int) ([]conversation.Contact, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	var out []conversation.Contact
	for _, c := range f.contacts {
		if c.ID != conversation.Me && matches(c, text) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b conversation.Contact) int { return strings.Compare(a.Name, b.Name) })
	if limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return out, err
}

func matches(c conversation.Contact, text string) bool {
	all := strings.ToLower(c.Name)
	for _, a := range c.Addresses {
		all += " " + a.ID
	}
	return strings.Contains(all, strings.ToLower(text))
}

// Contact gives one contact with its channels.
func (f *Fake) Contact(ctx context.Context, who string) (conversation.Contact, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	if err != nil {
		return conversation.Contact{}, err
	}
	for _, c := range f.contacts {
		if string(c.ID) == who || c.Name == who {
			c.Channels = f.channels(c)
			return c, nil
		}
	}
	return conversation.Contact{}, conversation.ErrNotFound
}

// Complete finds recipients as they are typed.
func (f *Fake) Complete(ctx context.Context, text string, limit int) ([]conversation.Recipient, error) {
	cs, err := f.Contacts(ctx, text, limit)
	var out []conversation.Recipient
	for _, c := range cs {
		out = append(out, conversation.Recipient{Contact: c.ID, Name: c.Name})
	}
	return out, err
}

// Resolve turns typed text into one recipient.
func (f *Fake) Resolve(ctx context.Context, text string) (conversation.Recipient, error) {
	if _, addr, ok := strings.Cut(text, "<"); ok {
		text = strings.TrimSuffix(addr, ">")
	}
	cs, err := f.Contacts(ctx, text, 0)
	if err != nil {
		return conversation.Recipient{}, err
	}
	if a, perr := conversation.ParseAddress(text); perr == nil && len(cs) == 0 {
		return conversation.Recipient{Name: text, Address: a}, nil
	}
	switch len(cs) {
	case 0:
		return conversation.Recipient{}, conversation.ErrNotFound
	case 1:
		return conversation.Recipient{Contact: cs[0].ID, Name: cs[0].Name}, nil
	}
	return conversation.Recipient{}, conversation.ErrAmbiguous
}

// Drafts gives the drafts.
func (f *Fake) Drafts(ctx context.Context) ([]conversation.Draft, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	var out []conversation.Draft
	for _, d := range f.drafts {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b conversation.Draft) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out, err
}

// Outbox gives what waits.
func (f *Fake) Outbox(ctx context.Context) ([]conversation.Entry, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	return slices.Clone(f.entries), err
}

// Accounts gives the state of the accounts.
func (f *Fake) Accounts(ctx context.Context) ([]conversation.Status, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	return slices.Clone(f.statuses), err
}
