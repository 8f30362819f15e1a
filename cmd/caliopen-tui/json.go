package main

import (
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// The objects of this file are the contract with programs that read the
// output: names stay, fields are only ever added. What is unknown is absent,
// never "".

type whoObject struct {
	Contact string `json:"contact,omitempty"`
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
}

type messageObject struct {
	ID             string               `json:"id,omitempty"`
	Conversation   string               `json:"conversation,omitempty"`
	Account        string               `json:"account,omitempty"`
	Protocol       string               `json:"protocol"`
	Direction      string               `json:"direction,omitempty"`
	Date           string               `json:"date,omitempty"`
	From           *whoObject           `json:"from,omitempty"`
	To             []whoObject          `json:"to"`
	Cc             []whoObject          `json:"cc"`
	Bcc            []whoObject          `json:"bcc,omitempty"`
	ReplyTo        []whoObject          `json:"reply_to,omitempty"`
	Subject        string               `json:"subject,omitempty"`
	Excerpt        string               `json:"excerpt,omitempty"`
	Text           string               `json:"text,omitempty"`
	Read           *bool                `json:"read,omitempty"`
	Starred        *bool                `json:"starred,omitempty"`
	Tags           []string             `json:"tags,omitempty"`
	Folder         string               `json:"folder,omitempty"`
	Size           int64                `json:"size,omitempty"`
	MessageID      string               `json:"message_id,omitempty"`
	InReplyTo      string               `json:"in_reply_to,omitempty"`
	List           string               `json:"list,omitempty"`
	Attachments    []attachmentObject   `json:"attachments"`
	Links          []linkObject         `json:"links,omitempty"`
	Headers        string               `json:"headers,omitempty"`
	Snippet        string               `json:"snippet,omitempty"`
	Outbox         string               `json:"outbox,omitempty"`
	Security       securityObject       `json:"security"`
	Transport      transportObject      `json:"transport"`
	Authentication authenticationObject `json:"authentication"`
	Remote         privacy.Remote       `json:"remote"`
	Privacy        privacy.Index        `json:"privacy"`
	File           string               `json:"file,omitempty"`
	Warnings       []string             `json:"warnings,omitempty"`
}

type attachmentObject struct {
	Name string `json:"name,omitempty"`
	Type string `json:"type,omitempty"`
	Size int64  `json:"size"`
	Part string `json:"part,omitempty"`
}

type linkObject struct {
	Text string `json:"text,omitempty"`
	URL  string `json:"url"`
	Host string `json:"host,omitempty"`
}

type securityObject struct {
	Sealed           string `json:"sealed"`
	Signature        string `json:"signature"`
	Signer           string `json:"signer,omitempty"`
	SignerAddress    string `json:"signer_address,omitempty"`
	Covers           string `json:"covers"`
	ProtectedHeaders string `json:"protected_headers"`
	Decrypted        bool   `json:"decrypted"`
	Error            string `json:"error,omitempty"`
}

type transportObject struct {
	Ingress string `json:"ingress"`
	TLS     string `json:"tls,omitempty"`
	// Predicted: nobody wrote down how it went, it is what is expected today.
	Predicted bool          `json:"predicted,omitempty"`
	Hops      []privacy.Hop `json:"hops"`
}

type authenticationObject struct {
	Source  string `json:"source"`
	DKIM    string `json:"dkim"`
	SPF     string `json:"spf"`
	DMARC   string `json:"dmarc"`
	Aligned bool   `json:"aligned"`
}

// when writes a moment as the contract has it: RFC 3339 in UTC.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func or(value, unset string) string {
	if value == "" {
		return unset
	}
	return value
}

// list makes an absent list an empty one.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// full gives an index with its texts and with lists that are never null.
func (p *program) full(ix privacy.Index, name string) privacy.Index {
	ix = p.cat.Explain(ix, name)
	if ix.Version == 0 {
		ix.Version = privacy.Version
	}
	if ix.Level == "" {
		ix.Level = privacy.LevelUnknown
	}
	ix.Factors, ix.Caps = list(ix.Factors), list(ix.Caps)
	return ix
}

