package imap

import (
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts"
)

// merge adds flags as the server names them. "\Recent" says something about
// the session, not about the message.
func merge(f accounts.Flags, flags []imap.Flag) accounts.Flags {
	for _, flag := range flags {
		switch flag {
		case imap.FlagSeen:
			f.Seen = true
		case imap.FlagFlagged:
			f.Flagged = true
		case imap.FlagAnswered:
			f.Answered = true
		case imap.FlagDraft:
			f.Draft = true
		case imap.FlagDeleted:
			f.Deleted = true
		default:
			if !strings.HasPrefix(string(flag), `\`) {
				f.Keywords = append(f.Keywords, string(flag))
			}
		}
	}
	slices.Sort(f.Keywords)
	f.Keywords = slices.Compact(f.Keywords)
	return f
}
