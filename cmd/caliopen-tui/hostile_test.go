package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/privacy"
)

// hostile are words of a server that no terminal and no line of a log may get
// as they are: sequences that a terminal obeys, in seven and eight bits, a
// turned direction of writing, other lines, and no end.
func hostile() map[string]string {
	return map[string]string{
		"escape": "no \x1b]0;owned\x07\x1b[2J",
		"c1":     "no \u009b2J\u009d0;x\u009c",
		"bytes":  "no \x9b2J\xff\xfe",
		"bidi":   "no \u202egpj.exe\u2066\u200f",
		"cr":     "no\rcaliopen-tui: all is well",
		"long":   "no " + strings.Repeat("x", 100<<10),
	}
}

// harmless tells why a text could do harm where one short line is expected.
func harmless(text string) error {
	if text != "" && (!strings.HasSuffix(text, "\n") || strings.Count(text, "\n") > 1) {
		return fmt.Errorf("%d lines", strings.Count(text, "\n"))
	}
	if n := utf8.RuneCountInString(text); n > 3000 {
		return fmt.Errorf("%d characters", n)
	}
	if !utf8.ValidString(text) {
		return errors.New("no UTF-8")
	}
	for _, r := range strings.TrimSuffix(text, "\n") {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return fmt.Errorf("%U in it", r)
		}
	}
	return nil
}

// listen serves connections of TLS with a script.
func listen(t *testing.T, ca *servertest.Authority, serve func(r *bufio.Reader, w io.Writer)) string {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{ca.Issue(servertest.Sound)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func(conn net.Conn) {
				defer conn.Close()
				serve(bufio.NewReader(conn), conn)
			}(conn)
		}
	}()
	return l.Addr().String()
}

// refuseIMAP is an IMAP server (RFC 3501) that refuses the login, or all that
// comes after it, in its words.
func refuseIMAP(words string, enter bool) func(*bufio.Reader, io.Writer) {
	return func(r *bufio.Reader, w io.Writer) {
		fmt.Fprint(w, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n")
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			tag, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			switch command, _, _ := strings.Cut(strings.ToUpper(rest), " "); command {
			case "CAPABILITY":
				fmt.Fprintf(w, "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n%s OK done\r\n", tag)
			case "LOGOUT":
				fmt.Fprintf(w, "* BYE bye\r\n%s OK done\r\n", tag)
				return
			case "LOGIN", "AUTHENTICATE":
				if enter {
					fmt.Fprintf(w, "%s OK welcome\r\n", tag)
					continue
				}
				fmt.Fprintf(w, "%s NO [X%s] %s\r\n", tag, strings.Trim(words[:min(len(words), 40)], "]"), words)
			default:
				fmt.Fprintf(w, "%s NO %s\r\n", tag, words)
			}
		}
	}
}

// mailBox is a sandbox with one account at a server.
func mailBox(t *testing.T, ca *servertest.Authority, imap, smtp string) sandbox {
	t.Helper()
	box := newSandbox(t)
	if err := accounts.AddAccount(filepath.Join(box.dir, "config.toml"), accounts.Account{
		Name: "home", Kind: "mail", Address: "lou@example.org", IMAP: "imaps://" + imap, SMTP: "smtps://" + smtp,
		PasswordCommand: "echo topsecret", CA: ca.File,
	}); err != nil {
		t.Fatal(err)
	}
	return box
}

// told checks all that a failed command left behind.
func (f sandbox) told(t *testing.T, name string, r result) {
	t.Helper()
	if r.code == 0 || r.err == "" {
		t.Errorf("%s: %d %q", name, r.code, r.err)
	}
	if err := harmless(r.err); err != nil {
		t.Errorf("%s: standard error: %v: %.200q", name, err, r.err)
	}
	for line := range strings.Lines(r.out) {
		if err := harmless(line); err != nil || !json.Valid([]byte(line)) {
			t.Errorf("%s: standard output: %v: %.200q", name, err, line)
		}
	}
	log, err := os.ReadFile(filepath.Join(f.dir, "data", "log", "caliopen.log"))
	if err != nil || !strings.Contains(string(log), "err=") {
		t.Errorf("%s: the log says nothing: %q %v", name, log, err)
	}
	if strings.Contains(string(log), "topsecret") {
		t.Errorf("%s: the log has the password: %s", name, log)
	}
	for line := range strings.Lines(string(log)) {
		if err := harmless(line); err != nil {
			t.Errorf("%s: log: %v: %.200q", name, err, line)
		}
	}
}

