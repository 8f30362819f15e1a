package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// refuseLogin is a submission server that takes no password.
func refuseLogin(r *bufio.Reader, w io.Writer) {
	fmt.Fprint(w, "220 mx.example.org ready\r\n")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch command, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " "); command {
		case "EHLO":
			fmt.Fprint(w, "250-mx.example.org\r\n250 AUTH PLAIN\r\n")
		case "QUIT":
			fmt.Fprint(w, "221 bye\r\n")
			return
		default:
			fmt.Fprint(w, "535 5.7.8 not you\r\n")
		}
	}
}

// TestARefusedLoginIsLogged makes a refused login something that can be looked
// up later, whatever command met it.
func TestARefusedLoginIsLogged(t *testing.T) {
	ca := servertest.NewAuthority(t)
	imap, smtp := listen(t, ca, refuseIMAP("not you", false)), listen(t, ca, refuseLogin)
	for _, args := range [][]string{
		{"account", "test", "home"}, {"sync"}, {"send", "--to", "zoe@example.org", "--subject", "s", "--confirm-clear"},
	} {
		for _, verbose := range []bool{false, true} {
			box := mailBox(t, ca, imap, smtp)
			if verbose {
				args = append(args, "--verbose")
			}
			r := box.run(t, "hello", args...)
			log, err := os.ReadFile(filepath.Join(box.dir, "data", "log", "caliopen.log"))
			if err != nil || !strings.Contains(string(log), "refused") || !strings.Contains(string(log), "account=home") {
				t.Errorf("%v: %d %q: the log has %q %v", args, r.code, r.err, log, err)
			}
			if strings.Contains(string(log), "topsecret") {
				t.Errorf("%v: the log has the password", args)
			}
		}
	}
}
