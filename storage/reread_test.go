package storage_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/storage"
)

func waiting(t testing.TB, db *storage.DB) []conversation.MessageID {
	t.Helper()
	var ids []conversation.MessageID
	for before := int64(0); ; {
		ws, err := db.Unopened(t.Context(), 2, before)
		must(t, err)
		for _, w := range ws {
			if len(w.Raw) == 0 || w.Account != home || w.Protocol != conversation.Mail || w.Received.IsZero() {
				t.Fatalf("waiting %+v", w)
			}
			ids, before = append(ids, w.ID), w.Row
		}
		if len(ws) == 0 {
			n, err := db.Waiting(t.Context())
			must(t, err)
			if n != len(ids) {
				t.Fatalf("%d waiting, %d listed", n, len(ids))
			}
			return ids
		}
	}
}

func TestReread(t *testing.T) {
	db, v := sealedDB(t)
	ctx := t.Context()
	v.locked.Store(true)
	var late, early []accounts.Arrival
	for n := range 5 {
		early, late = append(early, secretLetter(n)), append(late, closed(secretLetter(n)))
	}
	addAll(t, db, late...)
	_, err := db.Act(ctx, conversation.Act{Kind: conversation.ActStar, Messages: []conversation.MessageID{idOf(early[3])}})
	must(t, err)
	if ids := waiting(t, db); len(ids) != 5 || ids[0] != idOf(early[4]) {
		t.Fatalf("waiting %v", ids)
	}
	before, err := db.Message(ctx, idOf(early[3]))
	must(t, err)

	v.locked.Store(false)
	c, err := db.Reread(ctx, idOf(early[3]), early[3].Parsed)
	must(t, err)
	m, err := db.Message(ctx, idOf(early[3]))
	must(t, err)
	if !slices.Equal(c.Conversations, []conversation.ConversationID{before.Conversation}) || c.New != 0 || m.ID != before.ID || m.Conversation != before.Conversation || !m.Starred ||
		m.Text != early[3].Parsed.Message.Text || !m.Evidence.Security.Decrypted || conversation.Unopened(m.Warnings) {
		t.Fatalf("change %+v, message %+v", c, m)
	}
	if ids := waiting(t, db); len(ids) != 4 || slices.Contains(ids, m.ID) {
		t.Fatalf("waiting %v", ids)
	}
	if _, err := db.Reread(ctx, idOf(early[0]), early[1].Parsed); !errors.Is(err, conversation.ErrUsage) {
		t.Fatalf("read as another message: %v", err)
	}
	// What was opened once is not forgotten because it cannot be opened now.
	_, err = db.Reread(ctx, m.ID, late[3].Parsed)
	must(t, err)
	if m, err := db.Message(ctx, m.ID); err != nil || m.Text == "" || !m.Evidence.Security.Decrypted {
		t.Fatalf("forgotten: %+v, %v", m, err)
	}
	sound(t, db)
}

// The inside names other people: the message goes to their conversation.
func TestRereadWithOtherPeople(t *testing.T) {
	db, _ := sealedDB(t)
	a := secretLetter(1)
	addAll(t, db, closed(a))
	p := a.Parsed
	p.Message.Participants = append(slices.Clone(p.Message.Participants), conversation.Participant{Role: conversation.Cc, Address: conversation.MailAddress("third@example.org")})
	before := list(t, db).Rows[0].ID
	c, err := db.Reread(t.Context(), idOf(a), p)
	must(t, err)
	rows := list(t, db).Rows
	if len(rows) != 1 || rows[0].ID == before || rows[0].Messages != 1 || !slices.Contains(c.Conversations, rows[0].ID) {
		t.Fatalf("change %+v, rows %+v", c, rows)
	}
	sound(t, db)
}