func TestHostileWordsOfAMailServerStayWords(t *testing.T) {
	ca := servertest.NewAuthority(t)
	for name, words := range hostile() {
		server := listen(t, ca, refuseIMAP(words, false))
		greeting := listen(t, ca, func(_ *bufio.Reader, w io.Writer) { fmt.Fprintf(w, "* BYE %s\r\n", words) })
		for _, at := range []string{server, greeting} {
			for _, command := range [][]string{{"account", "test", "home"}, {"sync"}} {
				for _, more := range [][]string{nil, {"--json", "--verbose"}} {
					box := mailBox(t, ca, at, at)
					r := box.run(t, "", append(command, more...)...)
					if at == server && name != "long" && r.code != exitLogin {
						t.Errorf("%s %v: %d %s", name, command, r.code, r.err)
					}
					if more == nil {
						r.out = "" // a table, which the tests of tables look at
					}
					box.told(t, name+" "+strings.Join(command, " "), r)
				}
			}
		}
		within := listen(t, ca, refuseIMAP(words, true))
		box := mailBox(t, ca, within, within)
		box.told(t, name+" within", box.run(t, "", "sync", "--json"))
		box = newSandbox(t)
		r := box.run(t, "topsecret\n", "account", "add", "mail", "--address", "lou@example.org", "--imap", "imaps://"+server,
			"--smtp", "smtps://"+server, "--ca", ca.File, "--password-stdin", "--insecure-store", "--json")
		box.told(t, name+" account add", r)
	}
}

func TestHostileWordsOfAMastodonServerStayWords(t *testing.T) {
	ca := servertest.NewAuthority(t)
	for name, words := range hostile() {
		for _, status := range []int{http.StatusUnauthorized, http.StatusBadGateway} {
			body, err := json.Marshal(map[string]string{"error": words, "error_description": words})
			if err != nil {
				t.Fatal(err)
			}
			at := listen(t, ca, func(r *bufio.Reader, w io.Writer) {
				if _, err := http.ReadRequest(r); err == nil {
					fmt.Fprintf(w, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
						status, strings.ReplaceAll(words, "\r", " "), len(body), body)
				}
			})
			for _, command := range [][]string{{"account", "test", "social"}, {"sync"}} {
				box := newSandbox(t)
				if err := accounts.AddAccount(filepath.Join(box.dir, "config.toml"), accounts.Account{
					Name: "social", Kind: "mastodon", Address: "@lou@social.example", Server: "https://" + at,
					PasswordCommand: "echo topsecret", CA: ca.File,
				}); err != nil {
					t.Fatal(err)
				}
				box.told(t, fmt.Sprint(name, status, command), box.run(t, "", append(command, "--json")...))
			}
		}
	}
}

// refuseSMTP is a submission server (RFC 6409) that takes the login and refuses
// the message in its words, over several lines.
func refuseSMTP(words string) func(*bufio.Reader, io.Writer) {
	return func(r *bufio.Reader, w io.Writer) {
		fmt.Fprint(w, "220 mx.example.org ready\r\n")
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			switch command, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " "); command {
			case "EHLO":
				fmt.Fprint(w, "250-mx.example.org\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n")
			case "AUTH":
				fmt.Fprint(w, "235 welcome\r\n")
			case "QUIT":
				fmt.Fprint(w, "221 bye\r\n")
				return
			default:
				fmt.Fprintf(w, "550-5.7.1 %s\r\n550 5.7.1 caliopen-tui: all is well\r\n", words)
			}
		}
	}
}

func TestHostileWordsOfASubmissionServerStayWords(t *testing.T) {
	ca := servertest.NewAuthority(t)
	for name, words := range hostile() {
		if name == "long" {
			continue // the connection is cut, and tried again for a while
		}
		box := mailBox(t, ca, listen(t, ca, refuseIMAP("no", false)), listen(t, ca, refuseSMTP(words)))
		send := []string{"send", "--to", "zoe@example.org", "--subject", "s", "--confirm-clear", "--json"}
		r := box.run(t, "hello", send...)
		if r.code == 0 {
			t.Errorf("%s: %s", name, r.out)
		}
		if err := errors.Join(harmless(r.err), harmless(r.out)); err != nil {
			t.Errorf("%s: %v: %q %q", name, err, r.err, r.out)
		}
		for _, test := range []struct{ flag, says string }{{"--quiet", "refuses this message"}, {"--json", "SMTP error 550: no "}} {
			if r := box.run(t, "", "outbox", "list", test.flag); r.code != 0 || harmless(r.out) != nil || !strings.Contains(r.out, test.says) {
				t.Errorf("%s %s: %d %q %v", name, test.flag, r.code, r.out, harmless(r.out))
			}
		}
	}
}

func TestOwnBadgesStandOutFromImitations(t *testing.T) {
	var out strings.Builder
	p := &program{out: &out}
	ix := privacy.Index{Score: 12, Level: privacy.LevelE}
	if err := p.table([][]string{{"c1", badge(ix), "Bob [A 98]"}}, 1); err != nil {
		t.Fatal(err)
	}
	if err := p.graded(ix, "Bob [A 98]"); err != nil {
		t.Fatal(err)
	}
	if want := "c1  [E 12]  Bob (A 98)\n[E 12] Bob (A 98)\n"; out.String() != want {
		t.Errorf("written %q, want %q", out.String(), want)
	}
}
