package demo

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"
)

// letter is a mail as another program would write it.
type letter struct {
	from, subject string
	to, cc        []string // ready for the header
	id, answers   string
	refs          []string
	at            time.Time
	line          *Line
	listAddress   string
	autocrypt     string // the value of the header, "" for none
}

// bytes gives the RFC 5322 form.
func (l *letter) bytes() []byte {
	var b bytes.Buffer
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
	}
	field("From", l.from)
	field("To", strings.Join(l.to, ",\r\n "))
	field("Cc", strings.Join(l.cc, ",\r\n "))
	field("Subject", mime.QEncoding.Encode("utf-8", l.subject))
	field("Date", l.at.Format("Mon, 2 Jan 2006 15:04:05 -0700"))
	field("Message-ID", l.id)
	field("In-Reply-To", l.answers)
	field("References", strings.Join(l.refs, "\r\n "))
	l.extra(field)
	field("Autocrypt", l.autocrypt)
	field("MIME-Version", "1.0")
	l.body(&b)
	return b.Bytes()
}

// extra writes what lists, shops and machines add.
func (l *letter) extra(field func(name, value string)) {
	if list, ok := l.line.Options["list"]; ok {
		field("List-Id", "<"+list+">")
		field("List-Post", "<mailto:"+l.listAddress+">")
		field("List-Unsubscribe", "<mailto:"+l.listAddress+"?subject=unsubscribe>")
		field("Precedence", "list")
	}
	if l.line.Has("unsub") {
		field("List-Unsubscribe", "<https://news.example/unsubscribe?u=4711>")
		field("Precedence", "bulk")
	}
	if l.line.Has("auto") {
		field("Auto-Submitted", "auto-generated")
	}
}

// boundary is made of the message's name, so that the same story gives the
// same bytes.
func (l *letter) boundary() string {
	h := fnv.New64a()
	fmt.Fprint(h, l.id)
	return fmt.Sprintf("=_%016x", h.Sum64())
}

func (l *letter) body(b *bytes.Buffer) {
	switch files := l.line.Options["attach"]; {
	case files != "":
		bound := l.boundary()
		fmt.Fprintf(b, "Content-Type: multipart/mixed; boundary=%q\r\n\r\n--%s\r\n", bound, bound)
		l.text(b)
		for _, name := range strings.Split(files, ",") {
			fmt.Fprintf(b, "\r\n--%s\r\n", bound)
			attach(b, name, l.line.Text, l.at)
		}
		fmt.Fprintf(b, "\r\n--%s--\r\n", bound)
	default:
		l.text(b)
	}
}

func (l *letter) text(b *bytes.Buffer) {
	kind := "text/plain"
	if l.line.Has("html") {
		kind = "text/html"
	}
	fmt.Fprintf(b, "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", kind)
	w := quotedprintable.NewWriter(b)
	_, _ = w.Write([]byte(strings.ReplaceAll(l.line.Text, "\n", "\r\n") + "\r\n")) // a bytes.Buffer never fails
	_ = w.Close()
}

func wrap64(raw []byte) string {
	s := base64.StdEncoding.EncodeToString(raw)
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	b.WriteString(s + "\r\n")
	return b.String()
}

// attach writes one made-up file.
func attach(b *bytes.Buffer, name, about string, at time.Time) {
	kind, data := madeUp(name, about, at)
	fmt.Fprintf(b, "Content-Type: %s\r\nContent-Disposition: %s\r\nContent-Transfer-Encoding: base64\r\n\r\n",
		kind, mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	b.WriteString(wrap64(data))
}
