package imap

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
)

func dovecotConfig(s *servertest.Server) Config {
	return Config{
		Address: "imaps://" + s.IMAPS,
		User:    servertest.Alice,
		Secret:  func(context.Context) (string, error) { return servertest.Password, nil },
		CAFile:  s.CAFile,
		Quiet:   10 * time.Second,
	}
}

// letters makes messages of many sizes, with bytes that mean something to IMAP.
func letters(n int, seed uint64) [][]byte {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([][]byte, n)
	for i := range out {
		body := make([]byte, r.IntN(3000))
		for j := range body {
			body[j] = "abc (){}[]\"\\*%{12}\xe9"[r.IntN(18)]
		}
		if i%7 == 0 {
			body = append(body, "\r\n{99999}\r\n* BYE\r\n"...)
		}
		out[i] = fmt.Appendf(nil, "From: person%d@example.org\r\nTo: %s\r\nMessage-ID: <%d-%d@example.org>\r\nSubject: n %d\r\n\r\n%s\r\n",
			i%20, servertest.Alice, seed, i, i, body)
	}
	return out
}

// same compares a folder of the mirror with what another client sees.
func same(t *testing.T, s *servertest.Server, m *memory, folder string) {
	t.Helper()
	validity, want := s.Dump(servertest.Alice, folder)
	got := m.in(folder)
	if len(got) != len(want) {
		t.Fatalf("%s: %d messages here, %d on the server", folder, len(got), len(want))
	}
	for _, w := range want {
		c, ok := got[w.UID]
		sum := sha256.Sum256(c.Raw)
		if !ok || c.Validity != validity || hex.EncodeToString(sum[:]) != w.SHA256 {
			t.Errorf("%s: message %d differs (here: %v, %d bytes; there: %d bytes)", folder, w.UID, ok, len(c.Raw), w.Size)
		}
		if f := names(c.Flags); !slices.Equal(f, w.Flags) {
			t.Errorf("%s: flags of %d: %v here, %v there", folder, w.UID, f, w.Flags)
		}
	}
}

