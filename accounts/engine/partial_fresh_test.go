package engine_test

import (
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/conversation"
)

// New mail of which only the header is brought is news like any other.
func TestHeadersAreNews(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	c := written(7, "ada@example.net", "the words of the body")
	c.Received = time.Now().Add(time.Hour)
	var fresh []conversation.MessageID
	e := engine.New(engine.Options{
		Store: db, Formats: mails(), Now: time.Now,
		Publish: func(ev conversation.Event) { fresh = append(fresh, ev.Fresh...) },
	})
	own := accounts.Own{Account: "home", Protocol: conversation.Mail, Addresses: []conversation.Address{conversation.MailAddress("kim@example.com")}}
	if err := e.Add(t.Context(), engine.Account{Own: own, Transport: headersFirst(t, c)}); err != nil {
		t.Fatal(err)
	}
	if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil || sum.New != 1 {
		t.Fatalf("%+v", sum)
	}
	if ms := all(t, db); len(ms) != 1 || len(fresh) != 1 || fresh[0] != ms[0].ID {
		t.Errorf("news of %q", fresh)
	}
}
