//go:build unix

package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// writeScript writes a mail as somebody does who has GnuPG and nothing of the
// program: kind, From, fingerprint to sign with, text, Message-ID; who it is
// for are all keys in the ring.
const writeScript = `
import base64, email.policy, re, subprocess, sys
from email.message import EmailMessage, MIMEPart
from email.mime.multipart import MIMEMultipart
from email.mime.application import MIMEApplication
kind, sender, key, text, mid = sys.argv[1:]
def gpg(data, *args):
    return subprocess.run(["gpg", "--batch", "--no-tty", "--trust-model", "always", *args], input=data, capture_output=True, check=True).stdout
crlf = email.policy.default.clone(linesep="\r\n", cte_type="7bit")
def entity(text):
    part = MIMEPart(policy=crlf)
    part.set_content(text, cte="quoted-printable")
    del part["MIME-Version"]
    return part.as_bytes()
def signed(text, by):
    inner = entity(text)
    sig = gpg(inner, "--armor", "--digest-algo", "SHA512", "--local-user", by, "--detach-sign")
    return (b'Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512; boundary="sig"\r\n\r\n'
        b'--sig\r\n' + inner + b'\r\n--sig\r\nContent-Type: application/pgp-signature\r\n\r\n' + sig.replace(b"\n", b"\r\n") + b'\r\n--sig--\r\n')
head = ("From: %s\r\nTo: Alice <alice@example.org>\r\nSubject: %s\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n"
    "Message-ID: <%s@example.org>\r\nMIME-Version: 1.0\r\n" % (sender, kind, mid)).encode()
if kind in ("clear", "hello"):
    data = base64.b64encode(gpg(b"", "--export-options", "export-minimal", "--export", key)).decode()
    address = re.search("<(.*)>", sender).group(1)
    head += ("Autocrypt: addr=%s; keydata=\r\n %s\r\n" % (address, "\r\n ".join(re.findall(".{1,72}", data)))).encode()
    body = entity(text)
elif kind == "signed":
    body = signed(text, key)
elif kind == "tampered":
    body = signed(text, key).replace(b"three", b"seven")
elif kind == "beside":
    body = b'Content-Type: multipart/mixed; boundary="mix"\r\n\r\n--mix\r\n' + entity("Pay Mallory.") + b'\r\n--mix\r\n' + signed(text, key) + b'\r\n--mix--\r\n'
else:
    rings = re.findall("^fpr:+([0-9A-F]+)", gpg(b"", "--with-colons", "--list-keys").decode(), re.M)
    to = [a for f in rings for a in ("--recipient", f)]
    inner = b'Content-Type: multipart/mixed; boundary="in"\r\n\r\n--in\r\n' + entity(text) + b'\r\n--in\r\nContent-Type: text/plain; name="plan.txt"\r\nContent-Disposition: attachment; filename="plan.txt"\r\n\r\nunder the willow\r\n--in--\r\n'
    sealed = gpg(inner, "--armor", "--encrypt", *to, *([] if kind == "unsigned" else ["--sign", "--local-user", key]))
    if kind == "broken":
        lines = sealed.split(b"\n")
        at = len(lines) // 2
        lines[at] = bytes([lines[at][0] ^ 1 if chr(lines[at][0] ^ 1).isalnum() else lines[at][0] ^ 2]) + lines[at][1:]
        sealed = b"\n".join(l for l in lines if not l.startswith(b"="))
    body = (b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="enc"\r\n\r\n--enc\r\n'
        b'Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--enc\r\nContent-Type: application/octet-stream\r\n\r\n' +
        sealed.replace(b"\n", b"\r\n") + b'\r\n--enc--\r\n')
sys.stdout.buffer.write(head + body)
`

// key makes a key that gpg 2.2 makes, and gives its fingerprint.
func (g *gpg) key(name string) string {
	g.t.Helper()
	g.run("", "--passphrase", "", "--quick-generate-key", name, "ed25519", "sign,cert", "0")
	listed := g.run("", "--with-colons", "--list-secret-keys", name)
	_, rest, _ := strings.Cut(listed, "\nfpr:::::::::")
	fingerprint, _, _ := strings.Cut(rest, ":")
	g.run("", "--passphrase", "", "--quick-add-key", fingerprint, "cv25519", "encr", "0")
	return fingerprint
}

func (g *gpg) write(kind, sender, key, text, id string) []byte {
	g.t.Helper()
	cmd := g.command("python3", "-c", writeScript, kind, sender, key, text, id)
	out, err := cmd.Output()
	if err != nil {
		g.t.Fatalf("write %s: %v", kind, err)
	}
	return out
}