func names(f accounts.Flags) []string {
	out := slices.Clone(f.Keywords)
	for name, set := range map[string]bool{
		`\Seen`: f.Seen, `\Flagged`: f.Flagged, `\Answered`: f.Answered, `\Draft`: f.Draft, `\Deleted`: f.Deleted,
	} {
		if set {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func TestDovecotFullSync(t *testing.T) {
	s := servertest.Dovecot(t)
	s.Deliver(servertest.Alice, "INBOX", "S", letters(1500, 1)...)
	s.Deliver(servertest.Alice, "INBOX", "F", letters(300, 2)...)
	s.Deliver(servertest.Alice, "Projets &AOk-t&AOk-", "", letters(200, 3)...)
	m := newMemory()
	config := dovecotConfig(s)
	c := newClient(t, config)
	mustSync(t, c, m)
	same(t, s, m, "INBOX")
	if n := len(m.copies); n != 2000 {
		t.Errorf("%d messages, want 2000", n)
	}
	if use := m.folders["Trash"].Use; use != accounts.UseTrash {
		t.Errorf("use of Trash: %q", use)
	}
	if got := c.Security().Auth; got != "SCRAM-SHA-256" {
		t.Errorf("logged in by %q, want the strongest mechanism", got)
	}
	m.written()
	mustSync(t, c, m)
	if n := m.written(); n != 0 {
		t.Errorf("a pass without news wrote %d times", n)
	}
}

func TestDovecotIncremental(t *testing.T) {
	s := servertest.Dovecot(t)
	s.Deliver(servertest.Alice, "INBOX", "", letters(150, 1)...)
	m := newMemory()
	c := newClient(t, dovecotConfig(s))
	mustSync(t, c, m)
	same(t, s, m, "INBOX")

	steps := map[string]func(){
		"new mail": func() { s.Deliver(servertest.Alice, "INBOX", "", letters(5, 9)...) },
		"flags there": func() {
			s.Doveadm("flags", "add", "-u", servertest.Alice, `\Flagged \Seen todo`, "mailbox", "INBOX", "uid", "3:9")
		},
		"flags taken off": func() { s.Doveadm("flags", "remove", "-u", servertest.Alice, `\Seen`, "mailbox", "INBOX", "uid", "4") },
		"expunged":        func() { s.Doveadm("expunge", "-u", servertest.Alice, "mailbox", "INBOX", "uid", "10:40") },
		"expunged and new": func() {
			s.Doveadm("expunge", "-u", servertest.Alice, "mailbox", "INBOX", "uid", "50:52")
			s.Deliver(servertest.Alice, "INBOX", "S", letters(3, 10)...)
		},
		"moved": func() {
			s.Doveadm("move", "-u", servertest.Alice, "Trash", "mailbox", "INBOX", "uid", "60:65")
		},
	}
	for name, step := range steps {
		step()
		mustSync(t, c, m)
		if t.Run(name, func(t *testing.T) { same(t, s, m, "INBOX"); same(t, s, m, "Trash") }); t.Failed() {
			return
		}
	}
}

func TestDovecotFlagsFromHere(t *testing.T) {
	s := servertest.Dovecot(t)
	s.Deliver(servertest.Alice, "INBOX", "", letters(10, 1)...)
	m := newMemory()
	c := newClient(t, dovecotConfig(s))
	mustSync(t, c, m)
	v := m.folders["INBOX"].Validity
	var tasks []accounts.Task
	for uid := uint32(1); uid <= 4; uid++ {
		tasks = append(tasks, accounts.Task{ID: int64(uid), Kind: conversation.ActRead, Folder: "INBOX", UID: uid, Validity: v})
	}
	tasks = append(tasks,
		accounts.Task{ID: 5, Kind: conversation.ActTag, Folder: "INBOX", UID: 5, Validity: v, Tag: "work"},
		accounts.Task{ID: 6, Kind: conversation.ActArchive, Folder: "INBOX", UID: 6, Validity: v},
		accounts.Task{ID: 7, Kind: conversation.ActDelete, Folder: "INBOX", UID: 7, Validity: v, Target: "Trash"},
		accounts.Task{ID: 8, Kind: conversation.ActDelete, Folder: "INBOX", UID: 8, Validity: v})
	done, err := c.Apply(t.Context(), tasks)
	if err != nil || len(done) != len(tasks) {
		t.Fatalf("done %v, error %v", done, err)
	}
	mustSync(t, c, m)
	same(t, s, m, "INBOX")
	same(t, s, m, "Archive")
	same(t, s, m, "Trash")
	if a, b, n := len(m.in("Archive")), len(m.in("Trash")), len(m.in("INBOX")); a != 1 || b != 2 || n != 7 {
		t.Errorf("%d archived, %d in the trash, %d in the inbox; want 1, 2, 7", a, b, n)
	}
	if f := m.in("INBOX")[5].Flags; !slices.Equal(f.Keywords, []string{"work"}) {
		t.Errorf("keywords %v", f.Keywords)
	}
}

func TestDovecotValidityChanges(t *testing.T) {
	s := servertest.Dovecot(t)
	s.Deliver(servertest.Alice, "INBOX", "S", letters(20, 1)...)
	m := newMemory()
	c := newClient(t, dovecotConfig(s))
	mustSync(t, c, m)
	s.Doveadm("mailbox", "update", "-u", servertest.Alice, "--uid-validity", "4242", "INBOX")
	mustSync(t, c, m)
	if v := m.folders["INBOX"].Validity; v != 4242 {
		t.Errorf("validity %d, want 4242", v)
	}
	same(t, s, m, "INBOX")
}

func TestDovecotExpungeDuringSync(t *testing.T) {
	s := servertest.Dovecot(t)
	s.Deliver(servertest.Alice, "INBOX", "", letters(600, 1)...)
	m := newMemory()
	config := dovecotConfig(s)
	config.Batch = 50
	c := newClient(t, config)
	gone := false
	m.onAdd = func(added int) {
		if !gone && added >= 100 {
			gone = true
			s.Doveadm("expunge", "-u", servertest.Alice, "mailbox", "INBOX", "uid", "1:40,300:320,560:570")
		}
	}
	for range 2 { // what went after it had come is noticed by the next pass
		mustSync(t, c, m)
	}
	if !gone {
		t.Fatal("nothing was expunged during the sync")
	}
	same(t, s, m, "INBOX")
}

func TestDovecotManyGone(t *testing.T) {
	s := servertest.Dovecot(t)
	s.Deliver(servertest.Alice, "INBOX", "", letters(150, 1)...)
	m := newMemory()
	config := dovecotConfig(s)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := newClient(t, config)
	c.now = func() time.Time { return now }
	mustSync(t, c, m)
	s.Doveadm("expunge", "-u", servertest.Alice, "mailbox", "INBOX", "uid", "1:140")
	for range 3 {
		if err := c.Sync(t.Context(), m); !errors.Is(err, accounts.ErrManyGone) {
			t.Fatalf("error %v, want the brake", err)
		}
		if n := len(m.in("INBOX")); n != 150 {
			t.Fatalf("%d messages kept, want all 150", n)
		}
	}
	now = now.Add(patience)
	mustSync(t, c, m)
	same(t, s, m, "INBOX")
}

func TestDovecotStartTLS(t *testing.T) {
	s := servertest.Dovecot(t)
	s.Deliver(servertest.Alice, "INBOX", "", letters(5, 1)...)
	config := dovecotConfig(s)
	config.Address = "imap+starttls://" + s.IMAP
	m := newMemory()
	c := newClient(t, config)
	mustSync(t, c, m)
	same(t, s, m, "INBOX")
	if sec := c.Security(); !sec.StartTLS || !sec.Verified || sec.TLS != "1.3" {
		t.Errorf("security %+v", sec)
	}
}

func TestDovecotRefusals(t *testing.T) {
	s := servertest.Dovecot(t)
	for name, tc := range map[string]struct {
		change func(*Config)
		want   error
	}{
		"wrong password": {func(c *Config) { c.Secret = func(context.Context) (string, error) { return "wrong", nil } }, accounts.ErrAuth},
		"no password":    {func(c *Config) { c.Secret = func(context.Context) (string, error) { return "", errors.New("locked") } }, accounts.ErrAuth},
		"token":          {func(c *Config) { c.OAuth = true }, accounts.ErrUnsupported},
		"no authority":   {func(c *Config) { c.CAFile = "" }, accounts.ErrCertificate},
		"other host":     {func(c *Config) { c.Address = strings.Replace(c.Address, "127.0.0.1", "127.0.0.2", 1) }, accounts.ErrOffline},
		"TLS on plain":   {func(c *Config) { c.Address = "imaps://" + s.IMAP }, accounts.ErrPlain},
	} {
		t.Run(name, func(t *testing.T) {
			config := dovecotConfig(s)
			tc.change(&config)
			err := newClient(t, config).Sync(t.Context(), newMemory())
			if !errors.Is(err, tc.want) {
				t.Errorf("error %v, want %v", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), servertest.Password) {
				t.Error("the password stands in the error")
			}
		})
	}
}

func TestDovecotWatch(t *testing.T) {
	s := servertest.Dovecot(t)
	s.Deliver(servertest.Alice, "INBOX", "", letters(1, 1)...)
	config := dovecotConfig(s)
	config.Poll = 500 * time.Millisecond
	c := newClient(t, config)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	news := make(chan struct{}, 1000)
	ended := make(chan error, 1)
	go func() { ended <- c.Watch(ctx, func() { news <- struct{}{} }) }()
	for _, folder := range []string{"INBOX", "Sent"} {
		tick := time.NewTicker(300 * time.Millisecond)
		deadline := time.After(20 * time.Second)
		for heard := false; !heard; {
			select {
			case <-tick.C:
				s.Deliver(servertest.Alice, folder, "", letters(1, 1)...)
			case <-news:
				heard = true
			case err := <-ended:
				t.Fatal("watching ended:", err)
			case <-deadline:
				t.Fatal("no news of mail in", folder)
			}
		}
		tick.Stop()
		for len(news) > 0 {
			<-news
		}
	}
}
