package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// mailbox adds the account of one of the servers' users to a new profile.
func mailbox(t *testing.T, s *servertest.Server, address, name string) *profile {
	t.Helper()
	p := newProfile(t)
	p.settings(`find-keys = ["none"]`, "local-checks = false") // nobody outside is asked
	p.must("", "account", "add", "mail", "--address", address, "--display-name", name,
		"--imap", "imaps://localhost:"+port(s.IMAPS), "--smtp", "smtps://localhost:"+port(s.SMTPS),
		"--password-command", "echo "+servertest.Password, "--ca", s.CAFile)
	return p
}

// settings puts lines before all others of the configuration.
func (p *profile) settings(lines ...string) *profile {
	p.t.Helper()
	path := filepath.Join(p.dir, "config.toml")
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n\n"+string(text)), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return p
}

func port(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }

// A mail goes from one person to another through real servers, is answered,
// and an independent parser finds in it what was written.
func TestMailThroughRealServers(t *testing.T) {
	s := servertest.Mail(t)
	alice, bob := mailbox(t, s, servertest.Alice, "Alice Étoile"), mailbox(t, s, servertest.Bob, "Bob 李")
	attachment := filepath.Join(t.TempDir(), "été.txt")
	if err := os.WriteFile(attachment, []byte("Programme de l'été\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sent := alice.object("send", "--to", servertest.Bob, "--subject", "Été à Lyon — 夏", "--bcc", servertest.Alice, "--attach", attachment, "--wait",
		"--body-file", textFile(t, "Bonjour Bob,\n\nvoici le programme.\n. un point seul\n.\nFrom ici\n\nAlice\n"))
	if sent["state"] != "sent" {
		t.Fatalf("send says %v", sent)
	}
	got := waitFor(t, bob, "in:INBOX")
	if got["subject"] != "Été à Lyon — 夏" || got["read"] != false {
		t.Errorf("Bob has %v", got)
	}
	if from := got["from"].(map[string]any); from["name"] != "Alice Étoile" || from["address"] != "mail:"+servertest.Alice && from["address"] != servertest.Alice {
		t.Errorf("from %v", from)
	}
	reply := bob.object("send", "--reply-to", got["id"].(string), "--wait", "--body-file", textFile(t, "Merci !\n"))
	if reply["state"] != "sent" {
		t.Fatalf("answer: %v", reply)
	}
	back := waitFor(t, alice, "in:INBOX")
	if back["subject"] != "Re: Été à Lyon — 夏" || back["in_reply_to"] != got["message_id"] {
		t.Errorf("Alice has %v, want an answer to %v", back, got["message_id"])
	}
	one := alice.objects("conversations")
	if len(one) != 1 || one[0]["messages"] != float64(2) {
		t.Errorf("Alice's conversations: %v; want one with two messages", one)
	}
	readWithPython(t, bob.must("", "show", got["id"].(string), "--raw"))
	// The copy in Sent is there, once.
	if _, list := s.Dump(servertest.Alice, "Sent"); len(list) != 1 {
		t.Errorf("%d mails in Alice's Sent, want one", len(list))
	}
}

func textFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// waitFor syncs until a message that matches is there: delivery takes a moment.
func waitFor(t *testing.T, p *profile, query string) map[string]any {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		p.must("", "sync")
		if list := p.objects("search", query); len(list) > 0 {
			return list[0]
		}
	}
	t.Fatalf("nothing matched %s in 30 seconds", query)
	return nil
}

// readWithPython has another parser read a mail.
func readWithPython(t *testing.T, raw string) {
	t.Helper()
	servertest.Need(t, "python3")
	const script = `
import sys, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
assert m["subject"] == "Été à Lyon — 夏", m["subject"]
assert m["from"].addresses[0].display_name == "Alice Étoile", m["from"]
assert m["bcc"] is None and m["user-agent"] is None
# Python leaves the space that format=flowed puts before "From" (RFC 3676, 4.4).
body = m.get_body(("plain",)).get_content().replace("\r\n", "\n")
assert "voici le programme." in body and "\n. un point seul\n.\n" in body and "From ici" in body, repr(body)
files = [(a.get_filename(), a.get_content()) for a in m.iter_attachments()]
assert [f[0] for f in files] == ["été.txt"], files
assert "Programme de l'été" in str(files[0][1]), files
assert not m.defects, m.defects
`
	cmd := exec.Command("python3", "-c", script)
	cmd.Stdin = strings.NewReader(raw)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("Python reads something else: %v\n%s", err, out)
	}
}
