package mime

import (
	"strings"

	"github.com/caliopen/caliopen-tui/accounts/html"
)

// Bounds of the text by which attachments are found: of one, and of a message.
const (
	maxExtra  = 64 << 10
	maxExtras = 256 << 10
)

// searchable tells the attachments that are found by what stands in them.
func searchable(p *part) bool {
	return strings.HasPrefix(p.media.name, "text/") || p.is("application/ics")
}

// index takes the beginning of an attached text for the search.
func (b *body) index(p *part) {
	if !searchable(p) || armored(p) {
		return
	}
	q := *p
	if q.content == nil {
		q.content, _ = decodeTransfer(p.head, p.encoding())
	}
	q.content = q.content[:min(len(q.content), maxExtra)]
	text := q.text(nil) // what is odd about it is no matter of the message
	switch {
	case p.is("text/calendar", "application/ics"):
		text = eventText(text)
	case p.is("text/html") || looksLikeHTML(text):
		text = html.Convert(text, html.Options{}).Text
	}
	if text = strings.TrimSpace(strings.ToValidUTF8(text, "")); text != "" && b.extra.Len()+len(text) < maxExtras {
		b.extra.WriteString(text + "\n")
	}
}

// eventText gives what people wrote into a calendar, and whom they invited
// (RFC 5545, 3.1 and 3.8).
func eventText(s string) string {
	var out strings.Builder
	s = strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "").Replace(s)
	for line := range strings.Lines(s) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		name, params, _ := strings.Cut(name, ";")
		switch {
		case !ok:
		case wordsOfEvent(name):
			out.WriteString(strings.NewReplacer(`\n`, " ", `\N`, " ", `\`, "").Replace(value) + "\n")
		case strings.EqualFold(name, "ATTENDEE"), strings.EqualFold(name, "ORGANIZER"):
			out.WriteString(params + " " + strings.TrimPrefix(lower(value), "mailto:") + "\n")
		}
	}
	return out.String()
}

func wordsOfEvent(name string) bool {
	switch strings.ToUpper(name) {
	case "SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "CATEGORIES", "CONTACT":
		return true
	}
	return false
}
