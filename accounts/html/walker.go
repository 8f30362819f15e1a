package html

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/caliopen/caliopen-tui/conversation"
)

// walker is the state of one conversion.
type walker struct {
	opt     Options
	res     Result
	out     writer
	skip    string // the element whose content is dropped, "" for none
	depth   int    // how deep inside that element elements of its name stand
	links   []link // open links
	lists   []int  // open lists: the next number, or -1 for bullets
	cells   int    // cells since the row began
	body    bool   // something other than a mention was seen
	mention bool   // inside a link to a leading mention
	dots    int    // open spans that end with an ellipsis
}

// link is an open link with where its text began.
type link struct {
	href  string
	from  int
	image bool // holds an image
}

func (w *walker) text(z *html.Tokenizer) {
	if w.skip == "style" {
		w.style(string(z.Raw()))
	}
	if w.skip != "" || w.out.full {
		return
	}
	s := string(z.Text())
	if !w.body && w.leading(s) {
		return
	}
	w.out.words(s)
}

// leading tells whether a text still belongs to the run of mentions at the
// start, and ends that run otherwise.
func (w *walker) leading(s string) bool {
	if len(w.opt.Mentions) > 0 && (w.mention || strings.TrimSpace(s) == "") {
		return true
	}
	w.body = true
	return false
}

func (w *walker) start(z *html.Tokenizer, closed bool) {
	name, more := z.TagName()
	tag := tagName(name)
	if w.skip != "" {
		if tag != w.skip || closed {
			return
		}
		if !implied(tag) {
			w.depth++
			return
		}
		w.skip = ""
	}
	a := attributes(z, more)
	w.observe(tag, a)
	if w.drops(tag, a) {
		if !closed && !void(tag) {
			w.skip, w.depth = tag, 1
		}
		return
	}
	w.open(tag, a)
}

// drops tells whether an element and all it holds is not to be seen.
func (w *walker) drops(tag string, a attrs) bool {
	switch tag {
	case "style", "script", "title", "template", "noscript", "iframe", "object", "svg", "math", "select", "textarea", "audio", "video", "canvas":
		return true
	}
	return a.hidden || tag == "span" && hasClass(a.class, "invisible")
}

// tagName makes a string of a tag's name, without a copy for the known ones.
func tagName(name []byte) string {
	if a := atom.Lookup(name); a != 0 {
		return a.String()
	}
	return string(name)
}

// implied tells whether an element ends where the next of its name begins.
func implied(tag string) bool {
	switch tag {
	case "p", "li", "td", "th", "tr", "dt", "dd", "option":
		return true
	}
	return false
}

