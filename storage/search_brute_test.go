package storage_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/storage"
)

// shelf is one message as the plain matcher of the tests sees it.
type shelf struct {
	m       conversation.Message
	folder  string
	use     accounts.Use
	flags   accounts.Flags
	account conversation.AccountID
}

// plainFold is what counts of a text: letters without case and accents. It is
// written apart from that of the store.
func plainFold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	out := norm.NFC.String(b.String())
	for _, pair := range [][2]string{{"ß", "ss"}, {"æ", "ae"}, {"ø", "o"}, {"đ", "d"}, {"ı", "i"}, {"ς", "σ"}} {
		out = strings.ReplaceAll(out, pair[0], pair[1])
	}
	return out
}

func han(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

func plainWords(s string) []string {
	return strings.FieldsFunc(plainFold(s), func(r rune) bool { return han(r) || !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

// says tells whether a text holds what a term asks for: its words in sequence,
// or the very characters where they are Chinese, Japanese or Korean.
func says(text string, n conversation.Node) bool {
	if strings.ContainsFunc(n.Text, han) {
		return strings.Contains(plainFold(text), plainFold(n.Text))
	}
	want, have := plainWords(n.Text), plainWords(text)
	for i := 0; i+len(want) <= len(have); i++ {
		if slices.EqualFunc(have[i:i+len(want)], want, func(a, b string) bool { return a == b || n.Prefix && strings.HasPrefix(a, b) }) {
			return true
		}
	}
	return false
}

func (s *shelf) text(field string) []string {
	var people, files []string
	for _, p := range s.m.Participants {
		people = append(people, p.Name+" "+p.Address.ID)
	}
	for _, a := range s.m.Attachments {
		files = append(files, a.Name)
	}
	switch field {
	case "subject":
		return []string{s.m.Subject}
	case "body":
		return []string{s.m.Text}
	case "file":
		return files
	}
	return slices.Concat([]string{s.m.Subject, s.m.Text}, people, files)
}

func (s *shelf) party(n conversation.Node) bool {
	roles := map[string][]conversation.Role{
		"from": {conversation.From}, "to": {conversation.To}, "cc": {conversation.Cc, conversation.Bcc},
		"with": {conversation.From, conversation.To, conversation.Cc, conversation.Bcc},
	}[n.Field]
	return slices.ContainsFunc(s.m.Participants, func(p conversation.Participant) bool {
		if !slices.Contains(roles, p.Role) {
			return false
		}
		mine := strings.HasPrefix(p.Address.ID, "me@")
		switch {
		case n.Text == "me":
			return mine
		case strings.Contains(n.Text, "@"):
			return p.Address.ID == n.Text
		}
		name := plainFold(nameOf(p.Address.ID) + " " + p.Address.ID)
		return !mine && !slices.ContainsFunc(strings.Fields(plainFold(n.Text)), func(w string) bool { return !strings.Contains(name, w) })
	})
}

// state tells what "is:" and "has:" ask for.
func (s *shelf) state(word string) bool {
	read := s.flags.Seen || s.m.Direction == conversation.Out
	sealed := s.m.Evidence.Security.Sealed == "full"
	return map[string]bool{
		"unread": !read, "read": read, "starred": s.flags.Flagged, "sent": s.m.Direction == conversation.Out,
		"received": s.m.Direction == conversation.In, "sealed": sealed, "clear": !sealed, "signed": s.m.Evidence.Security.Signature == "good",
		"draft": s.use == accounts.UseDrafts, "attachment": len(s.m.Attachments) > 0, "link": len(s.m.Links) > 0, "invite": s.m.Invite,
		"key": slices.ContainsFunc(s.m.Attachments, func(a conversation.Attachment) bool { return a.Type == "application/pgp-keys" }),
	}[word]
}

func (s *shelf) matches(n conversation.Node) bool {
	switch n.Field {
	case "":
		return slices.ContainsFunc(s.text(""), func(t string) bool { return says(t, n) })
	case "subject", "body", "file":
		return slices.ContainsFunc(s.text(n.Field), func(t string) bool { return says(t, n) })
	case "from", "to", "cc", "with":
		return s.party(n)
	case "is", "has":
		return s.state(n.Text)
	case "in":
		return strings.EqualFold(s.folder, n.Text) || string(s.use) == n.Text || string(s.account) == n.Text
	case "account":
		return string(s.account) == n.Text
	case "tag":
		return slices.ContainsFunc(s.flags.Keywords, func(k string) bool {
			return strings.EqualFold(k, n.Text) || n.Prefix && strings.HasPrefix(strings.ToLower(k), n.Text)
		})
	case "list":
		return strings.Contains(s.m.ListID, n.Text)
	case "protocol":
		return string(s.m.Protocol) == n.Text
	case "date":
		return !s.m.Date.Before(n.Since) && (n.Until.IsZero() || s.m.Date.Before(n.Until))
	case "size":
		return n.Min <= s.m.Size && s.m.Size <= n.Max
	case "score", "level":
		return n.Min <= int64(s.m.Index.Score) && int64(s.m.Index.Score) <= n.Max
	case "id":
		return s.m.RFCID == n.Text
	}
	panic("field " + n.Field)
}

func (s *shelf) meets(n conversation.Node) bool {
	switch n.Op {
	case conversation.And:
		return !slices.ContainsFunc(n.Kids, func(k conversation.Node) bool { return !s.meets(k) })
	case conversation.Or:
		return slices.ContainsFunc(n.Kids, s.meets)
	case conversation.Not:
		return !s.meets(n.Kids[0])
	case conversation.Match:
	}
	return s.matches(n)
}

// anywhere tells whether a query says itself in which folders it looks.
func anywhere(n conversation.Node) bool {
	return n.Op == conversation.Match && (n.Field == "in" || n.Field == "id" || n.Field == "is" && n.Text == "draft") || slices.ContainsFunc(n.Kids, anywhere)
}

func (s *shelf) found(q *conversation.Query) bool {
	hidden := s.use == accounts.UseTrash || s.use == accounts.UseDrafts
	return (anywhere(q.Root) || !hidden) && s.meets(q.Root)
}

// shelves fills a database with messages that share few words, so that queries
// often find some.
func shelves(t *testing.T, db *storage.DB, n int) []shelf {
	t.Helper()
	must(t, db.SetOwn(t.Context(), []accounts.Own{
		{Account: home, Protocol: conversation.Mail, Addresses: []conversation.Address{own}},
		{Account: work, Protocol: conversation.Mail, Addresses: []conversation.Address{conversation.MailAddress("me@work.example")}},
	}))
	for _, a := range []conversation.AccountID{home, work} {
		must(t, db.SaveFolder(t.Context(), a, accounts.Folder{Name: "Drafts", Use: accounts.UseDrafts, Validity: 1}))
		must(t, db.SaveFolder(t.Context(), a, accounts.Folder{Name: "Élan", Validity: 1}))
	}
	uses := map[string]accounts.Use{"INBOX": accounts.UseInbox, "Archive": accounts.UseArchive, "Trash": accounts.UseTrash, "Sent": accounts.UseSent, "Drafts": accounts.UseDrafts}
	c := newCrowd(11)
	pick := func(from ...string) string { return from[c.r.IntN(len(from))] }
	var out []shelf
	batches := map[conversation.AccountID][]accounts.Arrival{}
	for i := range n {
		var text []string
		for range 1 + c.r.IntN(6) {
			text = append(text, pick(shelfWords()...))
		}
		l := letter{
			n: i, from: pick("zoe@example.org", "marc@example.net", "ines@example.org", "zoeline@example.net"), to: pick("me@example.org", "me@example.org,marc@example.net"),
			date: start.AddDate(0, 0, -c.r.IntN(900)), subject: pick(shelfWords()...) + " " + pick(shelfWords()...), text: strings.Join(text, pick(" ", ", ", "\n")),
			list: pick("", "", "", "walkers.example.org"), folder: pick("INBOX", "INBOX", "Archive", "Trash", "Drafts", "Élan"),
			flags: accounts.Flags{Seen: c.r.IntN(2) == 0, Flagged: c.r.IntN(4) == 0},
		}
		if c.r.IntN(5) == 0 {
			l.from, l.to, l.out, l.folder, l.list = "me@example.org", pick("zoe@example.org", "ines@example.org,marc@example.net"), true, "Sent", ""
		}
		for _, tag := range []string{"urgent", "Urge", "later"} {
			if c.r.IntN(6) == 0 {
				l.flags.Keywords = append(l.flags.Keywords, tag)
			}
		}
		account := conversation.AccountID(pick(string(home), string(home), string(work)))
		a := l.arrival()
		m := &a.Parsed.Message
		m.Account = account
		m.Size, m.Index.Score = int64(c.r.IntN(5000)), c.r.IntN(101)
		m.Index.Level = privacy.LevelOf(m.Index.Score)
		if c.r.IntN(3) == 0 {
			m.Attachments = []conversation.Attachment{{Name: pick(shelfWords()...) + ".pdf", Type: pick("application/pdf", "application/pgp-keys"), Part: "2"}}
		}
		m.Invite = c.r.IntN(8) == 0
		if c.r.IntN(4) == 0 {
			m.Links = []conversation.Link{{URL: "https://example.org"}}
		}
		m.Evidence.Security.Sealed, m.Evidence.Security.Signature = pick("", "none", "full"), pick("", "good")
		batches[account] = append(batches[account], a)
		out = append(out, shelf{*m, l.folder, uses[l.folder], l.flags, account})
	}
	for account, batch := range batches {
		_, err := db.Add(t.Context(), account, batch)
		must(t, err)
	}
	return out
}

func shelfWords() []string {
	return []string{
		"réunion", "re\u0301union", "REUNION", "cable", "Cables", "peer-to-peer", "don't", "fuß", "Ærø", "đàn", "ISTANBUL", "İstanbul", "ırmak", "Ἀθῆναι", "АЛЁША", "алеша",
		"会議は東京", "東京", "明日", "서울에서", "PDFを送る", "x1", "42", "1.500", "naïve", "new", "and", "or", "not", "NEAR",
	}
}

// shelfTerm draws one term of the search language.
func shelfTerm() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		word := rapid.SampledFrom([]string{
			"reunion", "réunion", "re\u0301union", "cable", "cable*", "cab*", `"new cable"`, `"cable new"`, "peer", "peer-to-peer", `"to peer"`, "don't", "don", "fuß", "ærø", "Ærø", "đàn",
			"istanbul", "irmak", "ırmak", "fuss", "aero", "dan", "aerø", "αθηναι", "Ἀθῆναι", "алёша", "АЛЕША", "東京", "東", "会議", "議は東京", "京東", "서울", "에서", "pdf", "PDFを", "x1", "x*", "42", "4*", "1.500", "naive", "AND", "NOT", "near", "absent", "pdf*", "org", "zoe", "marc",
		})
		field := rapid.SampledFrom([]string{"", "", "", "subject:", "body:", "file:"}).Draw(t, "field")
		other := rapid.SampledFrom([]string{
			"from:zoe", "from:zoe@example.org", "to:marc", "with:marc", "with:ines", "from:me", "to:me", "with:zoeline", "cc:marc", "is:unread", "is:read", "is:starred", "is:sent", "is:received",
			"is:sealed", "is:signed", "is:clear", "is:draft", "has:attachment", "has:link", "has:key", "has:invite", "in:inbox", "in:archive", "in:trash", "in:home", "in:work", "in:élan", "in:sent", "account:work",
			"tag:urgent", "tag:URGE", "tag:urg*", "tag:none", "list:walkers", "protocol:mail", "via:mastodon", "on:2023", "before:2023-06", "after:2023-12", "on:2022-11", "larger:2K", "smaller:1000", "size:500..900",
			"level:A..C", "level:E", "score:<40", "score:>=90", "score:3", "id:n7@example.org",
		}).Draw(t, "other")
		if rapid.Bool().Draw(t, "words") {
			return field + word.Draw(t, "word")
		}
		return other
	})
}

func shelfQuery(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var out []string
		for range rapid.IntRange(1, 3).Draw(t, "terms") {
			s := shelfTerm().Draw(t, "term")
			if depth > 0 && rapid.IntRange(0, 4).Draw(t, "nest") == 0 {
				s = "(" + shelfQuery(depth-1).Draw(t, "inner") + ")"
			}
			if rapid.IntRange(0, 4).Draw(t, "not") == 0 {
				s = "-" + s
			}
			out = append(out, s)
		}
		return strings.Join(out, rapid.SampledFrom([]string{" ", " ", " or "}).Draw(t, "between"))
	})
}

