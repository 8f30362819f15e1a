package imap

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"testing"
	"time"

	goimap "github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts"
)

// What comes while a folder is being listed is in one list and not in the
// other. It is not taken for gone.
func TestNewMailBetweenTwoLists(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 20)
	c := keeping(t, s.start(), map[string]accounts.Extent{"INBOX": {Days: 30}})
	m := newMemory()
	mustSync(t, c, m)
	m.folders["INBOX"] = accounts.Folder{Name: "INBOX", Validity: 7, UIDNext: 21, ModSeq: 8, Messages: 20, Cursor: "days=30"}
	s.answers["UID SEARCH"] = func(w io.Writer, args string) string {
		if strings.Contains(args, "SINCE") {
			s.uids = numbers(1, 21)
		}
		s.search(w)
		return ""
	}
	mustSync(t, c, m)
	if _, there := m.in("INBOX")[21]; !there || m.removed != 0 {
		t.Errorf("the new message is here: %v, %d were taken for gone", there, m.removed)
	}
}

// The same with what is looked for while something else is being fetched.
func TestNewMailWhileSomeDaysAreFetched(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 20)
	c := keeping(t, s.start(), map[string]accounts.Extent{"INBOX": {Days: 30}})
	m := newMemory()
	mustSync(t, c, m)
	m.folders["INBOX"] = accounts.Folder{Name: "INBOX", Validity: 7, UIDNext: 21, ModSeq: 8, Messages: 20, Cursor: "days=30"}
	s.uids = numbers(1, 300)
	m.onAdd = func(added int) {
		if added == 20+200 { // the first command of two
			s.uids = numbers(1, 301)
			c.stirring(func() {})()
		}
	}
	mustSync(t, c, m)
	if _, there := m.in("INBOX")[301]; !there || m.removed != 0 {
		t.Errorf("the new message is here: %v, %d were taken for gone", there, m.removed)
	}
}

// More messages than any list leaves room for come between the first round and
// the second.
func TestManyNewBetweenRounds(t *testing.T) {
	t.Parallel()
	user, config := memServer(t)
	const n, more = portion + 100, slack + 50
	for i := range n {
		put(t, user, "INBOX", letter(i))
	}
	m := newMemory()
	came := false
	m.onAdd = func(added int) {
		for i := range more {
			if !came && added >= portion {
				put(t, user, "INBOX", letter(n+i))
			}
		}
		came = came || added >= portion
	}
	c := newClient(t, config)
	mustSync(t, c, m)
	if len(m.copies) < n {
		t.Errorf("%d messages, want %d that were there at first", len(m.copies), n)
	}
	mustSync(t, c, m)
	if len(m.copies) != n+more || len(m.order) != n+more {
		t.Errorf("%d messages, %d fetched; want %d", len(m.copies), len(m.order), n+more)
	}
}

// Where only some days are kept, what is older and here stays here also when the
// folder gets new UIDs.
func TestSomeDaysMadeAnew(t *testing.T) {
	t.Parallel()
	user, config := memServer(t)
	aged(t, user, "INBOX", 400, 300, 60, 40, 20, 3, 0)
	m := newMemory()
	mustSync(t, newClient(t, config), m)
	f := m.folders["INBOX"]
	f.Validity += 1000 // as if it had other UIDs then
	m.folders["INBOX"] = f
	for k, c := range m.copies {
		delete(m.copies, k)
		k.validity, c.Validity = f.Validity, f.Validity
		m.copies[k] = c
	}
	aged(t, user, "INBOX", 500, 1)
	c := keeping(t, config, map[string]accounts.Extent{"INBOX": {Days: 30}})
	mustSync(t, c, m)
	if got := m.in("INBOX"); len(got) != 8 || got[8].Raw != nil || m.adopted != 7 || len(m.order) != 8 {
		t.Errorf("%d messages, %d recognised, %d fetched; want 8, 7 and 8", len(got), m.adopted, len(m.order))
	}
	m.written()
	mustSync(t, c, m)
	if n := m.written(); n != 0 || len(m.in("INBOX")) != 8 {
		t.Errorf("a pass without news wrote %d times", n)
	}
}