const (
	dora    = "Dora <" + servertest.Dora + ">"
	mallory = "Mallory <mallory@example.net>"
)

// What GnuPG sealed and signed is opened with the right verdict; what only
// looks like it gets no good signature. The answer is one that GnuPG opens.
func TestJourneyWithGnuPG(t *testing.T) {
	t.Parallel()
	s := servertest.Mail(t)
	alice := mailbox(t, s, servertest.Alice, "Alice Étoile")
	alice.must("", "key", "generate", "--no-passphrase")
	g := newGPG(t)
	hers, his := g.key(dora), g.key(mallory)
	// Mallory seals like everybody else; Alice knows his key, too.
	g.run("", "--import", alice.exported())
	cases := []struct {
		kind, from, key                   string
		sealed, signature, covers, signer string
	}{
		{"hello", mallory, his, "none", "none", "none", ""},
		{"clear", dora, hers, "none", "none", "none", ""},
		{"signed", dora, hers, "none", "good", "whole", hers},
		{"sealed", dora, hers, "full", "good", "whole", hers},
		{"unsigned", dora, hers, "full", "none", "none", ""},
		{"tampered", dora, hers, "none", "bad", "", ""},
		{"beside", dora, hers, "none", "good", "part", ""},
		{"sealed", dora, his, "full", "mismatch", "whole", his},
		{"signed", dora, his, "none", "mismatch", "whole", his},
		{"broken", dora, hers, "full", "none", "none", ""},
	}
	for _, c := range cases {
		s.Deliver(servertest.Alice, "INBOX", "", g.write(c.kind, c.from, c.key, "Meet at three, otter.", c.kind+"."+c.key))
	}
	alice.must("", "sync")
	found := alice.byID("search", "in:INBOX")
	points := func(kind, key string) float64 {
		return the(found["<"+kind+"."+key+"@example.org>"], "privacy", "score").(float64)
	}
	for _, c := range cases {
		m := found["<"+c.kind+"."+c.key+"@example.org>"]
		for field, want := range map[string]string{"sealed": c.sealed, "signature": c.signature, "covers": c.covers, "signer": c.signer} {
			got, _ := the(m, "security", field).(string)
			if want != "" && got != want {
				t.Errorf("%s by %s: %s is %q, want %q", c.kind, c.key, field, got, want)
			}
		}
		if c.sealed == "full" && the(m, "security", "decrypted") != (c.kind != "broken") {
			t.Errorf("%s by %s: %v", c.kind, c.key, m["security"])
		}
	}
	if plain, beside := points("clear", hers), points("beside", hers); beside > plain {
		t.Errorf("a clear mail has %v points, with a signed part beside its text %v", plain, beside)
	}
	if text := alice.must("", "show", found["<broken."+hers+"@example.org>"]["id"].(string)); strings.Contains(text, "otter") {
		t.Errorf("something is shown of what does not hold together: %q", text)
	}
	answerToGnuPG(t, s, g, alice, found["<sealed."+hers+"@example.org>"]["id"].(string))
}

// byID gives the messages that a command lists, by their Message-ID.
func (p *profile) byID(args ...string) map[string]map[string]any {
	p.t.Helper()
	found := map[string]map[string]any{}
	for _, m := range p.objects(args...) {
		id, _ := m["message_id"].(string)
		found["<"+strings.Trim(id, "<>")+">"] = m
	}
	return found
}

// answerToGnuPG answers by itself sealed, and has GnuPG open what arrived and
// the copy that was kept.
func answerToGnuPG(t *testing.T, s *servertest.Server, g *gpg, alice *profile, to string) {
	t.Helper()
	sent := alice.send("At four, then: the heron.\n", "--reply-to", to, "--attach", namedFile(t, "carte.txt", "past the mill\n"))
	if the(sent, "channel", "sealed") != true {
		t.Errorf("the answer went by %v", sent["channel"])
	}
	own := newGPG(t)
	own.run(contents(t, alice.exported("--secret")), "--passphrase", "", "--import")
	for _, side := range []struct {
		g    *gpg
		mail string
	}{{g, string(delivered(t, s, servertest.Dora, 1)[0])}, {own, fetched(t, s, servertest.Alice, "Sent")[0]}} {
		if strings.Contains(side.mail, "heron") || strings.Contains(side.mail, "carte") {
			t.Error("it can be read on the wire")
		}
		o := witness(side.g.open).look(t, side.mail)
		if !strings.Contains(o.Text, "At four, then: the heron.") || !slices.Equal(o.Files, []string{"carte.txt=past the mill"}) ||
			o.Signer != alice.fingerprint() {
			t.Errorf("GnuPG finds %+v", o)
		}
	}
}
