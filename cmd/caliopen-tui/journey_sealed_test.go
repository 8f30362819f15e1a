//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// phrase is the passphrase of the keys that have one.
const phrase = "eau de pluie, 3 cailloux"

// sayPhrase is the command that tells it.
const sayPhrase = "printf %s '" + phrase + "'"

// fetchScript prints the mails of a mailbox as a JSON list, by way of another
// client.
const fetchScript = `
import imaplib, json, ssl, sys
port, ca, user, password, mailbox = sys.argv[1:]
c = imaplib.IMAP4_SSL("localhost", int(port), ssl_context=ssl.create_default_context(cafile=ca))
c.login(user, password)
c.select('"%s"' % mailbox, readonly=True)
_, answers = c.uid("FETCH", "1:*", "(BODY.PEEK[])")
json.dump([a[1].decode("ascii") for a in answers if isinstance(a, tuple)], sys.stdout)
`

// fetched gives the mails of a mailbox, the oldest first, as Python's IMAP
// client sees them. It fails where one is not pure ASCII.
func fetched(t *testing.T, s *servertest.Server, user, mailbox string) (mails []string) {
	t.Helper()
	servertest.Need(t, "python3")
	out, err := exec.Command("python3", "-c", fetchScript, port(s.IMAPS), s.CAFile, user, servertest.Password, mailbox).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &mails); err != nil {
		t.Fatal(err)
	}
	return mails
}

// outerScript checks the outside of a sealed mail (RFC 3156, section 4) and
// gives its subject and what is to be opened.
const outerScript = `
import email, email.policy, json, sys
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
assert m.get_content_type() == "multipart/encrypted", m.get_content_type()
assert m.get_param("protocol") == "application/pgp-encrypted" and not m.defects, m.defects
head, body = m.get_payload()
assert head.get_content_type() == "application/pgp-encrypted" and "Version: 1" in head.get_content().decode()
json.dump({"Subject": str(m["subject"]), "Armor": body.get_content().decode()}, sys.stdout)
`

// innerScript reads what was sealed.
const innerScript = `
import email, email.policy, json, sys
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
assert not m.defects, m.defects
text = lambda c: c if isinstance(c, str) else c.decode()
json.dump({
    "Subject": str(m["subject"]), "HP": m.get_param("hp") or "", "Text": m.get_body(("plain",)).get_content(),
    "Bcc": str(m["bcc"] or ""), "Files": [a.get_filename() + "=" + text(a.get_content()).strip() for a in m.iter_attachments()],
}, sys.stdout)
`

// opened is what another program finds in a sealed mail.
type opened struct {
	Outer             string // the subject outside
	Subject, Text, HP string
	Bcc               string
	Files             []string
	Signer            string // fingerprint of a valid signature
	Entity            string // what was inside, whole
}

// witness opens a sealed mail without any code of the program under test, and
// names the key that signed it.
type witness func(armor string) (entity, signer string)

func (open witness) look(t *testing.T, mail string) (o opened) {
	t.Helper()
	var outer struct{ Subject, Armor string }
	python(t, outerScript, mail, &outer)
	entity, signer := open(outer.Armor)
	python(t, innerScript, entity, &o)
	o.Outer, o.Entity, o.Signer = outer.Subject, entity, signer
	return o
}

// python runs a script of Python and reads what it prints.
func python(t *testing.T, script, stdin string, into any) {
	t.Helper()
	servertest.Need(t, "python3")
	cmd := exec.Command("python3", "-c", script)
	var errs bytes.Buffer
	cmd.Stdin, cmd.Stderr = strings.NewReader(stdin), &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, errs.String(), stdin)
	}
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatal(err)
	}
}

