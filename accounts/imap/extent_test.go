package imap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	goimap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/caliopen/caliopen-tui/accounts"
)

// poisonHeader answers for one message with nonsense whenever its size is
// asked for.
func poisonHeader(s *script, bad uint32) func(io.Writer, string) string {
	return func(w io.Writer, args string) string {
		s.fetch(w, args, func(w io.Writer, seq int, uid uint32) bool {
			if uid != bad || !strings.Contains(args, "RFC822.SIZE") {
				return false
			}
			fmt.Fprintf(w, "* %d FETCH (UID %d RFC822.SIZE -1)\r\n", seq, uid)
			return true
		})
		return ""
	}
}

// aged puts messages into a folder that came so many days ago.
func aged(t *testing.T, user *imapmemserver.User, folder string, days ...int) {
	t.Helper()
	for _, d := range days {
		options := &goimap.AppendOptions{Time: time.Now().AddDate(0, 0, -d)}
		if _, err := user.Append(folder, bytes.NewReader(letter(d)), options); err != nil {
			t.Fatal(err)
		}
	}
}

// keeping gives a client that keeps so much of each folder, by its name.
func keeping(t *testing.T, config Config, extents map[string]accounts.Extent) *Client {
	config.Extent = func(name string, _ accounts.Use) accounts.Extent { return extents[name] }
	return newClient(t, config)
}

func TestSomeDays(t *testing.T) {
	t.Parallel()
	user, config := memServer(t)
	aged(t, user, "INBOX", 400, 300, 60, 40, 20, 3, 0)
	m := newMemory()
	c := keeping(t, config, map[string]accounts.Extent{"INBOX": {Days: 30}})
	mustSync(t, c, m)
	if got := m.in("INBOX"); len(got) != 3 || got[5].Raw == nil || got[7].Raw == nil {
		t.Fatalf("%d messages, want the last three", len(got))
	}
	m.written()
	mustSync(t, c, m)
	if n := m.written(); n != 0 {
		t.Errorf("a pass without news wrote %d times", n)
	}
	// New mail comes; an old one that somebody copied there does not.
	aged(t, user, "INBOX", 500, 1)
	mustSync(t, c, m)
	if got := m.in("INBOX"); len(got) != 4 || got[9].Raw == nil {
		t.Errorf("%d messages after one more", len(got))
	}
	// More is wanted, then less: what is here stays.
	mustSync(t, keeping(t, config, map[string]accounts.Extent{"INBOX": {Days: 90}}), m)
	if got := m.in("INBOX"); len(got) != 6 || got[3].Raw == nil {
		t.Errorf("%d messages of 90 days, want 6", len(got))
	}
	mustSync(t, keeping(t, config, map[string]accounts.Extent{"INBOX": {Days: 10}}), m)
	if n := len(m.in("INBOX")); n != 6 {
		t.Errorf("%d messages are left of 6", n)
	}
	mustSync(t, keeping(t, config, nil), m)
	if n := len(m.in("INBOX")); n != 9 {
		t.Errorf("%d messages of all, want 9", n)
	}
	if len(m.order) != 9 {
		t.Errorf("%d fetched for nine", len(m.order))
	}
}

// What is deleted on the server goes here too, also where not all is kept.
func TestSomeDaysDeleted(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 20)
	s.answers["UID SEARCH"] = func(w io.Writer, args string) string {
		all := s.uids
		if strings.Contains(args, "SINCE") {
			s.uids = all[5:]
		}
		s.search(w)
		s.uids = all
		return ""
	}
	m := newMemory()
	c := keeping(t, s.start(), map[string]accounts.Extent{"INBOX": {Days: 30}})
	mustSync(t, c, m)
	if n := len(m.copies); n != 15 {
		t.Fatalf("%d messages, want 15", n)
	}
	s.uids = append(numbers(1, 9), numbers(13, 20)...)
	m.folders["INBOX"] = accounts.Folder{Name: "INBOX", Validity: 7, UIDNext: 21, ModSeq: 8, Messages: 20, Cursor: "days=30"}
	mustSync(t, c, m)
	if n := len(m.copies); n != 12 {
		t.Errorf("%d messages after three of those here were deleted", n)
	}
	for uid := uint32(10); uid <= 12; uid++ {
		if _, there := m.in("INBOX")[uid]; there {
			t.Errorf("message %d is still here", uid)
		}
	}
}

func TestHeadersAlone(t *testing.T) {
	t.Parallel()
	user, config := memServer(t)
	for i := range 20 {
		put(t, user, "Archive", letter(i))
	}
	put(t, user, "INBOX", letter(7))
	m := newMemory()
	extents := map[string]accounts.Extent{"Archive": {Headers: true}}
	c := keeping(t, config, extents)
	mustSync(t, c, m)
	got := m.in("Archive")
	if len(got) != 20 || m.adopted != 1 {
		t.Fatalf("%d messages, %d recognised", len(got), m.adopted)
	}
	for uid, cp := range got {
		whole := letter(int(uid) - 1)
		if uid == 8 {
			if cp.Partial || !bytes.Equal(cp.Raw, whole) {
				t.Errorf("the message that is here whole: %+v", cp)
			}
			continue
		}
		head, _, _ := bytes.Cut(whole, []byte("\r\n\r\n"))
		if !cp.Partial || cp.Size != int64(len(whole)) || string(cp.Raw) != string(head)+"\r\n\r\n" {
			t.Errorf("message %d: partial %v, size %d, %q", uid, cp.Partial, cp.Size, cp.Raw)
		}
	}
	m.written()
	mustSync(t, c, m)
	if n := m.written(); n != 0 {
		t.Errorf("a pass without news wrote %d times", n)
	}
}

func TestNothingOfAFolder(t *testing.T) {
	t.Parallel()
	user, config := memServer(t)
	put(t, user, "INBOX", letter(1))
	put(t, user, "Archive", letter(2))
	m := newMemory()
	c := keeping(t, config, map[string]accounts.Extent{"Archive": {None: true}})
	for range 2 {
		mustSync(t, c, m)
	}
	if f, known := m.folders["Archive"]; len(m.copies) != 1 || !known || f.Use != accounts.UseArchive {
		t.Errorf("%d messages, folders %v", len(m.copies), m.folders)
	}
	mustSync(t, newClient(t, config), m)
	if len(m.copies) != 2 {
		t.Errorf("%d messages after all", len(m.copies))
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	user, config := memServer(t)
	put(t, user, "INBOX", letter(1), goimap.FlagFlagged)
	m := newMemory()
	c := newClient(t, config)
	mustSync(t, c, m)
	v := m.folders["INBOX"].Validity
	got, err := c.Complete(t.Context(), accounts.Copy{Folder: "INBOX", Validity: v, UID: 1, Partial: true, Raw: []byte("x")})
	if err != nil || !bytes.Equal(got.Raw, letter(1)) || got.Partial || !got.Flags.Flagged || got.UID != 1 || got.Folder != "INBOX" {
		t.Errorf("got %+v, %v", got, err)
	}
	for name, gone := range map[string]accounts.Copy{
		"message":  {Folder: "INBOX", Validity: v, UID: 9},
		"validity": {Folder: "INBOX", Validity: v + 1, UID: 1},
		"folder":   {Folder: "Nowhere", Validity: v, UID: 1},
		"zero":     {Folder: "INBOX", Validity: v},
	} {
		if _, err := c.Complete(t.Context(), gone); !errors.Is(err, accounts.ErrRefused) {
			t.Errorf("%s gone: %v", name, err)
		}
	}
}
