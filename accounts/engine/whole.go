package engine

import "github.com/caliopen/caliopen-tui/conversation"

// Whole asks for the rest of a message of which only the header is here. The
// account that has it fetches it when it can; an Event tells that it is here.
func (e *Engine) Whole(conversation.MessageID) {}
