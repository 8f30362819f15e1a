package openpgp

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// gnupg is GnuPG with a home of its own. It is judged by its status lines: it
// ends with 2 after hidden readers and after blocks without a checksum,
// although everything is good.
type gnupg struct {
	folder
	bin string
}

func newGnuPG(t *testing.T, names ...string) gnupg {
	p := gnupg{folder: newFolder(t, names...), bin: need(t, "gpg")}
	t.Cleanup(func() { _ = exec.Command("gpgconf", "--homedir", string(p.folder), "--kill", "all").Run() })
	for _, name := range names {
		p.gpg(t, nil, "--import", p.path(name+".sec"))
	}
	return p
}

// gpg gives what it writes, and its status lines.
func (p gnupg) gpg(t *testing.T, stdin []byte, args ...string) ([]byte, string) {
	t.Helper()
	status := p.write(t, "status", nil)
	out, _ := run(t, stdin, p.bin, append([]string{
		"--homedir", string(p.folder), "--batch", "--quiet", "--no-tty", "--yes",
		"--trust-model", "always", "--pinentry-mode", "loopback", "--passphrase", "secret", "--status-file", status,
	}, args...)...)
	return out, string(p.read(t, "status"))
}

func TestInteropGnuPG(t *testing.T) {
	meet(t, newGnuPG(t, "alice", "ivan", "frank"), "alice", "ivan", "frank")
}

func (p gnupg) seal(t *testing.T, plain []byte, signer string, to ...string) []byte {
	args := []string{"--armor", "--encrypt"}
	if signer != "" {
		args = append(args, "--sign", "-u", signer+"@example.org")
	}
	for _, name := range to {
		args = append(args, "-r", name+"@example.org")
	}
	out, _ := p.gpg(t, plain, args...)
	return out
}

func (p gnupg) open(t *testing.T, sealed []byte, secret, signer string) ([]byte, bool) {
	out, status := p.gpg(t, sealed, "--try-secret-key", secret+"@example.org", "--decrypt")
	if !strings.Contains(status, "[GNUPG:] DECRYPTION_OKAY") {
		return nil, false
	}
	return out, signer != "" && valid(t, status, signer)
}

// valid looks for the status line of a good signature.
func valid(t *testing.T, status, signer string) bool {
	for _, line := range strings.Split(status, "\n") {
		if strings.HasPrefix(line, "[GNUPG:] VALIDSIG ") && strings.HasSuffix(line, load(t, signer).Fingerprint()) {
			return strings.Contains(status, "[GNUPG:] GOODSIG ")
		}
	}
	return false
}

func (p gnupg) sign(t *testing.T, data []byte, signer string) []byte {
	out, _ := p.gpg(t, data, "--armor", "--detach-sign", "-u", signer+"@example.org")
	return out
}

func (p gnupg) verify(t *testing.T, data, sig []byte, signer string) bool {
	_, status := p.gpg(t, nil, "--verify", p.write(t, "sig", sig), p.write(t, "data", data))
	return valid(t, status, signer)
}

// TestGnuPGTakesOurSignatureBlocks: with the checksum it ends well; without,
// 2.2 ends badly although the signature is good. The remark on why the armor
// has a checksum rests on it.
func TestGnuPGTakesOurSignatureBlocks(t *testing.T) {
	p := newGnuPG(t, "alice")
	a := load(t, "alice")
	data := p.write(t, "data", signedText)
	for range 8 {
		sig, _, err := Sign(signedText, a, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := run(t, nil, p.bin, "--homedir", string(p.folder), "--batch", "--verify", p.write(t, "sig", sig), data); !ok {
			t.Errorf("refused:\n%s", sig)
		}
	}
}

func TestGnuPGHiddenReaders(t *testing.T) {
	p := newGnuPG(t, "alice", "ivan", "frank")
	a, to := load(t, "alice"), []*Key{load(t, "ivan"), load(t, "frank")}
	sealed := must[[]byte](t)(Seal([]byte("x"), SealOptions{To: to, Signer: a, Hidden: true, Now: time.Now()}))
	for _, who := range []string{"ivan", "frank"} {
		if got, good := p.open(t, sealed, who, "alice"); string(got) != "x" || !good {
			t.Errorf("%s reads %q, good %v", who, got, good)
		}
	}
	back, _ := p.gpg(t, []byte("x"), "--armor", "--encrypt", "-R", "alice@example.org", "-r", "frank@example.org")
	o, err := Open(back, ring{a}, time.Now())
	if err != nil || string(o.Plain) != "x" || len(o.Readers) != 2 {
		t.Errorf("we read %q, %+v, %v", o.Plain, o.Readers, err)
	}
}

func TestGnuPGPassphrases(t *testing.T) {
	p := newGnuPG(t)
	sealed := must[[]byte](t)(SealWith([]byte("setup"), []byte("secret"), time.Now()))
	if got, _ := p.gpg(t, sealed, "--decrypt"); string(got) != "setup" {
		t.Errorf("GnuPG reads %q", got)
	}
	back, _ := p.gpg(t, []byte("setup"), "--symmetric")
	if o, err := OpenWith(back, []byte("secret"), time.Now()); err != nil || string(o.Plain) != "setup" {
		t.Errorf("we read %q, %v", o.Plain, err)
	}
}

// TestGnuPGTakesOurKeys: locked, extended, with another subkey, and revoked.
func TestGnuPGTakesOurKeys(t *testing.T) {
	p := newGnuPG(t)
	a := load(t, "alice")
	at := time.Now().Add(-time.Minute)
	a = must[*Key](t)(a.Extend(at, 48*time.Hour))
	a = must[*Key](t)(a.AddSubkey(at))
	locked := must[*Key](t)(a.Lock([]byte("secret")))
	p.gpg(t, must[[]byte](t)(locked.Armor()), "--import")
	got := Verify(signedText, p.sign(t, signedText, "alice"), ring{a}, time.Now())
	if len(got) != 1 || got[0].State != Good {
		t.Errorf("signed with the imported key: %+v", got)
	}
	list, _ := p.gpg(t, nil, "--with-colons", "--list-keys")
	if n := bytes.Count(list, []byte("\nsub:u:")) + bytes.Count(list, []byte("\nsub:-:")); n != 2 {
		t.Errorf("%d subkeys:\n%s", n, list)
	}
	exported, _ := p.gpg(t, nil, "--export-secret-keys")
	back := must[[]*Key](t)(Parse(exported))
	if len(back) != 1 || !back[0].Locked() {
		t.Fatalf("exported %d keys", len(back))
	}
	if k := must[*Key](t)(back[0].Unlock([]byte("secret"))); k.Fingerprint() != a.Fingerprint() || k.Locked() {
		t.Error("not the key that was imported")
	}
	p.gpg(t, must[[]byte](t)(must[*Key](t)(a.Revoke(at, "superseded")).Public().Bytes()), "--import")
	if list, _ := p.gpg(t, nil, "--with-colons", "--list-keys"); !bytes.Contains(list, []byte("\npub:r:")) {
		t.Errorf("not revoked:\n%s", list)
	}
}
