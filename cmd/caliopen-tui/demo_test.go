package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/caliopen/caliopen-tui/accounts/demo"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// playedDemo is the demo with the real transports, engine and store, and a
// clock that can be moved on.
type playedDemo struct {
	t     *testing.T
	world *demo.World
	app   *app
	ahead *atomic.Int64
	begin time.Time
}

func playDemo(t *testing.T) *playedDemo {
	t.Helper()
	d := &playedDemo{t: t, ahead: new(atomic.Int64), begin: time.Now()}
	now := func() time.Time { return time.Now().Add(time.Duration(d.ahead.Load())) }
	dir := t.TempDir()
	var err error
	if d.world, err = demo.Start(now, dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.world.Close() })
	d.world.Thinking = 0
	p := speaking(t, "en")
	p.now = now
	p.flags.config, p.flags.data = filepath.Join(dir, "config.toml"), filepath.Join(dir, "data")
	if err := settle(p.flags.config, d.world); err != nil {
		t.Fatal(err)
	}
	if d.app, err = open(t.Context(), p, living); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.app.close() })
	if err := furnish(t.Context(), d.app, d.world); err != nil {
		t.Fatal(err)
	}
	d.sync()
	return d
}

func (d *playedDemo) sync() {
	d.t.Helper()
	for _, s := range d.app.eng.SyncOnce(d.t.Context(), nil) {
		if s.Err != nil {
			d.t.Fatalf("%s: %v", s.Account, s.Err)
		}
	}
}

func (d *playedDemo) pass(by time.Duration) { d.ahead.Add(int64(by)) }

// conversations lists all of them.
func (d *playedDemo) conversations() []conversation.Conversation {
	d.t.Helper()
	page, err := d.app.svc.List(d.t.Context(), conversation.Window{Limit: 1000})
	if err != nil {
		d.t.Fatal(err)
	}
	return page.Rows
}

// messages gives every message in full.
func (d *playedDemo) messages() []conversation.Message {
	d.t.Helper()
	var out []conversation.Message
	for _, c := range d.conversations() {
		list, _, _, err := d.app.svc.Messages(d.t.Context(), c.ID, conversation.Span{Limit: 1000})
		if err != nil {
			d.t.Fatal(err)
		}
		for _, m := range list {
			whole, err := d.app.svc.Message(d.t.Context(), m.ID)
			if err != nil {
				d.t.Fatal(err)
			}
			out = append(out, whole)
		}
	}
	return out
}

// find gives the newest message of somebody that contains a text.
func (d *playedDemo) find(from, text string) (found conversation.Message) {
	d.t.Helper()
	for _, m := range d.messages() {
		if strings.Contains(m.Text, text) && m.Sender().Display == from && m.Date.After(found.Date) {
			found = m
		}
	}
	if found.ID == "" {
		d.t.Fatalf("%s never wrote %q", from, text)
	}
	return found
}

// written counts the messages that the story files hold: those of the past and
// those that come while the user looks. What lies in Junk is not shown.
func written(t *testing.T) (past, live int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "accounts", "demo", "story", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			switch {
			case !strings.HasPrefix(line, "=== "), strings.Contains(line, "folder=Junk"):
			case strings.Contains(line, "| +"):
				live++
			default:
				past++
			}
		}
	}
	return past, live
}

func TestDemoShowsItsWholeStory(t *testing.T) {
	d := playDemo(t)
	past, live := written(t)
	sum, kinds := 0, map[conversation.Kind]int{}
	for _, c := range d.conversations() {
		sum += c.Messages
		kinds[c.Kind]++
	}
	if sum != past {
		t.Errorf("%d messages in the conversations, the stories hold %d", sum, past)
	}
	if kinds[conversation.KindPeople] < 30 || kinds[conversation.KindBulk] < 4 || kinds[conversation.KindList] < 2 {
		t.Errorf("conversations by kind: %v", kinds)
	}
	for _, name := range []string{"Nadia Benali", "林美玲", "София Маркова", "يوسف الحداد", "佐藤 遥", "Chiara Bianchi"} {
		if list, err := d.app.svc.Contacts(t.Context(), name, 10); err != nil || len(list) == 0 {
			t.Errorf("nobody is called %s (%v)", name, err)
		}
	}
	d.pass(11 * time.Minute)
	d.world.Live(t.Context())
	d.sync()
	if got := len(d.messages()); got != past+live {
		t.Errorf("%d messages after ten minutes, want %d", got, past+live)
	}
}

func TestDemoBadgesAreTrue(t *testing.T) {
	d := playDemo(t)
	seen := map[privacy.Level]bool{}
	for _, m := range d.messages() {
		seen[m.Index.Level] = true
	}
	for _, l := range []privacy.Level{privacy.LevelA, privacy.LevelB, privacy.LevelC, privacy.LevelD, privacy.LevelE} {
		if !seen[l] {
			t.Errorf("levels %v: none is %s", seen, l)
		}
	}
	for _, c := range []struct {
		from, text string
		level      privacy.Level
		by         string
	}{
		{"Agnès Roux", "MES BOCAUX", privacy.LevelC, ""},                        // both at one provider
		{"Roger Vasseur", "Noires de Crimée pour", privacy.LevelE, ""},          // no TLS on the way
		{"София Маркова", "Нашла", privacy.LevelD, ""},                          // TLS 1.2
		{"Banque du Port", "code à trois chiffres", privacy.LevelE, "k.forged"}, // DMARC failed
		{"Inès Marchetti", "La préfecture a répondu", privacy.LevelA, ""},       // sealed, the key was compared
		{"Priya Nair", "I start in March", privacy.LevelB, ""},                  // sealed, the key was not
	} {
		m := d.find(c.from, c.text)
		if m.Index.Level != c.level || c.by != "" && m.Index.DecidedBy != c.by {
			t.Errorf("%s, %q: %s %d by %q, want %s by %q", c.from, c.text, m.Index.Level, m.Index.Score, m.Index.DecidedBy, c.level, c.by)
		}
	}
}

