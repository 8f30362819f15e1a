package openpgp

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// peer is another OpenPGP program. Keys are named after the files of testdata.
type peer interface {
	// seal seals to all, signed when signer is not empty.
	seal(t *testing.T, plain []byte, signer string, to ...string) []byte
	// open opens with a secret key and tells whether signer signed it.
	open(t *testing.T, sealed []byte, secret, signer string) (plain []byte, signed bool)
	sign(t *testing.T, data []byte, signer string) []byte
	verify(t *testing.T, data, sig []byte, signer string) bool
}

// need skips when a program is not there, but not where the checks run.
func need(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		absent(t, name+" is not installed")
	}
	return path
}

func absent(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// folder holds the keys as files, NAME.sec and NAME.pub.
type folder string

func newFolder(t *testing.T, names ...string) folder {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "pgp") // short: agents put sockets in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	f := folder(dir)
	for _, name := range names {
		k := load(t, name)
		f.write(t, name+".sec", must[[]byte](t)(k.Armor()))
		f.write(t, name+".pub", must[[]byte](t)(k.Public().Armor()))
	}
	return f
}

func (f folder) path(name string) string { return filepath.Join(string(f), name) }

func (f folder) write(t *testing.T, name string, data []byte) string {
	t.Helper()
	if err := os.WriteFile(f.path(name), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return f.path(name)
}

func (f folder) read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(f.path(name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// run gives what a program writes and whether it was content.
func run(t *testing.T, stdin []byte, name string, args ...string) ([]byte, bool) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader(stdin)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	if err != nil {
		t.Logf("%s %q: %v: %s", name, args, err, said.String())
	}
	return out.Bytes(), err == nil
}

// meet goes through everything that two programs do with each other. Ours
// uses the first key, theirs the second; third reads too.
func meet(t *testing.T, p peer, ours, theirs, third string) {
	mine, other := load(t, ours), load(t, third)
	his := load(t, theirs)
	text := []byte("Ça marche ?\nOui.\n")
	now := time.Now() // other programs have their own clock
	for _, signed := range []bool{true, false} {
		o := SealOptions{To: []*Key{his.Public(), other.Public()}, Now: now}
		signer := ""
		if signed {
			o.Signer, signer = mine, ours
		}
		sealed := must[[]byte](t)(Seal(text, o))
		for _, reader := range []string{theirs, third} {
			if got, good := p.open(t, sealed, reader, signer); !bytes.Equal(got, text) || good != signed {
				t.Errorf("%s reads %q, signed %v, want %v", reader, got, good, signed)
			}
		}
		back := p.seal(t, text, map[bool]string{true: theirs}[signed], ours, third)
		for _, reader := range []*Key{mine, other} {
			got, err := Open(back, ring{reader, his.Public()}, now)
			if err != nil || !bytes.Equal(got.Plain, text) || len(got.Readers) != 2 {
				t.Errorf("we read %q, %+v, %v", got.Plain, got.Readers, err)
			}
			if signed != (len(got.Signatures) == 1) || signed && got.Signatures[0].State != Good {
				t.Errorf("we see %+v", got.Signatures)
			}
		}
	}
	documents(t, p, ours, theirs)
}

// documents exchanges detached signatures.
func documents(t *testing.T, p peer, ours, theirs string) {
	mine, his := load(t, ours), load(t, theirs)
	doc := []byte("Content-Type: text/plain\r\n\r\nsigned\r\n")
	sig, _, err := Sign(doc, mine, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if !p.verify(t, doc, sig, ours) {
		t.Error("our signature is refused")
	}
	if p.verify(t, append(bytes.Clone(doc), '!'), sig, ours) {
		t.Error("our signature is taken for another text")
	}
	got := Verify(doc, p.sign(t, doc, theirs), ring{his}, time.Now())
	if len(got) != 1 || got[0].State != Good {
		t.Errorf("their signature: %+v", got)
	}
}
