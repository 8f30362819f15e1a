//go:build unix

package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// acquainted gives each profile the keys of the others.
func acquainted(t *testing.T, all ...*profile) {
	t.Helper()
	for _, holder := range all {
		file := holder.exported()
		for _, p := range all {
			if p != holder {
				p.must("", "key", "import", file)
			}
		}
	}
}

// traces gives the files of a profile's data that hold one of the words.
func (p *profile) traces(words ...string) []string {
	p.t.Helper()
	var found []string
	read := 0
	err := filepath.WalkDir(filepath.Join(p.dir, "data"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		read += len(data)
		for _, w := range words {
			if bytes.Contains(bytes.ToLower(data), []byte(w)) {
				found = append(found, filepath.Base(path)+": "+w)
			}
		}
		return nil
	})
	if err != nil || read == 0 {
		p.t.Fatalf("%d bytes looked at: %v", read, err)
	}
	return found
}

// While the keys are locked, what is sealed lies there unopened and says so;
// once they are open it is read and found. No file has a word of it, neither
// where it was written nor where it was read.
func TestJourneyLocked(t *testing.T) {
	t.Parallel()
	s := servertest.Mail(t)
	alice, bob := mailbox(t, s, servertest.Alice, "Alice Étoile"), mailbox(t, s, servertest.Bob, "Bob 李")
	alice.must("", "key", "generate", "--no-passphrase")
	bob.must("", "key", "generate", "--passphrase-command", sayPhrase)
	acquainted(t, alice, bob)
	secret := []string{"walrus", "zanzibar", "parchment"}
	sent := alice.send("The walrus is in the attic.\n", "--to", servertest.Bob, "--subject", "Zanzibar", "--attach", namedFile(t, "parchment.txt", "a map\n"))
	if the(sent, "channel", "sealed") != true {
		t.Fatalf("sent by %v", sent["channel"])
	}
	got := waitFor(t, bob, "in:INBOX is:sealed")
	id := got["id"].(string)
	if the(got, "security", "decrypted") != false || the(got, "security", "error") != "locked" || the(got, "security", "sealed") != "full" || got["subject"] != nil && got["subject"] != "[...]" {
		t.Errorf("locked, the message is %v", got)
	}
	if out, errs, code := bob.run("", "show", id); code != exitDone || !strings.Contains(errs, "your keys are locked") || !strings.Contains(out, "[...]") {
		t.Errorf("shown while the keys are locked: %d %q %q", code, out, errs)
	}
	if out, errs, code := bob.run("Yes.\n", "send", "--reply-to", id, "--json"); code != exitFailed || !strings.Contains(out, `"keys_locked"`) {
		t.Errorf("answered while the keys are locked: %d %q %q", code, out, errs)
	}
	if n := bob.must("", "search", "--count", "walrus"); n != "0\n" {
		t.Errorf("%s found while the keys are locked", n)
	}

	bob.settings(`key-passphrase = "command:` + sayPhrase + `"`)
	if shown := bob.must("", "show", id); !strings.Contains(shown, "The walrus is in the attic.") || !strings.Contains(shown, "Zanzibar") {
		t.Errorf("open, it shows %q", shown)
	}
	for _, query := range []string{"walrus", "subject:zanzibar", "file:parchment", "is:sealed is:signed"} {
		if n := bob.must("", "search", "--count", query); n != "1\n" {
			t.Errorf("%s: %q, want one", query, n)
		}
	}
	for name, p := range map[string]*profile{"Alice": alice, "Bob": bob} {
		if found := p.traces(secret...); len(found) > 0 {
			t.Errorf("%s has on disk %q", name, found)
		}
	}
	bob.settings(`theme = "dark"`).without("key-passphrase")
	if out, errs, _ := bob.run("", "show", id); strings.Contains(out, "walrus") || !strings.Contains(errs, "your keys are locked") {
		t.Errorf("shown when they are locked again: %q %q", out, errs)
	}
}

