package imap

import (
	"errors"
	"fmt"
	"io"
	"math"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// UIDs may reach as far as they can, with nothing in between.
func TestFarUIDs(t *testing.T) {
	t.Parallel()
	for name, uids := range map[string][]uint32{
		"far apart": {1, 2, 70_000, 4_294_967_290, 4_294_967_294},
		"the last":  {5, math.MaxUint32 - 1, math.MaxUint32},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t)
			s.uids = uids
			m := newMemory()
			c := newClient(t, s.start())
			begun := time.Now()
			for range 3 {
				mustSync(t, c, m)
			}
			if got := m.in("INBOX"); len(got) != len(uids) || len(m.quarantine) != 0 {
				t.Errorf("%d messages, want %d; set aside %v", len(got), len(uids), m.quarantine)
			}
			s.uids = uids[1:]
			mustSync(t, c, m)
			if _, there := m.in("INBOX")[uids[0]]; there {
				t.Error("a message that is gone is still here")
			}
			if d := time.Since(begun); d > 5*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

func TestDovecotUIDsJump(t *testing.T) {
	t.Parallel()
	s := servertest.Dovecot(t)
	s.Deliver(servertest.Alice, "INBOX", "", letters(5, 1)...)
	m := newMemory()
	c := newClient(t, dovecotConfig(s))
	mustSync(t, c, m)
	s.Doveadm("mailbox", "update", "-u", servertest.Alice, "--min-next-uid", "4294967280", "INBOX")
	s.Deliver(servertest.Alice, "INBOX", "F", letters(5, 2)...)
	mustSync(t, c, m)
	same(t, s, m, "INBOX")
	s.Doveadm("flags", "add", "-u", servertest.Alice, `\Flagged`, "mailbox", "INBOX", "uid", "2:4")
	s.Doveadm("expunge", "-u", servertest.Alice, "mailbox", "INBOX", "uid", "4294967281")
	mustSync(t, c, m)
	same(t, s, m, "INBOX")
	m.written()
	mustSync(t, c, m)
	if n := m.written(); n != 0 {
		t.Errorf("a pass without news wrote %d times", n)
	}
}

// A server that does not tell the next UID is looked at as a whole each time.
func TestWithoutUIDNext(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 7)
	s.answers["EXAMINE"] = func(w io.Writer, _ string) string {
		fmt.Fprintf(w, "* %d EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n", len(s.uids))
		return ""
	}
	m := newMemory()
	c := newClient(t, s.start())
	mustSync(t, c, m)
	s.uids = append(numbers(2, 7), 9)
	mustSync(t, c, m)
	if got := m.in("INBOX"); len(got) != 7 || got[9].Raw == nil || got[1].Raw != nil {
		t.Errorf("%d messages, want 2 to 7 and 9", len(got))
	}
}

// A folder that is gone is kept for a while when it held much, and the others
// are brought up to date meanwhile.
func TestDovecotFolderDeleted(t *testing.T) {
	t.Parallel()
	s := awake(t)
	s.Deliver(servertest.Alice, "Many", "", letters(120, 1)...)
	s.Deliver(servertest.Alice, "Few", "", letters(3, 2)...)
	m := newMemory()
	c := newClient(t, dovecotConfig(s))
	now := time.Now()
	c.now = func() time.Time { return now }
	mustSync(t, c, m)
	s.Doveadm("mailbox", "delete", "-u", servertest.Alice, "-s", "Many")
	s.Doveadm("mailbox", "delete", "-u", servertest.Alice, "-s", "Few")
	s.Deliver(servertest.Alice, "INBOX", "", letters(2, 3)...)
	if err := c.Sync(t.Context(), m); !errors.Is(err, accounts.ErrManyGone) {
		t.Fatalf("error %v, want the brake", err)
	}
	if len(m.in("Many")) != 120 || len(m.in("Few")) != 0 || len(m.in("INBOX")) != 2 {
		t.Errorf("%d, %d and %d messages; want 120, 0 and 2", len(m.in("Many")), len(m.in("Few")), len(m.in("INBOX")))
	}
	now = now.Add(patience)
	mustSync(t, c, m)
	if _, known := m.folders["Many"]; known || len(m.copies) != 2 {
		t.Errorf("%d messages and %v are left", len(m.copies), m.folders)
	}
}

// A server that claims to have more than anybody has is not listed for ever.
func TestTooManyMessages(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 5)
	s.answers["EXAMINE"] = func(w io.Writer, _ string) string {
		fmt.Fprint(w, "* 4294967295 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 6] ok\r\n")
		return ""
	}
	m := newMemory()
	err := newClient(t, s.start()).Sync(t.Context(), m)
	if !errors.Is(err, accounts.ErrUnsupported) || len(m.copies) != 5 {
		t.Errorf("%d messages, error %v; want all five and a complaint", len(m.copies), err)
	}
}

// The past of a folder comes also while a loss in it is not believed.
func TestBrakeDoesNotHoldUpThePast(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 300)
	m := newMemory()
	c := newClient(t, s.start())
	mustSync(t, c, m)
	f := m.folders["INBOX"]
	f.UIDNext, f.Messages = 0, 0 // as if a pass had broken off
	m.folders["INBOX"] = f
	s.uids = numbers(290, 290+portion+400)
	if err := c.Sync(t.Context(), m); !errors.Is(err, accounts.ErrManyGone) {
		t.Errorf("error %v, want the brake", err)
	}
	if got := m.in("INBOX"); len(got) != 290+portion+400 || m.folders["INBOX"].UIDNext != 0 {
		t.Errorf("%d messages, state %+v", len(got), m.folders["INBOX"])
	}
}

// While a loss is not believed, new mail comes all the same.
func TestBrakeDoesNotHoldUpTheRest(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 300)
	m := newMemory()
	c := newClient(t, s.start())
	mustSync(t, c, m)
	s.uids = numbers(290, 310)
	if err := c.Sync(t.Context(), m); !errors.Is(err, accounts.ErrManyGone) {
		t.Errorf("error %v, want the brake", err)
	}
	if got := m.in("INBOX"); len(got) != 310 || got[310].Raw == nil {
		t.Errorf("%d messages, want all of the 300 and ten new ones", len(got))
	}
	if f := m.folders["INBOX"]; f.UIDNext == 311 && f.Messages == 21 {
		t.Errorf("the loss counts as seen: %+v", f)
	}
}

// A command takes about as long as it should, whatever the line.
func TestPace(t *testing.T) {
	t.Parallel()
	for _, each := range []time.Duration{10 * time.Microsecond, 2 * time.Millisecond, 50 * time.Millisecond, time.Second} {
		p := newPace(0)
		for range 20 {
			p.took(p.n, time.Duration(p.n)*each)
		}
		want := min(max(int(commandTime/each), fewest), most)
		if p.n != want {
			t.Errorf("%v a message: %d in a command, want %d", each, p.n, want)
		}
	}
	if p := newPace(50); p.n != 50 {
		t.Errorf("%d at first, bound to 50", p.n)
	}
	p := newPace(3)
	for range 9 {
		p.took(3, time.Minute)
	}
	if p.n != 3 {
		t.Errorf("%d in a command, bound to 3", p.n)
	}
}
