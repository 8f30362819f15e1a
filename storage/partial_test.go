package storage_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// onlyHeader is the arrival of a letter of which the header alone was fetched.
func onlyHeader(l letter, folder string, uid uint32) accounts.Arrival {
	a := l.arrival()
	a.Copy = headerOf(l, folder, 1, uid)
	a.Copy.Partial = true
	a.SHA256 = sha256.Sum256(a.Copy.Raw)
	a.Parsed.Fingerprint = a.SHA256
	a.Parsed.Message.Text, a.Parsed.Message.Excerpt, a.Parsed.Message.Size = "", "", int64(len(a.Copy.Raw))
	return a
}

func addAs(t testing.TB, db *storage.DB, as ...accounts.Arrival) accounts.Change {
	t.Helper()
	c, err := db.Add(t.Context(), home, as)
	must(t, err)
	return c
}

// only gives the one message there is.
func only(t testing.TB, db *storage.DB) conversation.Message {
	t.Helper()
	p := list(t, db)
	if len(p.Rows) != 1 {
		t.Fatalf("%d conversations", len(p.Rows))
	}
	ms, _, _, err := db.Messages(t.Context(), p.Rows[0].ID, conversation.Span{Limit: 10})
	must(t, err)
	if len(ms) != 1 {
		t.Fatalf("%d messages", len(ms))
	}
	return ms[0]
}

func TestHeaderThenTheRest(t *testing.T) {
	db, l := opened(t), hello()
	l.text = "Gooseberries"
	if c := addAs(t, db, onlyHeader(l, "INBOX", 2)); c.New != 1 || c.Unread != 1 {
		t.Fatalf("change %+v", c)
	}
	m := only(t, db)
	size := int64(len(l.arrival().Copy.Raw))
	if !m.Partial || m.Subject != "Hello" || m.Size != size || len(found(t, db, "gooseberries")) != 0 || len(found(t, db, "hello")) != 1 {
		t.Fatalf("message %+v", m)
	}
	a, c, err := db.Partial(t.Context(), m.ID)
	if err != nil || a != home || c.Folder != "INBOX" || c.UID != 2 || c.Validity != 1 || c.Size != size || !c.Partial {
		t.Fatalf("%q %+v %v", a, c, err)
	}
}

func TestTheRestKeepsTheIdentifier(t *testing.T) {
	db, l := opened(t), hello()
	l.text = "Gooseberries"
	addAs(t, db, onlyHeader(l, "INBOX", 2))
	id := only(t, db).ID
	_, err := db.Act(t.Context(), conversation.Act{Kind: conversation.ActStar, Messages: []conversation.MessageID{id}})
	must(t, err)
	whole := l.arrival()
	for range 2 { // the second time nothing changes
		if c := addAs(t, db, whole); c.New != 0 {
			t.Fatalf("change %+v", c)
		}
		m := only(t, db)
		if m.ID != id || m.Partial || m.Text != "Gooseberries" || !m.Starred || len(found(t, db, "gooseberries")) != 1 {
			t.Fatalf("message %+v", m)
		}
	}
	if m := message(t, db, l); m.ID != id {
		t.Fatalf("by the fingerprint of the whole: %+v", m)
	}
	raw, err := db.Raw(t.Context(), id)
	if err != nil || !bytes.Equal(raw, whole.Copy.Raw) {
		t.Fatalf("raw %q, %v", raw, err)
	}
	if _, _, err := db.Partial(t.Context(), id); !errors.Is(err, conversation.ErrNotFound) {
		t.Fatalf("still partial: %v", err)
	}
	addAs(t, db, onlyHeader(l, "INBOX", 2)) // and never again
	if m := only(t, db); m.Partial || m.Text == "" || db.Rows(t, "raw") != 1 {
		t.Fatalf("message %+v, %d sources", m, db.Rows(t, "raw"))
	}
	sound(t, db)
}

// Whatever comes first, the header from one folder or the whole from another,
// there is one message, and it is whole.
func TestHeaderAndWholeOfDifferentFolders(t *testing.T) {
	l := hello()
	whole := l.arrival()
	whole.Copy.Folder, whole.Copy.UID = "Archive", 30
	for name, order := range map[string][]accounts.Arrival{
		"header first": {onlyHeader(l, "INBOX", 2), whole},
		"whole first":  {whole, onlyHeader(l, "INBOX", 2)},
	} {
		db := opened(t)
		for _, a := range order {
			addAs(t, db, a)
		}
		m := only(t, db)
		if m.Partial || m.Text != "Hello" || db.Rows(t, "location") != 2 || db.Rows(t, "raw") != 1 {
			t.Errorf("%s: %+v, %d copies, %d sources", name, m, db.Rows(t, "location"), db.Rows(t, "raw"))
		}
		sound(t, db)
	}
}

