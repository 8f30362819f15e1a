package storage_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/storage"
)

// way is how a copy came, as its source would show it.
type way struct {
	account conversation.AccountID
	folder  string
	uid     uint32
	ingress string // "tls", "plain", "unknown"
	out     bool
}

// by gives the copy of a letter that came that way: the same message with
// another source and other evidence.
func (l letter) by(w way) accounts.Arrival {
	a := l.arrival()
	a.Copy.Folder, a.Copy.UID = w.folder, w.uid
	a.Copy.Raw = append([]byte("Received: "+w.ingress+string(w.account)+"\r\n"), a.Copy.Raw...)
	a.SHA256 = sha256.Sum256(a.Copy.Raw)
	a.Parsed = travelled(a.Parsed, w)
	return a
}

func travelled(p conversation.Parsed, w way) conversation.Parsed {
	m := &p.Message
	m.Account, m.Evidence.Transport = w.account, privacy.Transport{Ingress: w.ingress}
	m.Facts = privacy.FactsOf(m.Evidence)
	m.Index = privacy.Message(m.Facts)
	m.Direction = conversation.In
	if w.out {
		m.Direction = conversation.Out
	}
	p.Origin = []byte(`"` + w.ingress + `"`)
	return p
}

func put(t testing.TB, db *storage.DB, l letter, w way) {
	t.Helper()
	_, err := db.Add(t.Context(), w.account, []accounts.Arrival{l.by(w)})
	must(t, err)
}

func scoreOf(w way) int { return travelled(hello().arrival().Parsed, w).Message.Index.Score }

// A message that came by several ways has the badge of the worst one, whatever
// the order, and its source is the one that the badge speaks of.
func TestWorstCopyStandsForItsMessage(t *testing.T) {
	db := opened(t)
	furnish(t, db, work, conversation.MailAddress("me@work.example"))
	l := hello()
	uid := uint32(10)
	rapid.Check(t, func(r *rapid.T) {
		l.n++
		all := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) way {
			return way{
				account: rapid.SampledFrom([]conversation.AccountID{home, work}).Draw(r, "account"),
				folder:  rapid.SampledFrom([]string{"INBOX", "Lists", "Archive"}).Draw(r, "folder"),
				ingress: rapid.SampledFrom([]string{"tls", "plain", "unknown"}).Draw(r, "ingress"),
			}
		}), 1, 5).Draw(r, "ways")
		worst := 1000
		for i := range all {
			uid++
			all[i].uid = uid
			put(t, db, l, all[i])
			worst = min(worst, scoreOf(all[i]))
		}
		m := message(t, db, l)
		if m.Index.Score != worst || privacy.Message(m.Facts).Score != worst {
			r.Fatalf("score %d, facts %+v, want %d", m.Index.Score, m.Facts, worst)
		}
		raw, err := db.Raw(t.Context(), m.ID)
		must(t, err)
		if want := "Received: " + m.Evidence.Transport.Ingress + string(m.Account); string(raw[:len(want)]) != want {
			r.Fatalf("source %q, want it to begin with %q", raw[:40], want)
		}
	})
	sound(t, db)
}

func TestWorstCopyOutlivesIt(t *testing.T) {
	db, l := opened(t), hello()
	good, bad := way{home, "INBOX", 5, "tls", false}, way{home, "Lists", 6, "plain", false}
	put(t, db, l, good)
	put(t, db, l, bad)
	_, err := db.Remove(t.Context(), home, "Lists", 1, []uint32{6}, nil)
	must(t, err)
	_, err = db.Sweep(t.Context(), home)
	must(t, err)
	if m := message(t, db, l); m.Index.Score != scoreOf(bad) {
		t.Fatalf("score %d after the worst copy was deleted, want %d", m.Index.Score, scoreOf(bad))
	}
	_, err = db.Remove(t.Context(), home, "INBOX", 1, []uint32{5}, nil)
	must(t, err)
	_, err = db.Sweep(t.Context(), home)
	must(t, err)
	for _, table := range []string{"message", "witness", "raw"} {
		if n := db.Rows(t, table); n != 0 {
			t.Errorf("%d rows left in %s", n, table)
		}
	}
	sound(t, db)
}

