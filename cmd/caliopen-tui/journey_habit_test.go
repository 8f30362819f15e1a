//go:build unix

package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// Whoever writes in clear hands out a key by it, and the answer comes sealed
// without anybody's doing. On the wire is nothing of it to read; OpenPGP.js
// opens it, with the keys that the program gave out.
func TestJourneySealedByItself(t *testing.T) {
	t.Parallel()
	s := servertest.Mail(t)
	alice, bob := mailbox(t, s, servertest.Alice, "Alice Étoile"), mailbox(t, s, servertest.Bob, "Bob 李")
	alice.must("", "key", "generate", "--no-passphrase")
	bob.must("", "key", "generate", "--no-passphrase")

	alice.send("Tu viens à la fête ?\n", "--to", servertest.Bob, "--subject", "Fête")
	wire := string(delivered(t, s, servertest.Bob, 1)[0])
	if !strings.Contains(wire, "Autocrypt: addr="+servertest.Alice) || strings.Contains(wire, "PGP MESSAGE") {
		t.Fatalf("the first mail is to be clear and to carry a key:\n%s", wire)
	}
	got := waitFor(t, bob, "in:INBOX")
	dry := bob.object("send", "--reply-to", got["id"].(string), "--dry-run", "--body-file", textFile(t, "Oui.\n"))
	first := dry["candidates"].([]any)[0].(map[string]any)
	if the(first, "channel", "sealed") != true || first["rejected"] != nil || the(first, "predicted", "level") != "B" {
		t.Errorf("candidates %v: the first is not sealed, at B", dry["candidates"])
	}
	note := namedFile(t, "liste-secrète.txt", "lampions, guirlandes\n")
	sent := bob.send("Oui, avec un zèbre.\n\nBob\n", "--reply-to", got["id"].(string), "--attach", note)
	if the(sent, "channel", "sealed") != true {
		t.Fatalf("the answer went by %v", sent["channel"])
	}

	delivered(t, s, servertest.Alice, 1)
	wire = fetched(t, s, servertest.Alice, "INBOX")[0]
	for _, secret := range []string{"Fête", "F=C3=AA", "zèbre", "z=C3=A8", "lampions", "liste-secr"} {
		if strings.Contains(wire, secret) {
			t.Errorf("%q can be read on the wire:\n%s", secret, wire)
		}
	}
	bob.must("", "sync") // puts the copy into Sent, if that was not done yet
	signer := bob.exported()
	for _, side := range []struct {
		p             *profile
		user, mailbox string
	}{{alice, servertest.Alice, "INBOX"}, {bob, servertest.Bob, "Sent"}} {
		o := openPGPjs(t, side.p.exported("--secret"), signer).look(t, fetched(t, s, side.user, side.mailbox)[0])
		if o.Outer != "[...]" || o.Subject != "Re: Fête" || o.HP != "cipher" || !strings.Contains(o.Text, "Oui, avec un zèbre.") ||
			!slices.Equal(o.Files, []string{"liste-secrète.txt=lampions, guirlandes"}) || o.Signer != signer {
			t.Errorf("another program finds in %s: %+v", side.mailbox, o)
		}
	}
	verdicts(t, alice, bob)
}

// verdicts checks what both sides say of the sealed answer.
func verdicts(t *testing.T, alice, bob *profile) {
	t.Helper()
	in := waitFor(t, alice, "in:INBOX zèbre")
	for path, want := range map[string]any{
		"sealed": "full", "signature": "good", "covers": "whole", "protected_headers": "cipher", "decrypted": true,
		"signer": bob.fingerprint(),
	} {
		if got := the(in, "security", path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if in["subject"] != "Re: Fête" || the(in, "privacy", "level") != "B" || len(in["attachments"].([]any)) != 1 {
		t.Errorf("Alice has %v", in)
	}
	out := waitFor(t, bob, "in:Sent zèbre")
	if shown := bob.must("", "show", out["id"].(string)); !strings.Contains(shown, "avec un zèbre") {
		t.Errorf("the copy shows %q", shown)
	}
}
