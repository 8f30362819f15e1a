//go:build unix

package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// mishap is something that goes wrong outside of the program.
type mishap struct {
	name string
	// befall makes it happen to a profile that holds three messages.
	befall func(t *testing.T, p *profile) (mend func())
	args   []string
	exit   int
	code   string
	say    [3]string // what to do, in English, French and Italian
}

func mishaps() []mishap {
	certificate := [3]string{"--ca FILE", "--ca FICHIER", "--ca FILE"}
	return []mishap{
		{"wrong password", wrongPassword, []string{"sync"}, exitLogin, "login", [3]string{"check the user and the password", "vérifiez l’identifiant", "password"}},
		{"expired certificate", flawed(servertest.Expired), []string{"sync"}, exitNetwork, "certificate", certificate},
		{"own certificate", flawed(servertest.SelfSigned), []string{"sync"}, exitNetwork, "certificate", certificate},
		{"certificate of another host", flawed(servertest.WrongHost), []string{"sync"}, exitNetwork, "certificate", certificate},
		{"unknown account", nothing, []string{"sync", "nobody"}, exitMissing, "not_found", [3]string{"check its name", "vérifiez le nom", "nome"}},
		{"server gone", serverGone, []string{"sync"}, exitNetwork, "network", [3]string{"check the network", "vérifiez le réseau", "rete"}},
		{"read-only folder", readOnly, []string{"conversations"}, exitConfig, "read_only", [3]string{"--data", "--data", "--data"}},
		{"newer version", newer, []string{"conversations"}, exitConfig, "newer", [3]string{"update the program", "mettez le programme à jour", "aggiornate il programma"}},
		{"damaged", damaged, []string{"conversations"}, exitConfig, "damaged", [3]string{"puts the file aside", "met le fichier de côté", "mette da parte il file"}},
		{"locked", locked, []string{"contact", "add", "--name", "X", "x@example.net"}, exitConfig, "locked", [3]string{"wait a moment", "attendez un instant", "attendete un momento"}},
		{"unreadable configuration", garbled, []string{"conversations"}, exitConfig, "config", [3]string{"line 1", "ligne 1", "riga 1"}},
	}
}

// Whatever goes wrong outside: one line that says what to do, in the language
// of the user, an object for programs, the status of the contract; and once it
// is mended everything is still there.
func TestJourneyThroughMishaps(t *testing.T) {
	for _, m := range mishaps() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			p := correspondence(t)
			mend := m.befall(t, p)
			for i, l := range []string{"en", "fr", "it"} {
				if m.code == "locked" && l != "fr" {
					continue // each of these waits ten seconds for the other program
				}
				explained(t, p, m, l, m.say[i])
			}
			mend()
			if got := p.must("", "search", "--count", "to:alice"); got != "3\n" {
				t.Errorf("%s messages left, want 3", strings.TrimSpace(got))
			}
		})
	}
}

func explained(t *testing.T, p *profile, m mishap, language, say string) {
	t.Helper()
	out, errs, code := p.run("", append(m.args, "--json", "--lang", language)...)
	if code != m.exit {
		t.Errorf("%s: status %d, want %d (%s)", language, code, m.exit, errs)
	}
	if strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "caliopen-tui: ") || !strings.Contains(errs, say) {
		t.Errorf("%s: %q lacks %q", language, errs, say)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var o struct{ Error errorObject }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &o); err != nil || o.Error.Code != m.code || !strings.Contains(o.Error.Message, say) {
		t.Errorf("%s: %q (%v), want the code %s", language, out, err, m.code)
	}
}

func nothing(*testing.T, *profile) func() { return func() {} }

// account changes the account of a profile to one whose server is looked for.
func (p *profile) account(change func(*accounts.Account)) {
	p.t.Helper()
	a := offline()
	a.Paused, a.PasswordCommand = false, "echo x"
	change(&a)
	if err := accounts.ReplaceAccount(filepath.Join(p.dir, "config.toml"), a); err != nil {
		p.t.Fatal(err)
	}
}

func wrongPassword(t *testing.T, p *profile) func() {
	s := servertest.Dovecot(t)
	p.account(func(a *accounts.Account) {
		a.IMAP, a.CA, a.PasswordCommand = "imaps://localhost:"+port(s.IMAPS), s.CAFile, "echo wrong"
	})
	return func() {}
}

// flawed makes a server with a faulty certificate, which must never hear a word.
func flawed(f servertest.Flaw) func(*testing.T, *profile) func() {
	return func(t *testing.T, p *profile) func() {
		ca := servertest.NewAuthority(t)
		l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{ca.Issue(f)}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				if line, err := bufio.NewReader(conn).ReadString('\n'); err == nil {
					t.Errorf("a server with a faulty certificate was told %q", line)
				}
				_ = conn.Close()
			}
		}()
		p.account(func(a *accounts.Account) { a.IMAP, a.CA = "imaps://localhost:"+port(l.Addr().String()), ca.File })
		return func() {}
	}
}

