package imap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/link"
)

// errBroken stands for an answer that could not be understood; the connection
// is gone with it.
var errBroken = errors.New("answer not understood")

// longest is how long one command may take altogether.
const longest = 30 * time.Minute

// session is one connection on which the user is logged in.
type session struct {
	c        *imapclient.Client
	conn     *guard
	caps     imap.CapSet // without what is left out on purpose
	traits   traits
	security accounts.Security
	quiet    time.Duration
	folder   string // selected
	writable bool   // selected with SELECT rather than EXAMINE
	used     time.Time
	plain    bool // lists are asked for without extensions

	mu    sync.Mutex
	news  chan struct{}      // told of what the server says by itself, nil outside Watch
	stray chan accounts.Copy // answers that named their UID too late
}

// open connects, secures the connection and logs in. No byte of the secret
// leaves before the server is verified.
func (c *Client) open(ctx context.Context) (*session, error) {
	raw, err := c.dialer.Open(ctx, c.endpoint)
	if err != nil {
		return nil, fmt.Errorf("imap: %w", err)
	}
	raw.SetDeadline(time.Now().Add(c.config.quiet()))
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	s, err := c.begin(ctx, raw)
	if err != nil {
		raw.Close()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, fmt.Errorf("imap: %s: %w", c.endpoint.Host, opening(err))
	}
	c.mu.Lock()
	c.security = s.security
	c.mu.Unlock()
	c.log.Debug("imap: connected", "host", c.endpoint.Host, "tls", s.security.TLS, "auth", s.security.Auth)
	return s, nil
}

// opening gives errors of the beginning of a connection a cause that callers
// can branch on.
func opening(err error) error {
	for _, known := range []error{
		accounts.ErrAuth, accounts.ErrOffline, accounts.ErrCertificate, accounts.ErrTemporary,
		accounts.ErrUnsupported, accounts.ErrPlain, context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, known) {
			return err
		}
	}
	return errors.Join(accounts.ErrOffline, err)
}

func (c *Client) begin(ctx context.Context, raw net.Conn) (*session, error) {
	if c.endpoint.StartTLS {
		p := newPreamble(raw)
		if err := p.greeting(); err != nil {
			return nil, err
		}
		if err := p.startTLS(); err != nil {
			return nil, err
		}
	}
	conn, err := c.dialer.Secure(ctx, raw, c.endpoint)
	if err != nil {
		return nil, err
	}
	p := newPreamble(conn)
	if !c.endpoint.StartTLS { // after STARTTLS there is no second greeting
		if err := p.greeting(); err != nil {
			return nil, err
		}
	}
	mechanism, t, err := c.login(ctx, p)
	if err != nil {
		return nil, err
	}
	caps, err := p.settle(t)
	if err != nil {
		return nil, err
	}
	return c.hand(conn, p, mechanism, t, caps)
}

// hand gives the connection to the library, which is told that the user is
// known, and what of the server's capabilities is used.
func (c *Client) hand(conn *tls.Conn, p *preamble, mechanism string, t traits, caps []string) (*session, error) {
	conn.SetDeadline(time.Time{})
	set, names := capSet(caps)
	greeting := fmt.Sprintf("* PREAUTH [CAPABILITY %s] ready\r\n", strings.Join(names, " "))
	r := io.MultiReader(strings.NewReader(greeting), newSieve(p.r))
	s := &session{
		caps:     set,
		traits:   t,
		conn:     newGuard(conn, r, standardLimits()),
		security: link.Describe(conn, c.endpoint),
		quiet:    c.config.quiet(),
		used:     time.Now(),
		plain:    c.plain.Load(),
	}
	s.security.Auth = mechanism
	s.conn.arm(s.quiet)
	s.c = imapclient.New(s.conn, &imapclient.Options{UnilateralDataHandler: s.handler()})
	if len(caps) == 0 || s.c.WaitGreeting() != nil {
		s.close()
		return nil, errBroken
	}
	s.conn.arm(0)
	return s, nil
}

