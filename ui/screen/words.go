package screen

import (
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// ChannelName gives the words for a channel.
func ChannelName(cat kit.Catalogue, c conversation.Channel) string {
	name := "channel." + string(c.Protocol)
	if c.Sealed && cat.Has(name+".sealed") {
		name += ".sealed"
	}
	if cat.Has(name) {
		return cat.T(name, nil)
	}
	return safe.Line(c.Name).String()
}
