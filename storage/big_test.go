package storage_test

import (
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/storage"
)

// filled is a database with n messages, and two people of many each.
func filled(t testing.TB, n int) *storage.DB {
	t.Helper()
	db := opened(t)
	c := newCrowd(2)
	for at := 0; at < n; at += 2000 {
		batch := c.batch(at, min(2000, n-at), 400)
		for i := range batch {
			if i%5 == 0 {
				batch[i] = twin(at+i, "zoe@example.org", c)
			}
			if i%5 == 1 {
				batch[i] = twin(at+i, "zoe@work.example", c)
			}
		}
		_, err := db.Add(t.Context(), home, batch)
		must(t, err)
	}
	return db
}

func twin(n int, from string, c *crowd) accounts.Arrival {
	l := c.letter(n, 400)
	l.from, l.to, l.out, l.list, l.folder = from, "me@example.org", false, "", "INBOX"
	return l.arrival()
}

func TestJoinIsNotNoticeable(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a large database")
	}
	db := filled(t, 20_000)
	a, b := who(t, db, "zoe@example.org"), who(t, db, "zoe@work.example")
	best := time.Hour
	for range 5 {
		began := time.Now()
		must(t, db.JoinContacts(t.Context(), a, b))
		p := list(t, db)
		best = min(best, time.Since(began))
		if p.Total == 0 {
			t.Fatal("empty list")
		}
		_, err := db.SplitContact(t.Context(), a, conversation.MailAddress("zoe@work.example"))
		must(t, err)
	}
	if best > 100*time.Millisecond {
		t.Errorf("joining took %v until the list showed it", best)
	}
	sound(t, db)
}

func BenchmarkLarge(b *testing.B) {
	db := filled(b, 100_000)
	ctx := b.Context()
	zoe, other := who(b, db, "zoe@example.org"), who(b, db, "zoe@work.example")
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			_, err := db.Conversations(ctx, conversation.Window{Kinds: []conversation.Kind{conversation.KindPeople}, Limit: 50})
			must(b, err)
		}
	})
	b.Run("page", func(b *testing.B) {
		p, err := db.Conversations(ctx, conversation.Window{Limit: 1})
		must(b, err)
		for b.Loop() {
			_, _, _, err := db.Messages(ctx, p.Rows[0].ID, conversation.Span{Limit: 50})
			must(b, err)
		}
	})
	b.Run("history", func(b *testing.B) {
		for b.Loop() {
			_, err := db.History(ctx, zoe, 50)
			must(b, err)
		}
	})
	b.Run("join", func(b *testing.B) {
		for b.Loop() {
			must(b, db.JoinContacts(ctx, zoe, other))
			list(b, db)
			b.StopTimer()
			_, err := db.SplitContact(ctx, zoe, conversation.MailAddress("zoe@work.example"))
			must(b, err)
			b.StartTimer()
		}
	})
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			again, err := storage.Open(ctx, dirOf(db), storage.Options{})
			must(b, err)
			_, err = again.Conversations(ctx, conversation.Window{Limit: 50})
			must(b, err)
			must(b, again.Close())
		}
	})
	w := newCrowd(2).words
	for name, text := range map[string]string{
		"frequent": w[0], "rare": w[19_000], "prefix": w[5][:3] + "*", "two": w[0] + " " + w[1], "phrase": `"` + w[0] + " " + w[1] + `"`,
		"or": w[0] + " or " + w[3], "not": w[0] + " -" + w[1], "from": "from:zoe", "from+word": "from:zoe " + w[2], "unread": "is:unread", "none": "has:invite",
	} {
		q, err := conversation.ParseQuery(text, start, "en")
		must(b, err)
		b.Run("search/"+name, func(b *testing.B) {
			for b.Loop() {
				_, err := db.Search(ctx, q, 50)
				must(b, err)
			}
		})
	}
}

// BenchmarkUpkeep is what a pass and a start do to a large database besides
// storing what is new.
func BenchmarkUpkeep(b *testing.B) {
	db := filled(b, 100_000)
	ctx := b.Context()
	b.Run("own", func(b *testing.B) { // an address with many messages becomes own, and is given up again
		for i := 0; b.Loop(); i++ {
			mine := []accounts.Own{{Account: home, Protocol: conversation.Mail, Addresses: []conversation.Address{own}, Name: "Me"}}
			if i%2 == 0 {
				mine[0].Addresses = append(mine[0].Addresses, conversation.MailAddress("person0@example.net"))
			}
			must(b, db.SetOwn(ctx, mine))
		}
	})
	b.Run("sweep", func(b *testing.B) {
		for b.Loop() {
			_, err := db.Sweep(ctx, home)
			must(b, err)
		}
	})
	b.Run("judge", func(b *testing.B) { // without a change
		for b.Loop() {
			_, err := db.Rejudge(ctx, home, func([]byte, *privacy.Evidence) bool { return false })
			must(b, err)
		}
	})
}
