package fediverse_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
	"github.com/caliopen/caliopen-tui/accounts/mastodon"
	"github.com/caliopen/caliopen-tui/conversation"
)

// toot runs Debian's command-line client, which somebody else wrote, as one
// account of a server.
type toot struct {
	t    *testing.T
	home string
}

func newToot(t *testing.T, srv *fediverse.Server, base, user string) toot {
	t.Helper()
	if _, err := exec.LookPath("toot"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("toot is not installed")
		}
		t.Skip("toot is not installed (Debian package toot)")
	}
	home := t.TempDir()
	name := user + "@" + srv.Home()
	raw, err := json.Marshal(map[string]any{
		"apps":  map[string]any{srv.Home(): map[string]string{"instance": srv.Home(), "base_url": base, "client_id": "x", "client_secret": "x"}},
		"users": map[string]any{name: map[string]string{"instance": srv.Home(), "username": user, "access_token": srv.Token(user)}}, "active_user": name,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(home, "toot"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "toot", "config.json"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return toot{t, home}
}

func (c toot) run(args ...string) string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "toot", append(args, "--no-color")...)
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+c.home, "HOME="+c.home, "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.t.Fatalf("toot %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// What another client writes is read here, and the other way round.
func TestAnIndependentClientUnderstandsTheServer(t *testing.T) {
	srv := fediverse.New(fediverse.Config{Home: "social.example"})
	srv.AddUser("zoe", "Zoé")
	srv.AddUser("bob", "Bob")
	base, err := srv.Listen(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	bob := newToot(t, srv, base, "bob")
	if out := bob.run("whoami"); !strings.Contains(out, "@bob") || !strings.Contains(out, "Bob") {
		t.Errorf("whoami: %s", out)
	}
	picture := filepath.Join(t.TempDir(), "red.png")
	if err := os.WriteFile(picture, []byte("\x89PNG\r\n\x1a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	bob.run("post", "-v", "direct", "-m", picture, "-d", "a red door", "@zoe lunch & more?")

	token := srv.Token("zoe")
	tr := mastodon.New(mastodon.Config{Account: "zoe", Server: base, Token: func(context.Context) (string, error) { return token, nil }})
	defer tr.Close()
	got := &basket{}
	if err := tr.Sync(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	if len(got.copies) != 1 {
		t.Fatalf("%d copies", len(got.copies))
	}
	zoe := conversation.MastodonAddress("zoe", "social.example")
	m := mastodon.NewFormat().Parse(got.copies[0].Raw, conversation.ParseContext{Account: "zoe", Home: "social.example", Own: zoe}).Message
	if m.Text != "lunch & more?" || m.Sender().Name != "Bob" || len(m.Attachments) != 1 || m.Attachments[0].Name != "a red door.png" {
		t.Errorf("message %+v", m)
	}

	c, err := mastodon.NewFormat().Compose(conversation.Outgoing{
		Account: "zoe", From: conversation.Participant{Address: zoe}, To: []conversation.Participant{m.Sender()}, Text: "At noon & a bit, then", Reply: &m,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Send(t.Context(), conversation.Entry{ID: "e1", Wire: c.Wire}, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	for name, out := range map[string]string{"thread": bob.run("thread", got.copies[0].ID), "notifications": bob.run("notifications", "--mentions")} {
		if !strings.Contains(out, "At noon & a bit, then") || !strings.Contains(out, "Zoé") {
			t.Errorf("%s: %s", name, out)
		}
	}
	bob.run("delete", got.copies[0].ID)
	if srv.Delete(got.copies[0].ID) {
		t.Error("not deleted")
	}
}

// basket is a mirror that only takes.
type basket struct {
	copies []accounts.Copy
}

func (b *basket) Add(_ context.Context, list []accounts.Copy) error {
	b.copies = append(b.copies, list...)
	return nil
}

func (b *basket) Folders(context.Context) ([]accounts.Folder, error) { return nil, nil }

func (b *basket) SaveFolder(context.Context, accounts.Folder) error { return nil }

func (b *basket) DropFolder(context.Context, string) error { return nil }

func (b *basket) Have(context.Context, string, uint32) ([]accounts.Have, error) { return nil, nil }

func (b *basket) Reset(context.Context, string, uint32) error { return nil }

func (b *basket) Flush(context.Context) error { return nil }

func (b *basket) SetFlags(context.Context, string, uint32, []accounts.FlagChange) error { return nil }

func (b *basket) Remove(context.Context, string, uint32, []uint32, []string) error { return nil }

func (b *basket) Quarantine(context.Context, accounts.Copy, string) error { return nil }
func (b *basket) Aside(context.Context) ([]accounts.Aside, error)         { return nil, nil }
func (b *basket) Progress(int, int, string)                               {}

func (*basket) Adopt(_ context.Context, copies []accounts.Copy) ([]accounts.Copy, error) {
	return copies, nil
}
