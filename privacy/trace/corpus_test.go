package trace

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRealProviders reads real fields of many providers, when a collection of
// them is at hand ($CALIOPEN_CORPORA or ../shared/corpora beside the project).
func TestRealProviders(t *testing.T) {
	root := os.Getenv("CALIOPEN_CORPORA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "corpora")
	}
	root = filepath.Join(root, "received", "providers")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no collection of real mails at hand")
	}
	fields, read := 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, c := range Observe(data).Claims {
			fields++
			if len(c.Results) > 0 {
				read++
			}
		}
		fields -= uninteresting(data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d fields read", read, fields)
	if fields == 0 || read*100 < fields*98 {
		t.Errorf("%d of %d fields read", read, fields)
	}
}

// uninteresting counts the fields that hold no result of a method we read.
func uninteresting(data []byte) int {
	n := 0
	for rest := data; len(rest) > 0; {
		var field []byte
		field, rest = cutField(rest)
		name, value, _ := bytes.Cut(field, []byte{':'})
		if blank(field) {
			break
		}
		v := strings.ToLower(string(value))
		if strings.EqualFold(string(name), "Authentication-Results") && !strings.Contains(v, "dkim=") &&
			!strings.Contains(v, "spf=") && !strings.Contains(v, "dmarc=") && !strings.Contains(v, "arc=") {
			n++
		}
	}
	return n
}
