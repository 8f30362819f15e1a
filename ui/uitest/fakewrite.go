package uitest

import (
	"context"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Act does one act and remembers how to undo it.
func (f *Fake) Act(ctx context.Context, a conversation.Act) error {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	if err != nil {
		return err
	}
	before, gone := slices.Clone(f.messages), map[conversation.MessageID]bool{}
	for id := range f.gone {
		gone[id] = true
	}
	f.undo = append(f.undo, func() conversation.Act { f.messages, f.gone = before, gone; return a })
	f.Acts = append(f.Acts, a)
	f.messages = slices.Clone(f.messages)
	for i, m := range f.messages {
		if slices.Contains(a.Messages, m.ID) {
			f.apply(&f.messages[i], a.Kind)
		}
	}
	f.Tell(conversation.Event{All: true})
	return nil
}

func (f *Fake) apply(m *conversation.Message, kind conversation.ActKind) {
	switch kind {
	case conversation.ActRead:
		m.Read = true
	case conversation.ActUnread:
		m.Read = false
	case conversation.ActStar:
		m.Starred = true
	case conversation.ActUnstar:
		m.Starred = false
	case conversation.ActArchive, conversation.ActDelete:
		f.gone[m.ID] = true
	}
}

// Undo takes the last act back.
func (f *Fake) Undo(ctx context.Context) (conversation.Act, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	n := len(f.undo)
	if err != nil || n == 0 {
		return conversation.Act{}, conversation.ErrNotFound
	}
	last := f.undo[n-1]
	f.undo = f.undo[:n-1]
	f.Tell(conversation.Event{All: true})
	return last(), nil
}

// SaveContact keeps a contact.
func (f *Fake) SaveContact(ctx context.Context, c conversation.Contact) (conversation.ContactID, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	if c.ID == "" {
		f.serial++
		c.ID = conversation.ContactID("new" + itoa(f.serial))
	}
	f.contacts[c.ID] = c
	return c.ID, err
}

// Join moves the addresses of b to a.
func (f *Fake) Join(ctx context.Context, a, b conversation.ContactID) error {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	one, two := f.contacts[a], f.contacts[b]
	one.Addresses = append(slices.Clone(one.Addresses), two.Addresses...)
	f.contacts[a] = one
	delete(f.contacts, b)
	return err
}

// Split takes one address away into a contact of its own.
func (f *Fake) Split(ctx context.Context, c conversation.ContactID, a conversation.Address) (conversation.ContactID, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	old := f.contacts[c]
	old.Addresses = slices.DeleteFunc(slices.Clone(old.Addresses), func(x conversation.ContactAddress) bool { return x.Address == a })
	f.contacts[c] = old
	f.serial++
	id := conversation.ContactID("split" + itoa(f.serial))
	f.contacts[id] = conversation.Contact{ID: id, Name: a.ID, Addresses: []conversation.ContactAddress{{Address: a}}}
	return id, err
}

// NewDraft begins a draft.
func (f *Fake) NewDraft(ctx context.Context, to []conversation.Recipient) (conversation.Draft, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	return conversation.Draft{Kind: conversation.DraftNew, To: to}, err
}

// Reply begins an answer, or gives the one that was begun.
func (f *Fake) Reply(ctx context.Context, id conversation.MessageID, _ bool) (conversation.Draft, error) {
	m, err := f.Message(ctx, id)
	if err != nil {
		return conversation.Draft{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range f.drafts {
		if d.Source == id {
			return d, nil
		}
	}
	c := f.conversation(m.Conversation)
	d := conversation.Draft{Kind: conversation.DraftReply, Conversation: m.Conversation, Source: id, Subject: m.Subject}
	for _, who := range c.Contacts {
		d.To = append(d.To, conversation.Recipient{Contact: who.Contact, Name: who.Name})
	}
	return d, nil
}

// Forward begins to pass a message on.
func (f *Fake) Forward(ctx context.Context, id conversation.MessageID) (conversation.Draft, error) {
	m, err := f.Message(ctx, id)
	return conversation.Draft{Kind: conversation.DraftForward, Source: id, Subject: "Fwd: " + m.Subject, Text: "\n\n" + m.Text}, err
}

// SaveDraft keeps a draft.
func (f *Fake) SaveDraft(ctx context.Context, d conversation.Draft) (conversation.DraftID, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	if err != nil {
		return "", err
	}
	if f.Unsaid != nil {
		return "", f.Unsaid
	}
	if d.ID == "" {
		f.serial++
		d.ID = conversation.DraftID("d" + itoa(f.serial))
	}
	d.Saved = f.now()
	f.drafts[d.ID] = d
	f.Tell(conversation.Event{Conversations: []conversation.ConversationID{d.Conversation}})
	return d.ID, nil
}

// DropDraft forgets a draft.
func (f *Fake) DropDraft(ctx context.Context, id conversation.DraftID) error {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	delete(f.drafts, id)
	f.Tell(conversation.Event{All: true})
	return err
}

// Choose prefers Mastodon's direct message to mail, since its score is higher.
func (f *Fake) Choose(ctx context.Context, d conversation.Draft) (conversation.Choice, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	if f.Reject != nil {
		if c, ok := f.Reject(d); ok {
			return c, err
		}
	}
	c := f.choose(d)
	c.Advice = f.Better
	return c, err
}

func (f *Fake) choose(d conversation.Draft) conversation.Choice {
	c := conversation.Choice{Decision: conversation.Auto, Chosen: -1}
	if len(d.To) == 0 {
		c.Decision = conversation.Stop
		return c
	}
	c.Candidates = f.channels(f.contacts[d.To[0].Contact])
	if len(c.Candidates) == 0 {
		c.Candidates = f.channels(conversation.Contact{Addresses: []conversation.ContactAddress{{Address: d.To[0].Address}}})
	}
	if len(c.Candidates) > 0 {
		c.Chosen = 0
	}
	for i, p := range c.Candidates {
		if d.Via == p.Channel.ID {
			c.Chosen, c.Decision = i, conversation.Override
		}
	}
	return c
}

func (f *Fake) channels(c conversation.Contact) []conversation.Prediction {
	var out []conversation.Prediction
	for _, a := range c.Addresses {
		p := conversation.Prediction{
			Channel:   conversation.Channel{ID: "home", Account: "home", Protocol: conversation.Mail, Name: "mail", Own: conversation.MailAddress("you@home.example")},
			Addresses: []conversation.Address{a.Address}, Index: score(45), Reach: conversation.Live, Proven: true, Files: true,
		}
		if a.Protocol == conversation.Mastodon {
			p.Channel = conversation.Channel{ID: "social", Account: "social", Protocol: conversation.Mastodon, Name: "mastodon", Own: conversation.MastodonAddress("you@social.example", "")}
			p.Index, p.Files, p.MaxText = score(50), false, 500
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b conversation.Prediction) int { return b.Index.Score - a.Index.Score })
	return out
}

// Send puts the draft into the outbox.
func (f *Fake) Send(ctx context.Context, d conversation.Draft) (conversation.Entry, conversation.Choice, error) {
	c, err := f.Choose(ctx, d)
	if err != nil {
		return conversation.Entry{}, c, err
	}
	if (c.Decision == conversation.Ask || c.Decision == conversation.Stop) && !d.ConfirmClear {
		return conversation.Entry{}, c, conversation.ErrGuard
	}
	f.mu.Lock()
	f.serial++
	e := conversation.Entry{ID: conversation.EntryID("e" + itoa(f.serial)), State: conversation.StateHeld, Draft: d, Created: f.now(), NextTry: f.now().Add(10 * time.Second)}
	if d.At.After(f.now()) {
		e.NextTry = d.At
	}
	if best := c.Best(); best != nil {
		e.Account, e.Protocol, e.Score = best.Channel.Account, best.Channel.Protocol, best.Index.Score
	}
	f.entries = append(f.entries, e)
	f.Sent = append(f.Sent, d)
	delete(f.drafts, d.ID)
	f.mu.Unlock()
	f.Tell(conversation.Event{Conversations: []conversation.ConversationID{d.Conversation}, Outbox: true})
	return e, c, nil
}

// Retry puts an entry back in the queue.
func (f *Fake) Retry(ctx context.Context, id conversation.EntryID) error {
	return f.move(ctx, id, conversation.StateQueued)
}

// Cancel takes an entry back into a draft.
func (f *Fake) Cancel(ctx context.Context, id conversation.EntryID) (conversation.DraftID, error) {
	if err := f.move(ctx, id, conversation.StateCancelled); err != nil {
		return "", err
	}
	f.mu.Lock()
	var d conversation.Draft
	for _, e := range f.entries {
		if e.ID == id {
			d = e.Draft
		}
	}
	f.mu.Unlock()
	d.ID = ""
	return f.SaveDraft(ctx, d)
}

func (f *Fake) move(ctx context.Context, id conversation.EntryID, to conversation.State) error {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	for i := range f.entries {
		if f.entries[i].ID == id && err == nil {
			f.entries[i].State = to
			f.Tell(conversation.Event{Conversations: []conversation.ConversationID{f.entries[i].Draft.Conversation}, Outbox: true})
			return nil
		}
	}
	if err != nil {
		return err
	}
	return conversation.ErrNotFound
}

// SyncNow does nothing.
func (f *Fake) SyncNow(ctx context.Context, _ conversation.AccountID) error {
	err := f.lock(ctx)
	f.mu.Unlock()
	return err
}
