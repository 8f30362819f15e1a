package mime

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/caliopen/caliopen-tui/accounts/html"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// body is what a message gives to read and what comes with it.
type body struct {
	warn             *warnings
	text             string
	links            []conversation.Link
	files            []conversation.Attachment
	extra            strings.Builder // text of the files, to be found by
	images, trackers int
	active           bool
	invite           bool
	sealed           string
	whole            int  // texts that were one armoured message each
	checked          bool // signatures were checked, so that none needs a warning
	layered          bool // a layer was taken off around all of it, and it holds
}

// rendered is the text of one part with its links.
type rendered struct {
	text  string
	links []conversation.Link
}

// read puts the text of a message together: of what the outermost layer holds,
// and of nothing else.
func (m *message) read() *body {
	l := &m.layers
	b := &body{warn: m.warn, checked: len(l.Signatures) > 0, layered: l.Entity != nil && (l.Opened || l.Security.Signature == "good")}
	switch {
	case l.Opened:
		b.within(m.root)
	case l.Security.Sealed == sealedFull:
		b.closed(m)
		return b
	default:
		b.seal(m.root)
		if b.sealed == sealedFull {
			return b
		}
	}
	r := b.render(m.root)
	b.text, b.links = bound(r.text, b.warn), r.links
	b.settle()
	switch {
	case l.Opened:
		b.sealed = sealedFull
	case l.Security.Error != "": // what stands beside the text may be the message, once there is a key
		b.warn.add(warnSealed)
	}
	return b
}

// bound keeps the text to a size that can be shown and searched.
func bound(text string, warn *warnings) string {
	if len(text) <= maxText {
		return text
	}
	warn.add(warnLong)
	return strings.ToValidUTF8(text[:maxText], "")
}

const maxText = 2 << 20

// render gives the text of a part and lists the files in it. Each part is
// read alone: nothing of one can reach into the next.
func (b *body) render(p *part) rendered {
	switch {
	case p.is("multipart/alternative"):
		return b.alternative(p)
	case p.is("multipart/signed"):
		return b.signed(p)
	case p.is("multipart/related"):
		return b.related(p)
	case b.layered && p.legacyDisplay():
		return b.rest(p.kids[1:])
	case p.is("multipart/encrypted"):
		return b.rest(p.kids)
	case p.multipart():
		return b.rest(p.kids)
	case !first(p.path) && p.attached(), !p.is("text/plain", "text/html"):
		b.attach(p)
		return rendered{}
	case p.is("text/html"):
		return b.html(p)
	}
	return b.plain(p)
}

// rest joins the texts of parts that stand side by side.
func (b *body) rest(kids []*part) rendered {
	var out rendered
	for _, k := range kids {
		r := b.render(k)
		out.text = joined(out.text, r.text)
		out.links = append(out.links, r.links...)
	}
	return out
}

func joined(a, b string) string {
	if strings.TrimSpace(a) == "" {
		return b
	}
	if strings.TrimSpace(b) == "" {
		return a
	}
	return strings.TrimRight(a, "\n") + "\n\n" + strings.TrimLeft(b, "\n")
}

// related takes the first part, or the one the message names, for the text;
// the others belong to it (RFC 2387).
func (b *body) related(p *part) rendered {
	var out rendered
	for i, k := range p.kids {
		r := b.render(k)
		if i == 0 || strings.TrimSpace(out.text) == "" {
			out = r
		}
	}
	return out
}

// signed reads what is signed and notes that nobody has checked it.
func (b *body) signed(p *part) rendered {
	if !b.checked {
		b.warn.add(warnSignature)
	}
	return b.rest(p.kids)
}

// alternative chooses between the forms of one text: the plain one, unless it
// is a stub beside the HTML.
func (b *body) alternative(p *part) rendered {
	var plain, rich rendered
	for _, k := range p.kids {
		r := b.render(k)
		if k.is("text/plain") {
			if strings.TrimSpace(plain.text) == "" {
				plain = r
			}
		} else if strings.TrimSpace(rich.text) == "" {
			rich = r
		}
	}
	if stub(plain.text, rich.text) {
		return rich
	}
	return plain
}

// stub tells whether the plain form of a text only says that there is another.
func stub(plain, rich string) bool {
	plain, rich = strings.TrimSpace(plain), strings.TrimSpace(rich)
	if plain == "" {
		return true
	}
	return len(plain) < 300 && len(rich) > 5*len(plain)+300
}

// plain reads a text part.
func (b *body) plain(p *part) rendered {
	text := p.text(b.warn)
	if looksLikeHTML(text) {
		return b.html(p)
	}
	if strings.EqualFold(p.media.params["format"], "flowed") {
		text = unflow(text, strings.EqualFold(p.media.params["delsp"], "yes"))
	}
	if b.layered {
		text = p.withoutDisplay(text)
	}
	text = strings.TrimRight(b.inline(text), " \t\r\n")
	return rendered{text, plainLinks(text)}
}

// looksLikeHTML tells text that is HTML although it does not say so.
func looksLikeHTML(text string) bool {
	start := lower(strings.TrimSpace(text[:min(len(text), 200)]))
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

// html reads an HTML part.
func (b *body) html(p *part) rendered {
	text := p.text(b.warn)
	if b.layered {
		text = p.withoutDisplayHTML(text)
	}
	r := html.Convert(text, html.Options{Tracker: trace.Tracker})
	b.images += r.Images
	b.trackers += r.Trackers
	b.active = b.active || r.Active
	if r.Cut {
		b.warn.add(warnLong)
	}
	return rendered{b.inline(r.Text), r.Links}
}

// attach lists a part as a file. Parts that only carry signatures or seals are
// none.
func (b *body) attach(p *part) {
	switch {
	case p.is("text/calendar", "application/ics"):
		b.invite = true
	case opaque(p):
		b.warn.add(warnOpaque)
		b.warn.add(warnSignature)
	case p.is("application/pgp-signature") && b.checked:
		return
	case p.is("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"):
		b.warn.add(warnSignature)
		return
	case p.is("application/pgp-encrypted"):
		return
	}
	b.files = append(b.files, p.attachment())
	b.index(p)
}

// maxName bounds the name of a file; it is shown and stored with the message.
const maxName = 500

func (p *part) attachment() conversation.Attachment {
	name := p.name
	if len(name) > maxName {
		name = name[:maxName]
		for !utf8.ValidString(name) && name != "" {
			name = name[:len(name)-1]
		}
	}
	return conversation.Attachment{Name: name, Type: p.media.name, Size: p.size, Part: p.path}
}

// maxLinks bounds the links listed of one text.
const maxLinks = 500

// plainLinks finds the addresses written out in a text.
func plainLinks(text string) []conversation.Link {
	var links []conversation.Link
	for rest := text; len(links) < maxLinks; {
		i := strings.Index(rest, "://")
		if i < 0 {
			break
		}
		start := i
		for start > 0 && letter(rest[start-1]) && i-start < 10 {
			start--
		}
		end := i + 3
		for end < len(rest) && linkByte(rest[end]) {
			end++
		}
		address := strings.TrimRight(rest[start:end], ".,;:!?')*_")
		if u, err := url.Parse(address); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
			links = append(links, conversation.Link{Text: address, URL: address, Host: html.Host(address)})
		}
		rest = rest[end:]
	}
	return links
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func linkByte(c byte) bool {
	return c > ' ' && c != '<' && c != '>' && c != '"' && c != '`' && c != 0x7F
}
