package servertest

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

//go:embed postfix.main.tmpl
var postfixMain string

//go:embed postfix.master.tmpl
var postfixMaster string

// Mail starts an IMAP server and a submission server that delivers to it.
// Whoever logs in may send to the users; other recipients of their domain
// are refused. It needs root, since Postfix does.
func Mail(t testing.TB) *Server {
	t.Helper()
	Need(t, "dovecot", "doveadm", "postfix", "postconf")
	if os.Getuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("Postfix needs root")
		}
		t.Skip("Postfix needs root")
	}
	s := prepare(t)
	s.SMTPS, s.SMTP, s.postfix = freePort(t), freePort(t), setting(t, "mail_owner")
	s.startDovecot()
	s.startPostfix()
	return s
}

// setting asks the installed Postfix for one of its settings.
func setting(t testing.TB, name string) string {
	t.Helper()
	out, err := exec.Command("postconf", "-h", name).Output()
	must(t, err)
	return strings.TrimSpace(string(out))
}

func (s *Server) startPostfix() {
	s.t.Helper()
	conf, daemons := filepath.Join(s.dir, "postfix"), setting(s.t, "daemon_directory")
	must(s.t, os.Mkdir(conf, 0o755))
	s.queue(setting(s.t, "setgid_group"))
	must(s.t, os.WriteFile(filepath.Join(conf, "mailboxes"),
		fmt.Appendf(nil, "%[1]s %[1]s/Maildir/\n%[2]s %[2]s/Maildir/\n%[3]s %[3]s/Maildir/\n", Alice, Bob, Dora), 0o644))
	s.write("postfix/main.cf", postfixMain, map[string]any{
		"Dir": s.dir, "UID": s.uid, "GID": s.gid, "Daemons": daemons,
		"Owner": s.postfix, "Group": setting(s.t, "setgid_group"),
		"Certificate": s.Certificate, "Key": s.Key,
	})
	s.write("postfix/master.cf", postfixMaster, map[string]any{"SMTPS": s.SMTPS, "SMTP": s.SMTP})
	serve(s.t, filepath.Join(daemons, "master"), "-c", conf, "-d")
	ready(s.t, s.logs, s.SMTPS, s.SMTP)
}

// queue makes the folders of a mail queue with the owners Postfix wants.
func (s *Server) queue(dropGroup string) {
	s.t.Helper()
	owner, err := user.Lookup(s.postfix)
	must(s.t, err)
	uid, _ := strconv.Atoi(owner.Uid)
	gid, _ := strconv.Atoi(owner.Gid)
	drop, err := user.LookupGroup(dropGroup)
	must(s.t, err)
	dropID, _ := strconv.Atoi(drop.Gid)
	must(s.t, os.Mkdir(filepath.Join(s.dir, "queue"), 0o755))
	for name, mode := range map[string]os.FileMode{
		"active": 0o700, "bounce": 0o700, "corrupt": 0o700, "defer": 0o700, "deferred": 0o700, "flush": 0o700,
		"hold": 0o700, "incoming": 0o700, "private": 0o700, "saved": 0o700, "trace": 0o700,
		"public": 0o710, "maildrop": 0o730, "pid": 0o755, "../data": 0o700,
	} {
		path, group, holder := filepath.Join(s.dir, "queue", name), gid, uid
		switch name {
		case "public", "maildrop":
			group = dropID
		case "pid":
			group, holder = 0, 0
		}
		must(s.t, os.Mkdir(path, mode))
		must(s.t, os.Chmod(path, mode))
		must(s.t, os.Chown(path, holder, group))
	}
}
