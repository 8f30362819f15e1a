package imap

import (
	"io"
	"slices"
	"strings"
	"testing"

	goimap "github.com/emersion/go-imap/v2"
	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/accounts"
)

// Each kind of server known to be odd behaves as it is known to; a sync and an
// act work all the same.
func TestProfiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		behave func(s *script)
		said   []string
		unsaid []string
	}{
		"Coremail": {
			behave: func(s *script) {
				s.greeting = "* OK Coremail System IMap Server Ready(12345)"
				known := false
				s.answers["AUTHENTICATE"] = func(w io.Writer, args string) string {
					if strings.Contains(args, " ") {
						return "BAD Request not ending with <CR><LF>"
					}
					io.WriteString(w, "+ \r\n")
					return ""
				}
				s.answers["ID"] = func(w io.Writer, _ string) string { known = true; io.WriteString(w, "* ID NIL\r\n"); return "" }
				for _, open := range []string{"SELECT", "EXAMINE"} {
					s.answers[open] = func(w io.Writer, _ string) string {
						if !known {
							return "NO SELECT Unsafe Login. Please contact kefu@188.com for help"
						}
						s.selected(w)
						return ""
					}
				}
			},
			said:   []string{`ID ("name" "Caliopen")`},
			unsaid: []string{"version", "os"},
		},
		"SmarterMail": {
			behave: func(s *script) { s.greeting = "* OK IMAP4rev1 SmarterMail" },
			unsaid: []string{"CONDSTORE", "CHANGEDSINCE", "MODSEQ"},
		},
		"modification sequences told and not offered": { // whiteout-io/imap-client#40
			behave: func(s *script) {
				s.caps = "IMAP4rev1 AUTH=PLAIN ID UIDPLUS LITERAL+ XYMHIGHESTMODSEQ"
				s.answers["UID FETCH"] = func(w io.Writer, args string) string {
					if strings.Contains(args, "MODSEQ") || strings.Contains(args, "CHANGEDSINCE") {
						return "BAD [CLIENTBUG] arguments invalid"
					}
					s.fetch(w, args, nil)
					return ""
				}
			},
			unsaid: []string{"CONDSTORE", "CHANGEDSINCE", "MODSEQ", "ID ("},
		},
		"any other": {said: []string{"CONDSTORE", "AUTHENTICATE PLAIN AGFsaWNl"}, unsaid: []string{"ID (", "ENABLE"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t)
			s.uids = numbers(1, 3)
			if c.behave != nil {
				c.behave(s)
			}
			m := newMemory()
			client := newClient(t, s.start())
			for range 2 {
				mustSync(t, client, m)
			}
			if _, err := client.Apply(t.Context(), star(2)); err != nil || len(m.copies) != 3 {
				t.Errorf("%d messages, %v", len(m.copies), err)
			}
			spoken(t, s, c.said, c.unsaid)
		})
	}
}

func spoken(t *testing.T, s *script, said, unsaid []string) {
	t.Helper()
	heard := s.lines()
	for _, w := range said {
		if !strings.Contains(heard, w) {
			t.Errorf("did not say %q:\n%s", w, heard)
		}
	}
	for _, w := range unsaid {
		if strings.Contains(heard, w) {
			t.Errorf("said %q:\n%s", w, heard)
		}
	}
}

