package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/storage"
)

// gate is a login that is asked for a password and may refuse it.
type gate struct {
	password string
	asked    []accounts.Account
}

func (g *gate) probe(ctx context.Context, _ *program, a accounts.Account, secret secretFunc) (accounts.Security, error) {
	g.asked = append(g.asked, a)
	given, err := secret(ctx)
	if err != nil {
		return accounts.Security{}, err
	}
	if given != g.password {
		return accounts.Security{}, fmt.Errorf("imap: %s: %w", a.IMAP, accounts.ErrAuth)
	}
	return accounts.Security{TLS: "1.3", Verified: true, Auth: "SCRAM-SHA-256", Host: "mx.example.org"}, nil
}

// login runs a command of accounts with a gate in place of the servers.
func (f sandbox) login(t *testing.T, g *gate, stdin string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	p := speaking(t, "en")
	p.in, p.out, p.err, p.open, p.probe = strings.NewReader(stdin), &out, &errs, open, g.probe
	args = append(args, "--config", filepath.Join(f.dir, "config.toml"), "--data", filepath.Join(f.dir, "data"))
	code := p.run(t.Context(), args)
	return result{code, out.String(), errs.String()}
}

// addWords are the words that add an account without looking anything up.
func addWords(more ...string) []string {
	return append([]string{
		"account", "add", "mail", "--address", "lou@example.org", "--name", "home",
		"--imap", "imaps://mx.example.org", "--smtp", "smtps://mx.example.org", "--json",
	}, more...)
}

func TestAccountIsSavedAfterItsLogin(t *testing.T) {
	box, g := newSandbox(t), &gate{password: "pw"}
	config := filepath.Join(box.dir, "config.toml")
	if r := box.login(t, g, "", addWords("--password-command", "echo wrong")...); r.code != exitLogin {
		t.Fatalf("refused login: %d %s", r.code, r.err)
	}
	if _, err := os.Stat(config); err == nil {
		t.Fatal("an account whose login was refused was saved")
	}
	r := box.login(t, g, "", addWords("--password-command", "echo pw")...)
	var o securityOfAccount
	r.decode(t, &o)
	if r.code != 0 || o.Account != "home" || o.Secret != "command" || o.TLS != "1.3" {
		t.Fatalf("%d %s %s", r.code, r.out, r.err)
	}
	if r := box.login(t, g, "", addWords("--password-command", "echo pw")...); r.code != exitUsage {
		t.Errorf("the same name again: %d", r.code)
	}
	if r := box.login(t, g, "", "account", "test", "home"); r.code != 0 || !strings.Contains(r.out, "mx.example.org answers") {
		t.Errorf("test: %d %s", r.code, r.out)
	}
	if rows := box.objects(t, "account", "list"); len(rows) != 1 || rows[0]["account"] != "home" || rows[0]["imap"] != "imaps://mx.example.org" {
		t.Errorf("list: %v", rows)
	}
}

func TestSecretsAreNotKeptInClearUnasked(t *testing.T) {
	box, g := newSandbox(t), &gate{password: "pw"}
	r := box.login(t, g, "pw\n", addWords("--password-stdin")...)
	if r.code == 0 || !strings.Contains(r.err, "--insecure-store") {
		t.Fatalf("%d %s", r.code, r.err)
	}
	if r := box.login(t, g, "pw\n", addWords("--password-stdin", "--insecure-store")...); r.code != 0 {
		t.Fatalf("%d %s", r.code, r.err)
	}
	for _, file := range []string{"config.toml", "data/secrets.json"} {
		info, err := os.Stat(filepath.Join(box.dir, file))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", file, info, err)
		}
	}
	config, err := os.ReadFile(filepath.Join(box.dir, "config.toml"))
	if err != nil || strings.Contains(string(config), "pw") {
		t.Errorf("the configuration holds the secret: %s", config)
	}
	if r := box.login(t, g, "", "account", "test", "home"); r.code != 0 {
		t.Errorf("the kept secret does not open: %s", r.err)
	}
	if r := box.login(t, g, "", "account", "remove", "home"); r.code != 0 {
		t.Fatalf("remove: %s", r.err)
	}
	if secrets, err := os.ReadFile(filepath.Join(box.dir, "data", "secrets.json")); err != nil || strings.Contains(string(secrets), "pw") {
		t.Errorf("the secret outlived its account: %s %v", secrets, err)
	}
}

