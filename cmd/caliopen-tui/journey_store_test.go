package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/mime"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/storage"
)

// offline is an account that is not served, so that nothing needs a server.
func offline() accounts.Account {
	return accounts.Account{
		Name: "alice", Kind: "mail", Address: servertest.Alice, DisplayName: "Alice Étoile", Paused: true,
		IMAP: "imaps://localhost:1", SMTP: "smtps://localhost:1", PasswordCommand: "false",
	}
}

// stored is a profile with some mail and an account that stays offline.
func stored(t testing.TB, raws ...[]byte) *profile {
	t.Helper()
	p := newProfile(t)
	if err := accounts.AddAccount(filepath.Join(p.dir, "config.toml"), offline()); err != nil {
		t.Fatal(err)
	}
	store(t, filepath.Join(p.dir, "data"), len(raws), func(i int) []byte { return raws[i] })
	return p
}

// letter is a short mail to Alice.
func letter(name, address, subject, text string) []byte {
	at := time.Date(2026, 3, 1, 10, 0, len(subject), 0, time.UTC).Format(time.RFC1123Z)
	return fmt.Appendf(nil, "From: %s <%s>\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%x@example.net>\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		name, address, servertest.Alice, subject, at, sha256.Sum256([]byte(subject+text)), text)
}

// store fills a database as a first pass over a mailbox does: parsed, scored
// and added by the thousand.
func store(t testing.TB, dir string, n int, raw func(int) []byte) {
	t.Helper()
	ctx := context.Background()
	db, err := storage.Open(ctx, dir, storage.Options{Score: score})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	own := accounts.Own{Account: "alice", Protocol: conversation.Mail, Addresses: []conversation.Address{conversation.MailAddress(servertest.Alice)}}
	if err := db.SetOwn(ctx, []accounts.Own{own}); err != nil { // as the engine does before the first pass
		t.Fatal(err)
	}
	const step = 2000
	for from := 0; from < n; from += step {
		batch := make([]accounts.Arrival, min(step, n-from))
		parseAll(db, batch, from, raw)
		if _, err := db.Add(ctx, "alice", batch); err != nil {
			t.Fatal(err)
		}
	}
	folder := accounts.Folder{Name: "INBOX", Use: accounts.UseInbox}
	if err := db.SaveFolder(ctx, "alice", folder); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Sweep(ctx, "alice"); err != nil {
		t.Fatal(err)
	}
}

// parseAll fills a batch with two parsers at once.
func parseAll(db *storage.DB, batch []accounts.Arrival, from int, raw func(int) []byte) {
	var group sync.WaitGroup
	for worker := range 2 {
		group.Go(func() {
			for i := worker; i < len(batch); i += 2 {
				batch[i] = arrival(db, uint32(from+i+1), raw(from+i))
			}
		})
	}
	group.Wait()
}

func arrival(db *storage.DB, uid uint32, raw []byte) accounts.Arrival {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	p := mime.New().Parse(raw, conversation.ParseContext{
		Account: "alice", Home: "example.org", Own: conversation.MailAddress(servertest.Alice), Received: at,
	})
	m := &p.Message
	m.Account, m.Received = "alice", at
	m.Facts = privacy.FactsOf(m.Evidence)
	m.Index = privacy.Message(m.Facts)
	return accounts.Arrival{
		Copy:   accounts.Copy{Folder: "INBOX", Validity: 1, UID: uid, Received: at, Raw: raw},
		Packed: db.Pack(raw), SHA256: sha256.Sum256(raw), Parsed: p,
	}
}
