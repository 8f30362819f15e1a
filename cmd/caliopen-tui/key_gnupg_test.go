//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/gnupg"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// ringed is a user with a mail account, keys in a GnuPG of his own, and the
// program.
type ringed struct {
	t    *testing.T
	dir  string
	home string
	gpg  *gnupg.GnuPG
}

// quickly has GnuPG lock keys with little work, which tests need not wait for.
const quickly = "s2k-count 65536\n"

func newRinged(t *testing.T) *ringed {
	t.Helper()
	home, err := os.MkdirTemp("/tmp", "gh") // a short name, for sockets are made in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run()
		_ = os.RemoveAll(home)
	})
	g, err := gnupg.Find(home)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("gpg is not installed")
	}
	if err := os.WriteFile(filepath.Join(home, "gpg-agent.conf"), []byte(quickly), 0o600); err != nil {
		t.Fatal(err)
	}
	return &ringed{t: t, dir: newRingedProfile(t), home: home, gpg: g}
}

// newRingedProfile makes a folder with a configuration and nothing else.
func newRingedProfile(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	config := "[[account]]\nname = \"home\"\nkind = \"mail\"\naddress = \"ada@example.org\"\naliases = [\"countess@example.org\"]\n" +
		"imap = \"imaps://127.0.0.1:1\"\nsmtp = \"smtps://127.0.0.1:1\"\n"
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (r *ringed) run(stdin string, args ...string) result {
	r.t.Helper()
	p := r.program(stdin)
	code := p.run(r.t.Context(), args)
	return result{code, p.out.(*bytes.Buffer).String(), p.err.(*bytes.Buffer).String()}
}

func (r *ringed) program(stdin string) *program {
	return &program{
		in: strings.NewReader(stdin), out: new(bytes.Buffer), err: new(bytes.Buffer), now: time.Now, open: open, probe: probe,
		getenv: func(name string) string {
			return map[string]string{
				"CALIOPEN_CONFIG": filepath.Join(r.dir, "config.toml"), "CALIOPEN_DATA": filepath.Join(r.dir, "data"), "GNUPGHOME": r.home,
			}[name]
		},
	}
}

// holds gives GnuPG a key of an address, secret with a passphrase, or public.
func (r *ringed) holds(address, phrase string) *openpgp.Key {
	r.t.Helper()
	k, err := openpgp.Generate("Somebody", address, openpgp.Compatible, time.Now().Add(-time.Hour))
	if err != nil {
		r.t.Fatal(err)
	}
	given := k.Public()
	if phrase != "" {
		if given, err = k.Lock([]byte(phrase)); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := r.gpg.Import(r.t.Context(), given); err != nil {
		r.t.Fatal(err)
	}
	return k
}

// forget has the agent of GnuPG remember no passphrase. It goes on running: one
// that is just ending would answer that there are no keys.
func (r *ringed) forget() {
	_ = exec.Command("gpgconf", "--homedir", r.home, "--reload", "gpg-agent").Run()
}

func prints(keys ...*openpgp.Key) []string {
	var out []string
	for _, k := range keys {
		out = append(out, screen.Grouped(k.Fingerprint()))
	}
	return out
}

func expect(t *testing.T, text string, present bool, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(text, w) != present {
			t.Errorf("%q there: %v, want %v, in\n%s", w, !present, present, text)
		}
	}
}

func TestKeysComeFromGnuPG(t *testing.T) {
	r := newRinged(t)
	mine, alias, bea := r.holds("ada@example.org", "secret"), r.holds("countess@example.org", "secret"), r.holds("bea@example.net", "")
	strange := r.holds("work@example.com", "secret") // of an address that is not served here
	r.forget()
	got := r.run("", "key", "import", "--gnupg", "--passphrase-command", "printf secret")
	if got.code != exitDone {
		t.Fatalf("%d: %s", got.code, got.err)
	}
	list := r.run("", "key", "list").out
	expect(t, list, true, prints(mine, alias, bea)...)
	expect(t, r.run("", "key", "export", "--secret", strange.Fingerprint()).err, true, "caliopen-tui:")
	secret := r.run("", "key", "export", "--secret", mine.Fingerprint())
	keys, err := openpgp.Parse([]byte(secret.out))
	if err != nil || !keys[0].Locked() {
		t.Fatalf("%v", err)
	}
	if _, err := keys[0].Unlock([]byte("secret")); err != nil {
		t.Errorf("the passphrase of GnuPG does not open it: %v", err)
	}
	expect(t, secret.err, true, "SEIPDv2")
	r.forget()
	if again := r.run("", "key", "import", "--gnupg", "--no-passphrase"); again.code != exitDone {
		t.Errorf("what is here already is asked for again: %d: %s", again.code, again.err)
	}
}

func TestGnuPGKeysThatStayOut(t *testing.T) {
	r := newRinged(t)
	mine, bea := r.holds("ada@example.org", "secret"), r.holds("bea@example.net", "")
	one, other := r.holds("carl@example.net", ""), r.holds("carl@example.net", "")
	r.forget()
	for name, c := range map[string]struct {
		args []string
		said string
	}{
		"wrong":  {[]string{"--passphrase-command", "printf wrong"}, "not its passphrase"},
		"silent": {[]string{"--no-passphrase"}, "could not ask"},
	} {
		r.forget()
		got := r.run("", append([]string{"key", "import", "--gnupg"}, c.args...)...)
		if got.code != exitPartly {
			t.Errorf("%s: %d", name, got.code)
		}
		expect(t, got.err, true, c.said, screen.Grouped(mine.Fingerprint()), one.Fingerprint(), other.Fingerprint(), "carl@example.net")
		expect(t, got.out, true, prints(bea)...)
		expect(t, got.out, false, prints(mine, one, other)...)
	}
}

// TestGnuPGNamesOneAddress: with an address, nothing else is taken.
func TestGnuPGNamesOneAddress(t *testing.T) {
	r := newRinged(t)
	mine, bea, carl := r.holds("ada@example.org", "secret"), r.holds("bea@example.net", ""), r.holds("carl@example.net", "")
	r.forget()
	got := r.run("", "key", "import", "--gnupg", "carl@example.net", "--no-passphrase")
	if got.code != exitDone {
		t.Fatalf("%d: %s", got.code, got.err)
	}
	got = r.run("", "key", "import", "--gnupg", "ada@example.org", "--passphrase-command", "printf secret")
	if got.code != exitDone {
		t.Fatalf("%d: %s", got.code, got.err)
	}
	list := r.run("", "key", "list").out
	expect(t, list, true, prints(mine, carl)...)
	expect(t, list, false, prints(bea)...)
	if got := r.run("", "key", "import", "--gnupg", "dora@example.net"); got.code != exitMissing {
		t.Errorf("nobody: %d: %s", got.code, got.err)
	}
}

// TestAKeyOfGnuPGIsNotTakenOverAKnownOne: keys come into GnuPG from servers by
// themselves, which is no word of the user.
func TestAKeyOfGnuPGIsNotTakenOverAKnownOne(t *testing.T) {
	r := newRinged(t)
	first, err := openpgp.Generate("Bea", "bea@example.net", openpgp.Compatible, time.Now().Add(-2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	armored, err := first.Public().Armor()
	if err != nil {
		t.Fatal(err)
	}
	if got := r.run(string(armored), "key", "import", "-"); got.code != exitDone {
		t.Fatal(got.err)
	}
	second := r.holds("bea@example.net", "")
	got := r.run("", "key", "import", "--gnupg")
	if got.code != exitPartly {
		t.Errorf("%d: %s", got.code, got.err)
	}
	expect(t, got.err, true, second.Fingerprint())
	expect(t, r.run("", "key", "export", "bea@example.net").out, true, strings.TrimSpace(string(armored[40:])))
}

func TestAKeyOfWhichPartIsElsewhere(t *testing.T) {
	r := newRinged(t)
	mine := r.holds("ada@example.org", "secret")
	only, err := exec.Command("gpg", "--homedir", r.home, "--batch", "--pinentry-mode", "loopback", "--passphrase", "secret",
		"--export-secret-subkeys", mine.Fingerprint()).Output()
	if err != nil {
		t.Fatal(err)
	}
	other := newRinged(t)
	cmd := exec.Command("gpg", "--homedir", other.home, "--batch", "--import")
	cmd.Stdin = bytes.NewReader(only)
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	got := other.run("", "key", "import", "--gnupg", "--passphrase-command", "printf secret")
	if got.code != exitPartly {
		t.Errorf("%d", got.code)
	}
	expect(t, got.err, true, "not all of its secret parts", screen.Grouped(mine.Fingerprint()))
	if list := other.run("", "key", "list").out; list != "" {
		t.Errorf("taken: %s", list)
	}
}

func TestAKeyGoesToGnuPG(t *testing.T) {
	r := newRinged(t)
	if got := r.run("", "key", "generate", "ada@example.org", "--passphrase-command", "printf secret"); got.code != exitDone {
		t.Fatal(got.err)
	}
	got := r.run("", "key", "export", "--gnupg", "ada@example.org")
	if got.code != exitDone {
		t.Fatalf("%d: %s", got.code, got.err)
	}
	expect(t, got.err, true, "SEIPDv2", "Thunderbird")
	held, err := r.gpg.Secrets(t.Context())
	if err != nil || len(held) != 1 || !held[0].Portable {
		t.Fatalf("%+v, %v", held, err)
	}
	expect(t, got.out, true, screen.Grouped(held[0].Fingerprint))
	r.forget()
	if k, err := r.gpg.WithPhrase([]byte("secret")).ExportSecret(t.Context(), held[0].Fingerprint); err != nil || !k.Locked() {
		t.Errorf("%v", err)
	}
	public := r.run("", "key", "export", "ada@example.org")
	expect(t, public.err, false, "SEIPDv2")
}

func TestWithoutGnuPG(t *testing.T) {
	r := newRinged(t)
	r.home = filepath.Join(r.dir, "none")
	if got := r.run("", "key", "import", "--gnupg"); got.code != exitMissing {
		t.Errorf("no folder: %d: %s", got.code, got.err)
	}
	if _, err := os.Stat(r.home); err == nil {
		t.Error("the folder was made")
	}
	t.Setenv("PATH", t.TempDir())
	_ = r.run("", "key", "generate", "ada@example.org", "--no-passphrase")
	for _, verb := range []string{"import", "export"} {
		if got := r.run("", "key", verb, "--gnupg", "ada@example.org"); got.code != exitMissing || !strings.Contains(got.err, "not installed") {
			t.Errorf("%s: %d: %s", verb, got.code, got.err)
		}
	}
	if got := r.run("", "key", "import"); got.code != exitUsage {
		t.Errorf("no file: %d", got.code)
	}
}
