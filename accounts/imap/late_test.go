package imap

import (
	"io"
	"strings"
	"testing"

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
