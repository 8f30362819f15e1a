package main

import (
	"net/url"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// maxMailto bounds a link; browsers do not make longer ones.
const maxMailto = 64 << 10

// Letter is what a mailto link may decide about a new message.
type Letter struct {
	To, Cc    []conversation.Address
	Subject   string
	Body      string
	InReplyTo string
	// Ignored names the fields that the link had no business to set: files to
	// attach, senders, hidden recipients. They are told to the user.
	Ignored []string
}

// ParseMailto reads a mailto link (RFC 6068). A link comes from a web page, so
// only fields that the user sees before sending are taken over: recipients,
// subject and text. Nothing in it becomes a header by itself, and nothing is
// read from the disk for it.
func ParseMailto(link string) (Letter, error) {
	var l Letter
	scheme, rest, ok := strings.Cut(link, ":")
	if !ok || !strings.EqualFold(scheme, "mailto") || len(link) > maxMailto {
		return l, usage("cli.mailto.bad")
	}
	path, query, _ := strings.Cut(rest, "?")
	query, _, _ = strings.Cut(query, "#")
	to, err := url.PathUnescape(path)
	if err != nil {
		return l, usage("cli.mailto.bad")
	}
	l.To = l.addresses("to", to)
	for field := range strings.SplitSeq(query, "&") {
		if field != "" {
			if err := l.field(field); err != nil {
				return l, err
			}
		}
	}
	return l, nil
}

func (l *Letter) field(text string) error {
	name, value, _ := strings.Cut(text, "=")
	name, err := url.PathUnescape(name) // "+" is a plus here, not a space
	if err != nil {
		return usage("cli.mailto.bad")
	}
	if value, err = url.PathUnescape(value); err != nil {
		return usage("cli.mailto.bad")
	}
	switch name = strings.ToLower(name); name {
	case "to":
		l.To = append(l.To, l.addresses(name, value)...)
	case "cc":
		l.Cc = append(l.Cc, l.addresses(name, value)...)
	case "subject":
		l.Subject = oneLine(value)
	case "body":
		l.Body = strings.ToValidUTF8(strings.ReplaceAll(value, "\r\n", "\n"), "\uFFFD")
	case "in-reply-to":
		l.InReplyTo = strings.Trim(oneLine(value), "<> ")
	case "references":
		// The answered message brings its own.
	default:
		l.ignore(name)
	}
	return nil
}

func (l *Letter) ignore(name string) {
	if name = oneLine(name); !slices.Contains(l.Ignored, name) {
		l.Ignored = append(l.Ignored, name)
	}
}

// addresses takes plain addresses only; anything odder is told as ignored.
func (l *Letter) addresses(field, value string) []conversation.Address {
	var out []conversation.Address
	for word := range strings.SplitSeq(value, ",") {
		word = strings.TrimSpace(word)
		if word == "" {
			continue
		}
		a, err := conversation.ParseAddress(word)
		if err != nil || a.Protocol != conversation.Mail || a.ID != oneLine(a.ID) {
			l.ignore(field)
			continue
		}
		if !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// oneLine takes everything out of a header's text that could end its line.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s))
}
