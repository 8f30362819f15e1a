package main

import (
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

type memberObject struct {
	Contact string `json:"contact,omitempty"`
	Name    string `json:"name,omitempty"`
}

type conversationObject struct {
	ID       string         `json:"id"`
	Title    string         `json:"title,omitempty"`
	Contacts []memberObject `json:"contacts"`
	Channels []string       `json:"channels"`
	LastDate string         `json:"last_date,omitempty"`
	Subject  string         `json:"subject,omitempty"`
	Excerpt  string         `json:"excerpt,omitempty"`
	Unread   int            `json:"unread"`
	Messages int            `json:"messages"`
	Kind     string         `json:"kind,omitempty"`
	Starred  bool           `json:"starred"`
	Muted    bool           `json:"muted"`
	Draft    string         `json:"draft,omitempty"`
	Privacy  privacy.Index  `json:"privacy"`
}

type contactObject struct {
	ID        string          `json:"id"`
	Name      string          `json:"name,omitempty"`
	Addresses []addressObject `json:"addresses"`
	Kind      string          `json:"kind,omitempty"`
	Pin       string          `json:"pin,omitempty"`
	Notes     string          `json:"notes,omitempty"`
	Messages  int             `json:"messages"`
	Privacy   privacy.Index   `json:"privacy"`
	Channels  []reachObject   `json:"channels"`
}

type addressObject struct {
	Protocol string         `json:"protocol"`
	Address  string         `json:"address"`
	Name     string         `json:"name,omitempty"`
	Bounced  bool           `json:"bounced,omitempty"`
	Key      *peerKeyObject `json:"key,omitempty"`
}

// peerKeyObject is the key that an address is written to sealed with.
type peerKeyObject struct {
	Fingerprint string `json:"fingerprint,omitempty"`
	Person      string `json:"person,omitempty"`
	Conflict    string `json:"conflict,omitempty"` // another key that waits for a decision
	Problem     string `json:"problem,omitempty"`  // why none can be used
	Expires     string `json:"expires,omitempty"`
}

// peerKey gives the key of an address, nil where none is known.
func (p *program) peerKey(a conversation.Address) *peerKeyObject {
	if p.keys == nil || a.Protocol != conversation.Mail {
		return nil
	}
	k := p.keys.Peer(conversation.Address{}, a)
	if k.Fingerprint == "" && k.Conflict == "" && k.Problem == "" {
		return nil
	}
	return &peerKeyObject{k.Fingerprint, k.Person, k.Conflict, k.Problem, when(k.Expires)}
}

// reachObject is a channel to a contact.
type reachObject struct {
	ID        string        `json:"id,omitempty"`
	Account   string        `json:"account"`
	Protocol  string        `json:"protocol"`
	Address   string        `json:"address,omitempty"`
	Predicted privacy.Index `json:"predicted"`
	State     string        `json:"state,omitempty"`
}

// channelObject is a channel that a message can take.
type channelObject struct {
	ID       string `json:"id"`
	Account  string `json:"account"`
	Protocol string `json:"protocol"`
	From     string `json:"from,omitempty"`
	Name     string `json:"name,omitempty"`
	Sealed   bool   `json:"sealed"`
}

type candidateObject struct {
	Channel   channelObject `json:"channel"`
	Predicted privacy.Index `json:"predicted"`
	State     string        `json:"state,omitempty"`
	Proven    bool          `json:"proven"`
	Rejected  string        `json:"rejected,omitempty"`
}

type sendObject struct {
	ID         string            `json:"id,omitempty"`
	State      string            `json:"state,omitempty"`
	At         string            `json:"at,omitempty"` // when it will leave, for what is sent later
	leaves     string            // the same in words
	Decision   string            `json:"decision,omitempty"`
	Channel    *channelObject    `json:"channel,omitempty"`
	Candidates []candidateObject `json:"candidates"`
	Line       string            `json:"line,omitempty"`
	Warnings   []string          `json:"warnings,omitempty"`
	Error      *errorObject      `json:"error,omitempty"`
	DryRun     bool              `json:"dry_run,omitempty"`
}

// errorObject is how every failure is told to programs.
type errorObject struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type entryObject struct {
	ID         string   `json:"id"`
	State      string   `json:"state"`
	Account    string   `json:"account"`
	Protocol   string   `json:"protocol"`
	Recipients []string `json:"recipients"`
	Subject    string   `json:"subject,omitempty"`
	Created    string   `json:"created,omitempty"`
	NextTry    string   `json:"next_try,omitempty"`
	Attempts   int      `json:"attempts"`
	Score      int      `json:"score"`
	Line       string   `json:"line,omitempty"`
	Error      string   `json:"error,omitempty"`
	Message    string   `json:"message,omitempty"`
}

func (p *program) conversation(c *conversation.Conversation) conversationObject {
	o := conversationObject{
		ID: string(c.ID), Title: c.Title, Contacts: []memberObject{}, Channels: []string{},
		LastDate: when(c.LastDate), Subject: c.Subject, Excerpt: c.Excerpt, Unread: c.Unread,
		Messages: c.Messages, Kind: string(c.Kind), Starred: c.Starred, Muted: c.Muted, Draft: c.Draft,
		Privacy: p.full(c.Index, c.Title),
	}
	for _, m := range c.Contacts {
		o.Contacts = append(o.Contacts, memberObject{string(m.Contact), m.Name})
	}
	for _, proto := range c.Channels {
		o.Channels = append(o.Channels, string(proto))
	}
	return o
}

func (p *program) contact(c *conversation.Contact) contactObject {
	o := contactObject{
		ID: string(c.ID), Name: c.Name, Addresses: []addressObject{}, Kind: string(c.Kind), Pin: string(c.Pin),
		Notes: c.Notes, Messages: c.Messages, Privacy: p.full(c.Index, c.Name), Channels: []reachObject{},
	}
	for _, a := range c.Addresses {
		o.Addresses = append(o.Addresses, addressObject{string(a.Protocol), a.ID, a.Name, a.Bounced, p.peerKey(a.Address)})
	}
	for _, ch := range c.Channels {
		r := reachObject{
			ID: ch.Channel.ID, Account: string(ch.Channel.Account), Protocol: string(ch.Channel.Protocol),
			Predicted: p.full(ch.Index, c.Name), State: string(ch.Reach),
		}
		if len(ch.Addresses) > 0 {
			r.Address = ch.Addresses[0].ID
		}
		o.Channels = append(o.Channels, r)
	}
	return o
}

func channel(c conversation.Channel) channelObject {
	return channelObject{c.ID, string(c.Account), string(c.Protocol), c.Own.ID, c.Name, c.Sealed}
}

func (p *program) choice(c *conversation.Choice) sendObject {
	o := sendObject{Decision: string(c.Decision), Candidates: []candidateObject{}, Line: p.cat.Reason(c.Line())}
	if best := c.Best(); best != nil {
		ch := channel(best.Channel)
		o.Channel = &ch
	}
	for i, cand := range c.Candidates {
		o.Candidates = append(o.Candidates, candidateObject{
			Channel: channel(cand.Channel), Predicted: p.full(cand.Index, ""), State: string(cand.Reach),
			Proven: cand.Proven, Rejected: p.lost(c, i),
		})
	}
	for _, w := range c.Warnings {
		o.Warnings = append(o.Warnings, p.cat.Reason(w))
	}
	return o
}

// lost says why a candidate was not taken: what it cannot do, or what the one
// that was taken has over it.
func (p *program) lost(c *conversation.Choice, i int) string {
	cand, best := c.Candidates[i], c.Best()
	switch {
	case cand.Rejected.Code != "" || i == c.Chosen:
		return p.cat.Reason(cand.Rejected)
	case best == nil:
		return p.cat.Reason(c.Reason)
	}
	name := best.Channel.ID
	switch {
	case c.Decision == conversation.Override || c.Decision == conversation.Pinned || c.Decision == conversation.Ask:
		return p.t("cli.lost.chosen", "Channel", name)
	case cand.Index.Score < best.Index.Score:
		return p.t("cli.lost.lower", "Channel", name)
	case best.LastUsed:
		return p.t("cli.lost.habit", "Channel", name)
	case cand.Index.Score > best.Index.Score:
		return p.t("cli.lost.unsure", "Channel", name)
	}
	return p.t("cli.lost.equal", "Channel", name)
}

func entry(e *conversation.Entry) entryObject {
	o := entryObject{
		ID: string(e.ID), State: string(e.State), Account: string(e.Account), Protocol: string(e.Protocol),
		Recipients: []string{}, Subject: e.Draft.Subject, Created: when(e.Created), NextTry: when(e.NextTry),
		Attempts: e.Attempts, Score: e.Score, Line: e.Line, Error: short(safe.Line(e.Error).String()), Message: string(e.Message),
	}
	for _, a := range e.Recipients {
		o.Recipients = append(o.Recipients, a.ID)
	}
	return o
}
