package keyring

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/autocrypt"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

func says(phrase string) func(conversation.Key) ([]byte, error) {
	return func(conversation.Key) ([]byte, error) { return []byte(phrase), nil }
}

func TestImportOfPublicKeys(t *testing.T) {
	b := newBench(t)
	keys, err := b.Import(t.Context(), append(file(t, "bob.asc"), file(t, "zoe.asc")...), nil)
	if err != nil || len(keys) != 2 || keys[0].Secret || keys[0].Own {
		t.Fatalf("%+v %v", keys, err)
	}
	for _, a := range []conversation.Address{bob(), zoe()} {
		if p := b.Peer(alice(), a); p.Person != "new" || p.Source != conversation.FromUser || p.Conflict != "" {
			t.Errorf("%+v", p)
		}
	}
	// What the user imports beside a known key is his choice, not a question.
	if _, err := b.Import(t.Context(), file(t, "other.asc"), nil); err != nil {
		t.Fatal(err)
	}
	if p := b.Peer(alice(), bob()); p.Conflict != "" || p.Fingerprint != fingerprint(t, "other.asc") {
		t.Errorf("%+v", p)
	}
	if _, err := b.Import(t.Context(), []byte("no key at all"), nil); !errors.Is(err, openpgp.ErrKey) {
		t.Errorf("got %v", err)
	}
}

func TestImportOfSecretKeys(t *testing.T) {
	b := newBench(t)
	keys, err := b.Import(t.Context(), file(t, "alice-locked.asc"), says("open sesame"))
	if err != nil || len(keys) != 1 || !keys[0].Own || !keys[0].Protected || keys[0].Locked {
		t.Fatalf("%+v %v", keys, err)
	}
	if own, ok := b.Own(alice()); !ok || own.Fingerprint != fingerprint(t, "alice.asc") {
		t.Errorf("%+v", own)
	}
	b.open()
	must(t, b.Unlock(t.Context(), []byte("open sesame")))
	if !b.Unlocked() {
		t.Error("the cache key does not open")
	}
	// A secret key for a former address still reads.
	if _, err := b.Import(t.Context(), file(t, "bob-secret.asc"), nil); err != nil {
		t.Fatal(err)
	}
	if _, ok := b.Own(bob()); len(b.Secrets()) != 2 || !ok {
		t.Error("not kept")
	}
}

func TestAnImportThatFailsChangesNothing(t *testing.T) {
	cancelled := errors.New("cancelled")
	tests := []struct {
		name string
		ask  func(conversation.Key) ([]byte, error)
		want error
	}{
		{"wrong passphrase", says("open barley"), openpgp.ErrPhrase},
		{"wrong passphrase, seen as locked", says(""), conversation.ErrSealed},
		{"cancelled", func(k conversation.Key) ([]byte, error) {
			if len(k.UserIDs) == 0 || !k.Locked {
				t.Errorf("asked about %+v", k)
			}
			return nil, cancelled
		}, cancelled},
	}
	for _, tt := range tests {
		b := newBench(t)
		_, err := b.Import(t.Context(), append(file(t, "bob.asc"), file(t, "alice-locked.asc")...), tt.ask)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if keys, _ := b.List(t.Context()); len(keys) != 0 {
			t.Errorf("%s: imported %+v", tt.name, keys)
		}
	}
}

func TestALockedKeyMayBeImportedLocked(t *testing.T) {
	b := newBench(t)
	if _, err := b.Import(t.Context(), file(t, "alice-locked.asc"), nil); err != nil {
		t.Fatal(err)
	}
	if l := b.Lock(); !l.Locked || !b.Ready() || b.Unlocked() {
		t.Errorf("%+v", l)
	}
	must(t, b.Unlock(t.Context(), []byte("open sesame")))
	if !b.Unlocked() {
		t.Error("no cache key")
	}
}

func TestARevocationOfAnOwnKeyIsTakenIn(t *testing.T) {
	b, elsewhere := newBench(t), newBench(t)
	for _, x := range []*bench{b, elsewhere} {
		if _, err := x.Import(t.Context(), file(t, "alice-open.asc"), nil); err != nil {
			t.Fatal(err)
		}
	}
	f := fingerprint(t, "alice-open.asc")
	must(t, elsewhere.Change(t.Context(), f, "revoke", "superseded"))
	revoked, err := elsewhere.Export(t.Context(), f, false)
	must(t, err)
	if strings.Contains(string(revoked), "PRIVATE") {
		t.Fatal("exported the secret key")
	}
	keys, err := b.Import(t.Context(), revoked, nil)
	if err != nil || len(keys) != 1 || !keys[0].Revoked || !keys[0].Secret {
		t.Errorf("%+v %v", keys, err)
	}
	if _, ok := b.Own(alice()); ok || len(b.Secrets()) != 1 {
		t.Error("still writes, or does not read any more")
	}
	// The unrevoked file brings nothing back.
	if keys, err = b.Import(t.Context(), file(t, "alice-open.asc"), nil); err != nil || !keys[0].Revoked {
		t.Errorf("%+v %v", keys, err)
	}
}

