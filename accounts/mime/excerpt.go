package mime

import (
	"strconv"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// maxExcerpt is more than one row of a wide terminal.
const maxExcerpt = 200

// excerpt gives the first words of a text. The marks behind the texts of links
// ("[1]") mean nothing where the list of links is not shown.
func excerpt(text string, links []conversation.Link) string {
	return conversation.Excerpt(unmarked(text[:min(len(text), 16<<10)], links), maxExcerpt)
}

// unmarked takes the marks of links out of a text. A number in brackets that
// stands behind no link is the author's own.
func unmarked(text string, links []conversation.Link) string {
	for i, l := range links {
		mark := " [" + strconv.Itoa(i+1) + "]"
		if at := strings.Index(text, l.Text+mark); at >= 0 {
			at += len(l.Text)
			text = text[:at] + text[at+len(mark):]
		}
	}
	return text
}
