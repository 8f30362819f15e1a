package mime

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// corpora gives the folder of collected test mails, or skips.
func corpora(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CALIOPEN_CORPORA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpora")
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" && os.Getenv("CALIOPEN_CORPORA") != "" {
			t.Fatalf("CALIOPEN_CORPORA is set and not there: %v", err)
		}
		t.Skip("no collection of test mails here (CALIOPEN_CORPORA)")
	}
	return dir
}

// TestCorpora reads every mail of a large collection: each gives something, in
// time.
func TestCorpora(t *testing.T) {
	if testing.Short() {
		t.Skip("reads thousands of mails")
	}
	n, empty := 0, 0
	err := filepath.WalkDir(corpora(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "README.md" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n++
		m := timed(t, path, raw)
		if m.Text == "" && len(m.Attachments) == 0 && len(m.Warnings) == 0 && len(raw) > 2000 {
			empty++
			t.Logf("%s: nothing to read and nothing odd", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d mails, %d empty", n, empty)
}

// timed reads one mail and its first attachments.
func timed(t *testing.T, path string, raw []byte) conversation.Message {
	begin := time.Now()
	m := New().Parse(raw, conversation.ParseContext{Received: received}).Message
	if d := time.Since(begin); d > slow*time.Second {
		t.Errorf("%s (%d bytes) takes %v", path, len(raw), d)
	}
	for i, a := range m.Attachments {
		if _, _, err := New().Part(raw, a.Part); err != nil {
			t.Errorf("%s: attachment %+v: %v", path, a, err)
		}
		if i == 3 {
			break
		}
	}
	return m
}
