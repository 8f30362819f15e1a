package smtp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/link"
)

// helo is the name given in EHLO: an address literal that says nothing about
// the machine (RFC 5321, section 4.1.3).
const helo = "[127.0.0.1]"

// open connects, secures the connection and logs in. done ends all of it.
func (s *Sender) open(ctx context.Context) (c *smtp.Client, done func(), err error) {
	raw, err := s.dialer.Open(ctx, s.endpoint)
	if err != nil {
		return nil, nil, fmt.Errorf("smtp: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	done = func() {
		stop()
		raw.Close()
	}
	c, err = s.begin(ctx, raw)
	if err != nil {
		done()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, nil, fmt.Errorf("smtp: %s: %w", s.endpoint.Host, err)
	}
	return c, done, nil
}

func (s *Sender) quiet() time.Duration {
	if s.config.Quiet > 0 {
		return s.config.Quiet
	}
	return time.Minute
}

func (s *Sender) final() time.Duration {
	if s.config.Final > 0 {
		return s.config.Final
	}
	return 5 * time.Minute
}

func (s *Sender) begin(ctx context.Context, raw net.Conn) (*smtp.Client, error) {
	raw.SetDeadline(time.Now().Add(s.quiet()))
	if s.endpoint.StartTLS {
		if err := startTLS(raw); err != nil {
			return nil, err
		}
	}
	conn, err := s.dialer.Secure(ctx, raw, s.endpoint)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Time{})
	w := &wire{Conn: conn, r: conn, quiet: s.quiet()}
	if s.endpoint.StartTLS { // there is no second greeting, and the library waits for one
		w.r = io.MultiReader(strings.NewReader("220 ready\r\n"), conn)
	}
	c := smtp.NewClient(w)
	c.CommandTimeout, c.SubmissionTimeout = s.quiet(), s.final()
	if err := c.Hello(helo); err != nil {
		return nil, explain(err)
	}
	security := link.Describe(conn, s.endpoint)
	if security.Auth, err = s.login(ctx, c); err != nil {
		return nil, err
	}
	s.note(c, security)
	return c, nil
}

// login uses the strongest mechanism offered.
func (s *Sender) login(ctx context.Context, c *smtp.Client) (string, error) {
	secret, err := s.config.Secret(ctx)
	if err != nil {
		return "", fmt.Errorf("secret of %s: %w", s.config.User, errors.Join(accounts.ErrAuth, err))
	}
	_, params := c.Extension("AUTH")
	name, x, err := link.Choose(mechanisms(params), link.Login{
		User: s.config.User, Secret: secret, OAuth: s.config.OAuth, Host: s.endpoint.Host, Port: s.endpoint.Port,
	})
	if err != nil {
		return "", err
	}
	if err := c.Auth(x); err != nil {
		return "", fmt.Errorf("login: %w", loginFailure(err))
	}
	if !x.Proved() {
		return "", fmt.Errorf("login: server did not prove that it knows the password: %w", accounts.ErrAuth)
	}
	return name, nil
}

// loginFailure takes every refusal for good as one of the login.
func loginFailure(err error) error {
	var said *smtp.SMTPError
	if errors.As(err, &said) && said.Code < 500 || link.IsCut(err) {
		return explain(err)
	}
	return errors.Join(accounts.ErrAuth, err)
}

// note keeps what was learned of the server.
func (s *Sender) note(c *smtp.Client, security accounts.Security) {
	var o Offers
	size, _ := c.MaxMessageSize()
	o.MaxSize = int64(size)
	o.EightBit, _ = c.Extension("8BITMIME")
	o.UTF8, _ = c.Extension("SMTPUTF8")
	o.RequireTLS, _ = c.Extension("REQUIRETLS")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.security, s.offers = security, o
}

// startTLS speaks the few commands that come before TLS (RFC 3207). Nothing
// the server says here is believed later on.
func startTLS(conn net.Conn) error {
	r := bufio.NewReader(io.LimitReader(conn, maxAnswer))
	if code, err := reply(r); err != nil || code != "220" {
		return refusedTLS("greeting", code, err)
	}
	for _, step := range []struct{ line, want string }{{"EHLO " + helo, "250"}, {"STARTTLS", "220"}} {
		if r.Buffered() > 0 {
			return errInjected()
		}
		if _, err := fmt.Fprintf(conn, "%s\r\n", step.line); err != nil {
			return errors.Join(accounts.ErrOffline, err)
		}
		if code, err := reply(r); err != nil || code != step.want {
			return refusedTLS(step.line, code, err)
		}
	}
	if r.Buffered() > 0 {
		return errInjected()
	}
	return nil
}

// errInjected is about bytes that nobody asked for: somebody wants them to be
// taken for the encrypted answer to a later command.
func errInjected() error { return fmt.Errorf("data injected before TLS: %w", accounts.ErrPlain) }

func refusedTLS(what, code string, err error) error {
	switch {
	case err != nil && link.IsCut(err):
		return fmt.Errorf("%s: %w", what, errors.Join(accounts.ErrOffline, err))
	case strings.HasPrefix(code, "4"):
		return fmt.Errorf("%s: %s: %w", what, code, accounts.ErrTemporary)
	}
	return fmt.Errorf("%s: %s: %w", what, code, accounts.ErrPlain)
}

// reply reads one answer, of one or more lines, and gives its code.
func reply(r *bufio.Reader) (code string, err error) {
	for {
		line, err := r.ReadSlice('\n')
		switch {
		case err != nil:
			return "", err
		case len(line) < 4 || line[3] != '-' && line[3] != ' ' && line[3] != '\r':
			return "", errAnswer
		case line[3] != '-':
			return string(line[:3]), nil
		}
	}
}
