package demo

import (
	"bytes"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every story must be readable, every name in it known, and every answer must
// answer something that was said before.
func TestStoriesAreSound(t *testing.T) {
	lines, err := readStories()
	if err != nil {
		t.Fatal(err)
	}
	people, err := parsePeopleList(peopleText)
	if err != nil {
		t.Fatal(err)
	}
	w := &World{people: people, ids: map[string]string{}, refs: map[string][]string{}}
	seen := map[string]bool{}
	for _, l := range lines {
		if seen[l.Name] {
			t.Errorf("%s is there twice", l.Name)
		}
		seen[l.Name] = true
	}
	for _, l := range lines {
		if l.Answers != "" && !seen[l.Answers] {
			t.Errorf("%s answers %s, which nobody said", l.Name, l.Answers)
		}
		cc := strings.FieldsFunc(l.Options["cc"], func(r rune) bool { return r == ',' })
		for _, who := range slices.Concat([]string{l.From}, l.To, cc) {
			var err error
			if l.Channel == "masto" {
				_, err = w.acct(who)
			} else {
				_, _, err = w.mailAddress(who)
			}
			if err != nil {
				t.Errorf("%s: %v", l.Name, err)
			}
		}
	}
}

func TestLettersAreMail(t *testing.T) {
	at := time.Date(2026, 3, 14, 9, 30, 0, 0, time.UTC)
	le := &letter{
		from: named("zoe@example.org", "Zoé"), to: []string{named("me@example.org", "Me")}, subject: "Été", id: "<a@example.org>", at: at,
		line: &Line{Text: "Bonjour\nÀ bientôt", Options: map[string]string{"attach": "plan.pdf"}},
	}
	m, err := mail.ReadMessage(bytes.NewReader(le.bytes()))
	if err != nil {
		t.Fatal(err)
	}
	from, err := m.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != "Zoé" {
		t.Errorf("From is %v (%v), want Zoé", from, err)
	}
	if got, err := m.Header.Date(); err != nil || !got.Equal(at) {
		t.Errorf("Date is %v (%v), want %v", got, err, at)
	}
}

func TestStoryTimes(t *testing.T) {
	start := time.Date(2026, 3, 14, 9, 30, 0, 0, time.UTC)
	lines, err := parseStory("=== mail a > me | -2d 18:04 | S | x |\ntext\n=== mail a > me | +90s | S | y < x | unread\nmore\n=== mail a > me | -0d 23:00 | S | z |\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []time.Time{
		time.Date(2026, 3, 12, 18, 4, 0, 0, time.UTC),
		start.Add(90 * time.Second),
		start.Add(-time.Minute), // a time of today that is still to come
	}
	for i, l := range lines {
		if got := l.When(start); !got.Equal(want[i]) {
			t.Errorf("%s is at %v, want %v", l.Name, got, want[i])
		}
	}
	if lines[0].Text != "text" || lines[1].Answers != "x" || !lines[1].Has("unread") {
		t.Errorf("read %+v", lines)
	}
}

func TestWorldServes(t *testing.T) {
	begin := time.Now()
	w, err := Start(time.Now, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > slow*1500*time.Millisecond {
		t.Errorf("the world takes %v to begin", took)
	}
	if len(w.Accounts) != 3 {
		t.Errorf("%d accounts, want 3", len(w.Accounts))
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}
