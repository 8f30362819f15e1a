package mime

import (
	"bytes"
	"fmt"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// Format reads and writes mails; it implements conversation.Format.
type Format struct {
	keys Keys             // nil: nothing is opened, checked or sealed
	now  func() time.Time // for the validity of keys
}

// New makes the format of mails without keys.
func New() *Format { return &Format{now: time.Now} }

// WithKeys makes the format of mails that opens, checks and seals with keys.
func WithKeys(k Keys, now func() time.Time) *Format { return &Format{keys: k, now: now} }

var _ conversation.Format = (*Format)(nil)

// Parse reads a raw mail. It never fails: what could not be read stands in the
// text, and Warnings tell what was odd.
func (*Format) Parse(raw []byte, ctx conversation.ParseContext) conversation.Parsed {
	raw = newlines(raw)
	m := open(raw, readable, maxKeep)
	b := m.read()
	h := m.header
	msg := conversation.Message{
		Account:      ctx.Account,
		Protocol:     conversation.Mail,
		Date:         dates(h, ctx.Received, m.warn),
		Received:     ctx.Received.UTC(),
		Participants: participants(h, m.warn),
		Subject:      decodeText(h.get("subject")),
		Text:         b.text,
		Links:        b.links,
		Excerpt:      excerpt(b.text, b.links),
		Size:         int64(len(raw)),
		RFCID:        messageID(h.get("message-id")),
		ListID:       listID(h.get("list-id")),
		Attachments:  b.files,
		Invite:       b.invite,
	}
	msg.InReplyTo, msg.References = references(h, msg.RFCID)
	msg.Direction = direction(&msg, ctx.Own)
	msg.Bulk = msg.Direction == conversation.In && bulk(h, msg.Sender().Address)
	msg.Evidence = m.evidence(b, &msg)
	msg.Warnings = m.warn.list
	return conversation.Parsed{
		Message:     msg,
		Origin:      trace.Observe(raw[:len(raw)-len(m.body)]).Encode(),
		Fingerprint: fingerprint(h, m.body),
	}
}

// Part gives the decoded bytes of one part, its name and its type.
func (*Format) Part(raw []byte, path string) (conversation.Attachment, []byte, error) {
	m := open(newlines(raw), func(p *part) bool { return p.path == path }, len(raw)+1)
	p := m.root.find(path)
	if p == nil {
		return conversation.Attachment{}, nil, fmt.Errorf("mime: part %q: %w", path, conversation.ErrNotFound)
	}
	return p.attachment(), p.content, nil
}

// HTML gives the first HTML text of a mail as received, in UTF-8, or "".
func (*Format) HTML(raw []byte) string {
	m := open(newlines(raw), readable, maxKeep)
	var found *part
	m.root.walk(func(p *part) {
		if found == nil && p.is("text/html") && !p.attached() {
			found = p
		}
	})
	if found == nil {
		return ""
	}
	return found.text(nil)
}

// message is a mail taken apart.
type message struct {
	header header
	body   []byte
	root   *part
	warn   *warnings
}

// open takes a message apart, keeping the contents of the parts that are wanted.
func open(raw []byte, want func(*part) bool, limit int) *message {
	m := &message{warn: &warnings{}}
	m.header, m.body = split(raw, m.warn)
	b := builder{warn: m.warn, want: want, limit: limit}
	m.root = b.root(m.header, m.body)
	if b.fails {
		m.warn.add(warnStructure)
		m.retry(raw, want, limit)
	}
	return m
}

// retry reads a message that could not be read whole by the second parser and
// by hand, keeps what gives most, and takes the body for one text when nothing
// does.
func (m *message) retry(raw []byte, want func(*part) bool, limit int) {
	if p := second(raw, m.root, want); p != nil {
		m.root = p
	}
	hand := manual{builder{warn: &warnings{}, want: want, limit: limit}}
	if p := hand.root(m.header, m.body); weight(p) > weight(m.root) || len(p.kids) > len(m.root.kids) {
		m.root = p
	}
	if weight(m.root) > 0 || len(bytes.TrimSpace(m.body)) == 0 {
		return
	}
	m.root.kids = nil
	m.root.path, m.root.media = "1", mediaType{name: "text/plain"}
	m.root.content = m.body[:min(len(m.body), maxKeep)]
	m.root.size = int64(len(m.body))
}

// newlines gives a message written with lone carriage returns line feeds.
func newlines(raw []byte) []byte {
	if bytes.IndexByte(raw, '\n') >= 0 || bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	return bytes.ReplaceAll(raw, []byte{'\r'}, []byte{'\n'})
}

// evidence gathers what the message shows of its privacy. Nothing is checked
// here: signatures are not verified and no server is believed.
func (m *message) evidence(b *body, msg *conversation.Message) privacy.Evidence {
	ev := privacy.Evidence{
		Protocol:       string(conversation.Mail),
		Security:       privacy.Security{Sealed: b.sealed, Signature: "none", Covers: "none", ProtectedHeaders: "none"},
		Transport:      privacy.Transport{Ingress: "unknown"},
		Authentication: privacy.Authentication{Source: "none", DKIM: "none", SPF: "none", DMARC: "none"},
		Remote:         privacy.Remote{Images: b.images, Trackers: b.trackers},
		Active:         b.active,
	}
	from := msg.With(conversation.From)
	if msg.Direction == conversation.In && len(from) == 1 && claimsOther(from[0].Name, from[0].Address) {
		m.warn.add(warnClaimed)
	}
	ev.ManyFrom = len(from) != 1 || from[0].Address.IsZero()
	for _, w := range []string{warnManyFrom, warnClaimed, warnNoFrom} {
		ev.ManyFrom = ev.ManyFrom || m.warn.has(w)
	}
	return ev
}