// handler hears what the server says without being asked.
func (s *session) handler() *imapclient.UnilateralDataHandler {
	return &imapclient.UnilateralDataHandler{
		Expunge: func(uint32) { s.tell() },
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				s.tell()
			}
		},
		Fetch: func(m *imapclient.FetchMessageData) {
			c, whole, err := readMessage(m, wholeItems)
			s.mu.Lock()
			stray := s.stray
			s.mu.Unlock()
			if err == nil && whole && stray != nil {
				select {
				case stray <- c:
				default:
				}
			}
			s.tell()
		},
	}
}

func (s *session) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.news == nil {
		return
	}
	select {
	case s.news <- struct{}{}:
	default:
	}
}

func (s *session) close() {
	s.conn.Close()
	s.c.Close()
}

// do runs one command under a deadline and the context; either of them ends
// the connection, since an answer that comes later would be taken for the
// answer to something else.
func (s *session) do(ctx context.Context, what string, f func() error) error {
	return s.within(ctx, s.quiet, what, f)
}

// within is do for a server that may stay silent for so long only.
func (s *session) within(ctx context.Context, quiet time.Duration, what string, f func() error) error {
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer stop()
	watchdog := time.AfterFunc(longest, func() { s.conn.Close() })
	defer watchdog.Stop()
	s.conn.arm(quiet)
	err := f()
	s.conn.arm(0)
	s.used = time.Now()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return fmt.Errorf("imap: %s: %w", what, s.explain(err))
}

// explain gives an error its cause: the server said no, the network failed,
// or the answer was not understood.
func (s *session) explain(err error) error {
	var said *imap.Error
	var failure error
	if s.conn != nil {
		failure = s.conn.failure()
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, errMirror):
		return err
	case errors.As(err, &said):
		return errors.Join(refusal(said), err)
	case errors.Is(failure, errLimit):
		return errors.Join(errBroken, errLimit)
	case failure != nil || link.IsCut(err):
		return errors.Join(accounts.ErrOffline, err)
	}
	return errors.Join(errBroken, err)
}

// refusal sorts the codes of RFC 5530 and RFC 9051, section 7.1: what may work
// later, and what never will.
func refusal(e *imap.Error) error {
	switch strings.ToUpper(string(e.Code)) {
	case "NONEXISTENT", "TRYCREATE":
		return accounts.ErrFolder
	case "UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CONTACTADMIN":
		return accounts.ErrTemporary
	case "OVERQUOTA":
		return errors.Join(accounts.ErrTemporary, accounts.ErrFull)
	case "NOPERM", "READ-ONLY":
		return errors.Join(accounts.ErrRefused, accounts.ErrDenied)
	case "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED":
		return accounts.ErrAuth
	}
	return accounts.ErrRefused
}

// lost tells whether the connection cannot be used any more.
func lost(err error) bool {
	return errors.Is(err, accounts.ErrOffline) || errors.Is(err, errBroken) || errors.Is(err, errMirror) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// selectFolder opens a folder on the connection in use.
func (l *lane) selectFolder(ctx context.Context, name string, write bool) (*session, *imap.SelectData, error) {
	s, err := l.connect(ctx)
	if err != nil {
		return nil, nil, err
	}
	var data *imap.SelectData
	err = s.do(ctx, fmt.Sprintf("select %q", name), func() (err error) {
		options := &imap.SelectOptions{ReadOnly: !write, CondStore: s.caps.Has(imap.CapCondStore)}
		data, err = s.c.Select(name, options).Wait()
		return err
	})
	if err != nil {
		return nil, nil, l.after(err)
	}
	if !s.caps.Has(imap.CapCondStore) {
		data.HighestModSeq = 0 // some tell it and know no CHANGEDSINCE (whiteout-io/imap-client#40)
	}
	s.folder, s.writable = name, write
	if data.UIDValidity == 0 {
		return nil, nil, fmt.Errorf("imap: select %q: no UIDVALIDITY: %w", name, accounts.ErrUnsupported)
	}
	return s, data, nil
}
