package mime

import "strings"

// legacyDisplay tells the multipart whose first part repeats the protected
// fields for programs that do not know them, as was done before RFC 9788.
func (p *part) legacyDisplay() bool {
	if !p.is("multipart/mixed") || len(p.kids) < 2 {
		return false
	}
	k := p.kids[0]
	if k.is("text/rfc822-headers") {
		return true
	}
	return k.is("text/plain") && strings.EqualFold(k.media.params["protected-headers"], "v1") && p.media.params["protected-headers"] != ""
}

// withoutDisplay leaves out the fields that a text repeats for programs that
// do not know protected ones: what stands before the first empty line (RFC
// 9788, 5.2.2).
func (p *part) withoutDisplay(text string) string {
	if p.media.params["hp-legacy-display"] != "1" {
		return text
	}
	for rest := text; rest != ""; {
		line, after, _ := strings.Cut(rest, "\n")
		if strings.TrimSpace(line) == "" {
			return after
		}
		rest = after
	}
	return text
}

// displayClass marks the same in HTML.
const displayClass = "header-protection-legacy-display"

// withoutDisplayHTML leaves out the same of an HTML text: the first element of
// that class, with all that is in it (RFC 9788, 5.2.3).
func (p *part) withoutDisplayHTML(text string) string {
	low := strings.ToLower(text)
	at := strings.Index(low, displayClass)
	if p.media.params["hp-legacy-display"] != "1" || at < 0 {
		return text
	}
	start := strings.LastIndexByte(low[:at], '<')
	if start < 0 || !strings.HasPrefix(low[start:], "<div") {
		return text
	}
	if end := endOfDiv(low, start); end > 0 {
		return text[:start] + text[end:]
	}
	return text
}

// endOfDiv finds the end of the element that begins at start, 0 for none.
func endOfDiv(low string, start int) int {
	const opens, closes = "<div", "</div>"
	for depth, at := 0, start; ; {
		o, c := strings.Index(low[at:], opens), strings.Index(low[at:], closes)
		switch {
		case c < 0:
			return 0
		case o >= 0 && o < c:
			depth++
			at += o + len(opens)
		default:
			depth--
			at += c + len(closes)
			if depth == 0 {
				return at
			}
		}
	}
}
