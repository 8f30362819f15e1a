package openpgp

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpora is the folder with test mails of other projects, which are not part
// of this one.
func corpora(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CALIOPEN_CORPORA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpora")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the mails of other projects are not here: set CALIOPEN_CORPORA")
	}
	return dir
}

// foreignKeys reads every key of the corpora.
func foreignKeys(t *testing.T, dir string) ring {
	t.Helper()
	var out ring
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		raw, readErr := os.ReadFile(path)
		if err != nil || e.IsDir() || readErr != nil || !bytes.Contains(raw, []byte("KEY BLOCK-----")) || strings.HasSuffix(path, ".eml") {
			return err
		}
		keys, err := Parse(raw)
		if err != nil {
			t.Logf("%s: %v", path, err)
		}
		out = append(out, keys...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSetupMessageOfTheSpecification opens the sample with the code printed
// beside it.
func TestSetupMessageOfTheSpecification(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(corpora(t), "sealed", "autocrypt", "example-setup-message.eml"))
	if err != nil {
		t.Skip(err)
	}
	o, err := OpenWith(raw, []byte("1742-0185-6197-1303-7016-8412-3581-4441-0597"), noon)
	if err != nil || !o.Symmetric || !bytes.Contains(o.Plain, []byte(blockPrivate)) {
		t.Errorf("%d bytes, %v", len(o.Plain), err)
	}
}

// TestMailsOfOthers: every message that is sealed to a key that is here opens.
func TestMailsOfOthers(t *testing.T) {
	dir := corpora(t)
	keys := foreignKeys(t, dir)
	held := map[uint64]bool{}
	for _, k := range keys.Secrets() {
		for _, id := range k.KeyIDs() {
			held[id] = !k.Locked()
		}
	}
	opened := 0
	err := filepath.WalkDir(filepath.Join(dir, "sealed"), func(path string, e fs.DirEntry, err error) error {
		raw, readErr := os.ReadFile(path)
		if err != nil || e.IsDir() || readErr != nil || !strings.HasSuffix(path, ".eml") || bytes.Count(raw, []byte("\n-----BEGIN PGP MESSAGE")) != 1 {
			return err
		}
		readers, _, err := Recipients(raw)
		mine := false
		for _, id := range readers {
			mine = mine || held[id]
		}
		if err != nil || !mine {
			t.Logf("%s: not for us: %x %v", filepath.Base(path), readers, err)
			return nil
		}
		o, err := Open(raw, keys, noon)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
			return nil
		}
		opened++
		for _, s := range o.Signatures {
			t.Logf("%s: %d bytes, %s by %X elsewhere=%v", filepath.Base(path), len(o.Plain), s.State, s.KeyID, s.Elsewhere)
		}
		return nil
	})
	if err != nil || opened == 0 {
		t.Errorf("%d opened, %v", opened, err)
	}
	t.Logf("%d keys, %d messages opened", len(keys), opened)
}
