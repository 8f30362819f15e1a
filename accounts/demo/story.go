package demo

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Line is one message of a story. A story is a text file; each message begins
// with a line of fields between bars:
//
//	=== mail nadia > me, marc | -412d 18:04 | Repair café | n2 < n1 | unread tls=1.2 dkim=none
//	text…
//
// The first field is the channel ("mail" or "masto"), who writes and to whom
// ("me" is the user, "me.work" the second own address, a name with a dot picks
// a person's other address). The second is when: days before the start and the
// time (UTC), or +90s for one that comes while the user looks. Then the
// subject (may be empty), the name of the message and the one it answers, and
// options:
//
//	unread star  html (the text is HTML)  sealed (for the keys of those it goes
//	to)  lost (sealed for a key that nobody has any more)  newkey (the writer
//	changes his key)
//	cc=a,b  list=ID  unsub  auto  tls=1.3|1.2|none  dkim=pass|fail|none  dmarc=fail
//	same (handed in at the user's own provider)  as=NAME (the name in From, with
//	_ for a space)  attach=NAME,…  folder=NAME  raw (control characters written
//	as \e \a \x9b)
//
// dkim=none leaves nothing that proves the sender. A person's options hold for
// each of his mails that does not say otherwise.
type Line struct {
	Channel string
	From    string
	To      []string
	At      time.Duration // relative to the start; positive ones come live
	Clock   time.Duration // time of day, when At is in the past
	Subject string
	Name    string
	Answers string
	Options map[string]string
	Text    string
}

// Has tells whether an option is set.
func (l *Line) Has(option string) bool { _, ok := l.Options[option]; return ok }

// When gives the moment of the message, seen from the start of the demo.
func (l *Line) When(start time.Time) time.Time {
	if l.At >= 0 {
		return start.Add(l.At)
	}
	day := start.UTC().Add(l.At).Truncate(24 * time.Hour).Add(l.Clock)
	if day.After(start) {
		return start.Add(-time.Minute)
	}
	return day
}

// parseStory reads a story. An error names the line it is on.
func parseStory(text string) ([]Line, error) {
	var out []Line
	sc := bufio.NewScanner(strings.NewReader(text))
	for n := 1; sc.Scan(); n++ {
		t := sc.Text()
		if head, ok := strings.CutPrefix(t, "=== "); ok {
			l, err := parseHead(head)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			out = append(out, l)
			continue
		}
		if len(out) > 0 {
			out[len(out)-1].Text += t + "\n"
		}
	}
	for i := range out {
		out[i].Text = strings.TrimSpace(out[i].Text)
		if out[i].Has("raw") {
			out[i].Text, out[i].Subject = unescape(out[i].Text), unescape(out[i].Subject)
		}
	}
	return out, sc.Err()
}

func parseHead(head string) (Line, error) {
	f := strings.Split(head, "|")
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	if len(f) < 4 {
		return Line{}, fmt.Errorf("%q: want channel and people | when | subject | name", head)
	}
	l := Line{Subject: f[2], Options: map[string]string{}}
	if len(f) > 4 {
		l.Options = parseOptions(f[4])
	}
	var err error
	if l.Channel, l.From, l.To, err = parsePeople(f[0]); err != nil {
		return Line{}, err
	}
	if l.At, l.Clock, err = parseWhen(f[1]); err != nil {
		return Line{}, err
	}
	name, answers, _ := strings.Cut(f[3], "<")
	l.Name, l.Answers = strings.TrimSpace(name), strings.TrimSpace(answers)
	return l, nil
}

func parseOptions(s string) map[string]string {
	out := map[string]string{}
	for _, o := range strings.Fields(s) {
		k, v, _ := strings.Cut(o, "=")
		out[k] = v
	}
	return out
}

func parsePeople(s string) (channel, from string, to []string, err error) {
	left, right, ok := strings.Cut(s, ">")
	w := strings.Fields(left)
	if !ok || len(w) != 2 {
		return "", "", nil, fmt.Errorf("%q: want CHANNEL FROM > TO", s)
	}
	for _, t := range strings.Split(right, ",") {
		to = append(to, strings.TrimSpace(t))
	}
	return w[0], w[1], to, nil
}

func parseWhen(s string) (at, clock time.Duration, err error) {
	day, tod, _ := strings.Cut(s, " ")
	if strings.HasPrefix(day, "+") {
		at, err = time.ParseDuration(day[1:])
		return at, 0, err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(day, "-"), "d"))
	if err != nil || n < 0 {
		return 0, 0, fmt.Errorf("%q: want -DAYSd HH:MM", s)
	}
	t, err := time.Parse("15:04", tod)
	if err != nil {
		return 0, 0, fmt.Errorf("%q: %w", s, err)
	}
	clock = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	return -time.Duration(n)*24*time.Hour - time.Nanosecond, clock, nil
}

// unescape writes the control characters that a story spells out.
func unescape(s string) string {
	return strings.NewReplacer(`\e`, "\x1b", `\a`, "\a", `\r`, "\r", `\x9b`, "\u009b", `\b`, "\b", `\u202e`, "\u202e").Replace(s)
}
