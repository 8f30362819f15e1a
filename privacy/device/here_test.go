package device

import (
	"os"
	"path/filepath"
	"testing"
)

func TestHere(t *testing.T) {
	top := filepath.Join(t.TempDir(), "top")
	open := filepath.Join(top, "open")
	if err := os.MkdirAll(open, 0o755); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(open, link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	real, _ := filepath.EvalSymlinks(open)
	h := Here(Settings{}, today, link, filepath.Join(top, "missing"))
	if len(h.Places) != 1 || h.Places[0].Path != real || h.Places[0].Owner != os.Geteuid() || h.Places[0].Mode.Perm() != 0o755 {
		t.Fatalf("places %+v", h.Places)
	}
	if err := os.Chmod(top, 0o700); err != nil {
		t.Fatal(err)
	}
	if h = Here(Settings{}, today, link); !h.Places[0].Shut || h.permissions() != "private" {
		t.Errorf("in a closed folder: %+v", h.Places)
	}
	Inspect(h) // whatever the machine is, nothing breaks
}