func serverGone(_ *testing.T, p *profile) func() {
	p.account(func(*accounts.Account) {})
	return func() {}
}

// readOnly has a user who may only read; root may write everywhere, so the
// program runs as somebody else then.
func readOnly(t *testing.T, p *profile) func() {
	data := filepath.Join(p.dir, "data")
	chmod := func(dir, file os.FileMode) {
		_ = filepath.Walk(data, func(path string, info os.FileInfo, err error) error {
			if err == nil && info.IsDir() {
				return os.Chmod(path, dir)
			}
			return os.Chmod(path, file)
		})
	}
	if os.Getuid() == 0 {
		p.asNobody()
		chmod(0o755, 0o644)
	} else {
		chmod(0o500, 0o400)
	}
	return func() {
		p.user = nil
		chmod(0o700, 0o600)
	}
}

// asNobody runs the program as a user without rights, who has to be able to
// reach it and the profile.
func (p *profile) asNobody() {
	p.t.Helper()
	dir, err := os.MkdirTemp("/tmp", "caliopen-reach")
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = os.RemoveAll(dir) })
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	p.self = filepath.Join(dir, "program")
	if out, err := exec.Command("cp", self, p.self).CombinedOutput(); err != nil {
		p.t.Fatalf("%v: %s", err, out)
	}
	for at := p.dir; at != "/" && at != "/tmp"; at = filepath.Dir(at) {
		_ = os.Chmod(at, 0o755)
	}
	_ = os.Chmod(dir, 0o755)
	_ = os.Chmod(filepath.Join(p.dir, "config.toml"), 0o644)
	p.user = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
}

// patched writes over a part of the database and gives what puts it back.
func patched(t *testing.T, p *profile, at int, with []byte) func() {
	t.Helper()
	path := filepath.Join(p.dir, "data", storage.FileName)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	after := append([]byte(nil), before...)
	copy(after[at:], with)
	if err := os.WriteFile(path, after, 0o600); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.WriteFile(path, before, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// newer sets the version of the schema, which stands at byte 60 of the file.
func newer(t *testing.T, p *profile) func() { return patched(t, p, 60, []byte{0, 0, 3, 0xe7}) }

func damaged(t *testing.T, p *profile) func() {
	return patched(t, p, 0, []byte(strings.Repeat("no database ", 4000)))
}

// locked has another program hold the database for writing.
func locked(t *testing.T, p *profile) func() {
	servertest.Need(t, "python3")
	const script = `
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("begin immediate")
print("held", flush=True)
sys.stdin.read()
`
	cmd := exec.Command("python3", "-c", script, filepath.Join(p.dir, "data", storage.FileName))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
}

func garbled(t *testing.T, p *profile) func() {
	path := filepath.Join(p.dir, "config.toml")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("[[account\n" + string(before))
	return func() { write(string(before)) }
}

// On a full disk nothing is half done: the command says so and what was there
// stays; with room again it works.
func TestJourneyOnAFullDisk(t *testing.T) {
	p := newProfile(t)
	disk := filepath.Join(p.dir, "data")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "small", disk).CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("a small disk has to be mounted: %s", out)
		}
		t.Skipf("no small disk can be mounted here, which needs root: %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", disk).Run() })
	if err := accounts.AddAccount(filepath.Join(p.dir, "config.toml"), offline()); err != nil {
		t.Fatal(err)
	}
	p.account(func(*accounts.Account) {})
	store(t, disk, 3, func(i int) []byte { return letter("Nadia", "nadia@benali.example", fmt.Sprint("s", i), "texte") })
	filler := filepath.Join(disk, "filler")
	fillDisk(t, filler)
	long := textFile(t, strings.Repeat("a long line of the letter\n", 20_000))
	m := mishap{
		args: []string{"send", "--to", "nadia@benali.example", "--subject", "s", "--body-file", long, "--confirm-clear"},
		exit: exitConfig, code: "disk_full",
	}
	for l, say := range map[string]string{"en": "make room", "fr": "faites de la place", "it": "spazio"} {
		explained(t, p, m, l, say)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if got := p.must("", "search", "--count", "to:alice"); got != "3\n" {
		t.Errorf("%q messages left", got)
	}
	if list := p.objects("outbox", "list"); len(list) != 0 {
		t.Errorf("in the outbox after a failure: %v", list)
	}
	if _, errs, code := p.run("", append(m.args[:len(m.args):len(m.args)], "--json")...); code != exitDone && code != exitNetwork {
		t.Errorf("with room again: status %d, %s", code, errs)
	}
	if list := p.objects("outbox", "list"); len(list) != 1 || list[0]["state"] != string(conversation.StateQueued) {
		t.Errorf("in the outbox: %v", list)
	}
}

func fillDisk(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{64 << 10, 4 << 10} {
		for {
			if _, err := io.WriteString(f, strings.Repeat("x", size)); err != nil {
				break
			}
		}
	}
}