func TestRemovingForgetsOrKeepsMessages(t *testing.T) {
	for _, keep := range []bool{false, true} {
		box, args := seed(t), []string{"account", "remove", "home"}
		want := 0
		if keep {
			args, want = append(args, "--keep-messages"), 2
		}
		if r := box.run(t, "", args...); r.code != 0 {
			t.Fatal(r.err)
		}
		if rows := box.objects(t, "conversations"); len(rows) != want {
			t.Errorf("keep %v: %d conversations, want %d", keep, len(rows), want)
		}
	}
	if r := run(t, "", "account", "remove", "none"); r.code != exitMissing {
		t.Errorf("an account that is not there: %d", r.code)
	}
}

func TestDoctorSaysHowToMend(t *testing.T) {
	box := seed(t)
	check := func(want string) map[string]any {
		t.Helper()
		r := box.run(t, "", "doctor", "--offline", "--json")
		for line := range strings.Lines(r.out) {
			if strings.Contains(line, `"check":"`+want+`"`) {
				var o map[string]any
				result{out: line}.decode(t, &o)
				return o
			}
		}
		t.Fatalf("no check %s in %s", want, r.out)
		return nil
	}
	if o := check("data"); o["state"] != fine {
		t.Errorf("data: %v", o)
	}
	if o := check("permissions"); o["state"] != fine {
		t.Errorf("permissions: %v", o)
	}
	config := filepath.Join(box.dir, "config.toml")
	if err := os.Chmod(config, 0o644); err != nil {
		t.Fatal(err)
	}
	if o := check("permissions"); o["state"] != fault || o["mend"] == "" {
		t.Errorf("open configuration: %v", o)
	}
	if err := os.WriteFile(config, []byte("nonsense = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := check("config"); o["state"] != fault || !strings.Contains(o["detail"].(string), "line 1, column 1") {
		t.Errorf("config: %v", o)
	}
	if r := box.run(t, "", "doctor", "--offline"); r.code != exitFailed {
		t.Errorf("status %d with a fault", r.code)
	}
}

// TestDoctorTellsWhatWasSetAsideAndMended is about what nobody would learn of
// otherwise.
func TestDoctorTellsWhatWasSetAsideAndMended(t *testing.T) {
	box := seed(t)
	data := filepath.Join(box.dir, "data")
	db, err := storage.Open(t.Context(), data, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	aside := accounts.Copy{Folder: "INBOX", Validity: 1, UID: 77}
	imported := accounts.Copy{Folder: "local:old.mbox", ID: "x1"}
	if err := errors.Join(db.Quarantine(t.Context(), "home", aside, "mail.unreadable"), db.Quarantine(t.Context(), "home", imported, "mail.unreadable"), db.Close()); err != nil {
		t.Fatal(err)
	}
	for _, l := range []string{"en", "fr", "it"} {
		if err := os.Chmod(data, 0o755); err != nil {
			t.Fatal(err)
		}
		r := box.run(t, "", "doctor", "--offline", "--json", "--lang", l)
		for _, key := range []string{"mail.unreadable", "storage.folder_mode", "cli.doctor.aside_mend", "cli.doctor.import_mend"} {
			if text := speaking(t, l).t(key); text == key || !strings.Contains(r.out, text) {
				t.Errorf("%s: %s is not told: %s", l, key, r.out)
			}
		}
		if r.code != 0 || !strings.Contains(r.out, "INBOX, n") || !strings.Contains(r.out, "77") {
			t.Errorf("%s: %d %s", l, r.code, r.out)
		}
	}
}

func TestRebuildKeepsEverything(t *testing.T) {
	box := seed(t)
	before := box.objects(t, "conversations")
	if r := box.run(t, "", "doctor", "--rebuild", "--offline"); r.code != 0 {
		t.Fatalf("%d %s", r.code, r.err)
	}
	after := box.objects(t, "conversations")
	if fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("before %v\nafter %v", before, after)
	}
}
