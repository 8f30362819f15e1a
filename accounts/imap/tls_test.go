package imap

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// plainServer answers each line in clear by what say gives, and notes what it
// hears. After "upgrade" it goes on with TLS.
func plainServer(t *testing.T, greeting string, say func(tag, name string) string) (addr string, heard func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	all := make(chan string, 1000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(5 * time.Second))
		io.WriteString(conn, greeting)
		r := bufio.NewReader(conn)
		for {
			b := make([]byte, 4096)
			n, err := r.Read(b)
			all <- string(b[:n])
			if err != nil {
				return
			}
			tag, name, _ := split(strings.TrimSpace(string(b[:n])))
			io.WriteString(conn, say(tag, name))
		}
	}()
	return l.Addr().String(), func() string {
		<-done
		close(all)
		var b strings.Builder
		for s := range all {
			b.WriteString(s)
		}
		return b.String()
	}
}

// No byte of name or password may leave when the way to TLS is not clean.
func TestStartTLSRefused(t *testing.T) {
	ok := func(tag, _ string) string { return tag + " OK go ahead\r\n" }
	for name, tc := range map[string]struct {
		greeting string
		say      func(tag, name string) string
		want     error
	}{
		"no STARTTLS":       {"* OK hi\r\n", func(tag, _ string) string { return tag + " BAD what?\r\n" }, accounts.ErrPlain},
		"STARTTLS refused":  {"* OK hi\r\n", func(tag, _ string) string { return tag + " NO not now\r\n" }, accounts.ErrPlain},
		"PREAUTH":           {"* PREAUTH welcome\r\n", ok, accounts.ErrPlain},
		"BYE":               {"* BYE too many\r\n", ok, accounts.ErrTemporary},
		"garbage":           {"220 smtp here\r\n", ok, accounts.ErrOffline},
		"endless greeting":  {"* OK " + strings.Repeat("x", 1<<20), ok, accounts.ErrOffline},
		"silence":           {"", ok, accounts.ErrOffline},
		"injected answer":   {"* OK hi\r\n", func(tag, _ string) string { return tag + " OK go\r\nP1 OK [CAPABILITY AUTH=PLAIN] x\r\n" }, accounts.ErrPlain},
		"answer before ask": {"* OK hi\r\nP1 OK go\r\n", ok, accounts.ErrPlain},
		"no TLS after OK":   {"* OK hi\r\n", ok, accounts.ErrOffline},
		"untagged flood":    {"* OK hi\r\n", func(string, string) string { return strings.Repeat("* LIST () \"/\" x\r\n", 1000) }, accounts.ErrOffline},
		"continuation":      {"* OK hi\r\n", func(string, string) string { return "+ your password?\r\n" }, accounts.ErrOffline},
		"capabilities lie":  {"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN LOGIN] hi\r\n", func(tag, _ string) string { return tag + " BAD just log in\r\n" }, accounts.ErrPlain},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr, heard := plainServer(t, tc.greeting, tc.say)
			asked := false
			c := newClient(t, Config{
				Address: "imap+starttls://" + addr, User: "alice-name", Quiet: time.Second,
				Secret: func(context.Context) (string, error) { asked = true; return "open sesame", nil },
			})
			_, err := c.Test(t.Context())
			if !errors.Is(err, tc.want) {
				t.Errorf("error %v, want %v", err, tc.want)
			}
			said := heard()
			if asked || strings.Contains(said, "alice") || strings.Contains(said, "LOGIN") || strings.Contains(said, "AUTH") {
				t.Errorf("the secret was used (%v); said %q", asked, said)
			}
		})
	}
}

func TestCertificates(t *testing.T) {
	for flaw, want := range map[servertest.Flaw]error{
		servertest.Sound:      nil,
		servertest.Expired:    accounts.ErrCertificate,
		servertest.WrongHost:  accounts.ErrCertificate,
		servertest.NameOnly:   accounts.ErrCertificate,
		servertest.SelfSigned: accounts.ErrCertificate,
	} {
		t.Run(fmt.Sprint(flaw), func(t *testing.T) {
			s := newScript(t)
			s.flaw = flaw
			_, err := newClient(t, s.start()).Test(t.Context())
			if !errors.Is(err, want) {
				t.Errorf("error %v, want %v", err, want)
			}
			if want != nil && s.lines() != "" {
				t.Errorf("said %q", s.lines())
			}
		})
	}
}

