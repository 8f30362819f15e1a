package mime

import "github.com/caliopen/caliopen-tui/conversation"

// maxExcerpt is more than one row of a wide terminal.
const maxExcerpt = 200

func excerpt(text string) string { return conversation.Excerpt(text, maxExcerpt) }
