//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// peers is a folder that mbsync fetched into and notmuch indexed.
type peers struct{ dir string }

// fetchPeers syncs into a new Maildir and indexes it.
func (y *yard) fetchPeers(b *testing.B) peers {
	b.Helper()
	p := peers{y.b.TempDir()}
	mail := filepath.Join(p.dir, "mail")
	p.write(b, "mbsyncrc", fmt.Sprintf(`IMAPAccount a
Host localhost
Port %s
User %s
Pass "%s"
SSLType IMAPS
CertificateFile %s

IMAPStore far
Account a

MaildirStore near
Path %s/
Inbox %s/INBOX

Channel c
Far :far:
Near :near:
Patterns INBOX
Create Near
SyncState *
`, port(y.s.IMAPS), servertest.Alice, servertest.Password, y.s.CAFile, mail, mail))
	p.write(b, "notmuch-config", fmt.Sprintf("[database]\npath=%s\n[user]\nname=A\nprimary_email=%s\n[new]\ntags=new\n", mail, servertest.Alice))
	if err := os.MkdirAll(mail, 0o700); err != nil {
		b.Fatal(err)
	}
	y.note("mbsync", p.sync(b))
	y.note("notmuch new", p.timed(b, "notmuch", "new", "--quiet"))
	return p
}

func (p peers) write(b *testing.B, name, text string) {
	b.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
}

func (p peers) sync(b *testing.B) time.Duration {
	b.Helper()
	return p.timed(b, "mbsync", "-q", "-c", filepath.Join(p.dir, "mbsyncrc"), "c")
}

func (p peers) timed(b *testing.B, program string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "HOME="+p.dir, "NOTMUCH_CONFIG="+filepath.Join(p.dir, "notmuch-config"))
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", program, err, out)
	}
	return time.Since(began)
}

// withNumber is a word that few mails hold: one with a number behind it.
var withNumber = regexp.MustCompile(`\b[a-z]{3,}[0-9]{4,5}\b`)

// search asks both for the newest fifty mails with a word, by whole processes.
func (y *yard) search(b *testing.B) {
	y.ready(b)
	words := map[string]string{"rare": string(withNumber.Find(servertest.Letter(1, y.n/2))), "medium": "garden", "common": "the", "two": "garden the", "none": "quagmire"}
	for round := range 31 {
		for name, word := range words {
			began := time.Now()
			y.ours.must("", "search", "--limit=50", word)
			ours := time.Since(began)
			theirs := y.peers.timed(b, "notmuch", "search", "--limit=50", "--sort=newest-first", word)
			if round > 0 {
				y.note(name, ours)
				y.note(name+" notmuch", theirs)
			}
		}
	}
	for name := range words {
		y.millis(b, name+"-ms", name)
		y.ratio(b, name+"-x-notmuch", name, name+" notmuch")
	}
	y.tell(b)
}