func TestOldTLS(t *testing.T) {
	ca := servertest.NewAuthority(t)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{ca.Issue(servertest.Sound)}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.(*tls.Conn).Handshake()
			conn.Close()
		}
	}()
	if _, err := newClient(t, testConfig(l.Addr(), ca.File)).Test(t.Context()); !errors.Is(err, accounts.ErrPlain) {
		t.Errorf("error %v, want a refusal", err)
	}
}

// Over good TLS too, only a login that the program asked for counts.
func TestLoginRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		prepare func(*script)
		want    error
	}{
		"PREAUTH":       {func(s *script) { s.greeting = "* PREAUTH welcome mallory" }, accounts.ErrPlain},
		"BYE":           {func(s *script) { s.greeting = "* BYE later" }, accounts.ErrTemporary},
		"no mechanism":  {func(s *script) { s.caps = "IMAP4rev1 LOGINDISABLED AUTH=DIGEST-MD5" }, accounts.ErrUnsupported},
		"refused":       {func(s *script) { s.answers["AUTHENTICATE"] = always("NO [AUTHENTICATIONFAILED] no") }, accounts.ErrAuth},
		"server broken": {func(s *script) { s.answers["AUTHENTICATE"] = always("NO [UNAVAILABLE] later") }, accounts.ErrTemporary},
		"cut":           {func(s *script) { s.answers["AUTHENTICATE"] = always("-") }, accounts.ErrOffline},
		"unproved": {func(s *script) { // says yes to SCRAM without having shown that it knows anything
			s.caps = "IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256"
		}, accounts.ErrAuth},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t)
			tc.prepare(s)
			if _, err := newClient(t, s.start()).Test(t.Context()); !errors.Is(err, tc.want) {
				t.Errorf("error %v, want %v", err, tc.want)
			}
		})
	}
}

func always(answer string) func(io.Writer, string) string {
	return func(io.Writer, string) string { return answer }
}

// Servers that know no SASL are logged in to by the plain command, whose
// arguments no character can break out of.
func TestPlainLoginCommand(t *testing.T) {
	s := newScript(t)
	s.caps = "IMAP4rev1"
	s.answers["LOGIN"] = func(w io.Writer, _ string) string {
		io.WriteString(w, "+ name\r\n+ password\r\n")
		return ""
	}
	config := s.start()
	config.User, config.Secret = "al \"ice\\", func(context.Context) (string, error) { return `p"a\ss)`, nil }
	if _, err := newClient(t, config).Test(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := "LOGIN {8}\nal \"ice\\ {7}\np\"a\\ss)\n"; !strings.Contains(s.lines(), want) {
		t.Errorf("said %q, want %q in it", s.lines(), want)
	}
}

// A server that falls silent is noticed at whatever moment.
func TestSilence(t *testing.T) {
	for _, name := range []string{"CAPABILITY", "AUTHENTICATE", "LIST", "EXAMINE", "UID SEARCH", "UID FETCH"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t)
			s.uids = numbers(1, 3)
			release := make(chan struct{})
			t.Cleanup(func() { close(release) })
			s.answers[name] = func(w io.Writer, args string) string {
				if name == "UID FETCH" {
					io.WriteString(w, "* 1 FETCH (UID 1 BODY[] {100}\r\nhalf")
				}
				<-release
				return "-"
			}
			config := s.start()
			config.Quiet = 300 * time.Millisecond
			begun := time.Now()
			err := newClient(t, config).Sync(t.Context(), newMemory())
			if !errors.Is(err, accounts.ErrOffline) && !errors.Is(err, accounts.ErrTemporary) {
				t.Errorf("error %v", err)
			}
			if d := time.Since(begun); d > 15*time.Second {
				t.Errorf("noticed after %v", d)
			}
		})
	}
}

func TestContextEndsEverything(t *testing.T) {
	s := newScript(t)
	s.uids = numbers(1, 3)
	ctx, cancel := context.WithCancel(t.Context())
	s.answers["UID FETCH"] = func(io.Writer, string) string {
		cancel()
		<-t.Context().Done()
		return "-"
	}
	config := s.start()
	config.Quiet = time.Minute
	if err := newClient(t, config).Sync(ctx, newMemory()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
