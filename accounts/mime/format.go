package mime

import (
	"bytes"
	"cmp"
	"fmt"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
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
// text, and Warnings tell what was odd. What identifies the message (RFCID,
// Fingerprint) is taken from outside of any seal, so that it is the same
// whether the keys were at hand or not.
func (f *Format) Parse(raw []byte, ctx conversation.ParseContext) conversation.Parsed {
	raw = newlines(raw)
	m := f.open(raw, readable, maxKeep)
	b := m.read()
	m.protect(f)
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
		RFCID:        messageID(m.outer.get("message-id")),
		ListID:       listID(h.get("list-id")),
		Attachments:  b.files,
		Invite:       b.invite,
	}
	msg.InReplyTo, msg.References = references(h, msg.RFCID)
	msg.Direction = direction(&msg, ctx.Own)
	msg.Bulk = msg.Direction == conversation.In && bulk(h, msg.Sender().Address)
	msg.Evidence = m.evidence(b, &msg)
	msg.Warnings = m.warn.list
	out := conversation.Parsed{
		Message:     msg,
		Origin:      trace.Observe(raw[:len(raw)-len(m.body)]).Encode(),
		Fingerprint: fingerprint(m.outer, m.body),
		Sights:      m.sights(f, &msg),
		Extra:       b.extra.String(),
	}
	if m.layers.Opened {
		out.Private, out.Outer, out.Names = true, decodeText(m.outer.get("subject")), outerNames(m.outer)
	}
	return out
}

// Part gives the decoded bytes of one part, its name and its type. Paths of a
// sealed mail are those of what is inside.
func (f *Format) Part(raw []byte, path string) (conversation.Attachment, []byte, error) {
	m := f.open(newlines(raw), func(p *part) bool { return p.path == path }, whole)
	p := m.root.find(path)
	if p == nil {
		return conversation.Attachment{}, nil, fmt.Errorf("mime: part %q: %w", path, conversation.ErrNotFound)
	}
	return p.attachment(), p.content, nil
}

// HTML gives the first HTML text of a mail as received, in UTF-8, or "".
func (f *Format) HTML(raw []byte) string {
	m := f.open(newlines(raw), readable, maxKeep)
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
	outer  header // as it came
	header header // as it is shown: what a layer protects stands in for what is outside
	body   []byte // as it came
	layers pgpmime.Reading
	root   *part // of the innermost layer that was taken off, else of the mail
	doubt  bool  // the author inside is another than the one outside, and not proved
	warn   *warnings
}

// whole, as a limit of what is kept, stands for everything.
const whole = -1

// open takes the layers off a message and what is in them apart, keeping the
// contents of the parts that are wanted.
func (f *Format) open(raw []byte, want func(*part) bool, limit int) *message {
	m := &message{warn: &warnings{}}
	m.outer, m.body = split(raw, m.warn)
	m.header = m.outer
	m.layers = f.layers(raw, m.outer)
	content, h, body := raw, m.outer, m.body
	if m.layers.Entity != nil {
		content = m.layers.Entity
		h, body = partHeader(content, m.warn)
	}
	if limit == whole {
		limit = len(content) + 1
	}
	b := builder{warn: m.warn, want: want, limit: limit, base: m.layers.Path, extra: 2 * maxExtras}
	m.root = b.root(h, body)
	if b.fails {
		m.warn.add(warnStructure)
		m.retry(content, h, body, b)
	}
	return m
}

// retry reads a message that could not be read whole by the second parser and
// by hand, keeps what gives most, and takes the body for one text when nothing
// does.
func (m *message) retry(raw []byte, h header, body []byte, b builder) {
	if p := second(raw, m.root, b.want, b.base); p != nil {
		m.root = p
	}
	hand := manual{builder{warn: &warnings{}, want: b.want, limit: b.limit, base: b.base}}
	if p := hand.root(h, body); weight(p) > weight(m.root) || len(p.kids) > len(m.root.kids) {
		m.root = p
	}
	if weight(m.root) > 0 || len(bytes.TrimSpace(body)) == 0 {
		return
	}
	m.root.kids = nil
	m.root.path, m.root.media = cmp.Or(b.base, "1"), mediaType{name: "text/plain"}
	m.root.content = body[:min(len(body), maxKeep)]
	m.root.size = int64(len(body))
}

// newlines gives a message written with lone carriage returns line feeds.
func newlines(raw []byte) []byte {
	if bytes.IndexByte(raw, '\n') >= 0 || bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	return bytes.ReplaceAll(raw, []byte{'\r'}, []byte{'\n'})
}

// evidence gathers what the message shows of its privacy. No server is
// believed here. A signature is good only when the one author that the message
// names has made it.
func (m *message) evidence(b *body, msg *conversation.Message) privacy.Evidence {
	ev := privacy.Evidence{
		Protocol:       string(conversation.Mail),
		Transport:      privacy.Transport{Ingress: "unknown"},
		Authentication: privacy.Authentication{Source: "none", DKIM: "none", SPF: "none", DMARC: "none"},
		Remote:         privacy.Remote{Images: b.images, Trackers: b.trackers},
		Active:         b.active,
	}
	from := msg.With(conversation.From)
	if msg.Direction == conversation.In && len(from) == 1 && claimsOther(from[0].Name, from[0].Address) {
		m.warn.add(warnClaimed)
	}
	ev.ManyFrom = m.doubt || len(from) != 1 || from[0].Address.IsZero()
	for _, w := range []string{warnManyFrom, warnClaimed, warnNoFrom} {
		ev.ManyFrom = ev.ManyFrom || m.warn.has(w)
	}
	if ev.ManyFrom {
		m.layers.Judge(func(*openpgp.Key) bool { return false })
	}
	for _, w := range m.layers.Warnings {
		m.warn.add(w)
	}
	ev.Security = m.layers.Security
	ev.Security.Sealed = b.sealed
	ev.Security.Caliopen = ev.Security.Caliopen && m.signed()
	return ev
}

// signed tells whether all of the message is signed by its one author.
func (m *message) signed() bool {
	return m.layers.Security.Signature == "good" && m.layers.Security.Covers == "whole"
}