// The whole came by a way on which its header changed: that it is the same
// message shows only when the rest of the other one is fetched.
func TestTheRestOfAKnownMessage(t *testing.T) {
	db, l := opened(t), hello()
	addAs(t, db, onlyHeader(l, "INBOX", 2))
	id := only(t, db).ID
	whole := l.arrival()
	whole.Copy.Folder, whole.Copy.UID = "Work", 30
	whole.Copy.Raw = append([]byte("Received: elsewhere\r\n"), whole.Copy.Raw...)
	whole.SHA256 = sha256.Sum256(whole.Copy.Raw)
	addAs(t, db, whole)
	if r := list(t, db).Rows[0]; r.Messages != 2 {
		t.Fatalf("row %+v", r)
	}
	addAs(t, db, l.arrival())
	if m := only(t, db); m.ID != keyOf(l) || m.Partial || db.Rows(t, "location") != 2 {
		t.Fatalf("message %+v", m)
	}
	if m, err := db.Message(t.Context(), id); err != nil || m.ID != keyOf(l) {
		t.Fatalf("by the identifier it had: %+v, %v", m, err)
	}
	sound(t, db)
}

func TestSameHeaderOtherSize(t *testing.T) {
	db, l := opened(t), hello()
	other := l
	other.text = "Another body"
	addAs(t, db, onlyHeader(l, "INBOX", 2), onlyHeader(other, "INBOX", 3))
	if r := list(t, db).Rows[0]; r.Messages != 2 {
		t.Fatalf("row %+v", r)
	}
	other.uid = 3
	add(t, db, other)
	if m := message(t, db, other); m.Text != "Another body" {
		t.Fatalf("message %+v", m)
	}
	add(t, db, l)
	if m := message(t, db, l); m.Text != "Hello" || list(t, db).Rows[0].Messages != 2 {
		t.Fatalf("message %+v", m)
	}
	sound(t, db)
}

func TestNothingMoreThanTheHeader(t *testing.T) {
	db, l := opened(t), hello()
	l.text = ""
	a := onlyHeader(l, "INBOX", 2)
	addAs(t, db, a)
	if m := only(t, db); m.Partial {
		t.Fatalf("message %+v", m)
	}
}

func TestRebuildOfHeaders(t *testing.T) {
	db, l := opened(t), hello()
	a := onlyHeader(l, "INBOX", 2)
	addAs(t, db, a)
	before := only(t, db)
	must(t, db.Rebuild(t.Context(), parserOf([]accounts.Arrival{a, l.arrival()}, nil), nil))
	if m := only(t, db); m.ID != before.ID || !m.Partial || m.Size != before.Size {
		t.Fatalf("message %+v", m)
	}
	addAs(t, db, l.arrival())
	must(t, db.Rebuild(t.Context(), parserOf([]accounts.Arrival{a, l.arrival()}, nil), nil))
	if m := only(t, db); m.ID != before.ID || m.Partial || m.Text != "Hello" {
		t.Fatalf("message %+v", m)
	}
	sound(t, db)
}

// A folder of headers that got new UIDs: nothing is fetched again either.
func TestAdoptHeaders(t *testing.T) {
	db, l := opened(t), hello()
	addAs(t, db, onlyHeader(l, "INBOX", 2))
	must(t, db.Reset(t.Context(), home, "INBOX", 7))
	wanted := headerOf(l, "INBOX", 7, 50)
	if left := adopt(t, db, wanted); len(left) != 1 {
		t.Fatal("a header passed for the whole")
	}
	wanted.Partial = true
	if left := adopt(t, db, wanted); len(left) != 0 {
		t.Fatal("not recognised")
	}
	_, err := db.Sweep(t.Context(), home)
	must(t, err)
	if _, c, err := db.Partial(t.Context(), only(t, db).ID); err != nil || c.UID != 50 || c.Validity != 7 {
		t.Fatalf("%+v, %v", c, err)
	}
	sound(t, db)
}
