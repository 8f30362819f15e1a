package storage

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// warnSealed is the warning that conversation.Unopened looks for.
const warnSealed = "mime.sealed"

// markInside are the marks that tell of the content. Of a message that is
// sealed at rest they are known only inside.
const markInside = markFile | markLink | markKey | markInvite

// head is what is read of a sealed message to show it in a list, as one JSON
// text; the body is kept apart from it, so that a list need not open it.
type head struct {
	Subject     string       `json:"s,omitempty"`
	Excerpt     string       `json:"e,omitempty"`
	Names       []string     `json:"n,omitempty"` // of the participants, in their order
	Attachments []attachment `json:"a,omitempty"`
	Links       []link       `json:"l,omitempty"`
	InReplyTo   string       `json:"i,omitempty"`
	References  []string     `json:"r,omitempty"`
	Marks       int          `json:"m,omitempty"`
}

// veiled is a message as it may be written: what may lie in clear, and the
// rest sealed.
type veiled struct {
	clear      *conversation.Message
	marks      int
	head, body []byte    // sealed; nil for a message that lies in clear
	words      indexText // of the inside, for the index in memory
}

func (d *DB) ready() bool { return d.opt.Vault != nil && d.opt.Vault.Ready() }

func (d *DB) unlocked() bool { return d.ready() && d.opt.Vault.Unlocked() }

// hides tells whether the content of a message is kept out of the database.
// What is private is so even when no vault can keep its content: it stays in
// its raw source, and can be read again once there is a key.
func (d *DB) hides(p *conversation.Parsed) bool { return p.Private || d.opt.SealAll && d.ready() }

// outside gives what of a message may lie in clear. Addresses, dates and flags
// always do: the list, the contacts and the folders are made of them.
func (d *DB) outside(p *conversation.Parsed) *conversation.Message {
	if !d.hides(p) {
		return &p.Message
	}
	m := p.Message
	m.Subject, m.Excerpt, m.Text = p.Outer, "", ""
	m.Attachments, m.Links, m.InReplyTo, m.References, m.Invite = nil, nil, "", nil, false
	if !p.Private {
		return &m
	}
	m.Participants = slices.Clone(m.Participants)
	for i := range m.Participants {
		m.Participants[i].Name = p.Names[m.Participants[i].Address]
	}
	return &m
}

// veil parts a message into what may lie in clear and what is sealed. The
// sealed values are bound to the message by its key.
func (d *DB) veil(key string, p *conversation.Parsed) (v veiled, err error) {
	v.clear, v.marks = d.outside(p), marksOf(&p.Message)
	if conversation.Unopened(p.Message.Warnings) && !p.Message.Partial { // what is sealed of a header alone comes with the rest
		v.marks |= waits(p.Message.Evidence.Security)
	}
	if !d.hides(p) {
		return v, nil
	}
	inside := v.marks & markInside
	v.marks &^= markInside
	if !d.ready() {
		v.marks |= markWaiting
		v.clear.Warnings = append(slices.Clone(v.clear.Warnings), warnSealed)
		return v, nil
	}
	v.marks |= markPrivate
	h, err := json.Marshal(headOf(&p.Message, inside))
	if err != nil {
		return v, fmt.Errorf("encode a message: %w", err)
	}
	if v.head, err = d.seal(h, "head", key); err != nil {
		return v, err
	}
	if v.body, err = d.seal([]byte(withExtra(p.Message.Text, p.Extra)), "body", key); err != nil {
		return v, err
	}
	v.words = indexTextOf(&p.Message, p.Extra)
	return v, nil
}

// extra gives the text of attachments that may be indexed in clear.
func (d *DB) extra(p *conversation.Parsed) string {
	if d.hides(p) {
		return ""
	}
	return p.Extra
}

// extraMark parts the text of a sealed message from that of its attachments.
const extraMark = "\x00extra\x00"

func withExtra(text, extra string) string {
	if extra == "" {
		return text
	}
	return text + extraMark + extra
}

// cutExtra undoes withExtra.
func cutExtra(s string) (text, extra string) {
	if i := strings.LastIndex(s, extraMark); i >= 0 {
		return s[:i], s[i+len(extraMark):]
	}
	return s, ""
}

func headOf(m *conversation.Message, marks int) head {
	d := newDetail(m, nil)
	h := head{
		Subject: m.Subject, Excerpt: m.Excerpt, Attachments: d.Attachments, Links: d.Links,
		InReplyTo: m.InReplyTo, References: m.References, Marks: marks,
	}
	for _, p := range m.Participants {
		h.Names = append(h.Names, p.Name)
	}
	return h
}

// fill puts what stands inside into a message that was read from outside.
func (h *head) fill(m *conversation.Message, parties []participant) {
	m.Subject, m.Excerpt, m.InReplyTo, m.References = h.Subject, h.Excerpt, h.InReplyTo, h.References
	m.Invite = h.Marks&markInvite != 0
	m.Attachments, m.Links = nil, nil
	for _, a := range h.Attachments {
		m.Attachments = append(m.Attachments, conversation.Attachment(a))
	}
	for _, l := range h.Links {
		m.Links = append(m.Links, conversation.Link(l))
	}
	for i := range parties {
		if i < len(h.Names) {
			parties[i].Name = h.Names[i]
		}
	}
}

// seal keeps a value in the vault, for one place only.
func (d *DB) seal(plain []byte, kind, place string) ([]byte, error) {
	sealed, err := d.opt.Vault.Seal(plain, []byte(kind+"/"+place))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

func (d *DB) open(sealed []byte, kind, place string) ([]byte, error) {
	if d.opt.Vault == nil {
		return nil, conversation.ErrSealed
	}
	plain, err := d.opt.Vault.Open(sealed, []byte(kind+"/"+place))
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	return plain, nil
}

// insertSealed stores the sealed part of a message and has it indexed in
// memory when the transaction is done.
func (t *tx) insertSealed(id int64, v *veiled, inside int) error {
	if v.head == nil {
		return nil
	}
	serial, err := t.insert("INSERT INTO sealed (message, head, body) VALUES (?, ?, ?)", id, v.head, v.body)
	if err != nil {
		return err
	}
	t.private = append(t.private, secret{id: id, serial: serial, marks: inside, words: v.words})
	return nil
}

// dropSealed deletes the sealed part of a message.
func (t *tx) dropSealed(id int64) error {
	t.private = append(t.private, secret{id: id})
	return t.exec("DELETE FROM sealed WHERE message = ?", id)
}
