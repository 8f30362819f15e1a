package storage

import (
	"encoding/json"
	"fmt"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// detail is what is kept of a message as one JSON text, since it is only ever
// read together. Names are short: there is one for each message.
type detail struct {
	Participants []participant  `json:"p,omitempty"`
	Attachments  []attachment   `json:"a,omitempty"`
	Links        []link         `json:"l,omitempty"`
	InReplyTo    string         `json:"i,omitempty"`
	References   []string       `json:"r,omitempty"`
	Warnings     []string       `json:"w,omitempty"`
	Evidence     *evidence      `json:"e,omitempty"`
	Facts        facts          `json:"f"`
	Index        *privacy.Index `json:"x,omitempty"`
}

type evidence = privacy.Evidence

type participant struct {
	Role    int    `json:"r,omitempty"`
	Address int64  `json:"a,omitempty"`
	Name    string `json:"n,omitempty"`
}

type attachment struct {
	Name string `json:"n,omitempty"`
	Type string `json:"t,omitempty"`
	Size int64  `json:"s,omitempty"`
	Part string `json:"p,omitempty"`
	URL  string `json:"u,omitempty"`
}

type link struct {
	Text string `json:"t,omitempty"`
	URL  string `json:"u,omitempty"`
	Host string `json:"h,omitempty"`
}

// facts mirrors privacy.Facts field by field, to leave out what is zero.
type facts struct {
	Proto     string `json:"pr,omitempty"`
	E2E       string `json:"ee,omitempty"`
	Crypto    string `json:"cr,omitempty"`
	FS        string `json:"fs,omitempty"`
	PQ        bool   `json:"pq,omitempty"`
	Person    string `json:"pe,omitempty"`
	Problem   string `json:"pb,omitempty"`
	Unsigned  bool   `json:"us,omitempty"`
	Path      string `json:"pa,omitempty"`
	OwnHop    bool   `json:"oh,omitempty"`
	Subject   string `json:"su,omitempty"`
	Headers   bool   `json:"he,omitempty"`
	Direct    bool   `json:"di,omitempty"`
	Padding   bool   `json:"pd,omitempty"`
	Remote    string `json:"re,omitempty"`
	Active    bool   `json:"ac,omitempty"`
	BadDevice bool   `json:"bd,omitempty"`
	Bridge    bool   `json:"br,omitempty"`
	Public    bool   `json:"pu,omitempty"`
}

// roles gives the roles in the order of their numbers in the database.
func roles() []conversation.Role {
	return []conversation.Role{conversation.From, conversation.To, conversation.Cc, conversation.Bcc, conversation.ReplyTo}
}

func roleNumber(r conversation.Role) int {
	for i, known := range roles() {
		if known == r {
			return i
		}
	}
	return 1
}

func roleOf(n int) conversation.Role {
	if all := roles(); n >= 0 && n < len(all) {
		return all[n]
	}
	return conversation.To
}

func newDetail(m *conversation.Message, parties []participant) detail {
	d := detail{
		Participants: parties, InReplyTo: m.InReplyTo, References: m.References,
		Warnings: m.Warnings, Evidence: &m.Evidence, Facts: facts(m.Facts),
	}
	x := m.Index
	x.Facts = nil // kept once, above
	d.Index = &x
	for _, a := range m.Attachments {
		d.Attachments = append(d.Attachments, attachment(a))
	}
	for _, l := range m.Links {
		d.Links = append(d.Links, link(l))
	}
	return d
}

func (d detail) encode() ([]byte, error) {
	data, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("encode a message: %w", err)
	}
	return data, nil
}

// fill gives a message what its detail says, but for the participants.
func (d detail) fill(m *conversation.Message) {
	m.InReplyTo, m.References, m.Warnings = d.InReplyTo, d.References, d.Warnings
	if d.Evidence != nil {
		m.Evidence = *d.Evidence
	}
	m.Facts = privacy.Facts(d.Facts)
	if d.Index != nil {
		m.Index = *d.Index
	}
	for _, a := range d.Attachments {
		m.Attachments = append(m.Attachments, conversation.Attachment(a))
	}
	for _, l := range d.Links {
		m.Links = append(m.Links, conversation.Link(l))
	}
}

// Marks are the yes-or-no properties that a search asks for.
const (
	markFile = 1 << iota
	markLink
	markInvite
	markKey
	markSealed
	markSigned
	markBulk
	markPrivate // the content is kept sealed
	markWaiting // sealed, and not opened yet, by a key that is locked or that there was none of
	markShut    // sealed, and no own key opens it
	markPartial // only the header is here
)

func marksOf(m *conversation.Message) int {
	marks := 0
	set := func(bit int, on bool) {
		if on {
			marks |= bit
		}
	}
	set(markFile, len(m.Attachments) > 0)
	set(markLink, len(m.Links) > 0)
	set(markInvite, m.Invite)
	set(markKey, carriesKey(m.Attachments))
	set(markSealed, m.Evidence.Security.Sealed != "" && m.Evidence.Security.Sealed != "none")
	set(markSigned, m.Evidence.Security.Signature != "" && m.Evidence.Security.Signature != "none")
	set(markBulk, m.Bulk)
	set(markPartial, m.Partial)
	return marks
}

func carriesKey(as []conversation.Attachment) bool {
	for _, a := range as {
		if a.Type == "application/pgp-keys" {
			return true
		}
	}
	return false
}