// without takes a key out of the configuration.
func (p *profile) without(key string) {
	p.t.Helper()
	path := filepath.Join(p.dir, "config.toml")
	text, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	text = regexp.MustCompile(`(?m)^`+key+` = .*\n`).ReplaceAll(text, nil)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// Each Bcc has an envelope and a sealing of his own: nothing that the others
// get, and nothing on the way, tells of him, not even which keys could open it.
func TestJourneySealedBcc(t *testing.T) {
	t.Parallel()
	s := servertest.Mail(t)
	proxy := newStaller(t, s)
	through := *s
	through.SMTPS = proxy.listener.Addr().String()
	alice := mailbox(t, &through, servertest.Alice, "Alice Étoile")
	bob, dora := mailbox(t, s, servertest.Bob, "Bob 李"), mailbox(t, s, servertest.Dora, "Dora")
	for _, p := range []*profile{alice, bob, dora} {
		p.must("", "key", "generate", "--no-passphrase")
	}
	acquainted(t, alice, bob, dora)
	alice.send("Nobody knows of the third.\n", "--to", servertest.Bob, "--bcc", servertest.Dora, "--subject", "Quiet")

	bobs, doras := string(delivered(t, s, servertest.Bob, 1)[0]), string(delivered(t, s, servertest.Dora, 1)[0])
	var envelopes []string
	for _, e := range regexp.MustCompile(`(?m)^MAIL FROM|^RCPT TO:<(.*?)>`).FindAllStringSubmatch(proxy.seen(), -1) {
		envelopes = append(envelopes, e[1])
	}
	if want := []string{"", servertest.Bob, "", servertest.Dora}; !slices.Equal(envelopes, want) {
		t.Errorf("envelopes %q, want %q", envelopes, want)
	}
	if regexp.MustCompile(`(?mi)^bcc:`).MatchString(proxy.seen()) || strings.Contains(bobs, "dora") {
		t.Errorf("Bob could know of Dora:\n%s", bobs)
	}
	g := newGPG(t)
	for _, p := range []*profile{alice, bob, dora} {
		g.run("", "--import", p.exported())
	}
	if got, want := g.readers(t, bobs), g.subkeys(alice, bob); !slices.Equal(got, want) {
		t.Errorf("Bob's is sealed for %q, want %q", got, want)
	}
	if got := g.readers(t, doras); !slices.Contains(got, g.subkeys(dora)[0]) || slices.Contains(got, g.subkeys(bob)[0]) {
		t.Errorf("Dora's is sealed for %q", got)
	}
	for name, p := range map[string]*profile{servertest.Bob: bob, servertest.Dora: dora} {
		m := waitFor(t, p, "in:INBOX third")
		if the(m, "security", "signature") != "good" || the(m, "security", "decrypted") != true {
			t.Errorf("%s: %v", name, m["security"])
		}
	}
	inside := openPGPjs(t, bob.exported("--secret"), alice.exported()).look(t, bobs)
	if strings.Contains(strings.ToLower(inside.Entity), "dora") || inside.Bcc != "" {
		t.Errorf("inside of Bob's: %s", inside.Entity)
	}
	if copy := waitFor(t, alice, "in:Sent third"); len(the(copy, "to").([]any)) != 1 {
		t.Errorf("Alice's copy: %v", copy)
	}
}

// readers gives the key IDs that a mail is sealed for, sorted, as the packets
// of both versions name them (RFC 9580, sections 5.1.1 and 5.1.2).
func (g *gpg) readers(t *testing.T, mail string) []string {
	t.Helper()
	var outer struct{ Armor string }
	python(t, outerScript, mail, &outer)
	var ids []string
	python(t, readersScript, outer.Armor, &ids)
	slices.Sort(ids)
	return ids
}

// readersScript reads the packets that name a reader, without any OpenPGP code.
const readersScript = `
import base64, json, sys
body = sys.stdin.read().replace("\r", "").split("\n\n", 1)[1].split("-----END")[0]
data = base64.b64decode("".join(l for l in body.split("\n") if not l.startswith("=")))
ids, at = [], 0
while data[at] == 0xC1:
    size = data[at + 1]; at += 2
    if size >= 192:
        size = ((size - 192) << 8) + data[at] + 192; at += 1
    p = data[at:at + size]; at += size
    if p[0] == 3:
        ids.append(p[1:9].hex().upper())
    else:
        assert p[0] == 6 and p[2] == 4, p[:3]
        ids.append(p[3:p[1] + 2].hex().upper()[-16:])
json.dump(ids, sys.stdout)
`

// subkeys gives the key IDs of the encryption subkeys of profiles, sorted.
func (g *gpg) subkeys(all ...*profile) []string {
	g.t.Helper()
	var ids []string
	for _, p := range all {
		listed := g.run("", "--with-colons", "--list-keys", p.fingerprint())
		ids = append(ids, regexp.MustCompile(`(?m)^sub:[^:]*:[^:]*:[^:]*:([0-9A-F]{16}):`).FindStringSubmatch(listed)[1])
	}
	slices.Sort(ids)
	return ids
}