// Karim has another key since his telephone broke: until the user decides,
// nothing is sealed to it by itself, and the contact says so.
func TestDemoKeyThatChanged(t *testing.T) {
	d := playDemo(t)
	e, err := d.app.svc.Explain(t.Context(), "karim@atelier.example")
	if err != nil || e.Index.DecidedBy != "k.conflict" || e.Index.Level != privacy.LevelD {
		t.Errorf("%s %d by %q (%v), want D by the key that changed", e.Index.Level, e.Index.Score, e.Index.DecidedBy, err)
	}
}

func TestDemoHasEachSortOfEvidence(t *testing.T) {
	all := playDemo(t).messages()
	for what, is := range map[string]func(m *conversation.Message) bool{
		"TLS 1.2":            func(m *conversation.Message) bool { return m.Evidence.Transport.TLS == "1.2" },
		"TLS 1.3":            func(m *conversation.Message) bool { return m.Evidence.Transport.TLS == "1.3" },
		"a clear connection": func(m *conversation.Message) bool { return m.Evidence.Transport.Ingress == "plain" },
		"one provider":       func(m *conversation.Message) bool { return m.Evidence.SameProvider },
		"trackers":           func(m *conversation.Message) bool { return m.Evidence.Remote.Trackers > 0 },
		"a form":             func(m *conversation.Message) bool { return m.Evidence.Active },
		"sealing":            func(m *conversation.Message) bool { return m.Evidence.Security.Sealed == "full" },
		"an invitation":      func(m *conversation.Message) bool { return m.Invite },
		"a thread of several": func(m *conversation.Message) bool {
			return m.Protocol == conversation.Mastodon && len(m.Participants) > 2
		},
	} {
		if !slices.ContainsFunc(all, func(m conversation.Message) bool { return is(&m) }) {
			t.Errorf("no message shows %s", what)
		}
	}
}

// What attackers of the stories write must reach the store as they wrote it,
// and nothing of it the terminal.
func TestDemoNothingHostilePasses(t *testing.T) {
	subjects, names, bodies := 0, 0, 0
	for _, m := range playDemo(t).messages() {
		texts := []string{m.Subject, m.Excerpt, m.Folder}
		for _, p := range m.Participants {
			texts = append(texts, p.Name, p.Display)
			names += strings.Count(p.Name, "\x1b")
		}
		subjects += strings.Count(m.Subject, "\x1b")
		bodies += strings.Count(m.Text, "\x1b")
		for _, a := range m.Attachments {
			texts = append(texts, a.Name)
		}
		for _, s := range texts {
			if got := safe.Line(s).String(); strings.IndexFunc(got, dangerous) >= 0 {
				t.Errorf("%q becomes %q", s, got)
			}
		}
		if got := safe.Block(m.Text).String(); strings.IndexFunc(strings.ReplaceAll(got, "\n", ""), dangerous) >= 0 {
			t.Errorf("%q becomes %q", m.Text, got)
		}
	}
	if subjects == 0 || names == 0 || bodies == 0 {
		t.Errorf("escapes in %d subjects, %d names, %d bodies: the demo is too tame", subjects, names, bodies)
	}
}

func dangerous(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

func TestDemoPeopleAnswer(t *testing.T) {
	d := playDemo(t)
	d.answer(d.find("Hugo Lemaire", "roulements"), "", "On y sera.")
	d.await(func(m *conversation.Message) bool {
		return m.Protocol == conversation.Mail && m.Sender().Display == "Hugo Lemaire" && strings.HasPrefix(m.Subject, "Re:") && d.fresh(m)
	}, "an answer of Hugo's by mail")
	// Whoever is written to by mail may prefer the other channel.
	d.answer(d.find("Nadia Benali", "frites"), "maison", "Et la semaine prochaine ?")
	d.await(func(m *conversation.Message) bool {
		return m.Protocol == conversation.Mastodon && m.Sender().Display == "Nadia Benali" && d.fresh(m)
	}, "an answer of Nadia's on Mastodon")
}

// fresh tells that a message was received after the demo began.
func (d *playedDemo) fresh(m *conversation.Message) bool {
	return m.Direction == conversation.In && m.Date.After(d.begin)
}

func (d *playedDemo) answer(m conversation.Message, via, text string) {
	d.t.Helper()
	draft, err := d.app.svc.Reply(d.t.Context(), m.ID, false)
	if err != nil {
		d.t.Fatal(err)
	}
	draft.Via, draft.Text = via, text
	if _, choice, err := d.app.svc.Send(d.t.Context(), draft); err != nil {
		d.t.Fatalf("%v (%+v)", err, choice)
	}
	d.pass(2 * defaultHold)
	d.sync()
}

// await syncs until a message is there.
func (d *playedDemo) await(is func(*conversation.Message) bool, what string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 20*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		d.sync()
		for _, m := range d.messages() {
			if is(&m) {
				return
			}
		}
	}
	d.t.Fatalf("waited in vain for %s", what)
}
