package screen

import (
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// Names gives the title of a conversation for w columns: that of a group which
// does not fit becomes first names, as many as there is room for, and how many
// more there are.
func Names(cat kit.Catalogue, c *conversation.Conversation, w int) safe.Text {
	title := safe.Line(c.Title)
	if kit.Width(title.String()) <= w || c.Kind != conversation.KindPeople || len(c.Contacts) < 2 {
		return title
	}
	var names []string
	for _, m := range c.Contacts {
		if m.Name == "" {
			return title
		}
		names = append(names, firstName(m.Name))
	}
	for n := len(names); n > 0; n-- {
		text := strings.Join(names[:n], ", ")
		if n < len(names) {
			text += " " + cat.T("list.more", map[string]any{"Count": len(names) - n})
		}
		if t := safe.Line(text); kit.Width(t.String()) <= w {
			return t
		}
	}
	return title
}

// firstName gives the first word of a name, or what an address has before its
// server.
func firstName(name string) string {
	name = strings.TrimPrefix(strings.TrimSpace(name), "@")
	if i := strings.IndexAny(name, " \u00a0@"); i > 0 {
		return name[:i]
	}
	return name
}

// Protocols gives protocols in the order in which they are always shown.
func Protocols(ps []conversation.Protocol) []conversation.Protocol {
	return slices.Sorted(slices.Values(ps))
}
