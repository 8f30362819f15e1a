package demo

import (
	"strconv"
	"strings"
	"testing"
)

// Every answer must be somebody's, and come by a channel he has.
func TestAnswersAreSound(t *testing.T) {
	people, err := parsePeopleList(peopleText)
	if err != nil {
		t.Fatal(err)
	}
	langs := map[string]bool{"fr": true, "en": true, "it": true}
	for line := range strings.Lines(answersText) {
		key, text, ok := strings.Cut(line, "|")
		key, text = strings.TrimSpace(key), strings.TrimSpace(text)
		p, known := people[key]
		switch {
		case !ok || text == "":
			t.Errorf("%q: want KEY | TEXT", line)
		case !known && !langs[key]:
			t.Errorf("nobody is called %q", key)
		case strings.HasPrefix(text, "masto:") && p.Mastodon == "":
			t.Errorf("%s has no Mastodon account to answer from", key)
		}
	}
	for key, p := range people {
		if n := len(answers(p)); (n == 0) != (p.Lang == "-") {
			t.Errorf("%s has %d answers and speaks %q", key, n, p.Lang)
		}
	}
}

// Files must be what their names say.
func TestMadeUpFiles(t *testing.T) {
	for name, want := range map[string]struct{ kind, begin string }{
		"plan.pdf": {"application/pdf", "%PDF-1.4"},
		"a.png":    {"image/png", "\x89PNG\r\n"},
		"b.csv":    {"text/csv; charset=utf-8", "article;"},
		"c.txt":    {"text/plain; charset=utf-8", "words\n"},
	} {
		kind, data := madeUp(name, "words")
		if kind != want.kind || !strings.HasPrefix(string(data), want.begin) {
			t.Errorf("%s is %s and begins %.10q", name, kind, data)
		}
	}
}

// A text that changes over to a channel is no answer to what came by it.
func TestAnswersChangeTheChannelOnce(t *testing.T) {
	w := &World{turns: map[string]int{}}
	p := Person{Key: "ines", Lang: "fr", Mastodon: "ines@presse.example"}
	if got := w.next(p, "mail"); !strings.HasPrefix(got, "masto:") {
		t.Errorf("answers a mail with %q, want a change to Mastodon", got)
	}
	for range 10 {
		if got := w.next(p, "masto"); got == "" || strings.HasPrefix(got, "masto:") {
			t.Errorf("answers a post with %q", got)
		}
	}
	if got := w.next(Person{Key: "nobody", Lang: "-"}, "mail"); got != "" {
		t.Errorf("a machine answers %q", got)
	}
}

func TestTablesOfAPageAreWhereItSays(t *testing.T) {
	data := string(page("a plan (1).pdf"))
	end := data[strings.LastIndex(data, "startxref\n")+len("startxref\n"):]
	at, err := strconv.Atoi(strings.TrimSuffix(end, "\n%%EOF\n"))
	if err != nil || !strings.HasPrefix(data[at:], "xref\n0 6\n") {
		t.Fatalf("the table is not at %q", end)
	}
	for i, row := range strings.SplitAfter(data[at+len("xref\n0 6\n"):], "\n")[1:6] {
		off, err := strconv.Atoi(row[:10])
		if want := strconv.Itoa(i+1) + " 0 obj"; err != nil || len(row) != 20 || !strings.HasPrefix(data[off:], want) {
			t.Errorf("row %q does not lead to %q", row, want)
		}
	}
}

func TestPathOfAMail(t *testing.T) {
	people, err := parsePeopleList("near | Near | near@maison.example near@far.example | | fr | same\nold | Old | old@far.example | | fr | tls=none dkim=none\n")
	if err != nil {
		t.Fatal(err)
	}
	w := &World{people: people}
	for _, c := range []struct {
		name, from string
		options    string
		tls, dkim  string
		dmarc      string
		login      bool
	}{
		{"ordinary", "x@y.example", "", "TLSv1.3", "pass", "pass", false},
		{"neighbour", "near@maison.example", "", "TLSv1.3", "pass", "pass", true},
		{"neighbour from elsewhere", "near@far.example", "", "TLSv1.3", "pass", "pass", false},
		{"person's options", "old@far.example", "", "", "", "", false},
		{"line before person", "old@far.example", "tls=1.2", "TLSv1.2", "", "", false},
		{"forged", "x@y.example", "dkim=fail dmarc=fail", "TLSv1.3", "fail", "fail", false},
		{"over a list", "old@far.example", "list=a.b", "TLSv1.3", "pass", "", false},
	} {
		p := w.path(&Line{To: []string{"l@lists.example"}, Options: parseOptions(c.options)}, c.from, w.start)
		if p.TLS != c.tls || p.DKIM != c.dkim || p.DMARC != c.dmarc || p.Login != c.login {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
}
