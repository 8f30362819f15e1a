package storage_test

import (
	"slices"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// A sent message keeps the badge it was sent with when everything is read
// again; a received one, of which anybody may claim anything, does not.
func TestRebuildKeepsWhatWasForeseenOfSentMessages(t *testing.T) {
	foreseen := privacy.Facts{Proto: "mail", OwnHop: true, Path: "tls", Person: "domain", Subject: "clear"}
	unknown := privacy.Facts{Proto: "mail", OwnHop: true, Subject: "clear"}
	for _, test := range []struct {
		direction conversation.Direction
		want      privacy.Facts
	}{{conversation.Out, foreseen}, {conversation.In, unknown}} {
		db := opened(t)
		batch := newCrowd(6).batch(0, 3, 200)
		m := &batch[0].Parsed.Message
		m.Direction, m.Facts, m.Index = test.direction, foreseen, privacy.Message(foreseen)
		_, err := db.Add(t.Context(), home, batch)
		must(t, err)
		for range 2 {
			must(t, db.Rebuild(t.Context(), parserOf(batch, func(p *conversation.Parsed) {
				p.Message.Facts, p.Message.Index = unknown, privacy.Message(unknown)
			}), nil))
		}
		got, err := db.Message(t.Context(), conversation.NewMessageID(batch[0].Parsed.Fingerprint))
		must(t, err)
		if got.Facts != test.want || got.Index.Score != privacy.Message(test.want).Score {
			t.Errorf("%s: %+v with %d, want %+v", test.direction, got.Facts, got.Index.Score, test.want)
		}
		sound(t, db)
	}
}

// The user stays who he is in the messages of an account he has removed, as
// long as they are kept.
func TestAnOwnAddressIsLetGoWithItsMessages(t *testing.T) {
	old := conversation.MailAddress("old@example.org")
	for _, keep := range []bool{true, false} {
		db := opened(t)
		must(t, db.SetOwn(t.Context(), []accounts.Own{{Account: home, Protocol: conversation.Mail, Addresses: []conversation.Address{old}, Name: "Me"}}))
		add(t, db, letter{n: 1, from: "zoe@example.org", to: "old@example.org", date: start, subject: "a", text: "first"})
		must(t, db.DropAccount(t.Context(), home, keep))
		must(t, db.SetOwn(t.Context(), []accounts.Own{{Account: "new", Protocol: conversation.Mail, Addresses: []conversation.Address{own}, Name: "Me"}}))
		me, err := db.Contact(t.Context(), conversation.Me)
		must(t, err)
		if kept := slices.ContainsFunc(me.Addresses, func(a conversation.ContactAddress) bool { return a.Address == old }); kept != keep {
			t.Errorf("messages kept %v, the address %v: %v", keep, kept, me.Addresses)
		}
		if p := list(t, db); keep && (len(p.Rows) != 1 || len(p.Rows[0].Contacts) != 1) {
			t.Errorf("rows %+v", p.Rows)
		}
		sound(t, db)
	}
}
