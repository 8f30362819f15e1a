package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/accounts/mime"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// sourced is a transport, or a source, that is one function.
type sourced struct {
	accounts.Transport
	sync func(ctx context.Context, m accounts.Mirror) error
}

func (s sourced) Sync(ctx context.Context, m accounts.Mirror) error { return s.sync(ctx, m) }
func (sourced) Security() accounts.Security                         { return accounts.Security{TLS: "1.3", Verified: true} }
func (sourced) Close() error                                        { return nil }

func openStore(t testing.TB) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), t.TempDir(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func over(db engine.Store) *engine.Engine {
	return engine.New(engine.Options{Store: db, Formats: mails()})
}

func mails() map[conversation.Protocol]conversation.Format {
	return map[conversation.Protocol]conversation.Format{conversation.Mail: mime.New()}
}

func zoes(name string) accounts.Own {
	return accounts.Own{Account: conversation.AccountID(name), Protocol: conversation.Mail, Addresses: []conversation.Address{conversation.MailAddress("zoe@example.org")}}
}

// written is a mail, with a word for its text. One that names its way claims
// what only a provider may say.
func written(n int, from, text string) accounts.Copy {
	raw := fmt.Sprintf("Authentication-Results: mx.example.org; dkim=pass header.d=example.net; dmarc=pass header.from=example.net\r\n"+
		"Message-ID: <%d@example.net>\r\nFrom: %s\r\nTo: kim@example.com\r\nSubject: number %d\r\nDate: Mon, 2 Mar 2026 10:00:%02d +0000\r\n\r\n%s\r\n", n, from, n, n%60, text)
	return accounts.Copy{Folder: "INBOX", Validity: 1, UID: uint32(n), Raw: []byte(raw), Received: time.Date(2026, 3, 2, 10, 0, n%60, 0, time.UTC)}
}

// What is imported lies where no sync comes to, and a sync's folder of the same
// name is another one.
func TestImportLiesApart(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	e := over(db)
	own := zoes("home")
	server := sourced{sync: func(ctx context.Context, m accounts.Mirror) error {
		folders, err := m.Folders(ctx)
		if err != nil {
			return err
		}
		for _, f := range folders {
			if f.Name != "INBOX" {
				t.Errorf("the server's pass is shown %q", f.Name)
			}
		}
		return m.SaveFolder(ctx, accounts.Folder{Name: "INBOX", Use: accounts.UseInbox, Validity: 1})
	}}
	if err := e.Add(t.Context(), engine.Account{Own: own, Transport: server}); err != nil {
		t.Fatal(err)
	}
	file := sourced{sync: func(ctx context.Context, m accounts.Mirror) error {
		folders, err := m.Folders(ctx)
		if err != nil || len(folders) > 0 && (folders[0].Name != "INBOX" || len(folders) != 1) {
			t.Errorf("the import is shown %v (%v)", folders, err)
		}
		if err := m.Add(ctx, []accounts.Copy{written(1, "zoe@example.org", "mine"), written(2, "ada@example.net", "hers")}); err != nil {
			return err
		}
		return m.Flush(ctx)
	}}
	for range 2 { // a second import of the same changes nothing
		for _, want := range []int{2, 0} {
			sum, err := e.Take(t.Context(), own, file)
			if err != nil || sum.New > want {
				t.Fatalf("%+v, %v", sum, err)
			}
		}
		if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil {
			t.Fatal(sum.Err)
		}
	}
	page, err := db.Conversations(t.Context(), conversation.Window{Limit: 10})
	if err != nil || page.Total == 0 {
		t.Fatalf("%+v, %v", page, err)
	}
	seen := map[conversation.Direction]int{}
	for _, row := range page.Rows {
		ms, _, _, err := db.Messages(t.Context(), row.ID, conversation.Span{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ms {
			seen[m.Direction]++
			if m.Evidence.Authentication.Source != "none" || m.Evidence.OwnHop {
				t.Errorf("%q is believed to have come well: %+v", m.Subject, m.Evidence.Authentication)
			}
			if !strings.HasSuffix(m.Folder, "INBOX") {
				t.Errorf("it lies in %q", m.Folder)
			}
		}
	}
	if seen[conversation.Out] != 1 || seen[conversation.In] != 1 {
		t.Errorf("directions %v, want one each", seen)
	}
}

// An account need not be served to be imported into.
func TestImportWithoutAccount(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	file := sourced{sync: func(ctx context.Context, m accounts.Mirror) error {
		if err := m.SaveFolder(ctx, accounts.Folder{Name: "2016", Validity: 1}); err != nil {
			return err
		}
		c := written(1, "ada@example.net", "old")
		c.Folder = "2016"
		return m.Add(ctx, []accounts.Copy{c})
	}}
	sum, err := over(db).Take(t.Context(), zoes("files"), file)
	if err != nil || sum.New != 1 || sum.Account != "files" {
		t.Fatalf("%+v, %v", sum, err)
	}
	fail := sourced{sync: func(context.Context, accounts.Mirror) error { return accounts.ErrRefused }}
	if sum, err := over(db).Take(t.Context(), zoes("files"), fail); err == nil || sum.Err == nil {
		t.Error("a source that fails goes unnoticed")
	}
}
