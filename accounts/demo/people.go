package demo

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

//go:embed story/people.txt
var peopleText string

// Person is somebody of the demo. People are written in story/people.txt, one
// a line: key | full name | mail addresses | Mastodon account | language |
// options. The options are those of a Line and hold for all of his mails;
// "apart" leaves him out of the address book, so that his addresses stand
// alone until the user joins them. "key" gives him an OpenPGP key, "met" says
// that the user compared it with him, "rekey" that he changes it.
type Person struct {
	Key      string
	Name     string
	Mail     []string // the first one is the usual one
	Mastodon string   // "zoe@social.example", "" for none
	Lang     string
	Options  map[string]string
}

// address gives the mail address that a key of a story names: "nadia" the
// first one, "nadia.2" the second.
func (p Person) address(n int) string {
	if n < len(p.Mail) {
		return p.Mail[n]
	}
	return ""
}

// parsePeople reads people.txt.
func parsePeopleList(text string) (map[string]Person, error) {
	out := map[string]Person{}
	for n, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "|")
		if len(f) < 5 || len(f) > 6 {
			return nil, fmt.Errorf("people.txt, line %d: want five or six fields", n+1)
		}
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		p := Person{Key: f[0], Name: f[1], Mail: strings.Fields(f[2]), Mastodon: f[3], Lang: f[4], Options: map[string]string{}}
		if len(f) == 6 {
			p.Options = parseOptions(f[5])
		}
		if _, dup := out[p.Key]; dup {
			return nil, fmt.Errorf("people.txt, line %d: %q is there twice", n+1, p.Key)
		}
		out[p.Key] = p
	}
	return out, nil
}

// Contacts gives the user's address book at the start: people known by more
// than one address, whom the user joined himself.
func (w *World) Contacts() []conversation.Contact {
	var out []conversation.Contact
	for _, key := range slices.Sorted(maps.Keys(w.people)) {
		p := w.people[key]
		c := conversation.Contact{Name: p.Name}
		for _, a := range p.Mail {
			c.Addresses = append(c.Addresses, conversation.ContactAddress{Address: conversation.MailAddress(a), Name: p.Name})
		}
		if p.Mastodon != "" {
			a := conversation.MastodonAddress(p.Mastodon, "")
			c.Addresses = append(c.Addresses, conversation.ContactAddress{Address: a, Name: p.Name})
		}
		if _, apart := p.Options["apart"]; len(c.Addresses) > 1 && !apart {
			out = append(out, c)
		}
	}
	return out
}
