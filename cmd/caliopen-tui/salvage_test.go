package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/storage"
)

// A database that is damaged in the middle is put aside by the doctor, and
// what no server has is in the new one.
func TestDoctorSavesWhatADamagedDatabaseHolds(t *testing.T) {
	t.Parallel()
	p := stored(t, letter("Zoé", "zoe@example.net", "first", strings.Repeat("one of many words ", 3000)))
	p.must("", "contact", "add", "--name", "Inès Marchetti", "--address", "ines@example.org")
	p.must("", "search", "--save", "tea", "subject:tea")
	path := filepath.Join(p.dir, "data", storage.FileName)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for page := range slices.Chunk(data, 4096) { // those that hold the message
		if bytes.Contains(page, []byte("one of many words")) {
			copy(page, bytes.Repeat([]byte{0xA5}, 100))
		}
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs, code := p.run("", "doctor", "--rebuild", "--offline")
	if !strings.Contains(errs, "damaged-") {
		t.Fatalf("doctor: status %d\n%s", code, errs)
	}
	if aside, err := filepath.Glob(path + ".damaged-*"); err != nil || len(aside) == 0 {
		t.Errorf("nothing was put aside: %v", err)
	}
	if got := p.must("", "contact", "list"); !strings.Contains(got, "Inès Marchetti") {
		t.Errorf("the contacts are %s", got)
	}
	if out, errs, code := p.run("", "doctor", "--offline", "--json"); strings.Contains(out, `"state":"error"`) && strings.Contains(out, "integrity") {
		t.Errorf("the new database is not sound: status %d\n%s%s", code, out, errs)
	}
}
