package imap

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts"
)

// extent gives how much of a folder is brought here.
func (c *Client) extent(name string, use accounts.Use) accounts.Extent {
	if c.config.Extent == nil {
		return accounts.Extent{}
	}
	return c.config.Extent(name, use)
}

// familiar marks in the state of a folder that what it holds is likely to be
// here already under other UIDs or another name.
const familiar = "familiar"

// scope says in words how much of a folder the last pass brought here, and
// stands in its state: when it is not what is wanted now, the folder is
// compared with the server's as if it had never been synced completely.
func scope(e accounts.Extent) string {
	var words []string
	if e.Headers {
		words = append(words, "headers")
	}
	if e.Days > 0 {
		words = append(words, fmt.Sprintf("days=%d", e.Days))
	}
	return strings.Join(words, " ")
}

// scopeOf reads the scope from a folder's state, and the mark.
func scopeOf(f accounts.Folder) (words string, known bool) {
	all := strings.Fields(f.Cursor)
	known = slices.Contains(all, familiar)
	return strings.Join(slices.DeleteFunc(all, func(w string) bool { return w == familiar || strings.HasPrefix(w, braked) }), " "), known
}

// noted gives what stands in the state of a folder in this pass.
func (v *visitState) noted() string {
	if v.familiar {
		return strings.TrimSpace(scope(v.extent) + " " + familiar)
	}
	return scope(v.extent)
}

// since is what a search has to match for a message to be brought here.
func since(e accounts.Extent, now time.Time) imap.SearchCriteria {
	// INTERNALDATE is compared without its time and zone (RFC 9051, section
	// 6.4.4): one day more is asked for, so that none is missing.
	return imap.SearchCriteria{Since: now.AddDate(0, 0, -e.Days-1)}
}
