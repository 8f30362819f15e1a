package storage

import (
	"strings"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// cache remembers rows that are looked up for every message. It holds only
// what was committed by this connection or written in the present transaction:
// a rollback and a foreign write empty it.
type cache struct {
	addresses map[conversation.Address]*addressRow
	circles   map[[16]byte]*circleRow
	accounts  map[conversation.AccountID]int64
	folders   map[folderKey]folderRow
	reach     map[string]bool // whether a name was seen to be reached
	full      map[int64]int64 // seconds whose ids are used up → the next second to try
}

type folderKey struct {
	account int64
	name    string
}

type folderRow struct {
	id    int64
	use   string
	local bool
}

type addressRow struct {
	id      int64
	contact int64
	key     conversation.ContactID
	name    string
}

type circleRow struct {
	id   int64
	conv int64
}

// maxCached bounds each map; a cache that is full starts anew.
const maxCached = 200_000

func newCache() *cache {
	return &cache{
		addresses: map[conversation.Address]*addressRow{},
		circles:   map[[16]byte]*circleRow{},
		accounts:  map[conversation.AccountID]int64{},
		folders:   map[folderKey]folderRow{},
		reach:     map[string]bool{},
		full:      map[int64]int64{},
	}
}

func (c *cache) addAddress(a conversation.Address, r *addressRow) {
	if len(c.addresses) >= maxCached {
		clear(c.addresses)
	}
	c.addresses[a] = r
}

func (c *cache) addCircle(k [16]byte, r *circleRow) {
	if len(c.circles) >= maxCached {
		clear(c.circles)
	}
	c.circles[k] = r
}

func (t *tx) account(a conversation.AccountID) (int64, error) {
	if id, ok := t.cache.accounts[a]; ok {
		return id, nil
	}
	var id int64
	ok, err := t.get("SELECT id FROM account WHERE name = ?", []any{string(a)}, &id)
	if err == nil && !ok {
		id, err = t.insert("INSERT INTO account (name) VALUES (?)", string(a))
	}
	if err == nil {
		t.cache.accounts[a] = id
	}
	return id, err
}

// folder gives a folder of an account and makes it when it is not known yet.
func (t *tx) folder(account int64, name string) (folderRow, error) {
	k := folderKey{account, name}
	if f, ok := t.cache.folders[k]; ok {
		return f, nil
	}
	var f folderRow
	ok, err := t.get("SELECT id, use, local FROM folder WHERE account = ? AND name = ?", []any{account, name}, &f.id, &f.use, &f.local)
	if err == nil && !ok {
		if strings.EqualFold(name, "INBOX") { // in whatever spelling (RFC 9051, section 5.1)
			f.use = string(accounts.UseInbox)
		}
		f.id, err = t.insert("INSERT INTO folder (account, name, use) VALUES (?, ?, ?)", account, name, f.use)
	}
	if err == nil {
		t.cache.folders[k] = f
	}
	return f, err
}
