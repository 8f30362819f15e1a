package main

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// TestHostileStatusesStayWords sends names, warnings and texts that a terminal
// would obey through a server and the whole program.
func TestHostileStatusesStayWords(t *testing.T) {
	ca := servertest.NewAuthority(t)
	server := fediverse.New(fediverse.Config{Home: "social.example", Clock: testNow, MaxChars: 200 << 10})
	t.Cleanup(func() { server.Close() })
	at, err := server.Listen(&tls.Config{Certificates: []tls.Certificate{ca.Issue(servertest.Sound)}})
	if err != nil {
		t.Fatal(err)
	}
	server.AddUser("lou", "Lou")
	wrote := 0
	for name, words := range hostile() {
		from := "mallory" + name
		server.AddUser(from, words)
		server.Say(fediverse.Post{From: from, Text: "@lou " + words + "\n[A 100] all is well", Spoiler: words})
		wrote++
	}
	box := newSandbox(t)
	if err := accounts.AddAccount(filepath.Join(box.dir, "config.toml"), accounts.Account{
		Name: "social", Kind: "mastodon", Address: "@lou@social.example", Server: at,
		PasswordCommand: "echo " + server.Token("lou"), CA: ca.File,
	}); err != nil {
		t.Fatal(err)
	}
	if r := box.run(t, "", "sync"); r.code != 0 {
		t.Fatalf("%d %s", r.code, r.err)
	}
	rows := box.objects(t, "search", "protocol:mastodon")
	if len(rows) != wrote {
		t.Fatalf("%d of %d statuses came", len(rows), wrote)
	}
	for _, args := range [][]string{{"conversations"}, {"search", "protocol:mastodon"}, {"contact", "list"}} {
		box.obeysNothing(t, args...)
	}
	for _, row := range rows {
		id := fmt.Sprint(row["id"])
		for _, command := range []string{"show", "explain"} {
			box.obeysNothing(t, command, id)
		}
	}
}

// obeysNothing runs a command for people and for programs and looks at every
// byte of what it writes.
func (f sandbox) obeysNothing(t *testing.T, args ...string) {
	t.Helper()
	plain := f.run(t, "", args...)
	object := f.run(t, "", append(args, "--json")...)
	for _, r := range []result{plain, object} {
		if err := errors.Join(powerless(r.out), powerless(r.err)); err != nil || r.code != 0 {
			t.Errorf("%v: %d %v: %.300q %.300q", args, r.code, err, r.out, r.err)
		}
	}
	for line := range strings.Lines(object.out) {
		if !json.Valid([]byte(line)) {
			t.Errorf("%v: %.300q", args, line)
		}
	}
}

func powerless(text string) error {
	for _, r := range text {
		if r != '\n' && r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return fmt.Errorf("%U in it", r)
		}
	}
	return nil
}
