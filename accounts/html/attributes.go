package html

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// attrs are the attributes of one element that matter here.
type attrs struct {
	href, src, alt, class, style string
	width, height                int // -1 when not declared
	hidden                       bool
	handler                      bool     // has an "on…" attribute
	others                       []string // addresses in other attributes that would be loaded
}

func attributes(z *html.Tokenizer, more bool) attrs {
	a := attrs{width: -1, height: -1}
	for n := 0; more && n < 200; n++ {
		var k, v []byte
		k, v, more = z.TagAttr()
		a.set(k, v)
	}
	return a
}

func (a *attrs) set(k, v []byte) {
	switch string(k) {
	case "href":
		first(&a.href, v)
	case "src":
		first(&a.src, v)
	case "alt":
		first(&a.alt, v)
	case "class":
		first(&a.class, v)
	case "style":
		a.setStyle(strings.ToLower(string(v)))
	case "hidden":
		a.hidden = true
	case "width":
		a.width = pixels(string(v))
	case "height":
		a.height = pixels(string(v))
	case "background", "poster", "srcset", "data", "lowsrc", "dynsrc", "longdesc":
		if remote(string(v)) {
			a.others = append(a.others, firstWord(string(v)))
		}
	default:
		a.handler = a.handler || len(k) > 2 && k[0] == 'o' && k[1] == 'n'
	}
}

// firstWord gives the first of the addresses that a srcset lists.
func firstWord(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), " ")
	return strings.TrimSuffix(s, ",")
}

func (a *attrs) setStyle(style string) {
	a.style = style
	a.hidden = a.hidden || conceals(style)
	a.size(style)
}

// first keeps the first of several attributes of one name, as browsers do.
func first(to *string, v []byte) {
	if *to == "" {
		*to = string(v)
	}
}

// size reads a size declared by style, which counts more than the attribute.
func (a *attrs) size(style string) {
	if v, ok := property(style, "width"); ok {
		a.width = pixels(v)
	}
	if v, ok := property(style, "height"); ok {
		a.height = pixels(v)
	}
}

// property gives the value of a property in an inline style.
func property(style, name string) (string, bool) {
	if !strings.Contains(style, name) {
		return "", false
	}
	for len(style) > 0 {
		var decl string
		decl, style, _ = strings.Cut(style, ";")
		k, v, ok := strings.Cut(decl, ":")
		if ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v), true
		}
	}
	return "", false
}

// conceals tells whether an inline style hides its element. The usual ways
// only: what else hides is read as text, which does no harm.
func conceals(style string) bool {
	if v, ok := property(style, "display"); ok && strings.HasPrefix(v, "none") {
		return true
	}
	if v, ok := property(style, "visibility"); ok && strings.HasPrefix(v, "hidden") {
		return true
	}
	if v, ok := property(style, "mso-hide"); ok && strings.HasPrefix(v, "all") {
		return true
	}
	return zero(style, "font-size") || zero(style, "opacity") || zero(style, "max-height")
}

func zero(style, name string) bool {
	v, ok := property(style, name)
	if !ok {
		return false
	}
	v, _, _ = strings.Cut(v, "!")
	v = strings.TrimRight(strings.TrimSpace(v), "%pxtemr ")
	f, err := strconv.ParseFloat(v, 64)
	return err == nil && f == 0
}

// pixels reads a size, -1 when it is not a number of pixels.
func pixels(v string) int {
	v = strings.TrimSuffix(strings.TrimSpace(strings.ToLower(v)), "px")
	n, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil || n < 0 {
		return -1
	}
	return n
}

func hasClass(classes, name string) bool {
	for c := range strings.FieldsSeq(classes) {
		if c == name {
			return true
		}
	}
	return false
}