// iCloud is known by its name, which no test can listen at.
func TestProfileOfICloud(t *testing.T) {
	t.Parallel()
	if got := traitsOf(hello{host: "imap.mail.me.com"}, accounts.Quirks{}).enable; !slices.Equal(got, []string{"CONDSTORE"}) {
		t.Errorf("enables %v", got)
	}
	for _, host := range []string{"imap.notmail.me.com", "mail.me.com.example.org", "me.com"} {
		if got := traitsOf(hello{host: host}, accounts.Quirks{}).enable; got != nil {
			t.Errorf("%s: enables %v", host, got)
		}
	}
	s := newScript(t)
	s.caps += " ENABLE"
	s.uids = numbers(1, 1)
	enabled := false
	s.answers["ENABLE"] = func(io.Writer, string) string { enabled = true; return "" }
	config := s.start()
	client := newClient(t, config)
	raw, err := client.dialer.Open(t.Context(), client.endpoint)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := client.dialer.Secure(t.Context(), raw, client.endpoint)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	p := newPreamble(conn)
	if err := p.greeting(); err != nil {
		t.Fatal(err)
	}
	if caps, err := p.settle(traits{enable: []string{"CONDSTORE"}}); err != nil || !enabled || !slices.Contains(caps, "CONDSTORE") {
		t.Errorf("enabled %v, caps %v, %v", enabled, caps, err)
	}
}

// What is left out by configuration is used nowhere, although it is offered.
func TestWithout(t *testing.T) {
	t.Parallel()
	const all = "IMAP4rev1 AUTH=PLAIN SASL-IR UNSELECT ESEARCH UIDPLUS CONDSTORE QRESYNC ENABLE IDLE MOVE LIST-EXTENDED LIST-STATUS SPECIAL-USE LITERAL- QUOTA"
	for word, unsaid := range map[string]string{
		"sasl-ir":     "AUTHENTICATE PLAIN AGF",
		"condstore":   "CONDSTORE",
		"esearch":     "RETURN (ALL)",
		"list-status": "RETURN (STATUS",
		"move":        "UID MOVE",
		"literal-":    "+}",
		"unselect":    "UNSELECT",
		"special-use": "SPECIAL-USE",
	} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			s := newScript(t)
			s.caps, s.uids = all, numbers(1, 3)
			s.answers["AUTHENTICATE"] = func(w io.Writer, args string) string {
				if !strings.Contains(args, " ") {
					io.WriteString(w, "+ \r\n")
				}
				return ""
			}
			s.answers["LIST"] = func(w io.Writer, _ string) string {
				io.WriteString(w, "* LIST (\\Junk) \"/\" INBOX\r\n* LIST () \"/\" Old\r\n")
				return ""
			}
			config := s.start()
			config.Quirks.Without = []string{word}
			c := newClient(t, config)
			mustSync(t, c, newMemory())
			task := star(2)
			task[0].Kind, task[0].Target = "archive", "Old"
			if _, err := c.Apply(t.Context(), task); err != nil {
				t.Error(err)
			}
			if strings.Contains(s.lines(), unsaid) {
				t.Errorf("said %q:\n%s", unsaid, s.lines())
			}
		})
	}
}

// Whatever a server offers and whatever is left out of it, nothing left out is
// used, nothing is used that is not offered, and the library can read it.
func TestUseNeverUsesWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	words := append([]string{"IMAP4REV1", "IMAP4REV2", "QRESYNC", "CONDSTORE", "LITERAL+", "SPECIAL-USE", "QUOTA", "A B", "(", "É"}, revision2...)
	rapid.Check(t, func(t *rapid.T) {
		offered := rapid.SliceOfN(rapid.SampledFrom(words), 0, 12).Draw(t, "offered")
		without := rapid.SliceOfN(rapid.SampledFrom([]string{"condstore", "literal-", "move", "idle", "esearch", "uidplus"}), 0, 3).Draw(t, "without")
		set, names := capSet(traitsOf(hello{caps: offered}, accounts.Quirks{Without: without}).use(offered))
		for _, w := range without {
			if set.Has(goimap.Cap(strings.ToUpper(w))) {
				t.Fatalf("%s is used: %v", w, names)
			}
		}
		before, _ := capSet(offered)
		for c := range set {
			if !before.Has(c) && c != goimap.CapIMAP4rev1 {
				t.Fatalf("%s was not offered", c)
			}
		}
		if line := strings.Join(names, ""); strings.ContainsFunc(line, notAtom) {
			t.Fatalf("not readable: %q", names)
		}
	})
}
