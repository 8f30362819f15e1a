package storage_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/storage"
)

// parserOf parses the raw sources of a batch as they were parsed at first, but
// for what change does.
func parserOf(batch []accounts.Arrival, change func(*conversation.Parsed)) storage.Parser {
	known := map[[32]byte]conversation.Parsed{}
	for _, a := range batch {
		known[sha256.Sum256(a.Copy.Raw)] = a.Parsed
	}
	return func(_ conversation.AccountID, _ conversation.Protocol, raw []byte, _ time.Time) conversation.Parsed {
		p := known[sha256.Sum256(raw)]
		if change != nil {
			change(&p)
		}
		return p
	}
}

func TestRebuildGivesTheSame(t *testing.T) {
	db := opened(t)
	batch := newCrowd(6).batch(0, 300, 200)
	_, err := db.Add(t.Context(), home, batch)
	must(t, err)
	first := batch[0].Parsed
	_, err = db.Act(t.Context(), conversation.Act{Kind: conversation.ActStar, Messages: []conversation.MessageID{conversation.NewMessageID(first.Fingerprint)}})
	must(t, err)
	must(t, db.JoinContacts(t.Context(), who(t, db, "person1@example.net"), who(t, db, "person2@example.net")))
	before := titles(list(t, db))
	must(t, db.Rebuild(t.Context(), parserOf(batch, nil), nil))
	if after := titles(list(t, db)); !slices.Equal(before, after) {
		t.Fatalf("before %q\nafter  %q", before, after)
	}
	m, err := db.Message(t.Context(), conversation.NewMessageID(first.Fingerprint))
	must(t, err)
	if !m.Starred || len(tasks(t, db)) != 1 {
		t.Fatal("act lost")
	}
	sound(t, db)
}

// A message that its server let be edited is found by its new words only, and
// the index is right also where the words stayed the same.
func TestEditedWordsAreIndexed(t *testing.T) {
	db, l := opened(t), hello()
	add(t, db, l)
	for n, text := range []string{"zwölfkampf", "zwölfkampf", "weitsprung"} {
		a := l.arrival()
		a.Copy.Raw = append(a.Copy.Raw, byte('0'+n))
		a.SHA256, a.Parsed.Message.Text = sha256.Sum256(a.Copy.Raw), text
		_, err := db.Add(t.Context(), home, []accounts.Arrival{a})
		must(t, err)
		for _, word := range []string{"zwolfkampf", "weitsprung"} {
			q, err := conversation.ParseQuery(word, start, "en")
			must(t, err)
			found, err := db.Count(t.Context(), q)
			must(t, err)
			if is := word[0] == text[0]; is != (found == 1) {
				t.Errorf("edit %d: %d found by %q", n, found, word)
			}
		}
		sound(t, db)
	}
}

func TestRebuildGoesOnWhereItStopped(t *testing.T) {
	db := opened(t)
	batch := newCrowd(6).batch(0, 1000, 50)
	_, err := db.Add(t.Context(), home, batch)
	must(t, err)
	parsed := 0
	parse := parserOf(batch, func(p *conversation.Parsed) {
		parsed++
		p.Message.Date = p.Message.Date.Add(-time.Hour)
		p.Message.Subject = "rebuilt"
	})
	ctx, cancel := context.WithCancel(t.Context())
	err = db.Rebuild(ctx, parse, func(done, _ int) {
		if done >= 400 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("not interrupted: %v", err)
	}
	again := openAt(t, dirOf(db))
	must(t, again.Rebuild(t.Context(), parse, nil))
	if parsed < 1000 || parsed > 1200 {
		t.Fatalf("%d parsed", parsed)
	}
	q, err := conversation.ParseQuery("subject:rebuilt", start, "en")
	must(t, err)
	if n, err := again.Count(t.Context(), q); err != nil || n != 1000 {
		t.Fatalf("%d rebuilt, %v", n, err)
	}
	sound(t, again)
}

func TestMigrationIsAllOrNothing(t *testing.T) {
	db := open(t)
	_, before, err := db.Tables(t.Context(), "half")
	must(t, err)
	if err := db.Interrupt(t.Context()); err == nil {
		t.Fatal("no error")
	}
	if n, after, err := db.Tables(t.Context(), "half"); err != nil || n != 0 || after != before {
		t.Fatalf("%d tables, version %d, %v", n, after, err)
	}
	must(t, db.SetSetting(t.Context(), "a", "b"))
}

func TestIndexOfAnotherBuildIsMadeAnew(t *testing.T) {
	db, _ := searched(t)
	must(t, db.ForgetIndex(t.Context()))
	again := openAt(t, dirOf(db))
	q, err := conversation.ParseQuery("reunion", start, "en")
	must(t, err)
	if n, err := again.Count(t.Context(), q); err != nil || n != 1 {
		t.Fatalf("found %d, %v", n, err)
	}
	sound(t, again)
}

func TestRejudge(t *testing.T) {
	db := opened(t)
	batch := newCrowd(8).batch(0, 1200, 20)
	_, err := db.Add(t.Context(), home, batch)
	must(t, err)
	n := 0
	c, err := db.Rejudge(t.Context(), home, func(origin []byte, ev *privacy.Evidence) bool {
		if string(origin) != "{}" {
			t.Errorf("origin %q", origin)
		}
		if n++; n > 1 {
			return false
		}
		ev.Transport.Ingress, ev.Forged = "plain", true
		return true
	})
	must(t, err)
	newest := batch[len(batch)-1].Parsed
	m, err := db.Message(t.Context(), conversation.NewMessageID(newest.Fingerprint))
	must(t, err)
	want := privacy.Message(privacy.FactsOf(m.Evidence))
	if n != 1200 || len(c.Conversations) != 1 || !m.Evidence.Forged || m.Index.Score != want.Score || m.Index.Level != want.Level {
		t.Fatalf("%d judged, change %+v, index %+v", n, c, m.Index)
	}
	sound(t, db)
}
