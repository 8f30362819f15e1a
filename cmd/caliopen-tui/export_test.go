package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each form of archive gives the same messages to an empty profile, byte by
// byte; without a query all of them, with one what it finds.
func TestExportsReadBack(t *testing.T) {
	t.Parallel()
	raws := [][]byte{
		letter("Ada", "ada@example.net", "first", "From me to you\r\n>From there\r\n\r\nFrom a@b Mon Mar  2 10:00:00 2026\r\n"),
		append(letter("Ada", "ada@example.net", "second", "binary \x00 \xff \r and no end"), "\r\nmore"...),
		bytes.ReplaceAll(letter("Bo", "bo@example.net", "third", "lines\r\n\r\n\r\n"), []byte("\r\n"), []byte("\n")),
	}
	p := stored(t, raws...)
	for _, kind := range []string{"mbox", "maildir", "eml"} {
		place := filepath.Join(p.dir, "out-"+kind)
		if o := p.object("export", kind, place); o["messages"] != 3.0 || o["failed"] != 0.0 {
			t.Errorf("%s: %v", kind, o)
		}
		if _, errs, code := p.run("", "export", kind, place); code != exitUsage || !strings.Contains(errs, place) {
			t.Errorf("%s over what is there: status %d, %s", kind, code, errs)
		}
		p.must("", "export", kind, place, "--force")
		q := newProfile(t)
		q.expect(q.object("import", kind, place), 3, 0, 0)
		for _, subject := range []string{"first", "second", "third"} {
			if got, want := q.must("", "show", "--raw", q.id("subject:"+subject)), p.must("", "show", "--raw", p.id("subject:"+subject)); got != want {
				t.Errorf("%s: %q became %q", kind, want, got)
			}
		}
	}
	if out := p.must("", "export", "mbox", "-", "from:bo@example.net"); strings.Count(out, "\nFrom ") != 0 || !strings.Contains(out, "third") {
		t.Errorf("%s", out)
	}
	if out := p.must("", "export", "mbox", "-"); strings.Index(out, "Subject: first") > strings.Index(out, "Subject: second") {
		t.Errorf("not the oldest first:\n%s", out)
	}
}

func TestExportsThatCannotBe(t *testing.T) {
	t.Parallel()
	p := stored(t, letter("Ada", "ada@example.net", "one", "x"))
	for _, c := range []struct {
		exit int
		args []string
	}{
		{exitUsage, []string{"pigeon", "x"}},
		{exitUsage, []string{"maildir", "-"}},
		{exitUsage, []string{"mbox", "x", "from:"}},
		{exitMissing, []string{"mbox", "nowhere/x"}},
		{exitMissing, []string{"eml", "x", "in:nowhere"}},
	} {
		if out, errs, code := p.run("", append([]string{"export", "--json"}, c.args...)...); code != c.exit {
			t.Errorf("%v: status %d, want %d\n%s%s", c.args, code, c.exit, out, errs)
		}
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	cmd := p.command("export", "mbox", "-")
	cmd.Stdout = full
	if _ = cmd.Run(); cmd.ProcessState.ExitCode() != exitConfig {
		t.Errorf("no room: status %d", cmd.ProcessState.ExitCode())
	}
	left, err := filepath.Glob(filepath.Join(p.dir, "*export*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestContactsReadBack(t *testing.T) {
	t.Parallel()
	p, q := stored(t), newProfile(t)
	p.must("", "contact", "add", "ada@example.net", "--name", "Ada")
	p.must("", "contact", "add", "bo@example.net", "--name", "Bo")
	path := filepath.Join(p.dir, "people.vcf")
	p.must("", "export", "vcard", path, "ada")
	q.expect(q.object("import", "vcard", path), 1, 0, 0)
	q.expect(q.object("import", "vcard", path), 0, 1, 0)
	if o := q.object("contact", "show", "ada@example.net"); o["name"] != "Ada" {
		t.Errorf("%v", o)
	}
	if _, _, code := q.run("", "contact", "show", "bo@example.net"); code != exitMissing {
		t.Errorf("Bo came too: status %d", code)
	}
	if out := p.must("", "export", "vcard", "-"); strings.Count(out, "BEGIN:VCARD") != 3 { // and the own card
		t.Errorf("%s", out)
	}
}
