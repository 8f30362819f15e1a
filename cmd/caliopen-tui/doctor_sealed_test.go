package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Keys that are gone, or whose file is damaged, are missed by the doctor: what
// was sealed for them cannot be read, and a new database brings them not back.
func TestDoctorMissesKeys(t *testing.T) {
	box := seed(t)
	box.run(t, "", "key", "generate", "lou@example.net", "--no-passphrase")
	folder := filepath.Join(box.dir, "data", "keys")
	files, err := filepath.Glob(filepath.Join(folder, "*.asc"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v %v", files, err)
	}
	cache := filepath.Join(folder, "cache.pgp")
	key, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	doctor := func() string {
		r := box.run(t, "", "doctor", "--offline", "--json")
		return r.out
	}
	if out := doctor(); strings.Contains(out, cache) {
		t.Errorf("nothing is missing: %s", out)
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	if out := doctor(); !strings.Contains(out, `"check":"keys","state":"`+doubt+`"`) || !strings.Contains(out, cache) {
		t.Errorf("the key is gone: %s", out)
	}
	if err := os.WriteFile(files[0], key[:len(key)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if out := doctor(); !strings.Contains(out, files[0]) || strings.Contains(out, "--rebuild") {
		t.Errorf("the key is damaged: %s", out)
	}
}
