package mime

import (
	"bytes"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
	"github.com/caliopen/caliopen-tui/conversation"
)

// ErrHeader is given for an address or identifier that cannot stand in a
// header: it would end the field and begin another one.
var ErrHeader = errors.New("not fit for a header")

// Compose builds a mail (RFC 5322, RFC 2045) of plain text and files. It says
// no more than it must: no program, no time zone, no host name. Bcc stands in
// the copy for the own Sent folder only, never on the wire. What is to be
// sealed leaves sealed, or there is an error.
func (f *Format) Compose(o conversation.Outgoing) (conversation.Composed, error) {
	c := composer{o: o}
	id, err := c.identifier()
	if err != nil {
		return conversation.Composed{}, err
	}
	lines, err := c.header(id)
	if err != nil {
		return conversation.Composed{}, err
	}
	if o.Seal != nil {
		return f.seal(c, id, lines)
	}
	return f.clear(c, id, lines)
}

// clear builds a mail that everybody on the way can read.
func (f *Format) clear(c composer, id string, lines []pgpmime.Line) (conversation.Composed, error) {
	lines = append(lines, f.ownKey(c.o.From.Address)...)
	head := text(lines) + "MIME-Version: 1.0\r\n"
	body := c.body("")
	out := conversation.Composed{Wire: append([]byte(head), body...), RFCID: id}
	if len(c.o.Bcc) > 0 {
		bcc, err := addressLine("Bcc", c.o.Bcc)
		if err != nil {
			return conversation.Composed{}, err
		}
		out.Copy = append([]byte(text(bcc)+head), body...)
	}
	return out, nil
}

// text writes a header.
func text(lines []pgpmime.Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.String())
	}
	return b.String()
}

// composer builds one message.
type composer struct {
	o conversation.Outgoing
}

// identifier makes a Message-ID that tells nothing but the domain of From.
func (c composer) identifier() (string, error) {
	domain, err := asciiDomain(c.o.From.Address.Domain())
	if err != nil || domain == "" {
		return "", fmt.Errorf("mime: from %q: %w", c.o.From.Address.ID, ErrHeader)
	}
	return c.token() + "@" + domain, nil
}

// token gives 128 random bits in lower-case base32.
func (c composer) token() string {
	var b [16]byte
	c.o.Random(b[:])
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

// header writes the header but for the structural fields.
func (c composer) header(id string) ([]pgpmime.Line, error) {
	var lines []pgpmime.Line
	for _, f := range []struct {
		name   string
		people []conversation.Participant
	}{{"From", []conversation.Participant{c.o.From}}, {"To", c.o.To}, {"Cc", c.o.Cc}} {
		line, err := addressLine(f.name, f.people)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line...)
	}
	if len(c.o.To)+len(c.o.Cc) == 0 { // some servers refuse mail to nobody
		lines = append(lines, pgpmime.Line{Name: "To", Value: undisclosed, Bare: undisclosed})
	}
	lines = append(lines,
		pgpmime.Line{Name: "Subject", Value: textValue("Subject", c.o.Subject)},
		pgpmime.Line{Name: "Date", Value: c.o.Date.UTC().Format(time.RFC1123Z)},
		pgpmime.Line{Name: "Message-ID", Value: "<" + id + ">"})
	thread, err := c.thread()
	return append(lines, thread...), err
}

const undisclosed = "undisclosed-recipients:;"

// thread writes which message is answered (RFC 5322, 3.6.4). Identifiers come
// from strangers' mails: one that could break out of the field is left out of
// the chain, and refused as the message answered.
func (c composer) thread() ([]pgpmime.Line, error) {
	if c.o.InReplyTo == "" {
		return nil, nil
	}
	if !validID(c.o.InReplyTo) {
		return nil, fmt.Errorf("mime: in reply to %q: %w", c.o.InReplyTo, ErrHeader)
	}
	var refs strings.Builder
	for _, id := range chain(c.o.References, c.o.InReplyTo) {
		refs.WriteString("\r\n <" + id + ">")
	}
	return []pgpmime.Line{{Name: "In-Reply-To", Value: "<" + c.o.InReplyTo + ">"}, {Name: "References", Value: refs.String()}}, nil
}

// chain gives the references with the message answered at their end.
func chain(refs []string, parent string) []string {
	var out []string
	for _, id := range refs {
		if validID(id) && id != parent {
			out = append(out, id)
		}
	}
	if len(out) > maxSent {
		out = append(out[:1:1], out[len(out)-maxSent+1:]...)
	}
	return append(out, parent)
}

// maxSent is how many references are sent; long chains make servers refuse.
const maxSent = 30

// validID tells whether an identifier can stand in a header line as it is.
func validID(id string) bool {
	if id == "" || len(id) > 900 {
		return false
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' || id[i] == '<' || id[i] == '>' {
			return false
		}
	}
	return true
}

// body writes the fields of the body and the body. The legacy subject is
// repeated in the text, unless it is "".
func (c composer) body(legacy string) []byte {
	var b bytes.Buffer
	if len(c.o.Attach) == 0 && !c.padded() {
		textPart(&b, c.o.Text, legacy)
		return b.Bytes()
	}
	boundary := "=_" + c.token()
	b.WriteString("Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n")
	b.WriteString("--" + boundary + "\r\n")
	textPart(&b, c.o.Text, legacy)
	for _, f := range c.o.Attach {
		b.WriteString("--" + boundary + "\r\n")
		filePart(&b, f)
	}
	b.WriteString("--" + boundary + "--\r\n")
	return b.Bytes()
}

// padded tells whether padding is going to stand behind the last part, so that
// there has to be one.
func (c composer) padded() bool { return c.o.Seal != nil && c.o.Seal.Policy == conversation.HideAll }
