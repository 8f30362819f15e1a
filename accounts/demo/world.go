package demo

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
	"github.com/caliopen/caliopen-tui/accounts/demo/postoffice"
	"github.com/caliopen/caliopen-tui/conversation"
)

//go:embed story/*.txt
var stories embed.FS

// The user of the demo and his own addresses. Names under .example exist
// nowhere (RFC 2606).
const (
	MyName  = "Camille Roux"
	myMail  = "camille@maison.example"
	myWork  = "c.roux@atelier.example"
	myMasto = "camille@agora.example"
	myPass  = "demo"
)

// Account is one of the user's accounts in the demo, ready to be configured.
type Account struct {
	Name     string
	Protocol conversation.Protocol
	Address  string
	IMAP     string
	SMTP     string
	Server   string
	Secret   string
}

// World is the demo while it runs.
type World struct {
	CAFile   string
	Accounts []Account
	Thinking time.Duration // how long people take to answer; may be changed before anybody is written to

	now    func() time.Time
	start  time.Time
	people map[string]Person
	office *postoffice.Office
	fedi   *fediverse.Server
	ring   *ring

	mu    sync.Mutex
	ids   map[string]string   // names of lines → Message-ID or status id
	refs  map[string][]string // names of lines → References
	live  []Line
	turns map[string]int // how often somebody has answered
}

// Start builds the world and serves it on loopback. The certificate to trust is
// written into dir.
func Start(now func() time.Time, dir string) (*World, error) {
	w := &World{
		now: now, start: now(), ids: map[string]string{}, refs: map[string][]string{}, turns: map[string]int{},
		office: postoffice.New("mx.maison.example", now),
		fedi:   fediverse.New(fediverse.Config{Home: "agora.example", Clock: now}),
		CAFile: filepath.Join(dir, "demo-ca.pem"), Thinking: thinking,
	}
	var err error
	if w.people, err = parsePeopleList(peopleText); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	if w.ring, err = newRing(w.people, w.start); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	if err := w.populate(); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	if err := w.serve(); err != nil {
		return nil, errors.Join(fmt.Errorf("demo: %w", err), w.Close())
	}
	return w, nil
}

// serve opens the servers and lists the accounts to use them by.
func (w *World) serve() error {
	ca, err := postoffice.NewAuthority(w.start)
	if err != nil {
		return err
	}
	conf, err := ca.TLS(w.start)
	if err != nil {
		return err
	}
	if err := os.WriteFile(w.CAFile, ca.PEM, 0o600); err != nil {
		return err
	}
	imap, smtp, err := w.office.Listen(conf)
	if err != nil {
		return err
	}
	masto, err := w.fedi.Listen(conf)
	if err != nil {
		return err
	}
	masto = strings.Replace(masto, "127.0.0.1", "localhost", 1)
	w.fedi.SetBase(masto)
	w.Accounts = []Account{
		{Name: "maison", Protocol: conversation.Mail, Address: myMail, IMAP: imap, SMTP: smtp, Secret: myPass},
		{Name: "atelier", Protocol: conversation.Mail, Address: myWork, IMAP: imap, SMTP: smtp, Secret: myPass},
		{Name: "agora", Protocol: conversation.Mastodon, Address: "@" + myMasto, Server: masto, Secret: w.fedi.Token("camille")},
	}
	w.office.OnMail(w.answerMail)
	w.fedi.OnPost(w.answerPost)
	return nil
}

// Close ends the servers.
func (w *World) Close() error { return errors.Join(w.office.Close(), w.fedi.Close()) }

// populate files everything that was written before the start.
func (w *World) populate() error {
	for _, a := range []string{myMail, myWork} {
		if err := w.office.AddUser(a, myPass); err != nil {
			return err
		}
	}
	w.fedi.AddUser("camille", MyName)
	for _, key := range slices.Sorted(maps.Keys(w.people)) {
		if p := w.people[key]; p.Mastodon != "" {
			w.fedi.AddUser(p.Mastodon, p.Name)
		}
	}
	lines, err := readStories()
	if err != nil {
		return err
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return a.When(w.start).Compare(b.When(w.start)) })
	return w.tell(lines)
}

// tell says what lies in the past and keeps the rest for later. Posts not read
// yet are said last, since a thread is read as a whole.
func (w *World) tell(lines []Line) error {
	var late []Line
	for _, l := range lines {
		switch {
		case l.At >= 0:
			w.live = append(w.live, l)
			continue
		case l.Channel == "masto" && l.Has("unread"):
			late = append(late, l)
			continue
		}
		if err := w.say(&l, l.When(w.start)); err != nil {
			return fmt.Errorf("%s: %w", l.Name, err)
		}
	}
	w.fedi.MarkRead("camille")
	for _, l := range late {
		if err := w.say(&l, l.When(w.start)); err != nil {
			return fmt.Errorf("%s: %w", l.Name, err)
		}
	}
	return nil
}

// readStories reads all story files.
func readStories() ([]Line, error) {
	names, err := fs.Glob(stories, "story/*.txt")
	if err != nil {
		return nil, err
	}
	var out []Line
	for _, n := range names {
		if strings.HasSuffix(n, "people.txt") || strings.HasSuffix(n, "answers.txt") {
			continue
		}
		text, err := stories.ReadFile(n)
		if err != nil {
			return nil, err
		}
		lines, err := parseStory(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n, err)
		}
		out = append(out, lines...)
	}
	return out, nil
}

// Live lets the messages arrive that come while the user looks, until the
// context ends.
func (w *World) Live(ctx context.Context) {
	for i := range w.live {
		l := &w.live[i]
		select {
		case <-ctx.Done():
			return
		case <-time.After(l.When(w.start).Sub(w.now())):
		}
		// A story that fails to arrive is no reason to end the demo; the test of
		// the stories says which one is broken.
		_ = w.say(l, w.now())
	}
}