// void tells whether an element has no end tag.
func void(tag string) bool {
	switch tag {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}

// open writes what the start of an element looks like.
func (w *walker) open(tag string, a attrs) {
	switch tag {
	case "br":
		w.out.lines(w.out.breaks + 1)
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "dl", "table", "figure":
		w.out.lines(2)
	case "div", "section", "article", "header", "footer", "address", "center", "form", "fieldset", "dt", "dd", "caption", "body", "html", "thead", "tbody", "tfoot":
		w.out.lines(1)
	case "hr":
		w.out.lines(1)
		w.out.word("---")
		w.out.lines(1)
	case "img":
		w.image(a)
	case "a":
		w.openLink(a)
	default:
		w.nest(tag, a)
	}
}

// nest opens the elements that change how the lines inside them look.
func (w *walker) nest(tag string, a attrs) {
	switch tag {
	case "blockquote":
		w.out.lines(2)
		w.out.quotes++
	case "pre":
		w.out.lines(2)
		w.out.pre++
	case "ul", "ol":
		w.openList(tag)
	case "li":
		w.item()
	case "tr":
		w.out.lines(1)
		w.cells = 0
	case "td", "th":
		w.cell()
	case "span":
		if hasClass(a.class, "ellipsis") {
			w.dots++
		}
	}
}

func (w *walker) openList(tag string) {
	if len(w.lists) == 0 {
		w.out.lines(2)
	}
	w.out.lines(1)
	n := -1
	if tag == "ol" {
		n = 1
	}
	w.lists = append(w.lists, n)
	w.out.indent = len(w.lists)
}

func (w *walker) item() {
	w.out.lines(1)
	w.out.bullet = "* "
	if n := len(w.lists) - 1; n >= 0 && w.lists[n] > 0 {
		w.out.bullet = strconv.Itoa(w.lists[n]) + ". "
		w.lists[n]++
	}
	w.out.indent = max(len(w.lists), 1)
}

// cell separates the cells of a row that hold text.
func (w *walker) cell() {
	if w.cells > 0 && w.out.started && w.out.breaks == 0 {
		w.out.put("  ")
		w.out.space = false
	}
	w.cells++
}

// end writes what the end of an element looks like.
func (w *walker) end(tag string) {
	if w.skip != "" {
		w.leave(tag)
		return
	}
	switch tag {
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "figure", "dl":
		w.out.lines(2)
	case "div", "section", "article", "header", "footer", "address", "center", "form", "fieldset", "dt", "dd", "caption", "li", "tr":
		w.out.lines(1)
	case "a":
		w.endLink()
	case "blockquote":
		w.out.lines(2)
		w.out.quotes = max(w.out.quotes-1, 0)
	case "pre":
		w.out.lines(2)
		w.out.pre = max(w.out.pre-1, 0)
	case "ul", "ol":
		w.endList()
	case "span":
		w.endSpan()
	}
}

// leave ends the dropping of an element's content.
func (w *walker) leave(tag string) {
	if tag == w.skip {
		w.depth--
	}
	if w.depth == 0 || tag == "body" || tag == "html" {
		w.skip = ""
	}
}

func (w *walker) endList() {
	if len(w.lists) > 0 {
		w.lists = w.lists[:len(w.lists)-1]
	}
	w.out.indent = len(w.lists)
	w.out.bullet = ""
	w.out.lines(1)
	if len(w.lists) == 0 {
		w.out.lines(2)
	}
}

// endSpan writes the dots of a shortened address (Mastodon marks it so). Spans
// are not matched one by one: the class is used on the innermost only.
func (w *walker) endSpan() {
	if w.dots > 0 {
		w.dots--
		w.out.word("…")
	}
}

func (w *walker) openLink(a attrs) {
	if len(w.links) > 0 {
		w.endLink() // links cannot nest
	}
	if !w.body && w.participant(a) {
		w.mention = true
		return
	}
	w.links = append(w.links, link{href: a.href, from: w.out.b.Len()})
}

// participant tells whether a link is the mention of somebody the message goes
// to anyway.
func (w *walker) participant(a attrs) bool {
	if !hasClass(a.class, "mention") {
		return false
	}
	at := account(a.href)
	for _, m := range w.opt.Mentions {
		if strings.EqualFold(at, m) || a.href == m {
			return true
		}
	}
	return false
}

func (w *walker) endLink() {
	w.mention = false
	if len(w.links) == 0 {
		return
	}
	l := w.links[len(w.links)-1]
	w.links = w.links[:len(w.links)-1]
	host := Host(l.href)
	label := strings.TrimSpace(w.out.b.String()[min(l.from, w.out.b.Len()):])
	if host == "" || len(w.res.Links) >= maxLinks || label == "" && !l.image {
		return
	}
	w.res.Links = append(w.res.Links, conversation.Link{Text: clip(label), URL: strings.TrimSpace(l.href), Host: host})
	if !w.opt.Unmarked {
		w.out.space = true
		w.out.word("[" + strconv.Itoa(len(w.res.Links)) + "]")
	}
}

// clip bounds the text of a link and puts it on one line.
func clip(s string) string {
	const most = 300
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return strings.Join(strings.Fields(s), " ")
}
