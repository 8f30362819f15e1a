package mime

import (
	"strings"

	"golang.org/x/net/idna"

	"github.com/caliopen/caliopen-tui/conversation"
)

// maxAddresses is how many addresses of one field are kept.
const maxAddresses = 2000

// mailbox is one address as a header names it.
type mailbox struct {
	name string
	spec string // "" when the text holds none
}

// parseAddresses reads an address list (RFC 5322, 3.4) as people and programs
// write it: encoded words anywhere, ";" for ",", names in comments, groups,
// missing brackets. It is one pass over the text.
func parseAddresses(s string) (list []mailbox, cut bool) {
	p := addressParser{s: s, lastQuote: strings.LastIndexByte(s, '"'), lastAngle: strings.LastIndexByte(s, '>'), lastParen: strings.LastIndexByte(s, ')')}
	for p.i < len(s) {
		if len(p.list) >= maxAddresses {
			return p.list, true
		}
		p.step()
	}
	p.flush()
	return p.list, false
}

type addressParser struct {
	s         string
	i         int
	lastQuote int
	lastAngle int
	lastParen int
	list      []mailbox

	name    strings.Builder // the phrase, quotes taken off
	bare    strings.Builder // the same with quotes, for an address without brackets
	comment string
	angle   string
	closed  bool // an angle address was read
}

func (p *addressParser) step() {
	c := p.s[p.i]
	switch {
	case c == '"' && p.i < p.lastQuote:
		p.quote()
	case c == '(' && p.i < p.lastParen:
		p.comments()
	case c == '<':
		p.brackets()
	case c == ',' || c == ';':
		p.i++
		p.flush()
	case c == ':' && p.group():
		p.i++
		p.reset()
	default:
		p.i++
		p.name.WriteByte(c)
		p.bare.WriteByte(c)
	}
}

// group tells whether the ":" ends the name of a group (RFC 5322, 3.4) rather
// than standing in an address.
func (p *addressParser) group() bool {
	return !p.closed && p.bare.Len() > 0 && !strings.Contains(p.bare.String(), "@")
}

// quote reads a quoted string.
func (p *addressParser) quote() {
	start := p.i
	for p.i++; p.i < len(p.s) && p.s[p.i] != '"'; p.i++ {
		if p.s[p.i] == '\\' && p.i+1 < len(p.s) {
			p.i++
		}
		p.name.WriteByte(p.s[p.i])
	}
	p.i = min(p.i+1, len(p.s))
	p.bare.WriteString(p.s[start:p.i])
}

// comments reads a comment, which may nest.
func (p *addressParser) comments() {
	start, depth := p.i+1, 0
	for ; p.i < len(p.s); p.i++ {
		switch p.s[p.i] {
		case '\\':
			p.i++
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			break
		}
	}
	end := min(p.i, len(p.s))
	p.i = min(p.i+1, len(p.s))
	if text := strings.TrimSpace(p.s[min(start, end):end]); p.comment == "" {
		p.comment = text
	}
	p.name.WriteByte(' ')
	p.bare.WriteByte(' ')
}

// brackets reads "<…>". A bracket that is never closed ends at the next comma.
func (p *addressParser) brackets() {
	rest := p.s[p.i+1:]
	ends := ">"
	if p.i > p.lastAngle {
		ends = ",;"
	}
	n := strings.IndexAny(rest, ends)
	if n < 0 {
		n = len(rest)
	}
	if spec := strings.TrimSpace(rest[:n]); !p.closed || !strings.Contains(p.angle, "@") {
		p.angle = spec
	}
	p.closed = true
	p.i += 1 + n
	if ends == ">" {
		p.i = min(p.i+1, len(p.s))
	}
}

func (p *addressParser) reset() {
	p.name.Reset()
	p.bare.Reset()
	p.comment, p.angle, p.closed = "", "", false
}

// flush ends one address.
func (p *addressParser) flush() {
	defer p.reset()
	m := mailbox{name: strings.TrimSpace(p.name.String())}
	if p.closed {
		m.spec = angleSpec(p.angle)
	} else {
		m.name, m.spec = bareSpec(m.name, strings.TrimSpace(p.bare.String()))
	}
	if m.name == "" {
		m.name = p.comment
	}
	m.name = decodeText(m.name)
	if m.name != "" || m.spec != "" {
		p.list = append(p.list, m)
	}
}

// angleSpec cleans what stood in brackets: a source route (RFC 5322, 4.4)
// before it, a "mailto:", spaces.
func angleSpec(s string) string {
	if strings.HasPrefix(s, "@") {
		if _, after, ok := strings.Cut(s, ":"); ok {
			s = after
		}
	}
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	return strings.Trim(s, "<> \t\r\n")
}

// bareSpec finds the address in a phrase without brackets.
func bareSpec(name, bare string) (string, string) {
	if strings.HasPrefix(bare, `"`) {
		if i := strings.LastIndexByte(bare, '"'); i > 0 && strings.HasPrefix(bare[i+1:], "@") {
			return "", bare
		}
	}
	if !strings.Contains(bare, "@") {
		if bare != "" && !strings.ContainsAny(bare, " \t\"") && !strings.Contains(bare, "=?") {
			return "", bare // a local name, as in mails of the own machine
		}
		return name, ""
	}
	words := strings.Fields(bare)
	for i, w := range words {
		if strings.Contains(w, "@") {
			rest := append(words[:i:i], words[i+1:]...)
			return strings.Trim(strings.Join(rest, " "), `"`), strings.Trim(w, `"'[]`)
		}
	}
	return name, ""
}

// maxSpec is more than RFC 5321, 4.5.3.1 allows an address to have.
const maxSpec = 400

// address makes the canonical address: the domain in its ASCII form (RFC 5890),
// so that one person written in two ways is not two.
func address(spec string) conversation.Address {
	spec = decodeText(spec)
	if spec == "" || len(spec) > maxSpec || strings.ContainsAny(spec, "\r\n\x00") {
		return conversation.Address{}
	}
	i := strings.LastIndexByte(spec, '@')
	if i < 0 || ascii(spec[i:]) {
		return conversation.MailAddress(spec)
	}
	domain, err := idna.Lookup.ToASCII(spec[i+1:])
	if err != nil {
		return conversation.MailAddress(spec)
	}
	return conversation.MailAddress(spec[:i+1] + domain)
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