// openPGPjs opens with OpenPGP.js, which knows version 6 packets; GnuPG 2.2
// does not. Keys are files; the secret one has no passphrase.
func openPGPjs(t *testing.T, secret, signer string) witness {
	t.Helper()
	servertest.Need(t, "node")
	folder := filepath.Join("..", "..", "privacy", "openpgp", "testdata", "openpgpjs")
	modules := or(os.Getenv("CALIOPEN_OPENPGPJS"), folder)
	if _, err := os.Stat(filepath.Join(modules, "node_modules", "openpgp")); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("OpenPGP.js is missing")
		}
		t.Skip("OpenPGP.js is not installed: npm ci --prefix privacy/openpgp/testdata/openpgpjs")
	}
	return func(armor string) (string, string) {
		t.Helper()
		request, err := json.Marshal(map[string]any{
			"date": time.Now(), "message": armor, "secret": []string{contents(t, secret)}, "signers": []string{contents(t, signer)},
		})
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("node", filepath.Join(folder, "peer.js"), modules, "open")
		cmd.Stdin = bytes.NewReader(request)
		out, err := cmd.CombinedOutput()
		var answer struct {
			Text string
			Good []bool
		}
		if err != nil || json.Unmarshal(out, &answer) != nil {
			t.Fatalf("OpenPGP.js: %v: %s", err, out)
		}
		if len(answer.Good) != 1 || !answer.Good[0] {
			return answer.Text, ""
		}
		return answer.Text, signer
	}
}

func contents(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// gpg is a GnuPG of somebody else's, with a home of its own.
type gpg struct {
	t    *testing.T
	home string
}

func newGPG(t *testing.T) *gpg {
	t.Helper()
	servertest.Need(t, "gpg", "gpg-agent", "gpgconf", "python3")
	home, err := os.MkdirTemp("/tmp", "gpg-") // short: its sockets are in it
	if err != nil {
		t.Fatal(err)
	}
	g := &gpg{t, home}
	t.Cleanup(func() {
		_ = g.command("gpgconf", "--kill", "all").Run()
		_ = os.RemoveAll(home)
	})
	return g
}

func (g *gpg) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "GNUPGHOME="+g.home, "LC_ALL=C.UTF-8")
	return cmd
}

// run runs gpg and gives its output.
func (g *gpg) run(stdin string, args ...string) string {
	g.t.Helper()
	cmd := g.command("gpg", append([]string{"--batch", "--no-tty", "--pinentry-mode", "loopback"}, args...)...)
	var errs bytes.Buffer
	cmd.Stdin, cmd.Stderr = strings.NewReader(stdin), &errs
	out, err := cmd.Output()
	if err != nil {
		g.t.Fatalf("gpg %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return string(out)
}

// open has gpg open what is sealed.
func (g *gpg) open(armor string) (entity, signer string) {
	g.t.Helper()
	cmd := g.command("gpg", "--batch", "--no-tty", "--status-fd", "2", "--decrypt")
	var errs bytes.Buffer
	cmd.Stdin, cmd.Stderr = strings.NewReader(armor), &errs
	out, err := cmd.Output()
	if err != nil || !strings.Contains(errs.String(), "[GNUPG:] GOODMDC") {
		g.t.Fatalf("gpg: %v\n%s", err, errs.String())
	}
	if valid := regexp.MustCompile(`VALIDSIG .* ([0-9A-F]{40})\n`).FindStringSubmatch(errs.String()); valid != nil {
		signer = valid[1]
	}
	return string(out), signer
}

// fingerprint gives that of the own key of a profile.
func (p *profile) fingerprint() string {
	p.t.Helper()
	for _, k := range p.objects("key", "list") {
		if k["own"] == true {
			return k["fingerprint"].(string)
		}
	}
	p.t.Fatal("no own key")
	return ""
}

// exported writes a key into a file.
func (p *profile) exported(args ...string) string {
	p.t.Helper()
	path := filepath.Join(p.t.TempDir(), "key.asc")
	if err := os.WriteFile(path, []byte(p.must("", append([]string{"key", "export"}, args...)...)), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// send sends a text and gives what the program says of it.
func (p *profile) send(text string, args ...string) map[string]any {
	p.t.Helper()
	sent := p.object(append([]string{"send", "--wait", "--body-file", textFile(p.t.(*testing.T), text)}, args...)...)
	if sent["state"] != "sent" {
		p.t.Fatalf("send says %v", sent)
	}
	return sent
}

// the gives a field of an object, by a path.
func the(o map[string]any, path ...string) any {
	for _, name := range path[:len(path)-1] {
		o, _ = o[name].(map[string]any)
	}
	return o[path[len(path)-1]]
}

func namedFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
