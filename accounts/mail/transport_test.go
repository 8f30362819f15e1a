package mail

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
)

func transport(t *testing.T, s *servertest.Server, user string, change func(*Config)) *Transport {
	t.Helper()
	c := Config{
		Own:  conversation.MailAddress(user),
		IMAP: "imaps://" + s.IMAPS, SMTP: "smtp+starttls://" + s.SMTP,
		User: user, CAFile: s.CAFile, Quiet: 10 * time.Second,
		Secret: func(context.Context) (string, error) { return servertest.Password, nil },
	}
	if change != nil {
		change(&c)
	}
	tr, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}

func letter() conversation.Entry {
	return conversation.Entry{
		RFCID:      "8fk2@example.org",
		Recipients: []conversation.Address{conversation.MailAddress(servertest.Bob)},
		Wire: []byte("From: alice@example.org\r\nTo: bob@example.org\r\nDate: Thu, 01 Jan 2026 10:00:00 +0000\r\n" +
			"Message-ID: <8fk2@example.org>\r\nSubject: hello\r\n\r\nhello\r\n"),
		Copy: []byte("From: alice@example.org\r\nTo: bob@example.org\r\nBcc: carol@example.org\r\n" +
			"Message-ID: <8fk2@example.org>\r\nSubject: hello\r\n\r\nhello\r\n"),
	}
}

func TestFromAliceToBob(t *testing.T) {
	s := servertest.Mail(t)
	alice, bob := transport(t, s, servertest.Alice, nil), transport(t, s, servertest.Bob, nil)
	e := letter()
	if found, _, err := alice.Find(t.Context(), e); found || !errors.Is(err, accounts.ErrUnclear) {
		t.Fatalf("found %v before it was sent, error %v", found, err)
	}
	if _, err := alice.Send(t.Context(), e, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := alice.Keep(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if found, receipt, err := alice.Find(t.Context(), e); !found || !receipt.Saved || err != nil {
		t.Errorf("found %v, receipt %+v, error %v", found, receipt, err)
	}
	sent := &inboxOf{folder: "Sent"}
	if err := alice.Sync(t.Context(), sent); err != nil || len(sent.raws) != 1 || !bytes.Equal(sent.raws[0], e.Copy) {
		t.Errorf("sent mail %q, error %v", sent.raws, err)
	}
	awaitMail(t, bob, e)
	sec := alice.Security()
	if !sec.Verified || !sec.StartTLS || sec.TLS != "1.3" || sec.Auth == "" {
		t.Errorf("security %+v", sec)
	}
	if l := alice.Limits(); l.MaxSize != 1_000_000 || l.Files != -1 || l.MaxText != 0 {
		t.Errorf("limits %+v", l)
	}
}

// awaitMail syncs until the letter is there.
func awaitMail(t *testing.T, bob *Transport, e conversation.Entry) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		inbox := &inboxOf{folder: "INBOX"}
		if err := bob.Sync(ctx, inbox); err != nil {
			t.Fatal(err)
		}
		if len(inbox.raws) == 1 {
			if !bytes.HasSuffix(inbox.raws[0], e.Wire) || bytes.Contains(inbox.raws[0], []byte("Bcc")) {
				t.Errorf("Bob got %q", inbox.raws[0])
			}
			return
		}
	}
}

func TestTestLooksAtBothServers(t *testing.T) {
	s := servertest.Mail(t)
	if sec, err := transport(t, s, servertest.Alice, nil).Test(t.Context()); err != nil || !sec.Verified {
		t.Errorf("security %+v, error %v", sec, err)
	}
	for name, tc := range map[string]struct {
		change func(*Config)
		want   error
	}{
		"password": {func(c *Config) { c.Secret = func(context.Context) (string, error) { return "no", nil } }, accounts.ErrAuth},
		"SMTP":     {func(c *Config) { c.SMTP = "smtps://127.0.0.1:1" }, accounts.ErrOffline},
		"IMAP":     {func(c *Config) { c.IMAP = "imaps://127.0.0.1:1" }, accounts.ErrOffline},
		"CA":       {func(c *Config) { c.CAFile = servertest.NewAuthority(t).File }, accounts.ErrCertificate},
	} {
		if _, err := transport(t, s, servertest.Alice, tc.change).Test(t.Context()); !errors.Is(err, tc.want) {
			t.Errorf("%s: error %v, want %v", name, err, tc.want)
		}
	}
}

func TestNoPlainText(t *testing.T) {
	for _, c := range []Config{
		{IMAP: "imap://h", SMTP: "smtps://h"},
		{IMAP: "imaps://h", SMTP: "smtp://h"},
		{IMAP: "h:993", SMTP: "smtps://h"},
		{IMAP: "imaps://h", SMTP: ""},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}

// inboxOf is a mirror that knows nothing and keeps what comes from one folder.
type inboxOf struct {
	folder string
	raws   [][]byte
}

func (m *inboxOf) Folders(context.Context) ([]accounts.Folder, error)               { return nil, nil }
func (m *inboxOf) SaveFolder(context.Context, accounts.Folder) error                { return nil }
func (m *inboxOf) DropFolder(context.Context, string) error                         { return nil }
func (m *inboxOf) Reset(context.Context, string, uint32) error                      { return nil }
func (m *inboxOf) Flush(context.Context) error                                      { return nil }
func (m *inboxOf) Quarantine(context.Context, accounts.Copy, string) error          { return nil }
func (m *inboxOf) Aside(context.Context) ([]accounts.Aside, error)                  { return nil, nil }
func (m *inboxOf) Progress(int, int, string)                                        {}
func (m *inboxOf) Remove(context.Context, string, uint32, []uint32, []string) error { return nil }
func (m *inboxOf) Have(context.Context, string, uint32) ([]accounts.Have, error) {
	return nil, nil
}

func (m *inboxOf) SetFlags(context.Context, string, uint32, []accounts.FlagChange) error {
	return nil
}

func (m *inboxOf) Add(_ context.Context, copies []accounts.Copy) error {
	for _, c := range copies {
		if c.Folder == m.folder {
			m.raws = append(m.raws, c.Raw)
		}
	}
	return nil
}

func (*inboxOf) Adopt(_ context.Context, copies []accounts.Copy) ([]accounts.Copy, error) {
	return copies, nil
}
