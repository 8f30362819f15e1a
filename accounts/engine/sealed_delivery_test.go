package engine_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/accounts/mail"
	"github.com/caliopen/caliopen-tui/accounts/mime"
	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/storage"
)

// noon is the time of this story; the keys of the tests are valid then.
var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// submission is a submission server that writes down what it is given.
type submission struct {
	mu      sync.Mutex
	refused string // an address that it does not take
	mails   []submitted
}

type submitted struct {
	from string
	to   []string
	data []byte
}

func (s *submission) NewSession(*smtp.Conn) (smtp.Session, error) { return &talk{server: s}, nil }

type talk struct {
	server *submission
	mail   submitted
}

func (*talk) AuthMechanisms() []string { return []string{"PLAIN"} }

func (*talk) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, _, _ string) error { return nil }), nil
}

func (t *talk) Mail(from string, _ *smtp.MailOptions) error {
	t.mail = submitted{from: from}
	return nil
}

func (t *talk) Rcpt(to string, _ *smtp.RcptOptions) error {
	if to == t.server.refused {
		return &smtp.SMTPError{Code: 550, Message: "no such user"}
	}
	t.mail.to = append(t.mail.to, to)
	return nil
}

func (t *talk) Data(r io.Reader) (err error) {
	t.mail.data, err = io.ReadAll(r)
	t.server.mu.Lock()
	defer t.server.mu.Unlock()
	t.server.mails = append(t.server.mails, t.mail)
	return err
}

func (*talk) Reset()        {}
func (*talk) Logout() error { return nil }

