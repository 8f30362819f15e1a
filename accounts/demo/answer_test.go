package demo

import (
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
