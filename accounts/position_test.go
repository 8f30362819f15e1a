//go:build unix

package accounts

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestFaultsOfMeaningNameTheirPlace is about accounts that are well written and
// make no sense.
func TestFaultsOfMeaningNameTheirPlace(t *testing.T) {
	good := "[[account]]\nname = \"a\"\nkind = \"mastodon\"\nserver = \"https://social.example.org\"\n"
	mailed := "[[account]]\nname = \"b\"\nkind = \"mail\"\naddress = \"b@example.org\"\nimap = \"imaps://mx.example.org\"\nsmtp = \"smtps://mx.example.org\"\n"
	for _, test := range []struct{ text, code, where string }{
		{good + "[[account]]\nname = \"b\"\n", "config.kind", "c:5:3: "},
		{good + "[[account]]\nname = \"b\"\n  kind = \"pigeon\"\n", "config.kind", "c:7:3: "},
		{strings.Replace(good, "\"a\"", "\"two words\"", 1), "config.name", "c:2:1: "},
		{strings.Replace(good, "https", "http", 1), "config.server", "c:4:1: "},
		{good + strings.Replace(mailed, "imaps:", "imap:", 1), "config.endpoint", "c:9:1: "},
		{good + strings.Replace(mailed, "smtps:", "imaps:", 1), "config.endpoint", "c:10:1: "},
		{good + strings.Replace(mailed, "b@example.org", "b", 1), "config.address", "c:8:1: "},
		{"account = [{name = \"x\", kind = \"y\"}]\n", "config.kind", "c:1:1: "},
	} {
		_, err := ParseConfig("c", []byte(test.text))
		var p *Problem
		if !errors.As(err, &p) || !errors.Is(err, ErrConfig) || p.Code != test.code || p.Args["Where"] != test.where {
			t.Errorf("%q: %v %+v", test.text, err, p)
		}
	}
	_, err := ParseConfig("c", []byte(good+good))
	var p *Problem
	if !errors.As(err, &p) || p.Code != "config.twice" || p.Args["File"] != "c:6:1" {
		t.Errorf("twice: %v %+v", err, p)
	}
}

func TestAByteOrderMarkIsNoFault(t *testing.T) {
	path := writeSample(t, byteOrderMark+sample)
	if _, err := ReadConfig(path); err != nil {
		t.Fatal(err)
	}
	if err := AddAccount(path, mail("new")); err != nil {
		t.Fatal(err)
	}
	if text := mustRead(t, path); !strings.Contains(text, "# my keys") {
		t.Errorf("comments are gone: %s", text)
	}
}

func TestOnlyOrdinaryFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	pipe, large := filepath.Join(dir, "pipe"), filepath.Join(dir, "large")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(large, make([]byte, maxConfig+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, code := range map[string]string{
		pipe: "config.irregular", "/dev/null": "config.irregular", dir: "config.folder", large: "config.large",
		"": "config.no_home", large + "/x": "config.unreadable",
	} {
		var p *Problem
		if _, err := ReadConfig(path); !errors.As(err, &p) || p.Code != code || !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", path, err)
		}
		if path == large+"/x" || path == "/dev/null" {
			continue // the lock is made beside the file
		}
		if err := AddAccount(path, mail("a")); !errors.As(err, &p) || p.Code != code {
			t.Errorf("add to %s: %v", path, err)
		}
	}
}
