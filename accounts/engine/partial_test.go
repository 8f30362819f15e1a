package engine_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/conversation"
)

// halved is a server that gives headers first, and the whole when asked.
type halved struct {
	sourced
	whole map[uint32]accounts.Copy
}

func (h halved) Watch(ctx context.Context, _ func()) error { <-ctx.Done(); return nil }

func (h halved) Complete(_ context.Context, c accounts.Copy) (accounts.Copy, error) {
	if w, ok := h.whole[c.UID]; ok {
		return w, nil
	}
	return c, accounts.ErrRefused
}

func half(c accounts.Copy) accounts.Copy {
	c.Size, c.Partial = int64(len(c.Raw)), true
	c.Raw = c.Raw[:bytes.Index(c.Raw, []byte("\r\n\r\n"))+4]
	return c
}

func headersFirst(t *testing.T, whole ...accounts.Copy) halved {
	h := halved{whole: map[uint32]accounts.Copy{}}
	for _, c := range whole {
		h.whole[c.UID] = c
	}
	h.sync = func(ctx context.Context, m accounts.Mirror) error {
		if err := m.SaveFolder(ctx, accounts.Folder{Name: "INBOX", Use: accounts.UseInbox, Validity: 1}); err != nil {
			return err
		}
		for _, c := range whole {
			if err := m.Add(ctx, []accounts.Copy{half(c)}); err != nil {
				return err
			}
		}
		return m.Flush(ctx)
	}
	return h
}

func all(t *testing.T, db conversation.Store) (out []conversation.Message) {
	t.Helper()
	page, err := db.Conversations(t.Context(), conversation.Window{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range page.Rows {
		ms, _, _, err := db.Messages(t.Context(), row.ID, conversation.Span{Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, ms...)
	}
	return out
}

// A message of which only the header is here claims nothing of its body, and
// becomes whole when it is asked for.
func TestHeaderThenWhole(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	c := written(7, "ada@example.net", "the words of the body")
	e := over(db)
	own := accounts.Own{Account: "home", Protocol: conversation.Mail, Addresses: []conversation.Address{conversation.MailAddress("kim@example.com")}}
	if err := e.Add(t.Context(), engine.Account{Own: own, Transport: headersFirst(t, c)}); err != nil {
		t.Fatal(err)
	}
	if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil {
		t.Fatal(sum.Err)
	}
	got := all(t, db)
	if len(got) != 1 || !got[0].Partial || got[0].Size != int64(len(c.Raw)) || got[0].Text != "" || got[0].Subject != "number 7" {
		t.Fatalf("the header alone: %+v", got)
	}
	if got[0].Facts.Remote != "blocked" || len(got[0].Warnings) != 0 {
		t.Errorf("facts %+v, warnings %v", got[0].Facts, got[0].Warnings)
	}
	if err := e.Fill(t.Context(), got[0].ID); err != nil {
		t.Fatal(err)
	}
	whole := all(t, db)
	if len(whole) != 1 || whole[0].Partial || !strings.Contains(whole[0].Text, "the words of the body") || whole[0].Facts.Remote != "" {
		t.Fatalf("the whole: %+v", whole)
	}
	if err := e.Fill(t.Context(), whole[0].ID); err == nil {
		t.Error("what is here whole is fetched again")
	}
}

// A header that announces a seal proves none.
func TestHeaderClaimsNoSeal(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{
		"multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=x", "application/pkcs7-mime; smime-type=enveloped-data",
		"multipart/signed; protocol=\"application/pgp-signature\"; boundary=x",
	} {
		db := openStore(t)
		c := written(1, "ada@example.net", "--x--")
		c.Raw = bytes.Replace(c.Raw, []byte("Subject:"), []byte("Content-Type: "+kind+"\r\nSubject:"), 1)
		e := over(db)
		if err := e.Add(t.Context(), engine.Account{Own: zoes("home"), Transport: headersFirst(t, c)}); err != nil {
			t.Fatal(err)
		}
		e.SyncOnce(t.Context(), nil)
		got := all(t, db)
		if len(got) != 1 || got[0].Evidence.Security.Sealed != "none" || got[0].Evidence.Security.Signature != "none" || conversation.Unopened(got[0].Warnings) {
			t.Errorf("%s: %+v", kind, got)
		}
	}
}

// Asked for while the engine runs, the rest comes with an event; what the server
// has no more is told once.
func TestWholeWhileRunning(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	here, gone := written(1, "ada@example.net", "still there"), written(2, "ada@example.net", "gone")
	server := headersFirst(t, here, gone)
	delete(server.whole, 2)
	events := make(chan conversation.Event, 100)
	e := engine.New(engine.Options{
		Store: db, Formats: mails(), Publish: func(ev conversation.Event) {
			select {
			case events <- ev:
			default:
			}
		},
	})
	if err := e.Add(t.Context(), engine.Account{Own: zoes("home"), Transport: server}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	done := make(chan struct{})
	go func() { defer close(done); e.Run(ctx) }()
	defer func() { cancel(); <-done }()
	until(t, ctx, events, func(conversation.Event) bool { return len(all(t, db)) == 2 })
	for _, m := range all(t, db) {
		e.Whole(m.ID)
	}
	noticed := false
	until(t, ctx, events, func(ev conversation.Event) bool {
		noticed = noticed || ev.Notice.Code == "engine.whole_gone"
		left := 0
		for _, m := range all(t, db) {
			if m.Partial {
				left++
			}
		}
		return noticed && left == 1
	})
}

func until(t *testing.T, ctx context.Context, events <-chan conversation.Event, ok func(conversation.Event) bool) {
	t.Helper()
	for {
		select {
		case <-ctx.Done():
			t.Fatal("it never happened")
		case ev := <-events:
			if ok(ev) {
				return
			}
		}
	}
}
