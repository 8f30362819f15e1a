//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/gnupg"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// window has GnuPG ask for passphrases by a program that answers by itself and
// leaves a file that tells it was there.
func (r *ringed) window(answer string) (asked string) {
	r.t.Helper()
	asked = filepath.Join(r.home, "asked")
	script := "#!/bin/sh\necho OK ready\nwhile read -r verb rest; do\n case \"$verb\" in\n GETPIN) : >'" + asked + "'; echo 'D " + answer +
		"'; echo OK;;\n BYE) echo OK; exit 0;;\n *) echo OK;;\n esac\ndone\n"
	program := filepath.Join(r.home, "pinentry")
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.home, "gpg-agent.conf"), []byte(quickly+"pinentry-program "+program+"\n"), 0o600); err != nil {
		r.t.Fatal(err)
	}
	r.forget()
	return asked
}

// makes has GnuPG make a key, with a passphrase, of which it then remembers
// nothing.
func (r *ringed) makes(address, valid string, options ...string) string {
	r.t.Helper()
	args := append([]string{"--homedir", r.home, "--batch", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "secret"}, options...)
	if out, err := exec.Command("gpg", append(args, "--quick-gen-key", "Ada <"+address+">", "future-default", "default", valid)...).CombinedOutput(); err != nil {
		r.t.Fatalf("%v: %s", err, out)
	}
	r.forget()
	all, err := r.gpg.AllSecrets(r.t.Context())
	if err != nil || len(all) == 0 {
		r.t.Fatal(err)
	}
	return all[len(all)-1].Fingerprint
}

// opens tells whether an own key of the program opens what GnuPG sealed to it.
func (r *ringed) opens(fingerprint string, options ...string) {
	r.t.Helper()
	cmd := exec.Command("gpg", append(options, "--homedir", r.home, "--batch", "--no-tty", "--trust-model", "always", "-r", fingerprint, "--encrypt", filepath.Join(r.dir, "config.toml"))...)
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("%v: %s", err, out)
	}
	sealed, err := os.ReadFile(filepath.Join(r.dir, "config.toml.gpg"))
	if err != nil {
		r.t.Fatal(err)
	}
	keys, err := openpgp.Parse([]byte(r.run("", "key", "export", "--secret", fingerprint).out))
	if err != nil {
		r.t.Fatal(err)
	}
	open, err := keys[0].Unlock([]byte("secret"))
	if err != nil {
		r.t.Fatal(err)
	}
	if o, err := openpgp.Open(sealed, secretOnly{open}, time.Now()); err != nil || len(o.Plain) == 0 {
		r.t.Errorf("%v", err)
	}
}

type secretOnly struct{ key *openpgp.Key }

func (s secretOnly) Secrets() []*openpgp.Key { return []*openpgp.Key{s.key} }

func (s secretOnly) Signers(uint64) []*openpgp.Key { return nil }

// TestAKeyThatGnuPGMade comes with GnuPG asking for its passphrase itself, and
// opens what was sealed to it before.
func TestAKeyThatGnuPGMade(t *testing.T) {
	r := newRinged(t)
	asked := r.window("secret")
	made := r.makes("ada@example.org", "2y")
	got := r.run("", "key", "import", "--gnupg")
	if got.code != exitDone {
		t.Fatalf("%d: %s", got.code, got.err)
	}
	if _, err := os.Stat(asked); err != nil {
		t.Error("GnuPG asked nobody")
	}
	expect(t, got.err, true, screen.Grouped(made), "keeps the passphrase")
	r.opens(made)
	expect(t, r.run("", "key", "export", "--secret", made).err, false, "SEIPDv2")
}

func TestGnuPGIsToldAWrongPassphrase(t *testing.T) {
	r := newRinged(t)
	r.window("wrong")
	made := r.makes("ada@example.org", "2y")
	got := r.run("", "key", "import", "--gnupg")
	if got.code != exitPartly {
		t.Errorf("%d: %s", got.code, got.err)
	}
	expect(t, got.err, true, screen.Grouped(made))
	if list := r.run("", "key", "list").out; list != "" {
		t.Errorf("taken: %s", list)
	}
}

// TestAKeyOfOldLettersComesToo: one that is over still opens them.
func TestAKeyOfOldLettersComesToo(t *testing.T) {
	r := newRinged(t)
	long := []string{"--faked-system-time", "20200101T000000"}
	made := r.makes("ada@example.org", "30d", long...)
	got := r.run("", "key", "import", "--gnupg", "--passphrase-command", "printf secret")
	if got.code != exitDone {
		t.Fatalf("%d: %s", got.code, got.err)
	}
	expect(t, got.out, true, screen.Grouped(made), "expired")
	r.opens(made, long...)
}

// TestAKeyWithoutPassphraseGoesAndComes: between here and GnuPG, nobody is
// asked for what is not there.
func TestAKeyWithoutPassphraseGoesAndComes(t *testing.T) {
	r := newRinged(t)
	if got := r.run("", "key", "generate", "ada@example.org", "--no-passphrase"); got.code != exitDone {
		t.Fatal(got.err)
	}
	if got := r.run("", "key", "export", "--gnupg", "ada@example.org"); got.code != exitDone {
		t.Fatalf("%d: %s", got.code, got.err)
	}
	held, err := r.gpg.Secrets(t.Context())
	if err != nil || len(held) != 1 {
		t.Fatalf("%+v, %v", held, err)
	}
	r.dir = newRingedProfile(t)
	r.forget()
	if got := r.run("", "key", "import", "--gnupg", "--no-passphrase"); got.code != exitDone {
		t.Fatalf("%d: %s", got.code, got.err)
	}
	keys, err := openpgp.Parse([]byte(r.run("", "key", "export", "--secret", held[0].Fingerprint).out))
	if err != nil || keys[0].Locked() {
		t.Errorf("%v", err)
	}
}

// TestAKeyThatGnuPGDoesNotKnow: an older one takes no key of version 6.
func TestAKeyThatGnuPGDoesNotKnow(t *testing.T) {
	r := newRinged(t)
	k, err := openpgp.Generate("Ada", "ada@example.org", openpgp.Modern, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.gpg.Import(t.Context(), k); err == nil {
		t.Skip("this GnuPG knows keys of version 6")
	}
	armored, err := k.Armor()
	if err != nil {
		t.Fatal(err)
	}
	if got := r.run(string(armored), "key", "import", "-"); got.code != exitDone {
		t.Fatal(got.err)
	}
	got := r.run("", "key", "export", "--gnupg", "ada@example.org")
	if got.code == exitDone {
		t.Error("taken for done")
	}
	expect(t, got.err, true, "did not take the key")
}

func TestWhatIsSaidOfAKeyThatStays(t *testing.T) {
	for want, s := range map[string]gnupg.Secret{"cli.key.gnupg.card": {Card: "D2760001"}, "cli.key.gnupg.offline": {}} {
		if got := fixed(s); got != want {
			t.Errorf("%+v: %s", s, got)
		}
	}
}
