package uitest

import (
	"context"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// SearchCount counts what Search would find; a query that begins with a level
// counts the messages of that level, of one direction and since a day when it
// says so.
func (f *Fake) SearchCount(ctx context.Context, query string) (int, error) {
	level, rest, _ := strings.Cut(query, " ")
	if level, ok := strings.CutPrefix(level, "level:"); ok {
		return f.countLevel(ctx, privacy.Level(level), strings.Fields(rest))
	}
	hits, err := f.Search(ctx, query, 1<<20)
	return len(hits), err
}

func (f *Fake) countLevel(ctx context.Context, level privacy.Level, rest []string) (int, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	n := 0
	for _, m := range f.messages {
		if m.Index.Level == level && !slices.ContainsFunc(rest, func(cond string) bool { return !holds(&m, cond) }) {
			n++
		}
	}
	return n, err
}

func holds(m *conversation.Message, cond string) bool {
	if day, ok := strings.CutPrefix(cond, "after:"); ok {
		return m.Date.Format("2006-01-02") > day
	}
	return cond != "is:sent" && cond != "is:received" || (cond == "is:sent") == (m.Direction == conversation.Out)
}

// Explain gives the index of an account by what its connection is.
func (f *Fake) Explain(ctx context.Context, who string) (conversation.Explanation, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	if e, ok := f.explained(who); ok && err == nil {
		return e, nil
	}
	if err == nil && who == "me" {
		return conversation.Explanation{Kind: "me", Index: f.contacts[conversation.Me].Index}, nil
	}
	at := slices.IndexFunc(f.statuses, func(s conversation.Status) bool { return string(s.Account) == who })
	if err == nil && at < 0 {
		err = conversation.ErrNotFound
	}
	if err != nil {
		return conversation.Explanation{}, err
	}
	s := f.statuses[at]
	ix, _ := privacy.Account(privacy.AccountInput{TLS: s.TLS, Auth: "password", Secret: "kept", Key: "none", NoSeal: s.Protocol == conversation.Mastodon})
	return conversation.Explanation{Kind: "account", Index: ix, Account: &conversation.OwnAccount{ID: s.Account, Protocol: s.Protocol, Address: s.Address}}, nil
}

// explained tells of a message, a contact or the device.
func (f *Fake) explained(who string) (conversation.Explanation, bool) {
	if who == "device" {
		return conversation.Explanation{
			Kind: who, Index: device(), Decided: 85, Unchecked: []string{"d.updates.unknown"},
		}, true
	}
	for _, m := range f.messages {
		if string(m.ID) == who {
			e, _ := f.explained(string(m.Sender().Contact))
			return conversation.Explanation{Kind: "message", Index: m.Index, Message: &m, Next: e.Next}, true
		}
	}
	for _, c := range f.contacts {
		if string(c.ID) != who || c.ID == conversation.Me {
			continue
		}
		e := conversation.Explanation{Kind: "contact", Index: c.Index, Contact: &c}
		e.Next = []privacy.Advice{{ID: "adv.encrypt", Gain: 28}}
		return e, true
	}
	return conversation.Explanation{}, false
}

// KeepDraft puts a draft into the store as it stands.
func (f *Fake) KeepDraft(d conversation.Draft) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drafts[d.ID] = d
}

// All gives all messages as they stand.
func (f *Fake) All() []conversation.Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.messages)
}

// SetStatuses replaces the state of the accounts and tells about it.
func (f *Fake) SetStatuses(st ...conversation.Status) {
	f.mu.Lock()
	f.statuses = st
	f.mu.Unlock()
	f.Tell(conversation.Event{Accounts: st, All: true})
}

// SetContact replaces a contact.
func (f *Fake) SetContact(c conversation.Contact) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.contacts[c.ID] = c
}

// SetEntries replaces the outbox.
func (f *Fake) SetEntries(es ...conversation.Entry) {
	f.mu.Lock()
	f.entries = es
	f.mu.Unlock()
	f.Tell(conversation.Event{Outbox: true, All: true})
}

// Change changes one message.
func (f *Fake) Change(id conversation.MessageID, change func(*conversation.Message)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.messages {
		if f.messages[i].ID == id {
			change(&f.messages[i])
		}
	}
}
