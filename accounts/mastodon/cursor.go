package mastodon

import (
	"cmp"
	"encoding/json"
	"slices"
)

// Bounds of what the cursor remembers, so that it stays small to save.
const (
	maxThreads = 2000 // conversations
	maxDetails = 100  // of those, with the ids of their statuses
	maxIDs     = 400  // ids of one of them
)

// cursor is what is remembered between passes, saved with the folder. All ids
// are opaque words of the server.
type cursor struct {
	Threads map[string]*thread `json:"threads,omitempty"` // by the id of the conversation
	Older   string             `json:"older,omitempty"`   // where listing conversations goes on
	Done    bool               `json:"done,omitempty"`    // all have been listed once
	Mention source             `json:"mention"`
	Own     source             `json:"own"`
	Count   int                `json:"count,omitempty"` // statuses here at the last save
	Edits   map[string]string  `json:"edits,omitempty"` // edited_at of the edited statuses here
}

// thread is one conversation of the server.
type thread struct {
	Last    string   `json:"last,omitempty"`
	Edited  string   `json:"edited,omitempty"`
	Unread  bool     `json:"unread,omitempty"`
	At      int64    `json:"at,omitempty"`      // when the last status was written
	Checked int64    `json:"checked,omitempty"` // when its statuses were looked at
	IDs     []string `json:"ids,omitempty"`
}

// source is a list that grows at its newest end, fetched from there to what is
// known, and backwards from where the first pass stopped.
type source struct {
	Newest string `json:"newest,omitempty"`
	Older  string `json:"older,omitempty"`
	Done   bool   `json:"done,omitempty"`
}

// readCursor reads what was saved; what cannot be read begins anew, which
// costs time and loses nothing.
func readCursor(s string) *cursor {
	c := &cursor{}
	if json.Unmarshal([]byte(s), c) != nil {
		c = &cursor{}
	}
	if c.Threads == nil {
		c.Threads = map[string]*thread{}
	}
	if c.Edits == nil {
		c.Edits = map[string]string{}
	}
	for id, th := range c.Threads {
		if th == nil {
			delete(c.Threads, id)
		}
	}
	return c
}

func (c *cursor) String() string {
	c.trim()
	raw, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return string(raw)
}

// trim forgets what is oldest.
func (c *cursor) trim() {
	ids := c.byAge()
	for i, id := range ids {
		switch th := c.Threads[id]; {
		case i >= maxThreads:
			delete(c.Threads, id)
		case i >= maxDetails:
			th.IDs = nil
		case len(th.IDs) > maxIDs:
			th.IDs = th.IDs[len(th.IDs)-maxIDs:]
		}
	}
}

// byAge gives the conversations, the one spoken in last first.
func (c *cursor) byAge() []string {
	ids := make([]string, 0, len(c.Threads))
	for id := range c.Threads {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Or(cmp.Compare(c.Threads[b].At, c.Threads[a].At), cmp.Compare(a, b))
	})
	return ids
}
