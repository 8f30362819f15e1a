package ui_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/colorprofile"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

// poison is what strangers may put into anything they send: every sort of
// control sequence, its 8-bit form, and characters that turn a line around.
const poison = "\x1b[2J\x1b]0;owned\a\x1b]52;c;ZXZpbA==\a\x1bP1$r\x1b\\\x1b_x\x1b\\\u009b31m\x9b31m\r\b\x00\u202eevil\u2066 \x1b[?1049l"

// styling is the only sequence that drawing may use.
var styling = regexp.MustCompile("\x1b\\[[0-9;:]*m")

// poisoned puts it into everything that the screens show.
func poisoned(o *ui.Options, f *uitest.Fake) {
	bad := func(s string) string { return s + poison }
	who := conversation.MailAddress("nadia@benali.example")
	who.ID = bad(who.ID)
	f.SetContact(conversation.Contact{
		ID: "nadia", Name: bad("Nadia"), Notes: bad("notes\n"), Messages: 3, Index: privacy.Index{Score: 50, Level: privacy.LevelC, DecidedBy: "k.providers"},
		Addresses: []conversation.ContactAddress{{Address: who, Name: bad("n")}},
	})
	f.Change("nadia-03", func(m *conversation.Message) {
		m.Subject, m.Text, m.Excerpt = bad("Subject"), bad("Bonjour "), bad("Bonjour ")
		m.Warnings = []string{bad("warning")}
		m.Evidence.FromDomain, m.Evidence.Visibility = bad("domain.example"), bad("direct")
		m.Evidence.Transport = privacy.Transport{Trusted: 1, Hops: []privacy.Hop{{By: bad("mx"), From: bad("out"), TLS: bad("1.3"), Network: true}}}
		for i := range m.Participants {
			m.Participants[i].Display, m.Participants[i].Name = bad("Nadia"), bad("Nadia")
		}
	})
	d := conversation.Draft{To: []conversation.Recipient{{Name: bad("Nadia")}}, Subject: bad("Subject"), Text: bad("text")}
	f.SetEntries(conversation.Entry{ID: "1", State: conversation.StateFailed, Draft: d, Error: bad("550 no"), Created: uitest.Noon(), Score: 45})
	_ = f.SaveSearch(context.Background(), conversation.SavedSearch{Name: bad("name"), Query: bad("Bonjour")})
	f.Tell(conversation.Event{Fresh: []conversation.MessageID{"nadia-03"}})
	f.SetStatuses(conversation.Status{
		Account: "home", Protocol: conversation.Mail, Address: who, Phase: conversation.PhaseOffline,
		Detail: bad("down"), TLS: bad("1.3"), Err: errors.New(bad("the server says")),
	})
	o.Setup = &uitest.FakeSetup{Found: ui.Found{IMAP: bad("imaps://h:993"), SMTP: bad("smtps://h:465"), User: bad("u"), Source: "srv", Security: "tls"}, URL: bad("https://social.example/")}
}

func TestNothingReceivedReachesTheTerminalAsASequence(t *testing.T) {
	walks := map[string][]string{
		"list": {"j", "k"}, "contacts": {"2", "enter", "G", "k"}, "card": {"c", "G"}, "why": {"i", "G"}, "why of a contact": {"2", "i", "G"},
		"search": {"/", "Bonjour", "down", "enter"}, "facets": {"/", "Bonjour", "esc", "k", "f", "1"}, "saved": {"g", "s", "d", "u"}, "view": {"{"}, "activity": {"4", "j", "j", "x", "T"}, "accounts": {"5", "j", "enter", "esc", "x"},
		"privacy": {"3", "G", "k", "i"}, "palette": {"ctrl+p", "Nadia", "down"}, "join": {"2", "M", "Nad"}, "rename": {"c", "n"},
		"mail": {"5", "a", "enter", "you@home.example", "enter", "tab"}, "mastodon": {"5", "a", "down", "enter", "social.example", "enter", "ctrl+y"},
	}
	for name, keys := range walks {
		for _, size := range [][2]int{{80, 24}, {160, 45}} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d, f, spy := beginSpied(t, size[0], size[1], setup{profile: colorprofile.TrueColor, change: poisoned})
					defer d.Close()
					for _, k := range keys {
						d.Press(k)
						d.Wait(300 * time.Millisecond)
						clean(t, name+" after "+k, spy.Last())
					}
					f.Fail = errors.New("the server says " + poison)
					d.Press("$")
					d.Wait(time.Second)
					clean(t, name+" with an error", spy.Last())
				})
			})
		}
	}
}

// clean asserts that a drawn screen holds no control character besides the
// sequences of styles.
func clean(t *testing.T, where, drawn string) {
	t.Helper()
	left := styling.ReplaceAllString(drawn, "")
	for _, r := range left {
		if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			at := strings.IndexRune(left, r)
			t.Fatalf("%s: %U reaches the terminal in %q", where, r, left[max(at-30, 0):min(at+30, len(left))])
		}
	}
}
