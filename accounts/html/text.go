package html

import (
	"strings"

	"golang.org/x/net/html"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Limits of one conversion. What is beyond them is left out and Cut is set:
// nobody reads it in a terminal, and the message as received is still there.
const (
	maxText  = 1 << 20
	maxLinks = 2000
)

// Result is what one piece of HTML says and what it would do.
type Result struct {
	Text     string // paragraphs separated by one empty line; links marked "[1]"
	Links    []conversation.Link
	Images   int  // remote images and backgrounds
	Trackers int  // of those, the ones that only report that the message was read
	Active   bool // forms, scripts, or styles that change with the reader
	Cut      bool // the text was longer than what is kept
}

// Options change the conversion for one protocol.
type Options struct {
	// Tracker judges a remote image by its address and its declared size (""
	// when not declared). Nil counts only images of one pixel or none.
	Tracker func(address, width, height string) bool
	// Mentions are the accounts ("@zoe@social.example", or the address of the
	// profile) whose leading run of mentions is left out: they are who the
	// message goes to.
	Mentions []string
	// Unmarked leaves out the "[1]" behind link texts.
	Unmarked bool
}

// Text converts HTML with the default options.
func Text(s string) Result { return Convert(s, Options{}) }

// Convert converts HTML to text.
func Convert(s string, o Options) Result {
	w := walker{opt: o}
	z := html.NewTokenizer(strings.NewReader(s))
	z.SetMaxBuf(maxToken)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return w.finish()
		case html.TextToken:
			w.text(z)
		case html.StartTagToken:
			w.start(z, false)
		case html.SelfClosingTagToken:
			w.start(z, true)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.end(tagName(name))
		}
	}
}

// maxToken bounds one tag or run of text, and with it the memory.
const maxToken = 8 << 20

func (w *walker) finish() Result {
	for len(w.links) > 0 {
		w.endLink()
	}
	w.res.Cut = w.out.full
	w.res.Text = strings.TrimRight(w.out.b.String(), " \n")
	return w.res
}