func TestExport(t *testing.T) {
	b := newBench(t)
	key := b.generate("open sesame")
	secret, err := b.Export(t.Context(), key.Fingerprint, true)
	must(t, err)
	keys, err := openpgp.Parse(secret)
	if err != nil || len(keys) != 1 || !keys[0].Locked() {
		t.Errorf("a backup that is not locked: %v", err)
	}
	other := newBench(t)
	if _, err := other.Import(t.Context(), secret, says("open sesame")); err != nil {
		t.Error(err)
	}
	b.learn(seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1))
	if _, err := b.Export(t.Context(), fingerprint(t, "bob.asc"), true); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("a foreign secret key: %v", err)
	}
	if _, err := b.Export(t.Context(), fingerprint(t, "bob.asc")[30:], false); err != nil {
		t.Errorf("by the end of the fingerprint: %v", err)
	}
	for _, odd := range []string{"", "AB", strings.Repeat("0", 40)} {
		if _, err := b.Export(t.Context(), odd, false); !errors.Is(err, conversation.ErrNotFound) {
			t.Errorf("%q: %v", odd, err)
		}
	}
	raw, err := b.Minimal(bob(), fingerprint(t, "bob.asc"))
	if err != nil || len(raw) == 0 {
		t.Errorf("%d bytes, %v", len(raw), err)
	}
}

func TestSetupMessage(t *testing.T) {
	b := newBench(t)
	key := b.generate("open sesame")
	code, body, err := b.Setup(t.Context(), alice(), "Keep this.")
	must(t, err)
	other := newBench(t)
	if _, err := other.Import(t.Context(), body, says("1111-1111")); !errors.Is(err, conversation.ErrSealed) || !errors.Is(err, autocrypt.ErrCode) {
		t.Errorf("a wrong code: %v", err)
	}
	if _, err := other.Import(t.Context(), body, nil); err == nil {
		t.Error("imported without asking for the code")
	}
	keys, err := other.Import(t.Context(), body, says(strings.ReplaceAll(code, "-", " ")))
	if err != nil || len(keys) != 1 || keys[0].Fingerprint != key.Fingerprint || !keys[0].Own {
		t.Errorf("%+v %v", keys, err)
	}
	b.Close()
	if _, _, err := b.Setup(t.Context(), alice(), ""); !errors.Is(err, conversation.ErrSealed) {
		t.Errorf("while locked: %v", err)
	}
	if _, _, err := b.Setup(t.Context(), bob(), ""); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("without a key: %v", err)
	}
}

// needGPG skips where GnuPG is not installed, but not where everything has to
// be tested.
func needGPG(t *testing.T) func(stdin []byte, args ...string) string {
	if _, err := exec.LookPath("gpg"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("gpg is not installed")
		}
		t.Skip("gpg is not installed")
	}
	home := t.TempDir()
	must(t, os.Chmod(home, 0o700))
	return func(stdin []byte, args ...string) string {
		t.Helper()
		args = append([]string{"--homedir", home, "--batch", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "open sesame", "--trust-model", "always"}, args...)
		cmd := exec.CommandContext(t.Context(), "gpg", args...)
		cmd.Stdin = strings.NewReader(string(stdin))
		var fault strings.Builder
		cmd.Stderr = &fault
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("gpg %v: %v\n%s", args, err, fault.String())
		}
		return string(out)
	}
}

func TestGnuPGReadsTheBackup(t *testing.T) {
	gpg := needGPG(t)
	b := newBench(t)
	b.mu.Lock()
	b.now = time.Now().Add(-time.Hour).Truncate(time.Second)
	b.mu.Unlock()
	key := b.generate("open sesame")
	backup, err := b.Export(t.Context(), key.Fingerprint, true)
	must(t, err)
	gpg(backup, "--import")
	if out := gpg(nil, "--with-colons", "--list-secret-keys"); !strings.Contains(out, key.Fingerprint) {
		t.Fatalf("not imported: %s", out)
	}
	sealed := gpg([]byte("to myself"), "--armor", "--encrypt", "--sign", "--recipient", key.Fingerprint)
	o, err := openpgp.Open([]byte(sealed), b, b.now.Add(2*time.Hour))
	if err != nil || string(o.Plain) != "to myself" || len(o.Signatures) != 1 || o.Signatures[0].State != openpgp.Good {
		t.Errorf("%+v %v", o, err)
	}
	there := gpg(nil, "--armor", "--export-secret-keys", key.Fingerprint)
	other := newBench(t)
	if keys, err := other.Import(t.Context(), []byte(there), says("open sesame")); err != nil || keys[0].Fingerprint != key.Fingerprint {
		t.Errorf("back again: %+v %v", keys, err)
	}
}
