package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/ui/lang"
)

// testNow is when the tests of the command line happen.
func testNow() time.Time { return time.Date(2026, 3, 18, 12, 0, 0, 0, time.UTC) }

// result is what one run of the program gave.
type result struct {
	code     int
	out, err string
}

func (r result) decode(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.out), into); err != nil {
		t.Fatalf("%v in %q (%s)", err, r.out, r.err)
	}
}

// sandbox is a folder with the files of one user.
type sandbox struct{ dir string }

func newSandbox(t *testing.T) sandbox { return sandbox{t.TempDir()} }

// run runs the program on the profile, in English unless args say otherwise.
func (f sandbox) run(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	p := &program{
		in: strings.NewReader(stdin), out: &out, err: &errs, now: testNow, open: open, probe: probe,
		getenv: func(name string) string {
			switch name {
			case "CALIOPEN_CONFIG":
				return filepath.Join(f.dir, "config.toml")
			case "CALIOPEN_DATA":
				return filepath.Join(f.dir, "data")
			}
			return ""
		},
	}
	code := p.run(t.Context(), args)
	return result{code, out.String(), errs.String()}
}

func run(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	return newSandbox(t).run(t, stdin, args...)
}

func speaking(t *testing.T, language string) *program {
	t.Helper()
	cat, err := lang.Load(language)
	if err != nil {
		t.Fatal(err)
	}
	return &program{now: testNow, cat: cat, out: new(bytes.Buffer), err: new(bytes.Buffer), getenv: func(string) string { return "" }}
}

func TestEveryCommandAndFlagHasItsText(t *testing.T) {
	for _, l := range lang.Languages() {
		root := speaking(t, l).root()
		var look func(c *cobra.Command)
		look = func(c *cobra.Command) {
			if text := c.Short + c.UsageString(); strings.Contains(text, "cli.") {
				t.Errorf("%s: %s lacks a text:\n%s", l, c.CommandPath(), text)
			}
			if c.Name() == "completion" {
				return // the library's own
			}
			for _, sub := range c.Commands() {
				look(sub)
			}
		}
		look(root)
	}
}

// The contract names these; none may go.
func TestCommandsOfTheContract(t *testing.T) {
	root := speaking(t, "en").root()
	for path, flags := range map[string]string{
		"demo":                 "keep",
		"account add mail":     "address name imap smtp user password-command password-stdin oauth ca",
		"account add mastodon": "server token-stdin ca",
		"account list":         "",
		"account test":         "",
		"account remove":       "keep-messages",
		"sync":                 "watch",
		"conversations":        "limit kind",
		"messages":             "limit before",
		"show":                 "raw html headers",
		"search":               "limit count",
		"send":                 "to cc bcc subject body-file attach reply-to via from confirm-clear dry-run wait",
		"outbox list":          "",
		"outbox retry":         "",
		"outbox cancel":        "",
		"mark":                 "",
		"undo":                 "",
		"contact list":         "",
		"contact show":         "",
		"contact add":          "",
		"contact edit":         "",
		"contact merge":        "",
		"contact split":        "",
		"explain":              "",
		"inspect":              "",
		"doctor":               "",
		"man":                  "",
		"version":              "",
	} {
		c, rest, err := root.Find(strings.Fields(path))
		if err != nil || len(rest) > 0 {
			t.Errorf("%s is gone", path)
			continue
		}
		for _, name := range strings.Fields(flags + " config data lang json quiet verbose") {
			if c.Flag(name) == nil {
				t.Errorf("%s has no --%s", path, name)
			}
		}
	}
}

func TestVersion(t *testing.T) {
	var o versionObject
	run(t, "", "version", "--json").decode(t, &o)
	if o.Version == "" || !strings.HasPrefix(o.Go, "go1.") || len(o.Features) < 3 {
		t.Errorf("%+v", o)
	}
}

func TestManAndCompletion(t *testing.T) {
	if r := run(t, "", "man", "--lang", "fr"); r.code != 0 || !strings.Contains(r.out, ".TH") || !strings.Contains(r.out, "confidentialité") {
		t.Errorf("%d %.200s", r.code, r.out)
	}
	if r := run(t, "", "completion", "bash"); r.code != 0 || !strings.Contains(r.out, "caliopen-tui") {
		t.Errorf("%d %s", r.code, r.err)
	}
}

func TestLanguageOfErrors(t *testing.T) {
	if r := run(t, "", "frob", "--lang", "it"); !strings.Contains(r.err, "non è un comando") || strings.Count(r.err, "\n") != 1 {
		t.Errorf("%q", r.err)
	}
}
