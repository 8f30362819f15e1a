package mastodon

import (
	"fmt"
	"strings"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Refusal says why a message cannot be sent, as a sentence of the catalogue.
type Refusal struct {
	Code string
	Args map[string]any
	kind error
}

// Error implements error; the sentence is in Reason.
func (r *Refusal) Error() string { return fmt.Sprintf("mastodon: %s %v", r.Code, r.Args) }

// Unwrap gives accounts.ErrRefused or conversation.ErrUsage.
func (r *Refusal) Unwrap() error { return r.kind }

// Reason gives the sentence.
func (r *Refusal) Reason() conversation.Reason {
	return conversation.Reason{Code: r.Code, Args: r.Args}
}

func refuse(code string, args map[string]any) error {
	return &Refusal{Code: code, Args: args, kind: accounts.ErrRefused}
}

// ReachError says that a status reached others than it was meant for, or
// fewer, and that it was deleted for that. It is an accounts.ErrRefused.
type ReachError struct {
	Missing []conversation.Address // meant and not reached
	Extra   []conversation.Address // reached and not meant
	Left    bool                   // it could not be deleted
}

// Error implements error.
func (e *ReachError) Error() string {
	var b strings.Builder
	b.WriteString("mastodon: ")
	if len(e.Missing) > 0 {
		b.WriteString("not reached: " + names(e.Missing) + "; ")
	}
	if len(e.Extra) > 0 {
		b.WriteString("would also reach: " + names(e.Extra) + "; ")
	}
	if e.Left {
		b.WriteString("the message could not be deleted from the server")
	} else {
		b.WriteString("the message was deleted from the server")
	}
	return b.String()
}

// Unwrap makes it an accounts.ErrRefused.
func (e *ReachError) Unwrap() error { return accounts.ErrRefused }

// Reason gives the sentence.
func (e *ReachError) Reason() conversation.Reason {
	switch {
	case e.Left:
		return conversation.Reason{Code: "mastodon.left", Args: map[string]any{"Missing": names(e.Missing), "Extra": names(e.Extra)}}
	case len(e.Missing) > 0:
		return conversation.Reason{Code: "mastodon.not_reached", Args: map[string]any{"Names": names(e.Missing)}}
	}
	return conversation.Reason{Code: "mastodon.reached_more", Args: map[string]any{"Names": names(e.Extra)}}
}

func names(list []conversation.Address) string {
	var out []string
	for _, a := range list {
		out = append(out, a.ID)
	}
	return strings.Join(out, ", ")
}
