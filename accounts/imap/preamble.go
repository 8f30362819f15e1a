package imap

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/caliopen/caliopen-tui/accounts"
)

const (
	maxPreambleLine  = 64 << 10
	maxPreambleLines = 200
)

var errPreamble = errors.New("not an IMAP answer")

// preamble speaks the few commands that come before the login. It is kept
// apart from the library so that nothing a server says before it is known, or
// before TLS, reaches the code that handles mail.
type preamble struct {
	conn net.Conn
	r    *bufio.Reader
	tag  int
	said string // the greeting
}

func newPreamble(conn net.Conn) *preamble {
	return &preamble{conn: conn, r: bufio.NewReader(conn)}
}

func (p *preamble) line() (string, error) {
	var line []byte
	for {
		part, err := p.r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxPreambleLine:
			return "", errLimit
		case err == nil:
			return strings.TrimRight(string(line), "\r\n"), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return "", err
		}
	}
}

// greeting reads the first line (RFC 9051, section 7.1). A server that says it
// knows the user already is refused: without TLS it would be a way around it,
// and with TLS nothing says whose mail it would show.
func (p *preamble) greeting() error {
	line, err := p.line()
	if err != nil {
		return err
	}
	p.said = line
	word, _, _ := strings.Cut(strings.TrimPrefix(line, "* "), " ")
	switch {
	case !strings.HasPrefix(line, "* "):
		return errPreamble
	case strings.EqualFold(word, "OK"):
		return nil
	case strings.EqualFold(word, "BYE"):
		return accounts.ErrTemporary
	case strings.EqualFold(word, "PREAUTH"):
		return fmt.Errorf("login skipped by the server: %w", accounts.ErrPlain)
	}
	return errPreamble
}

// answer is the tagged end of a command.
type answer struct {
	status string // OK, NO or BAD
	code   string // the response code in brackets, upper case
	text   string // what is said to people, which tells more where there is no code
}

// command sends a line and reads up to its tagged answer, handing each
// untagged line to data and each continuation to more, whose answer is sent.
func (p *preamble) command(line string, data func(string), more func(string) (string, error)) (answer, error) {
	p.tag++
	tag := fmt.Sprintf("P%d", p.tag)
	if _, err := fmt.Fprintf(p.conn, "%s %s\r\n", tag, line); err != nil {
		return answer{}, err
	}
	for range maxPreambleLines {
		line, err := p.line()
		if err != nil {
			return answer{}, err
		}
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case word == tag:
			return parseAnswer(rest)
		case word == "*" && data != nil:
			data(rest)
		case word == "+" && more != nil:
			reply, err := more(rest)
			if err != nil {
				return answer{}, err
			}
			if _, err := fmt.Fprintf(p.conn, "%s\r\n", reply); err != nil {
				return answer{}, err
			}
		case word != "*":
			return answer{}, errPreamble
		}
	}
	return answer{}, errLimit
}

func parseAnswer(s string) (answer, error) {
	status, text, _ := strings.Cut(s, " ")
	a := answer{status: strings.ToUpper(status), text: text}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		code, _, _ := strings.Cut(inner, "]")
		a.code, _, _ = strings.Cut(strings.ToUpper(code), " ")
	}
	switch a.status {
	case "OK", "NO", "BAD":
		return a, nil
	}
	return a, errPreamble
}

// startTLS asks for TLS. Whatever came along with the answer was sent by
// somebody who wants it to be taken for the encrypted answer to a later
// command, so the connection is given up.
func (p *preamble) startTLS() error {
	if p.r.Buffered() > 0 {
		return fmt.Errorf("answered before asked: %w", accounts.ErrPlain)
	}
	a, err := p.command("STARTTLS", nil, nil)
	switch {
	case err != nil:
		return err
	case a.status != "OK":
		return fmt.Errorf("STARTTLS refused: %w", accounts.ErrPlain)
	case p.r.Buffered() > 0:
		return fmt.Errorf("data injected before TLS: %w", accounts.ErrPlain)
	}
	return nil
}

// capabilities asks what the server can do.
func (p *preamble) capabilities() ([]string, error) {
	var caps []string
	a, err := p.command("CAPABILITY", func(line string) {
		if word, rest, _ := strings.Cut(line, " "); strings.EqualFold(word, "CAPABILITY") {
			caps = strings.Fields(strings.ToUpper(rest))
		}
	}, nil)
	if err == nil && a.status != "OK" {
		err = errPreamble
	}
	return caps, err
}

// encode gives the form of a SASL answer on the wire. An empty one is an empty
// line, except as the initial response, where it is "=" (RFC 4959).
func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
