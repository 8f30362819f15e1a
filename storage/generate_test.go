package storage_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/storage"
)

const home conversation.AccountID = "home"

var (
	own   = conversation.MailAddress("me@example.org")
	start = time.Date(2024, 3, 1, 8, 0, 0, 0, time.UTC)
)

func open(t testing.TB) *storage.DB { return openAt(t, t.TempDir()) }

func openAt(t testing.TB, dir string) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), dir, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// opened is a database with one account that has the usual folders.
func opened(t testing.TB) *storage.DB {
	t.Helper()
	db := open(t)
	furnish(t, db, home, own)
	return db
}

func furnish(t testing.TB, db *storage.DB, a conversation.AccountID, address conversation.Address) {
	t.Helper()
	must(t, db.SetOwn(t.Context(), []accounts.Own{{Account: a, Protocol: conversation.Mail, Addresses: []conversation.Address{address}, Name: "Me"}}))
	for name, use := range map[string]accounts.Use{"INBOX": accounts.UseInbox, "Archive": accounts.UseArchive, "Trash": accounts.UseTrash, "Sent": accounts.UseSent} {
		must(t, db.SaveFolder(t.Context(), a, accounts.Folder{Name: name, Use: use, Validity: 1}))
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// letter is a message to be made.
type letter struct {
	n        int
	from, to string
	date     time.Time
	subject  string
	text     string
	list     string
	folder   string
	uid      uint32
	flags    accounts.Flags
	out      bool
}

func (l letter) arrival() accounts.Arrival {
	raw := []byte(fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: %s\r\nX-N: %d\r\n\r\n%s", l.from, l.to, l.subject, l.n, l.text))
	if l.folder == "" {
		l.folder = "INBOX"
	}
	if l.uid == 0 {
		l.uid = uint32(l.n + 1)
	}
	return accounts.Arrival{
		Copy:   accounts.Copy{Folder: l.folder, Validity: 1, UID: l.uid, Flags: l.flags, Received: l.date, Raw: raw},
		SHA256: sha256.Sum256(raw),
		Parsed: conversation.Parsed{Message: l.message(len(raw)), Origin: []byte("{}"), Fingerprint: sha256.Sum256(raw)},
	}
}

func (l letter) message(size int) conversation.Message {
	dir := conversation.In
	if l.out {
		dir = conversation.Out
	}
	m := conversation.Message{
		Account: home, Protocol: conversation.Mail, Direction: dir, Date: l.date, Received: l.date,
		Subject: l.subject, Text: l.text, Excerpt: l.text[:min(len(l.text), 80)], Size: int64(size),
		RFCID: fmt.Sprintf("n%d@example.org", l.n), ListID: l.list,
		Evidence: privacy.Evidence{Protocol: "mail", Transport: privacy.Transport{Ingress: "tls", TLS: "1.3"}},
		Facts:    privacy.Facts{Proto: "mail", Path: "tls", Subject: "clear"},
		Index:    privacy.Index{Version: 1, Score: 38, Raw: 38, Level: privacy.LevelD, Factors: []privacy.Factor{{ID: "r.path", Axis: "reading", Points: 18, Max: 60}}},
	}
	m.Participants = append(m.Participants, conversation.Participant{Role: conversation.From, Address: conversation.MailAddress(l.from), Name: nameOf(l.from)})
	for to := range strings.SplitSeq(l.to, ",") {
		m.Participants = append(m.Participants, conversation.Participant{Role: conversation.To, Address: conversation.MailAddress(to), Name: nameOf(to)})
	}
	return m
}

func nameOf(address string) string {
	local, _, _ := strings.Cut(address, "@")
	if local == "me" {
		return ""
	}
	return strings.ToUpper(local[:1]) + local[1:] + " Example"
}

// crowd makes messages of a believable mailbox: words with a long tail, people
// who write more than others, some groups, one list.
type crowd struct {
	r     *rand.Rand
	words []string
}

func newCrowd(seed uint64) *crowd {
	c := &crowd{r: rand.New(rand.NewPCG(seed, 7))}
	for range 20_000 {
		n := 3 + c.r.IntN(8)
		var b strings.Builder
		for range n {
			b.WriteByte(byte('a' + c.r.IntN(26)))
		}
		c.words = append(c.words, b.String())
	}
	return c
}

func (c *crowd) word() string {
	f := c.r.Float64()
	return c.words[int(f*f*f*float64(len(c.words)))]
}

func (c *crowd) text(size int) string {
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(c.word())
		b.WriteByte(' ')
	}
	return b.String()
}

func (c *crowd) person() string {
	f := c.r.Float64()
	return fmt.Sprintf("person%d@example.net", int(f*f*2000))
}

func (c *crowd) letter(n, size int) letter {
	l := letter{n: n, from: c.person(), to: "me@example.org", date: start.Add(time.Duration(n) * 7 * time.Minute), subject: c.text(30), text: c.text(size)}
	switch c.r.IntN(10) {
	case 0:
		l.to += "," + c.person()
	case 1:
		l.list = "gardeners.example.org"
	case 2:
		l.from, l.to, l.out, l.folder = "me@example.org", c.person(), true, "Sent"
	}
	l.flags.Seen = c.r.IntN(20) > 0
	return l
}

func (c *crowd) batch(from, n, size int) []accounts.Arrival {
	out := make([]accounts.Arrival, n)
	for i := range out {
		out[i] = c.letter(from+i, size).arrival()
	}
	return out
}

func add(t testing.TB, db *storage.DB, ls ...letter) accounts.Change {
	t.Helper()
	var batch []accounts.Arrival
	for _, l := range ls {
		batch = append(batch, l.arrival())
	}
	c, err := db.Add(t.Context(), home, batch)
	must(t, err)
	return c
}

func list(t testing.TB, db *storage.DB) conversation.Page {
	t.Helper()
	p, err := db.Conversations(context.Background(), conversation.Window{Limit: 100})
	must(t, err)
	return p
}
