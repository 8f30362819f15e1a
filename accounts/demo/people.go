package demo

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed story/people.txt
var peopleText string

// Person is somebody of the demo. People are written in story/people.txt, one
// a line: key | full name | mail addresses | Mastodon account | language.
type Person struct {
	Key      string
	Name     string
	Mail     []string // the first one is the usual one
	Mastodon string   // "zoe@social.example", "" for none
	Lang     string
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
		if len(f) != 5 {
			return nil, fmt.Errorf("people.txt, line %d: want five fields", n+1)
		}
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		p := Person{Key: f[0], Name: f[1], Mail: strings.Fields(f[2]), Mastodon: f[3], Lang: f[4]}
		if _, dup := out[p.Key]; dup {
			return nil, fmt.Errorf("people.txt, line %d: %q is there twice", n+1, p.Key)
		}
		out[p.Key] = p
	}
	return out, nil
}