// A second copy that came while the keys were locked has the same sealed body:
// it is judged by the seal of the first, and by its own way.
func TestClosedCopiesAreJudgedByTheSameSeal(t *testing.T) {
	for _, late := range []bool{false, true} {
		v := newVault(t)
		score := func(ev privacy.Evidence) (privacy.Facts, privacy.Index) {
			s := 10
			if ev.Security.Decrypted {
				s = 70
			}
			if ev.Transport.Ingress == "plain" {
				s -= 5
			}
			return privacy.Facts{}, privacy.Index{Score: s}
		}
		db, err := storage.Open(t.Context(), t.TempDir(), storage.Options{Vault: v, Score: score})
		must(t, err)
		t.Cleanup(func() { _ = db.Close() })
		furnish(t, db, home, own)
		first := secretLetter(1)
		if late {
			first = closed(first)
		}
		second := closed(secretLetter(1))
		second.Copy.Folder, second.Copy.UID, second.SHA256[0] = "Archive", 40, 1
		second.Parsed.Message.Evidence.Transport.Ingress = "plain"
		for _, a := range []*accounts.Arrival{&first, &second} {
			a.Parsed.Message.Facts, a.Parsed.Message.Index = score(a.Parsed.Message.Evidence)
		}
		addAll(t, db, first)
		addAll(t, db, second)
		if late {
			p := secretLetter(1).Parsed
			p.Message.Facts, p.Message.Index = score(p.Message.Evidence)
			p.Message.Evidence.Transport.Ingress = "plain" // the copy that stands for it now
			p.Message.Facts, p.Message.Index = score(p.Message.Evidence)
			_, err := db.Reread(t.Context(), idOf(first), p)
			must(t, err)
		}
		m, err := db.Message(t.Context(), idOf(first))
		must(t, err)
		if m.Index.Score != 65 || !m.Evidence.Security.Decrypted || m.Evidence.Transport.Ingress != "plain" {
			t.Fatalf("late %v: %+v %+v", late, m.Index, m.Evidence)
		}
		if n := len(waiting(t, db)); n != 0 {
			t.Fatalf("late %v: %d waiting", late, n)
		}
		sound(t, db)
	}
}

func TestRejudgeAddress(t *testing.T) {
	db, _ := sealedDB(t)
	ctx := t.Context()
	mine, other := secretLetter(1), secretLetter(2)
	other.Parsed.Message.Participants[0].Address = conversation.MailAddress("bob@example.org")
	second := secretLetter(1)
	second.Copy.Folder, second.Copy.UID, second.SHA256[0] = "Archive", 40, 1
	addAll(t, db, mine, other)
	addAll(t, db, second)
	var seen int
	verify := func(origin []byte, ev *privacy.Evidence) bool {
		if string(origin) != "{}" {
			t.Errorf("observations %q", origin)
		}
		seen++
		ev.Key.Person = "verified"
		return true
	}
	c, err := db.RejudgeAddress(ctx, conversation.MailAddress("zoe@example.org"), verify)
	must(t, err)
	a, err := db.Message(ctx, idOf(mine))
	must(t, err)
	b, err := db.Message(ctx, idOf(other))
	must(t, err)
	if seen != 2 || a.Evidence.Key.Person != "verified" || a.Facts.Person != "verified" || a.Text == "" || b.Evidence.Key.Person != "" {
		t.Fatalf("%d seen; %+v, %+v", seen, a.Evidence, b.Evidence)
	}
	if len(c.Conversations) != 1 || c.Conversations[0] != a.Conversation {
		t.Fatalf("change %+v", c)
	}
	if c, err := db.RejudgeAddress(ctx, conversation.MailAddress("absent@example.org"), verify); err != nil || len(c.Conversations) > 0 {
		t.Fatal(c, err)
	}
	sound(t, db)
}

// A rebuild with locked keys keeps what was opened; with open ones it derives
// it anew.
func TestRebuildOfSealedMessages(t *testing.T) {
	db, v := sealedDB(t)
	ctx := t.Context()
	a, never := secretLetter(1), closed(secretLetter(2))
	addAll(t, db, a, never)
	must(t, db.SaveBinding(ctx, binding()))
	must(t, db.SaveScore(ctx, "me", start, 50))
	shut := map[bool]storage.Parser{true: parserOf([]accounts.Arrival{closed(a), never}, nil), false: parserOf([]accounts.Arrival{a, never}, func(p *conversation.Parsed) {
		p.Message.Text += " renewed"
	})}
	for _, locked := range []bool{true, false} {
		v.locked.Store(locked)
		must(t, db.Rebuild(ctx, shut[locked], nil))
		v.locked.Store(false)
		m, err := db.Message(ctx, idOf(a))
		must(t, err)
		want := a.Parsed.Message.Text
		if !locked {
			want += " renewed"
		}
		if m.Text != want || !m.Evidence.Security.Decrypted || len(m.Attachments) != 1 {
			t.Fatalf("locked %v: %+v", locked, m)
		}
		if ids := waiting(t, db); len(ids) != 1 || ids[0] != idOf(never) {
			t.Fatalf("locked %v: waiting %v", locked, ids)
		}
		sound(t, db)
		nowhere(t, db, "rebuilt", secrets())
	}
	bs, err := db.Bindings(ctx)
	must(t, err)
	scores, err := db.Scores(ctx, "me", start.AddDate(0, 0, -1))
	must(t, err)
	if len(bs) != 1 || len(scores) != 1 {
		t.Fatalf("lost: %v %v", bs, scores)
	}
}