// take serves with the certificate of another server of the test.
func (s *submission) take(t *testing.T, near *servertest.Server) (address string) {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(near.Certificate, near.Key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(s)
	server.Domain = "mx.example.org"
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return "smtps://" + l.Addr().String()
}

// holders is a keyring of Alice's key and the certificates of the others.
type holders struct {
	conversation.Keyring
	own    *openpgp.Key
	others map[string]*openpgp.Key // by address
}

func newHolders(t *testing.T, own string, others ...string) *holders {
	t.Helper()
	h := &holders{own: storedKey(t, own), others: map[string]*openpgp.Key{}}
	for _, name := range others {
		h.others[name+"@example.org"] = storedKey(t, name).Public()
	}
	return h
}

func storedKey(t *testing.T, name string) *openpgp.Key {
	t.Helper()
	data, err := os.ReadFile("../../privacy/openpgp/testdata/" + name + ".asc")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := openpgp.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return keys[0]
}

func (h *holders) Peer(_, peer conversation.Address) conversation.PeerKey {
	k, ok := h.others[peer.ID]
	if !ok {
		return conversation.PeerKey{Address: peer}
	}
	return conversation.PeerKey{Address: peer, Fingerprint: k.Fingerprint(), Person: "tofu", Advice: conversation.SealEncrypt, Mutual: true}
}

func (h *holders) Own(conversation.Address) (conversation.Key, bool) {
	return conversation.Key{Fingerprint: h.own.Fingerprint(), Own: true, Secret: true}, true
}

func (h *holders) Lock() conversation.LockState               { return conversation.LockState{Keys: 1} }
func (h *holders) Secrets() []*openpgp.Key                    { return []*openpgp.Key{h.own} }
func (h *holders) Signers(uint64) []*openpgp.Key              { return []*openpgp.Key{h.own.Public()} }
func (h *holders) Bound(conversation.Address, string) bool    { return false }
func (h *holders) Signer(conversation.Address) *openpgp.Key   { return h.own }
func (h *holders) Autocrypt(conversation.Address) string      { return "" }
func (h *holders) Gossip(conversation.Address, string) string { return "" }
func (h *holders) Recipient(fpr string, _ time.Time) *openpgp.Key {
	for _, k := range h.others {
		if k.Fingerprint() == fpr {
			return k
		}
	}
	return nil
}

// post is a Service and an engine over real servers.
type post struct {
	*conversation.Service
	db     *storage.DB
	engine *engine.Engine
	imap   *servertest.Server
	smtp   *submission
}

func newPost(t *testing.T, keys *holders) *post {
	t.Helper()
	p := &post{imap: servertest.Dovecot(t), smtp: &submission{}}
	clock := func() time.Time { return noon }
	alice := conversation.MailAddress(servertest.Alice)
	tr, err := mail.New(mail.Config{
		Own: alice, IMAP: "imaps://" + p.imap.IMAPS, SMTP: p.smtp.take(t, p.imap), User: servertest.Alice, CAFile: p.imap.CAFile,
		Secret: func(context.Context) (string, error) { return servertest.Password, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if p.db, err = storage.Open(t.Context(), t.TempDir(), storage.Options{Now: clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = tr.Close(), p.db.Close() })
	formats := map[conversation.Protocol]conversation.Format{conversation.Mail: mime.WithKeys(keys, clock)}
	p.engine = engine.New(engine.Options{Store: p.db, Formats: formats, Now: clock})
	own := accounts.Own{Account: "home", Protocol: conversation.Mail, Addresses: []conversation.Address{alice}}
	if err := p.engine.Add(t.Context(), engine.Account{Own: own, Transport: tr}); err != nil {
		t.Fatal(err)
	}
	p.Service = conversation.New(conversation.Options{
		Store: p.db, Formats: formats, Clock: clock, Keys: keys,
		Random: func(b []byte) { _, _ = rand.Read(b) },
		Accounts: func() []conversation.OwnAccount {
			return []conversation.OwnAccount{{ID: "home", Protocol: conversation.Mail, Address: alice, Name: "Alice", Verified: true}}
		},
	})
	return p
}

func drafted(names ...string) []conversation.Recipient {
	var out []conversation.Recipient
	for _, n := range names {
		out = append(out, conversation.Recipient{Name: n, Address: conversation.MailAddress(n + "@example.org")})
	}
	return out
}

// stored counts the messages that are kept here.
func (p *post) stored(t *testing.T) int {
	t.Helper()
	page, err := p.db.Conversations(t.Context(), conversation.Window{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range page.Rows {
		ms, _, _, err := p.db.Messages(t.Context(), c.ID, conversation.Span{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		n += len(ms)
	}
	return n
}

// A mail sealed to three people and two Bcc leaves in three transactions, each
// with its readers alone; it is one message here, and one copy among the sent
// mail, which its writer can read.
func TestSealedMailLeavesInItsEnvelopes(t *testing.T) {
	keys := newHolders(t, "alice", "bob", "frank", "grace", "mallory", "heidi")
	p := newPost(t, keys)
	draft := conversation.Draft{
		To: drafted("bob", "frank"), Cc: drafted("grace"), Bcc: drafted("mallory", "heidi"),
		Subject: "The Zanzibar plan", Text: "To Zanzibar.\n", Via: "home/sealed",
	}
	if _, _, err := p.Send(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
	for range 2 { // sends, then sees what it put among the sent mail
		if s := p.engine.SyncOnce(t.Context(), nil)[0]; s.Err != nil || s.Failed != 0 {
			t.Fatalf("%+v", s)
		}
	}
	want := []string{"bob@example.org frank@example.org grace@example.org", "mallory@example.org", "heidi@example.org"}
	for i, m := range p.smtp.mails {
		if i >= len(want) || strings.Join(m.to, " ") != want[i] || m.from != servertest.Alice {
			t.Errorf("transaction %d: from %s to %s", i, m.from, m.to)
		}
		if bytes.Contains(m.data, []byte("Zanzibar")) || bytes.Contains(bytes.ToLower(m.data), []byte("\nbcc:")) || i == 0 && bytes.Contains(m.data, []byte("mallory")) {
			t.Errorf("transaction %d tells too much", i)
		}
		for _, name := range []string{"bob", "frank", "grace", "mallory", "heidi"} {
			r := pgpmime.Read(m.data, newHolders(t, name), noon)
			if reads := slices.Contains(m.to, name+"@example.org"); r.Opened != reads {
				t.Errorf("transaction %d: %s opens it: %v", i, name, r.Opened)
			}
		}
	}
	if len(p.smtp.mails) != 3 {
		t.Errorf("%d transactions", len(p.smtp.mails))
	}
	p.keptOnce(t, keys)
	entries, err := p.Outbox(t.Context())
	if err != nil || len(entries) != 3 || slices.ContainsFunc(entries, func(e conversation.Entry) bool { return e.State != conversation.StateSent }) {
		t.Errorf("%v, outbox %+v", err, entries)
	}
}

// keptOnce checks the message here and the copy on the server.
func (p *post) keptOnce(t *testing.T, keys *holders) {
	t.Helper()
	if n := p.stored(t); n != 1 {
		t.Errorf("%d messages are stored", n)
	}
	if _, sent := p.imap.Dump(servertest.Alice, "Sent"); len(sent) != 1 {
		t.Errorf("%d copies among the sent mail", len(sent))
	}
	_, raw, found := strings.Cut(p.imap.Doveadm("fetch", "-u", servertest.Alice, "text", "mailbox", "Sent"), "text:\n")
	r := pgpmime.Read([]byte(raw), keys, noon)
	if !found || !r.Opened || !bytes.Contains(r.Entity, []byte("To Zanzibar.")) || !strings.Contains(fmt.Sprint(r.Fields), "mallory@example.org") {
		t.Errorf("the writer reads %+v\n%s", r.Security, r.Entity)
	}
	if strings.Contains(raw, "Zanzibar") || strings.Contains(raw, "mallory") {
		t.Error("the copy tells the server who got it, or what")
	}
}

// A Bcc who is refused is told of by himself, and can be tried again alone.
func TestRefusedBccIsOneEntry(t *testing.T) {
	p := newPost(t, newHolders(t, "alice", "bob", "mallory", "heidi"))
	p.smtp.refused = "mallory@example.org"
	draft := conversation.Draft{To: drafted("bob"), Bcc: drafted("mallory", "heidi"), Subject: "x", Text: "y\n", Via: "home/sealed"}
	if _, _, err := p.Send(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
	p.engine.SyncOnce(t.Context(), nil)
	entries, err := p.Outbox(t.Context())
	if err != nil || len(entries) != 3 {
		t.Fatalf("%v, outbox %+v", err, entries)
	}
	for i, want := range []conversation.State{conversation.StateSent, conversation.StateFailed, conversation.StateSent} {
		if entries[i].State != want {
			t.Errorf("%v is %s: %s", entries[i].Recipients, entries[i].State, entries[i].Error)
		}
	}
	p.smtp.refused = ""
	if err := p.Retry(t.Context(), entries[1].ID); err != nil {
		t.Fatal(err)
	}
	p.engine.SyncOnce(t.Context(), nil)
	if len(p.smtp.mails) != 3 || p.smtp.mails[2].to[0] != "mallory@example.org" || p.stored(t) != 1 {
		t.Errorf("%d transactions, %d messages", len(p.smtp.mails), p.stored(t))
	}
}