// What the user sent keeps the facts of the sending, whichever copies of it
// come back; and what lies in Sent says nothing of how a mail was received.
func TestSentCopiesChangeNoFacts(t *testing.T) {
	for name, ways := range map[string][2]way{
		"a sent message comes back by a list": {{home, "Sent", 5, "tls", true}, {home, "INBOX", 6, "plain", false}},
		"a received message lies in Sent":     {{home, "INBOX", 5, "tls", false}, {home, "Sent", 6, "plain", false}},
		"a received message was also sent":    {{home, "INBOX", 5, "tls", false}, {work, "Sent", 6, "plain", true}},
	} {
		db, l := opened(t), hello()
		furnish(t, db, work, conversation.MailAddress("me@work.example"))
		put(t, db, l, ways[0])
		put(t, db, l, ways[1])
		if m := message(t, db, l); m.Evidence.Transport.Ingress != "tls" || m.Index.Score != scoreOf(ways[0]) {
			t.Errorf("%s: ingress %q", name, m.Evidence.Transport.Ingress)
		}
		sound(t, db)
	}
}

// When a provider is judged anew, so are the copies that do not stand for
// their messages.
func TestRejudgeHearsWitnesses(t *testing.T) {
	db, l := opened(t), hello()
	furnish(t, db, work, conversation.MailAddress("me@work.example"))
	put(t, db, l, way{home, "INBOX", 5, "unknown", false})
	put(t, db, l, way{work, "INBOX", 6, "tls", false})
	judge := func(a conversation.AccountID, from, to string) {
		_, err := db.Rejudge(t.Context(), a, func(origin []byte, ev *privacy.Evidence) bool {
			if string(origin) != `"`+from+`"` {
				return false
			}
			ev.Transport.Ingress = to
			return true
		})
		must(t, err)
		sound(t, db)
	}
	is := func(want string) {
		t.Helper()
		if m := message(t, db, l); m.Evidence.Transport.Ingress != want {
			t.Fatalf("ingress %q, want %q", m.Evidence.Transport.Ingress, want)
		}
	}
	worse := "unknown"
	if scoreOf(way{ingress: "unknown"}) > scoreOf(way{ingress: "tls"}) {
		worse = "tls"
	}
	is(worse)
	judge(work, "tls", "plain")
	is("plain")
	judge(home, "unknown", "tls")
	is("plain")
	judge(work, "tls", "tls")
	is("tls")
}

func TestRebuildHearsWitnesses(t *testing.T) {
	db, l := opened(t), hello()
	ways := []way{{home, "INBOX", 5, "plain", false}, {home, "Lists", 6, "tls", false}, {home, "Archive", 7, "unknown", false}}
	for _, w := range ways {
		put(t, db, l, w)
	}
	swapped := map[string]string{"plain": "tls", "tls": "plain", "unknown": "unknown"}
	must(t, db.Rebuild(t.Context(), func(_ conversation.AccountID, _ conversation.Protocol, raw []byte, _ time.Time) conversation.Parsed {
		for i, w := range ways {
			if a := l.by(w); a.SHA256 == sha256.Sum256(raw) {
				ways[i].ingress = swapped[w.ingress]
				defer func() { ways[i] = w }()
				return travelled(a.Parsed, ways[i])
			}
		}
		t.Errorf("unknown source %q", raw)
		return conversation.Parsed{}
	}, nil))
	m := message(t, db, l)
	raw, err := db.Raw(t.Context(), m.ID)
	must(t, err)
	if want := l.by(ways[1]); m.Evidence.Transport.Ingress != "plain" || string(raw) != string(want.Copy.Raw) {
		t.Fatalf("ingress %q of %q", m.Evidence.Transport.Ingress, raw)
	}
	if n := db.Rows(t, "witness"); n != 2 {
		t.Errorf("%d witnesses, want 2", n)
	}
	sound(t, db)
}
