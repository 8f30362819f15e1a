package imap

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	goimap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
)

// memServer runs the library's own server over TLS and gives its user.
func memServer(t *testing.T) (*imapmemserver.User, Config) {
	t.Helper()
	user := imapmemserver.NewUser("alice", "secret")
	for name, options := range map[string]*goimap.CreateOptions{
		"INBOX": nil, "Sent": {SpecialUse: []goimap.MailboxAttr{goimap.MailboxAttrSent}}, "Archive": nil,
	} {
		if err := user.Create(name, options); err != nil {
			t.Fatal(err)
		}
	}
	mem := imapmemserver.New()
	mem.AddUser(user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps: goimap.CapSet{goimap.CapIMAP4rev1: {}, goimap.CapIMAP4rev2: {}},
	})
	ca := servertest.NewAuthority(t)
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{ca.Issue(servertest.Sound)}})
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(ln)
	t.Cleanup(func() { server.Close() })
	return user, testConfig(ln.Addr(), ca.File)
}

func testConfig(addr net.Addr, ca string) Config {
	return Config{
		Address: "imaps://" + addr.String(),
		User:    "alice",
		Secret:  func(context.Context) (string, error) { return "secret", nil },
		CAFile:  ca,
		Quiet:   5 * time.Second,
	}
}

