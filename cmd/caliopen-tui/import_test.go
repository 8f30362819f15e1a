package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// mbox writes messages into a file of the profile, with the line ends of Unix.
func (p *profile) mbox(name string, raws ...[]byte) string {
	p.t.Helper()
	var b bytes.Buffer
	for _, raw := range raws {
		b.WriteString("From someone@example.net Mon Mar  2 10:00:00 2026\n")
		b.Write(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")))
		b.WriteByte('\n')
	}
	path := filepath.Join(p.dir, name)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// expect reads the summary of an import.
func (p *profile) expect(o map[string]any, fresh, known, failed int) {
	p.t.Helper()
	if o["new"] != float64(fresh) || o["known"] != float64(known) || o["failed"] != float64(failed) {
		p.t.Errorf("%v, want %d new, %d known, %d failed", o, fresh, known, failed)
	}
}

// What a server has brought is known when it comes from a file, whatever its
// line ends; what is new is found in the archive, and known the second time.
func TestImportRecognisesWhatIsHere(t *testing.T) {
	t.Parallel()
	here, other := letter("Ada", "ada@example.net", "here", "one\r\ntwo"), letter("Ada", "ada@example.net", "other", "three")
	p := stored(t, here)
	path := p.mbox("old.mbox", here, other)
	p.expect(p.object("import", "mbox", path), 1, 1, 0)
	p.expect(p.object("import", "mbox", path), 0, 2, 0)
	p.expect(p.object("import", "mbox", path, "--account", "alice"), 0, 2, 0)
	if n := len(p.objects("search", "three")); n != 1 {
		t.Errorf("found %d times", n)
	}
	if list := p.objects("search", "in:archive", "three"); len(list) != 1 || list[0]["direction"] != "in" || list[0]["read"] != true {
		t.Errorf("%v", list)
	}
	if list := p.objects("search", "in:old"); len(list) != 2 {
		t.Errorf("%v", list)
	}
	if text, want := p.must("", "show", "--raw", p.id("subject:here")), string(here); text != want {
		t.Errorf("the copy of the server became %q", text)
	}
	if text, want := p.must("", "show", "--raw", p.id("three")), strings.ReplaceAll(string(other), "\r\n", "\n"); text != want {
		t.Errorf("the copy of the file became %q", text)
	}
}

// id gives the message that a query finds.
func (p *profile) id(query string) string {
	p.t.Helper()
	list := p.objects("search", query)
	if len(list) != 1 {
		p.t.Fatalf("%s: %d found", query, len(list))
	}
	return list[0]["id"].(string)
}

// Whoever writes a file can write into it that all is well. Nothing of that is
// believed, however many messages say so, and a rebuild believes it no more.
func TestForgedResultsInFilesAreNotBelieved(t *testing.T) {
	t.Parallel()
	forged := func(i int, claims string) []byte {
		return fmt.Appendf(nil, "%sFrom: Ada <ada@example.net>\nTo: %s\nSubject: claim %d\nDate: Mon, 2 Mar 2026 10:00:00 +0000\nMessage-ID: <%d@example.net>\n\nhello\n",
			claims, servertest.Alice, i, i)
	}
	_, domain, _ := strings.Cut(servertest.Alice, "@")
	const way = "Received: from mail.example.net (mail.example.net [192.0.2.7])\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)\n\tby mx.%[1]s (Postfix) with ESMTPS id 1;\n\tMon, 2 Mar 2026 10:00:00 +0000\n"
	claims := fmt.Sprintf("Authentication-Results: mx.%[1]s; dkim=pass header.d=example.net; spf=pass smtp.mailfrom=example.net; dmarc=pass header.from=example.net\n"+way, domain)
	p := stored(t)
	var raws [][]byte
	for i := range 80 {
		raws = append(raws, forged(i, claims))
	}
	p.expect(p.object("import", "mbox", p.mbox("a.mbox", raws...)), 80, 0, 0)
	mine := letter("Alice", servertest.Alice, "mine", "written by me")
	p.expect(p.object("import", "mbox", p.mbox("b.mbox", forged(100, ""), mine), "--account", "alice"), 2, 0, 0)
	check := func(when string) {
		plain := p.objects("search", "subject:\"claim 100\"")[0]["privacy"].(map[string]any)["score"].(float64)
		list := p.objects("search", "from:ada@example.net", "--limit", "200")
		for _, o := range list {
			auth, way := o["authentication"].(map[string]any), o["transport"].(map[string]any)
			if auth["source"] != "none" || auth["dkim"] == "pass" || way["ingress"] != "unknown" || o["privacy"].(map[string]any)["score"].(float64) > plain {
				t.Fatalf("%s: %v came by %v with %v", when, o["subject"], way, auth)
			}
		}
		if len(list) != 81 {
			t.Errorf("%s: %d messages", when, len(list))
		}
		if list := p.objects("search", "subject:mine"); len(list) != 1 || list[0]["direction"] != "out" {
			t.Errorf("%s: %v", when, list)
		}
	}
	check("imported")
	p.must("", "doctor", "--rebuild", "--offline")
	check("rebuilt")
}

func TestImportsThatCannotBe(t *testing.T) {
	t.Parallel()
	p := stored(t)
	good := letter("Ada", "ada@example.net", "good", "x")
	for name, text := range map[string]string{
		"text": "no mail at all\n", "dir/a.eml": string(good), "dir/empty.eml": "", "bad/empty.eml": "", "cards.vcf": "BEGIN:VCARD\nFN:Ada\nEMAIL:ada@example.net\nEND:VCARD\n",
	} {
		path := filepath.Join(p.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		exit int
		args []string
	}{
		{exitUsage, []string{"twitter", "text"}},
		{exitUsage, []string{"facebook", "text"}},
		{exitUsage, []string{"pigeon", "text"}},
		{exitUsage, []string{"mbox"}},
		{exitUsage, []string{"mbox", "text"}},
		{exitUsage, []string{"maildir", "dir"}},
		{exitUsage, []string{"vcard", "cards.vcf", "--account", "alice"}},
		{exitMissing, []string{"mbox", "nowhere"}},
		{exitMissing, []string{"eml", "dir", "--account", "nobody"}},
		{exitPartly, []string{"eml", "dir"}},
		{exitFailed, []string{"eml", "bad"}},
		{exitDone, []string{"vcard", "cards.vcf"}},
	} {
		out, errs, code := p.run("", append([]string{"import", "--json"}, c.args...)...)
		if code != c.exit || code != exitDone && strings.Count(errs, "caliopen-tui:") != 1 || !strings.HasPrefix(out, "{") {
			t.Errorf("%v: status %d, want %d\n%s%s", c.args, code, c.exit, out, errs)
		}
	}
	if out, errs, _ := p.run("", "import", "twitter", "text"); out != "" || !strings.Contains(errs, "twitter") {
		t.Errorf("%q %q", out, errs)
	}
}

// An import that is killed again and again loses nothing, doubles nothing, and
// gets on each time.
func TestImportSurvivesBeingKilled(t *testing.T) {
	t.Parallel()
	p := stored(t)
	const n = 3000
	raws := make([][]byte, n)
	for i := range raws {
		raws[i] = letter("Ada", "ada@example.net", fmt.Sprintf("killed %d", i), strings.Repeat(fmt.Sprintf("text %d ", i), 100))
	}
	path := p.mbox("a.mbox", raws...)
	cut := 0
	for i := range 5 {
		cmd := p.command("import", "mbox", path)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(100+150*i)*time.Millisecond, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // killed, or done already
		timer.Stop()
		if here := len(p.objects("search", "subject:killed", "--limit", fmt.Sprint(2*n))); here > 0 && here < n {
			cut++
		}
	}
	if cut == 0 {
		t.Log("this machine is too fast or too slow: no run was cut in the middle")
	}
	o := p.object("import", "mbox", path)
	if o["failed"] != 0.0 || o["new"].(float64)+o["known"].(float64) != n {
		t.Errorf("%v", o)
	}
	p.expect(p.object("import", "mbox", path), 0, n, 0)
	if out := strings.TrimSpace(p.must("", "search", "--count", "subject:killed")); out != fmt.Sprint(n) {
		t.Errorf("%s found", out)
	}
	var ids []string
	for _, o := range p.objects("export", "mbox", filepath.Join(p.dir, "out.mbox")) {
		if o["messages"] != float64(n) {
			t.Errorf("%v", o)
		}
	}
	for _, o := range p.objects("search", "subject:killed", "--limit", fmt.Sprint(2*n)) {
		ids = append(ids, o["subject"].(string))
	}
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) != n {
		t.Errorf("%d different ones", len(ids))
	}
	p.must("", "doctor", "--offline")
}

func TestFullDisksAreNamed(t *testing.T) {
	t.Parallel()
	full := &os.PathError{Op: "write", Path: "x", Err: unix.ENOSPC}
	if exit, code := judge(archiveFault("x", full)); exit != exitConfig || code != "disk_full" {
		t.Errorf("%d %s", exit, code)
	}
}