// Where acts move messages to is known before the first message is: what is
// deleted while years are being fetched must not be deleted for good for want of
// a trash.
func TestPlacesAreKnownFirst(t *testing.T) {
	t.Parallel()
	user, config := memServer(t)
	if err := user.Create("Trash", &goimap.CreateOptions{SpecialUse: []goimap.MailboxAttr{goimap.MailboxAttrTrash}}); err != nil {
		t.Fatal(err)
	}
	put(t, user, "INBOX", letter(1))
	m := newMemory()
	var then map[string]accounts.Folder
	m.onAdd = func(int) {
		if then == nil {
			then = maps.Clone(m.folders)
		}
	}
	mustSync(t, newClient(t, config), m)
	if then["Trash"].Use != accounts.UseTrash || then["Archive"].Use != accounts.UseArchive {
		t.Errorf("known at the first message: %+v", then)
	}
}

// Since when most of a folder is gone is remembered by whoever comes next: a
// program that begins anew for each pass would never believe it.
func TestLossIsBelievedByAnotherProcess(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 150)
	config, m := s.start(), newMemory()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	again := func() error {
		c := newClient(t, config)
		c.now = func() time.Time { return now }
		defer c.Close()
		return c.Sync(t.Context(), m)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
	s.uids = numbers(141, 150)
	for range 3 {
		if err := again(); !errors.Is(err, accounts.ErrManyGone) || len(m.in("INBOX")) != 150 {
			t.Fatalf("%d messages, %v; want the brake", len(m.in("INBOX")), err)
		}
		now = now.Add(patience/2 - 1)
	}
	if err := again(); err != nil || len(m.in("INBOX")) != 10 {
		t.Fatalf("%d messages, %v", len(m.in("INBOX")), err)
	}
	if f := m.folders["INBOX"]; f.Cursor != "" {
		t.Errorf("state %+v", f)
	}
}

// What was lost and came back is no reason to believe the next loss at once.
func TestLossThatWasNone(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 150)
	m := newMemory()
	c := newClient(t, s.start())
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c.now = func() time.Time { return now }
	mustSync(t, c, m)
	for range 3 {
		s.uids = numbers(141, 150)
		if err := c.Sync(t.Context(), m); !errors.Is(err, accounts.ErrManyGone) || len(m.in("INBOX")) != 150 {
			t.Fatalf("%d messages, %v; want the brake", len(m.in("INBOX")), err)
		}
		now = now.Add(patience)
		s.uids = numbers(1, 150)
		mustSync(t, c, m)
	}
}

// A server that was put back to an older state gives UIDs out a second time. What
// it gave them to is not taken for what had them before.
func TestUIDsGivenTwice(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 20)
	config := s.start()
	m := newMemory()
	mustSync(t, newClient(t, config), m)
	s.uids = numbers(1, 18) // of which the last three came after that
	other := func(uid uint32) uint32 {
		if uid > 15 {
			return uid + 100
		}
		return uid
	}
	s.answers["UID FETCH"] = func(w io.Writer, args string) string {
		s.fetch(w, args, func(w io.Writer, seq int, uid uint32) bool {
			var b strings.Builder
			s.message(&b, seq, other(uid), args)
			io.WriteString(w, strings.Replace(b.String(), fmt.Sprintf("(UID %d", other(uid)), fmt.Sprintf("(UID %d", uid), 1))
			return true
		})
		return ""
	}
	mustSync(t, newClient(t, config), m)
	mustSync(t, newClient(t, config), m)
	got := m.in("INBOX")
	for uid := uint32(1); uid <= 18; uid++ {
		if string(got[uid].Raw) != string(letter(int(other(uid)))) {
			t.Errorf("under %d is another message", uid)
		}
	}
	if len(got) != 18 || m.adopted != 15 {
		t.Errorf("%d messages, %d recognised; want 18 and 15", len(got), m.adopted)
	}
}

// What has a higher UID than the server says that it gave out is gone like
// anything else, also where the last pass was broken off.
func TestGoneAboveTheNextUID(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 20)
	m := newMemory()
	c := newClient(t, s.start())
	mustSync(t, c, m)
	f := m.folders["INBOX"]
	f.UIDNext, f.Messages = 0, 0
	m.folders["INBOX"] = f
	s.uids = numbers(1, 18)
	mustSync(t, c, m)
	if got := m.in("INBOX"); len(got) != 18 {
		t.Errorf("%d messages", len(got))
	}
}
