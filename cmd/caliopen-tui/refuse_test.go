package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// alone runs the program with no environment at all.
func alone(t *testing.T, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	p := &program{
		in: strings.NewReader(""), out: &out, err: &errs, now: testNow, open: open, probe: probe,
		getenv: func(string) string { return "" },
	}
	code := p.run(t.Context(), args)
	return result{code, out.String(), errs.String()}
}

func TestWithoutAHomeSomethingMustBeGiven(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(config, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"conversations"}, "--config FILE and --data FOLDER"},
		{[]string{"account", "list"}, "--config FILE"},
		{[]string{"conversations", "--config", config}, "--data FOLDER"},
		{[]string{"conversations", "--data", t.TempDir()}, "--config FILE"},
	} {
		if r := alone(t, test.args...); r.code != exitConfig || !strings.Contains(r.err, test.want) {
			t.Errorf("%v: %d %s", test.args, r.code, r.err)
		}
	}
	if r := alone(t, "version"); r.code != 0 {
		t.Errorf("version: %d %s", r.code, r.err)
	}
}

// TestAnUnusableConfigurationIsThree covers what can be wrong with the file as
// a whole and with values that only the interface knows.
func TestAnUnusableConfigurationIsThree(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"# x\nlang = \"xx\"\n", "line 2, column 1"},
		{"[keys]\nreply = \"r\"\nfly = \"f\"\n", "line 3, column 1"},
		{"theme = \"pink\"\n", "dark or light"},
		{"hold-seconds = \"ten\"\n", "another kind of value"},
	} {
		box := newSandbox(t)
		if err := os.WriteFile(filepath.Join(box.dir, "config.toml"), []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, command := range [][]string{{"conversations"}, {"account", "list"}, {"doctor", "--offline"}} {
			r := box.run(t, "", command...)
			said := r.err
			if command[0] == "doctor" {
				r.code, said = exitConfig, r.out // it goes on to look at the rest
			}
			if r.code != exitConfig || !strings.Contains(said, test.want) || strings.Contains(said, "accounts.Config") {
				t.Errorf("%q %v: %d %s", test.text, command, r.code, said)
			}
		}
	}
}

func TestTheLanguageOfTheConfigurationIsSpoken(t *testing.T) {
	box := newSandbox(t)
	if err := os.WriteFile(filepath.Join(box.dir, "config.toml"), []byte("lang = \"it\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := box.run(t, "", "account", "test", "zz"); !strings.Contains(r.err, "non è stato trovato") && !strings.Contains(r.err, "controlla") {
		t.Errorf("%s", r.err)
	}
	if r := box.run(t, "", "account", "test", "zz", "--lang", "en"); !strings.Contains(r.err, "was not found") {
		t.Errorf("%s", r.err)
	}
}

func TestAConfigurationNamedAndNotThereIsToldOf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slip.toml")
	for _, args := range [][]string{{"conversations"}, {"account", "list"}, {"sync"}} {
		r := alone(t, append(args, "--config", path, "--data", t.TempDir())...)
		if r.code != exitConfig || !strings.Contains(r.err, path) {
			t.Errorf("%v: %d %s", args, r.code, r.err)
		}
	}
	r := newSandbox(t).login(t, &gate{password: "pw"}, "", addWords("--password-command", "echo pw")...)
	if r.code != 0 {
		t.Errorf("add makes it: %d %s", r.code, r.err)
	}
}

// TestAMissingAuthorityIsToldBeforeConnecting names the file, not the failed
// connection.
func TestAMissingAuthorityIsToldBeforeConnecting(t *testing.T) {
	box := seed(t)
	config := filepath.Join(box.dir, "config.toml")
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, "ca = \"/nowhere/ca.pem\"\n"...)
	if err := os.WriteFile(config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"account", "test", "home"}, {"sync"}, {"sync", "home"}} {
		r := box.run(t, "", args...)
		if r.code != exitConfig || !strings.Contains(r.err, "/nowhere/ca.pem") || strings.Count(r.err, "\n") != 1 {
			t.Errorf("%v: %d %q", args, r.code, r.err)
		}
	}
	if r := box.run(t, "x", "send", "--to", "zoe@example.org", "--subject", "s", "--confirm-clear"); r.code != exitConfig {
		t.Errorf("send: %d %s", r.code, r.err)
	}
}

func TestWordsThatMeanNothingAreRefused(t *testing.T) {
	box := seed(t)
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"conversations", "--limit", "0"}, exitUsage, "--limit 0"},
		{[]string{"search", "tea", "--limit", "-3"}, exitUsage, "--limit -3"},
		{[]string{"messages", "zz", "--limit", "-1"}, exitUsage, "--limit -1"},
		{[]string{"help", "foo"}, exitUsage, "foo"},
		{[]string{"help", "account", "foo"}, exitUsage, "account foo"},
		{[]string{"help", "account", "add"}, exitDone, ""},
		{[]string{"inspect", box.dir}, exitUsage, "is a folder"},
		{[]string{"search", "in:Nowhere"}, exitMissing, "in:Nowhere"},
		{[]string{"search", "tea", "or", "-in:nowhere"}, exitMissing, "in:nowhere"},
		{[]string{"search", "in:Nowhere", "--count"}, exitMissing, "in:Nowhere"},
		{[]string{"conversations", "in:Nowhere"}, exitMissing, "in:Nowhere"},
		{[]string{"search", "in:HOME", "in:inbox", "in:trash", "from:nobody"}, exitDone, ""},
		{[]string{"conversations", "--data", "/proc/x"}, exitConfig, "/proc/x"},
	} {
		r := box.run(t, "", test.args...)
		if r.code != test.code || !strings.Contains(r.err, test.want) || strings.Count(r.err, "\n") > 1 {
			t.Errorf("%v: %d %q", test.args, r.code, r.err)
		}
	}
	if r := box.run(t, "", "help", "account"); r.code != 0 || !strings.Contains(r.out, "resume") {
		t.Errorf("%d %s", r.code, r.out)
	}
}