func newClient(t *testing.T, c Config) *Client {
	t.Helper()
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func put(t *testing.T, user *imapmemserver.User, folder string, raw []byte, flags ...goimap.Flag) {
	t.Helper()
	_, err := user.Append(folder, bytes.NewReader(raw), &goimap.AppendOptions{Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
}

func letter(n int) []byte {
	return fmt.Appendf(nil, "From: Zoe <zoe@example.org>\r\nTo: alice@example.org\r\nSubject: letter %d\r\n"+
		"Message-ID: <letter-%d@example.org>\r\n\r\nText of letter %d (({99}\r\n", n, n, n)
}

func mustSync(t *testing.T, c *Client, m accounts.Mirror) {
	t.Helper()
	if err := c.Sync(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func TestSyncOrdinary(t *testing.T) {
	user, config := memServer(t)
	for n := range 30 {
		put(t, user, "INBOX", letter(n))
	}
	put(t, user, "Archive", letter(100), goimap.FlagSeen, "project")
	m := newMemory()
	c := newClient(t, config)
	mustSync(t, c, m)

	inbox := m.in("INBOX")
	if len(inbox) != 30 || len(m.in("Archive")) != 1 {
		t.Fatalf("synced %d and %d messages, want 30 and 1", len(inbox), len(m.in("Archive")))
	}
	for uid, got := range inbox {
		if !bytes.Equal(got.Raw, letter(int(uid)-1)) {
			t.Errorf("message %d: other bytes than the server's: %q", uid, got.Raw)
		}
	}
	for i := 1; i < 30; i++ {
		if m.order[i].uid > m.order[i-1].uid {
			t.Fatalf("inbox not newest first: %v", m.order[:30])
		}
	}
	if got := m.in("Archive")[1].Flags; !got.Seen || len(got.Keywords) != 1 || got.Keywords[0] != "project" {
		t.Errorf("flags %+v, want seen and the keyword", got)
	}
	if use := m.folders["Sent"].Use; use != accounts.UseSent {
		t.Errorf("use of Sent: %q", use)
	}
	if s := c.Security(); s.TLS != "1.3" || !s.Verified || s.StartTLS || s.Auth != "PLAIN" {
		t.Errorf("security %+v", s)
	}

	m.written()
	mustSync(t, c, m)
	if n := m.written(); n != 0 {
		t.Errorf("a pass without news wrote %d times", n)
	}
}

func TestApply(t *testing.T) {
	user, config := memServer(t)
	for n := range 4 {
		put(t, user, "INBOX", letter(n))
	}
	m := newMemory()
	c := newClient(t, config)
	mustSync(t, c, m)
	v := m.folders["INBOX"].Validity
	task := func(id int64, kind conversation.ActKind, uid uint32, extra string) accounts.Task {
		t := accounts.Task{ID: id, Kind: kind, Folder: "INBOX", UID: uid, Validity: v}
		if kind == conversation.ActTag {
			t.Tag = extra
		} else {
			t.Target = extra
		}
		return t
	}
	done, err := c.Apply(t.Context(), []accounts.Task{
		task(1, conversation.ActRead, 1, ""), task(2, conversation.ActRead, 2, ""),
		task(3, conversation.ActStar, 2, ""), task(4, conversation.ActTag, 1, "later"),
		task(5, conversation.ActArchive, 3, "Archive"), task(6, conversation.ActDelete, 4, ""),
		task(7, conversation.ActUnread, 1, ""),
	})
	if err != nil || len(done) != 7 {
		t.Fatalf("done %v, error %v", done, err)
	}
	mustSync(t, c, m)
	inbox := m.in("INBOX")
	if len(inbox) != 2 || len(m.in("Archive")) != 1 {
		t.Fatalf("%d in the inbox, %d archived; want 2 and 1", len(inbox), len(m.in("Archive")))
	}
	if f := inbox[1].Flags; f.Seen || len(f.Keywords) != 1 || f.Keywords[0] != "later" {
		t.Errorf("flags of 1: %+v", f)
	}
	if f := inbox[2].Flags; !f.Seen || !f.Flagged {
		t.Errorf("flags of 2: %+v", f)
	}
}

func TestApplyStopsAtWhatCannotBeDone(t *testing.T) {
	user, config := memServer(t)
	put(t, user, "INBOX", letter(1))
	m := newMemory()
	c := newClient(t, config)
	mustSync(t, c, m)
	v := m.folders["INBOX"].Validity
	for _, bad := range []accounts.Task{
		{ID: 2, Kind: conversation.ActTag, Folder: "INBOX", UID: 1, Validity: v, Tag: "two words"},
		{ID: 2, Kind: conversation.ActTag, Folder: "INBOX", UID: 1, Validity: v, Tag: "a) (b\r\nX LOGOUT"},
		{ID: 2, Kind: conversation.ActRead, Folder: "INBOX", UID: 0, Validity: v},
		{ID: 2, Kind: conversation.ActRead, Folder: "INBOX", UID: 1, Validity: v + 1},
		{ID: 2, Kind: "dance", Folder: "INBOX", UID: 1, Validity: v},
	} {
		done, err := c.Apply(t.Context(), []accounts.Task{
			{ID: 1, Kind: conversation.ActStar, Folder: "INBOX", UID: 1, Validity: v}, bad,
		})
		if len(done) != 1 || done[0] != 1 {
			t.Errorf("%+v: done %v, want the first one", bad, done)
		}
		if !errors.Is(err, accounts.ErrRefused) && !errors.Is(err, accounts.ErrUnsupported) {
			t.Errorf("%+v: error %v, want a refusal", bad, err)
		}
	}
}

func TestKeepAndFind(t *testing.T) {
	_, config := memServer(t)
	c := newClient(t, config)
	e := conversation.Entry{RFCID: "letter-7@example.org", Wire: letter(7)}
	if found, _, err := c.Find(t.Context(), e); found || !errors.Is(err, accounts.ErrUnclear) {
		t.Fatalf("found %v, error %v before anything was sent", found, err)
	}
	for range 2 { // the second time it is there already
		if err := c.Keep(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	found, receipt, err := c.Find(t.Context(), e)
	if !found || !receipt.Saved || err != nil {
		t.Fatalf("found %v, receipt %+v, error %v", found, receipt, err)
	}
	m := newMemory()
	mustSync(t, c, m)
	sent := m.in("Sent")
	if len(sent) != 1 || !bytes.Equal(sent[1].Raw, letter(7)) || !sent[1].Flags.Seen {
		t.Errorf("sent mail: %d copies, %+v", len(sent), sent[1].Flags)
	}
}

func TestWatch(t *testing.T) {
	user, config := memServer(t)
	c := newClient(t, config)
	ctx, cancel := context.WithCancel(t.Context())
	news := make(chan struct{}, 100)
	ended := make(chan error, 1)
	go func() { ended <- c.Watch(ctx, func() { news <- struct{}{} }) }()
	// Mail is delivered again until it is noticed, since nothing tells from
	// outside when the watching has begun.
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	for heard := false; !heard; {
		select {
		case <-tick.C:
			put(t, user, "INBOX", letter(1))
		case <-news:
			heard = true
		case err := <-ended:
			t.Fatal("watching ended:", err)
		case <-deadline:
			t.Fatal("no news of new mail")
		}
	}
	cancel()
	if err := <-ended; err == nil {
		t.Error("watching ended without an error")
	}
}
