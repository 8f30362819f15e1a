package smtp

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
)

// No byte of name or password may leave when the way to TLS is not clean.
func TestStartTLSRefused(t *testing.T) {
	ehlo := "250-mx\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n"
	for name, tc := range map[string]struct {
		greeting, ehlo, startTLS string
		want                     error
	}{
		"not offered":      {"220 hi\r\n", "250 mx\r\n", "502 what?\r\n", accounts.ErrPlain},
		"refused":          {"220 hi\r\n", ehlo, "554 no\r\n", accounts.ErrPlain},
		"later":            {"220 hi\r\n", ehlo, "454 later\r\n", accounts.ErrTemporary},
		"injected":         {"220 hi\r\n", ehlo, "220 go\r\n250 AUTH PLAIN\r\n", accounts.ErrPlain},
		"no greeting":      {"554 no\r\n", ehlo, "220 go\r\n", accounts.ErrPlain},
		"busy":             {"421 busy\r\n", ehlo, "220 go\r\n", accounts.ErrTemporary},
		"garbage":          {"* OK IMAP\r\n", ehlo, "220 go\r\n", accounts.ErrPlain},
		"endless":          {strings.Repeat("220-x\r\n", 100_000), ehlo, "220 go\r\n", accounts.ErrOffline},
		"hello in advance": {"220 hi\r\n" + ehlo + "220 go\r\n", "", "", accounts.ErrPlain},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr, heard := plainServer(t, tc.greeting, map[string]string{"EHLO": tc.ehlo, "STARTTLS": tc.startTLS})
			config := testConfig("smtp+starttls://"+addr, "")
			config.Quiet = time.Second
			asked := false
			config.Secret = func(context.Context) (string, error) { asked = true; return "open sesame", nil }
			_, err := newSender(t, config).Test(t.Context())
			if !errors.Is(err, tc.want) {
				t.Errorf("error %v, want %v", err, tc.want)
			}
			if said := heard(); asked || strings.Contains(said, "AUTH") || strings.Contains(said, "alice") {
				t.Errorf("the secret was used (%v); said %q", asked, said)
			}
		})
	}
}

// plainServer answers commands in clear and notes what it hears.
func plainServer(t *testing.T, greeting string, answers map[string]string) (addr string, heard func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	all := make(chan string, 1)
	go func() {
		var b strings.Builder
		defer func() { all <- b.String() }()
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(5 * time.Second))
		io.WriteString(conn, greeting)
		r := bufio.NewReader(conn)
		for {
			line, err := r.ReadString('\n')
			b.WriteString(line)
			if err != nil {
				return
			}
			word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			io.WriteString(conn, answers[word])
		}
	}()
	return l.Addr().String(), func() string { return <-all }
}