// Whatever is asked, the store finds what looking at every message finds.
func TestSearchFindsWhatLookingAtAllFinds(t *testing.T) {
	t.Parallel()
	db := opened(t)
	furnish(t, db, work, conversation.MailAddress("me@work.example"))
	all := shelves(t, db, 400)
	rapid.Check(t, func(rt *rapid.T) {
		agree(rt, db, all, shelfQuery(2).Draw(rt, "query"))
	})
	for _, w := range shelfWords() {
		for _, text := range []string{w, "subject:" + w, "-body:" + w, `"` + w + `"`, w + "*", "file:" + w} {
			agree(t, db, all, text)
		}
	}
}

func agree(t rapid.TB, db *storage.DB, all []shelf, text string) {
	q, err := conversation.ParseQuery(text, start, "en")
	if err != nil {
		return // a word of the language itself
	}
	hits, err := db.Search(context.Background(), q, 1000)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var want, got []string
	for _, s := range all {
		if s.found(q) {
			want = append(want, s.m.RFCID)
		}
	}
	for i, h := range hits {
		got = append(got, h.Message.RFCID)
		if i > 0 && h.Message.Date.After(hits[i-1].Message.Date) {
			t.Fatalf("%s: not the newest first", text)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if slices.Equal(got, want) {
		return
	}
	for _, s := range all {
		if slices.Contains(got, s.m.RFCID) != slices.Contains(want, s.m.RFCID) {
			t.Fatalf("%s: found %d, want %d; first difference %s: %q %q %+v %s", text, len(got), len(want), s.m.RFCID, s.m.Subject, s.m.Text, s.m.Attachments, fmt.Sprint(s.flags, s.folder))
		}
	}
}
