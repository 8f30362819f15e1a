package storage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// searched is a small mailbox whose messages are known by their numbers.
func searched(t *testing.T) (*storage.DB, map[conversation.MessageID]int) {
	t.Helper()
	db := opened(t)
	at := func(n int) letter {
		return letter{n: n, from: "zoe@example.org", to: "me@example.org", date: start.AddDate(0, 0, n), subject: "plain", text: "nothing"}
	}
	ls := make([]letter, 9)
	for i := range ls {
		ls[i] = at(i)
	}
	ls[1].subject, ls[1].text = "La réunion", "Rendez-vous à la réunion de jeudi"
	ls[2].text = "The quick brown fox jumps"
	ls[3].text, ls[3].from = "brown and quick", "marc@example.net"
	ls[4].text = "会議は東京で行われます"
	ls[5].to, ls[5].flags = "me@example.org,marc@example.net", accounts.Flags{Seen: true, Flagged: true, Keywords: []string{"work"}}
	ls[6].out, ls[6].from, ls[6].to, ls[6].folder = true, "me@example.org", "marc@example.net", "Sent"
	ls[7].list = "gardeners.example.org"
	ls[8].folder, ls[8].text = "Trash", "quick to forget"
	add(t, db, ls...)
	numbers := map[conversation.MessageID]int{}
	for _, l := range ls {
		numbers[conversation.NewMessageID(l.arrival().Parsed.Fingerprint)] = l.n
	}
	return db, numbers
}

func TestSearch(t *testing.T) {
	db, numbers := searched(t)
	for _, c := range []struct{ query, want string }{
		{"reunion", "1"},
		{"RÉUNION", "1"},
		{`"la reunion"`, "1"},
		{"reun*", "1"},
		{"reun", ""},
		{"quick", "3 2"},
		{`"quick brown"`, "2"},
		{"quick -fox", "3"},
		{"quick brown", "3 2"},
		{"fox or reunion", "2 1"},
		{"subject:reunion", "1"},
		{"body:reunion subject:plain", ""},
		{"body:quick subject:plain", "3 2"},
		{"(fox or marc) quick", "3 2"},
		{"東京", "4"},
		{"会議", "4"},
		{"議東", ""},
		{"東京で", "4"},
		{"body:東京", "4"},
		{"subject:東京", ""},
		{"東", "4"},
		{"from:marc", "3"},
		{"from:marc@example.net", "3"},
		{"to:marc", "6 5"},
		{"with:marc", "6 5 3"},
		{"from:me", "6"},
		{"with:marc -from:marc", "6 5"},
		{"is:starred", "5"},
		{"is:read", "6 5"},
		{"is:sent", "6"},
		{"is:unread quick", "3 2"},
		{"tag:work", "5"},
		{"tag:Work", "5"},
		{"tag:wor", ""},
		{"list:gardeners", "7"},
		{"in:trash", "8"},
		{"in:sent", "6"},
		{"in:home quick", "8 3 2"},
		{"quick in:inbox", "3 2"},
		{"before:2024-03-03", "1 0"},
		{"after:2024-03-07 -in:trash", "7 6"},
		{"on:2024-03-03", "2"},
		{"level:D on:2024-03-03", "2"},
		{"level:A..C", ""},
		{"score:<40 on:2024-03-03", "2"},
		{"larger:1M", ""},
		{"protocol:mastodon", ""},
		{"id:n3@example.org", "3"},
		{"is:sealed", ""},
		{"is:clear fox", "2"},
		{"has:attachment", ""},
		{`"!!!"`, ""},
		{"AND", "3"},
		{"NEAR", ""},
		{"fox-jumps", "2"},
		{"fox-brown", ""},
		{"l'a", ""},
	} {
		t.Run(c.query, func(t *testing.T) {
			q, err := conversation.ParseQuery(c.query, start, "en")
			must(t, err)
			hits, err := db.Search(t.Context(), q, 50)
			must(t, err)
			var got []string
			for _, h := range hits {
				got = append(got, fmt.Sprint(numbers[h.Message.ID]))
			}
			if g := strings.Join(got, " "); g != c.want {
				t.Errorf("found %q, want %q", g, c.want)
			}
			n, err := db.Count(t.Context(), q)
			must(t, err)
			if n != len(hits) {
				t.Errorf("counted %d, found %d", n, len(hits))
			}
		})
	}
}

func TestSnippet(t *testing.T) {
	db, _ := searched(t)
	q, err := conversation.ParseQuery("reunion", start, "en")
	must(t, err)
	hits, err := db.Search(t.Context(), q, 1)
	must(t, err)
	var marked, all string
	for _, f := range hits[0].Snippet {
		all += f.Text
		if f.Match {
			marked += f.Text
		}
	}
	if marked != "réunion" || all != "Rendez-vous à la réunion de jeudi" {
		t.Fatalf("marked %q in %q", marked, all)
	}
}

func TestConversationsByQuery(t *testing.T) {
	db, _ := searched(t)
	q, err := conversation.ParseQuery("fox or list:gardeners", start, "en")
	must(t, err)
	p, err := db.Conversations(t.Context(), conversation.Window{Query: q, Limit: 10})
	must(t, err)
	if p.Total != 2 || p.Rows[0].Kind != conversation.KindList || p.Rows[1].Title != "Zoe Example" {
		t.Fatalf("page %+v", p)
	}
}

// marks writes a snippet with its matches in brackets.
func marks(fs []conversation.Fragment) string {
	out := ""
	for _, f := range fs {
		if f.Match {
			f.Text = "[" + f.Text + "]"
		}
		out += f.Text
	}
	return out
}

func TestSnippetsOfWhatIsNoText(t *testing.T) {
	db := opened(t)
	a := letter{n: 1, from: "zoe@example.org", to: "me@example.org", date: start, subject: "Kabel für die Straße", text: "nothing of it here"}.arrival()
	a.Parsed.Message.Attachments = []conversation.Attachment{{Name: "Plan der Stadt.pdf", Part: "2"}}
	addAll(t, db, a)
	for query, want := range map[string]string{
		"strasse": "Kabel für die [Straße]", "kab*": "[Kabel] für die Straße", "stadt": "Plan der [Stadt].pdf ", "zoe": "[Zoe] Example [zoe]@example.org me@example.org ",
		"file:plan nothing": "[nothing] of it here", "subject:straße -absent": "Kabel für die [Straße]", "from:zoe": "nothing of it here", "subject:kabel or file:stadt": "[Kabel] für die Straße",
	} {
		hits, err := db.Search(t.Context(), asked(t, query), 1)
		must(t, err)
		if len(hits) != 1 || marks(hits[0].Snippet) != want {
			t.Errorf("%s: %+v, want %s", query, hits, want)
		}
	}
}
