package keyring

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// What one process of the user decided, another one that has read everything
// before must not undo.
func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	a := onFolder(t, dir)
	a.generate("")
	a.learn(seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1))
	b := onFolder(t, dir)
	real := fingerprint(t, "bob.asc")
	must(t, a.Verify(t.Context(), bob(), real, "words"))
	b.learn(seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 2), seen(t, "other.asc", bob(), conversation.FromAutocrypt, 3))
	for name, x := range map[string]*bench{"a": a, "b": b} {
		must(t, x.Reload(t.Context()))
		if p := x.Peer(alice(), bob()); p.Person != "verified" || p.Fingerprint != real || p.Conflict == "" || !p.LastSeen.Equal(day(2)) {
			t.Errorf("%s: %+v", name, p)
		}
	}
	sealed, err := a.Seal([]byte("kept"), nil)
	must(t, err)
	a.pass(time.Hour)
	b.pass(time.Hour)
	newer := b.generate("")
	must(t, a.Reload(t.Context()))
	if own, _ := a.Own(alice()); own.Fingerprint != newer.Fingerprint {
		t.Error("a key of the other process is not seen")
	}
	if plain, err := b.Open(sealed, nil); string(plain) != "kept" {
		t.Errorf("%q %v", plain, err)
	}
}

// A revocation that another process took in must not get lost when this one
// writes the same certificate.
func TestTwoProcessesAddToOneCertificate(t *testing.T) {
	keys, err := openpgp.Parse(file(t, "bob-secret.asc"))
	must(t, err)
	revoked, err := keys[0].Revoke(day(5), "compromised")
	must(t, err)
	raw, err := revoked.Public().Bytes()
	must(t, err)
	grown, err := keys[0].AddSubkey(day(6))
	must(t, err)
	more, err := grown.Public().Bytes()
	must(t, err)

	dir := t.TempDir()
	a := onFolder(t, dir)
	s := seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1)
	a.learn(s)
	b := onFolder(t, dir)
	s.Cert, s.Date = raw, day(7)
	if changed := a.learn(s); len(changed) != 1 {
		t.Error("nobody is told of the revocation")
	}
	s.Cert, s.Date = more, day(8)
	b.learn(s)
	must(t, a.Reload(t.Context()))
	for name, x := range map[string]*bench{"a": a, "b": b} {
		if p := x.Peer(alice(), bob()); p.Fingerprint != "" || p.Problem != "revoked" || x.Recipient(s.Fingerprint, day(20)) != nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestTwoProcessesChangeOneKey(t *testing.T) {
	dir := t.TempDir()
	a := onFolder(t, dir)
	key := a.generate("open sesame")
	b := onFolder(t, dir)
	must(t, b.Unlock(t.Context(), []byte("open sesame")))
	a.pass(time.Minute)
	b.pass(2 * time.Minute)
	must(t, a.Change(t.Context(), key.Fingerprint, "extend", "1000"))
	must(t, b.Change(t.Context(), key.Fingerprint, "subkey", ""))
	got, err := b.Find(t.Context(), key.Fingerprint)
	must(t, err)
	if want := a.now.AddDate(0, 0, 1000); got.Expires.Before(want.Add(-time.Minute)) {
		t.Errorf("ends %v: the change of the other process is lost", got.Expires)
	}
}

const victim = "CALIOPEN_KEYRING_VICTIM"

// TestVictim is no test: it writes two forms of a key in turn until it is
// killed, which then mostly falls into the writing.
func TestVictim(t *testing.T) {
	dir := os.Getenv(victim)
	if dir == "" {
		t.Skip("run by another test")
	}
	b := onFolder(t, dir)
	short := b.Secrets()[0]
	long, err := short.AddSubkey(b.clock())
	must(t, err)
	for i := 0; ; i++ {
		_, err := b.keep([]*openpgp.Key{long, short}[i%2], false)
		must(t, err)
		fmt.Println("changed", i)
	}
}

func TestAKeyOutlivesTheEndOfTheProgram(t *testing.T) {
	dir := t.TempDir()
	b := onFolder(t, dir)
	key := b.generate("")
	sealed, err := b.Seal([]byte("kept"), nil)
	must(t, err)
	for n := range 12 {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestVictim$", "-test.v")
		cmd.Env = append(os.Environ(), victim+"="+dir)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for want := fmt.Sprint("changed ", n); lines.Scan() && !strings.HasPrefix(lines.Text(), want); {
			if strings.Contains(lines.Text(), "FAIL") {
				t.Fatal(lines.Text())
			}
		}
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()
		c := onFolder(t, dir)
		if plain, err := c.Open(sealed, nil); string(plain) != "kept" || len(c.Secrets()) != 1 {
			t.Fatalf("killed after %d changes: %q %v", n, plain, err)
		}
		if own := c.Secrets()[0]; own.Fingerprint() != key.Fingerprint {
			t.Fatalf("another key: %s", own.Fingerprint())
		}
		if left, _ := filepath.Glob(filepath.Join(c.opt.Dir, "*.asc")); len(left) != 1 {
			t.Fatalf("left lying about: %v", left)
		}
	}
}