// whole tells whether show asks for a message: only it gives the text, the
// links and the parts of attachments.
type whole bool

func (p *program) message(m *conversation.Message, all whole) messageObject {
	ev := m.Evidence
	o := messageObject{
		ID: string(m.ID), Conversation: string(m.Conversation), Account: string(m.Account),
		Protocol: string(m.Protocol), Direction: string(m.Direction), Date: when(m.Date),
		To: people(m, conversation.To), Cc: people(m, conversation.Cc),
		Subject: m.Subject, Excerpt: m.Excerpt,
		Read: &m.Read, Starred: &m.Starred, Tags: m.Tags, Folder: m.Folder, Size: m.Size,
		MessageID: m.RFCID, InReplyTo: m.InReplyTo, List: m.ListID,
		Attachments: attachments(m, all),
		Security:    security(ev.Security), Transport: transport(ev.Transport),
		Authentication: authentication(ev.Authentication), Remote: ev.Remote,
		Privacy: p.full(withFacts(m), p.otherSide(m)), Warnings: m.Warnings,
	}
	if bcc := people(m, conversation.Bcc); len(bcc) > 0 {
		o.Bcc = bcc
	}
	if replyTo := people(m, conversation.ReplyTo); len(replyTo) > 0 {
		o.ReplyTo = replyTo
	}
	if from := m.Sender(); !from.Address.IsZero() || from.Name != "" {
		w := who(from)
		o.From = &w
	}
	if m.Outbox != nil {
		o.Outbox = string(m.Outbox.State)
	}
	if all {
		o.Text, o.Links = m.Text, links(m)
	}
	return o
}

// withFacts puts the facts of a message into its index.
func withFacts(m *conversation.Message) privacy.Index {
	ix := m.Index
	if ix.Facts == nil && m.Facts.Proto != "" {
		f := m.Facts
		ix.Facts = &f
	}
	return ix
}

// otherSide names whom the index of a message speaks about.
func (p *program) otherSide(m *conversation.Message) string {
	if m.Direction == conversation.Out {
		if to := m.With(conversation.To); len(to) == 1 {
			return called(to[0])
		}
		return ""
	}
	return called(m.Sender())
}

func called(p conversation.Participant) string {
	for _, name := range []string{p.Display, p.Name, p.Address.ID} {
		if name != "" {
			return name
		}
	}
	return ""
}

func who(p conversation.Participant) whoObject {
	return whoObject{Contact: string(p.Contact), Name: or(p.Name, p.Display), Address: p.Address.ID}
}

func people(m *conversation.Message, r conversation.Role) []whoObject {
	out := []whoObject{}
	for _, p := range m.With(r) {
		out = append(out, who(p))
	}
	return out
}

func attachments(m *conversation.Message, all whole) []attachmentObject {
	out := []attachmentObject{}
	for _, a := range m.Attachments {
		o := attachmentObject{Name: a.Name, Type: a.Type, Size: a.Size}
		if all {
			o.Part = a.Part
		}
		out = append(out, o)
	}
	return out
}

func links(m *conversation.Message) []linkObject {
	var out []linkObject
	for _, l := range m.Links {
		out = append(out, linkObject{l.Text, l.URL, l.Host})
	}
	return out
}

func security(s privacy.Security) securityObject {
	return securityObject{
		Sealed: or(s.Sealed, "none"), Signature: or(s.Signature, "none"), Signer: s.Signer,
		SignerAddress: s.SignerAddress, Covers: or(s.Covers, "none"),
		ProtectedHeaders: or(s.ProtectedHeaders, "none"), Decrypted: s.Decrypted, Error: s.Error,
	}
}

func transport(t privacy.Transport) transportObject {
	return transportObject{Ingress: or(t.Ingress, "unknown"), TLS: t.TLS, Predicted: t.Predicted, Hops: list(t.Hops)}
}

func authentication(a privacy.Authentication) authenticationObject {
	return authenticationObject{
		Source: or(a.Source, "none"), DKIM: or(a.DKIM, "none"), SPF: or(a.SPF, "none"),
		DMARC: or(a.DMARC, "none"), Aligned: a.Aligned,
	}
}
