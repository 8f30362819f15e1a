package archive

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
)

// memory is a mirror that keeps what it is handed.
type memory struct {
	accounts.Mirror
	folders map[string]accounts.Folder
	copies  []accounts.Copy
	aside   []accounts.Copy
}

func newMemory() *memory { return &memory{folders: map[string]accounts.Folder{}} }

func (m *memory) SaveFolder(_ context.Context, f accounts.Folder) error {
	m.folders[f.Name] = f
	return nil
}

func (m *memory) Have(_ context.Context, folder string, _ uint32) (out []accounts.Have, err error) {
	for _, c := range append(slices.Clone(m.copies), m.aside...) {
		if c.Folder == folder {
			out = append(out, accounts.Have{ID: c.ID, Flags: c.Flags})
		}
	}
	return out, nil
}

func (m *memory) Add(_ context.Context, list []accounts.Copy) error {
	m.copies = append(m.copies, list...)
	return nil
}

func (m *memory) Quarantine(_ context.Context, c accounts.Copy, _ string) error {
	m.aside = append(m.aside, c)
	return nil
}

func (m *memory) Aside(context.Context) ([]accounts.Aside, error) { return nil, nil }

func (m *memory) Flush(context.Context) error { return nil }

// raws gives what was handed over, in order.
func (m *memory) raws() []string {
	var out []string
	for _, c := range m.copies {
		out = append(out, string(c.Raw))
	}
	return out
}

// in gives the one copy in a folder.
func (m *memory) in(t *testing.T, folder string) accounts.Copy {
	t.Helper()
	i := slices.IndexFunc(m.copies, func(c accounts.Copy) bool { return c.Folder == folder })
	if i < 0 {
		t.Fatalf("nothing in %q, folders %v", folder, m.folders)
	}
	return m.copies[i]
}

// importing reads an archive into memory.
func importing(t *testing.T, kind Kind, path string) (*memory, Tally) {
	t.Helper()
	m, im := newMemory(), &Import{Kind: kind, Path: path}
	if err := im.Sync(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return m, im.Tally()
}

// place writes files, by their paths below a new folder.
func place(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
