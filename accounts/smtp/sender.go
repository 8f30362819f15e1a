package smtp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/link"
	"github.com/caliopen/caliopen-tui/conversation"
)

// Config says how to reach the submission server. Only Address, User, Secret
// and From have to be set.
type Config struct {
	Address string // "smtps://host:port" or "smtp+starttls://host:port"
	User    string
	Secret  func(ctx context.Context) (string, error) // the password, or an access token
	OAuth   bool                                      // Secret gives an access token
	From    string                                    // envelope sender of entries that name none
	CAFile  string                                    // certificates trusted besides the system's
	Dial    link.DialFunc                             // nil for the network
	Log     *slog.Logger                              // nil for none; never told secrets or message text
	Clock   conversation.Clock                        // nil for the system's

	// RequireTLS asks each server on the way to pass the message on over
	// verified TLS only (RFC 8689). A server that cannot promise it refuses.
	RequireTLS bool
	Quiet      time.Duration // silence of the server before it counts as gone, 0 for 1 min
	Final      time.Duration // the same after the end of the message, 0 for 5 min
}

// Sender sends through one submission server. Each message goes over a
// connection of its own.
type Sender struct {
	config   Config
	endpoint link.Endpoint
	dialer   link.Dialer
	log      *slog.Logger

	mu       sync.Mutex
	security accounts.Security
	offers   Offers
}

// Offers is what the server said it can do, on the last connection.
type Offers struct {
	MaxSize    int64 // bytes, 0 when not told
	EightBit   bool  // RFC 6152
	UTF8       bool  // RFC 6531
	RequireTLS bool  // RFC 8689
}

// New checks the configuration; it does not connect.
func New(c Config) (*Sender, error) {
	endpoint, err := link.Parse("smtp", c.Address)
	if err != nil {
		return nil, err
	}
	s := &Sender{
		config:   c,
		endpoint: endpoint,
		dialer:   link.Dialer{Dial: c.Dial, CAFile: c.CAFile, Clock: c.Clock},
		log:      c.Log,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s, nil
}

// Security gives the security of the last connection, zero before the first.
func (s *Sender) Security() accounts.Security {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.security
}

// Offers gives what the server said on the last connection.
func (s *Sender) Offers() Offers {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.offers
}

// Test logs in and gives the security of the connection.
func (s *Sender) Test(ctx context.Context) (accounts.Security, error) {
	c, done, err := s.open(ctx)
	if err != nil {
		return accounts.Security{}, err
	}
	defer done()
	c.Quit()
	return s.Security(), nil
}

// Send hands an entry over. Recipients refused for good are told in the
// receipt while the others get the message. When the server wants to be asked
// again later for any of them, nobody gets it yet, so that trying again sends
// nothing twice.
func (s *Sender) Send(ctx context.Context, e conversation.Entry, handover accounts.Handover) (accounts.Receipt, error) {
	env, err := s.envelope(e)
	if err != nil {
		return accounts.Receipt{}, err
	}
	c, done, err := s.open(ctx)
	if err != nil {
		return accounts.Receipt{}, err
	}
	defer done()
	if err := s.able(env); err != nil {
		return accounts.Receipt{}, err
	}
	refused, err := transaction(c, env)
	if err != nil {
		return accounts.Receipt{}, s.failed(ctx, "envelope", err)
	}
	if err := s.body(ctx, c, env.wire, handover); err != nil {
		return accounts.Receipt{}, err
	}
	c.Quit()
	return accounts.Receipt{Refused: refused}, nil
}

// able checks what the message needs against what the server offers, before
// anything of it leaves.
func (s *Sender) able(env envelope) error {
	o := s.Offers()
	switch {
	case o.MaxSize > 0 && int64(len(env.wire)) > o.MaxSize:
		return fmt.Errorf("smtp: %d bytes, server takes %d: %w: %w", len(env.wire), o.MaxSize, accounts.ErrTooBig, accounts.ErrRefused)
	case env.options.UTF8 && !o.UTF8:
		return fmt.Errorf("smtp: international addresses: %w", accounts.ErrUnsupported)
	case env.eightBit && !o.EightBit:
		return fmt.Errorf("smtp: 8-bit text: %w", accounts.ErrUnsupported)
	case env.options.RequireTLS && !o.RequireTLS:
		// The server offered it when the mail was written. Going without is not
		// for the program to decide, and waiting would not help.
		return fmt.Errorf("smtp: REQUIRETLS: %w: %w", accounts.ErrRequireTLS, accounts.ErrRefused)
	}
	return nil
}

// needsRequireTLS is the status of a refusal because REQUIRETLS cannot be kept
// (RFC 8689, section 5).
var needsRequireTLS = smtp.EnhancedCode{5, 7, 30}

// transaction names sender and recipients (RFC 5321, section 3.3).
func transaction(c *smtp.Client, env envelope) (refused []conversation.Address, err error) {
	if err := c.Mail(env.from, &env.options); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	var last error
	for _, r := range env.to {
		err := c.Rcpt(r.wire, nil)
		var said *smtp.SMTPError
		switch {
		case err == nil:
		case errors.As(err, &said) && said.EnhancedCode == needsRequireTLS:
			// The address is sound, the way to it is not: nobody gets the mail.
			return nil, fmt.Errorf("recipient %s: %w: %w", r.address.ID, accounts.ErrRequireTLS, err)
		case errors.As(err, &said) && said.Code >= 500:
			last = err
			refused = append(refused, r.address)
		default:
			return nil, fmt.Errorf("recipient %s: %w", r.address.ID, err)
		}
	}
	if len(refused) == len(env.to) {
		return nil, fmt.Errorf("every recipient: %w", last)
	}
	return refused, nil
}

// body sends the message itself. The server takes it only once it has read the
// final dot, so a cut before that was written is certain to have sent nothing;
// the handover is noted right before it.
func (s *Sender) body(ctx context.Context, c *smtp.Client, wire []byte, handover accounts.Handover) error {
	w, err := c.Data()
	if err != nil {
		return s.failed(ctx, "data", err)
	}
	if _, err := w.Write(wire); err != nil {
		return s.failed(ctx, "message", err)
	}
	if handover != nil {
		if err := handover(); err != nil {
			return fmt.Errorf("smtp: not handed over: %w", err)
		}
	}
	err = w.Close()
	var said *smtp.SMTPError
	if err != nil && !errors.As(err, &said) {
		return fmt.Errorf("smtp: end of message: %w", errors.Join(accounts.ErrUnclear, err))
	}
	return s.failed(ctx, "end of message", err)
}

// failed gives an error its cause.
func (s *Sender) failed(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return fmt.Errorf("smtp: %s: %w", what, explain(err))
}

func explain(err error) error {
	var said *smtp.SMTPError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case !errors.As(err, &said):
		return errors.Join(accounts.ErrOffline, err)
	case said.Code == 530 || said.Code == 534 || said.Code == 535 || said.Code == 538:
		return errors.Join(accounts.ErrAuth, err)
	case said.Code < 500:
		return errors.Join(accounts.ErrTemporary, err)
	}
	if cause := refusal(said); cause != nil {
		return errors.Join(cause, accounts.ErrRefused, err)
	}
	return errors.Join(accounts.ErrRefused, err)
}

// refusal gives what makes a refusal for good more than one, where the server
// tells: the size (RFC 1870), what it cannot pass on (RFC 6152, RFC 6531), or a
// demand for TLS that cannot be kept.
func refusal(said *smtp.SMTPError) error {
	switch said.EnhancedCode {
	case needsRequireTLS:
		return accounts.ErrRequireTLS
	case smtp.EnhancedCode{5, 3, 4}, smtp.EnhancedCode{5, 2, 3}:
		return accounts.ErrTooBig
	case smtp.EnhancedCode{5, 6, 1}, smtp.EnhancedCode{5, 6, 3}, smtp.EnhancedCode{5, 6, 7}, smtp.EnhancedCode{5, 6, 9}:
		return accounts.ErrUnsupported
	case smtp.EnhancedCodeNotSet:
		if said.Code == 552 {
			return accounts.ErrTooBig
		}
	}
	return nil
}

// wire is the connection as the library sees it: what a server may answer to
// one command is bounded, and so is how long a write may take.
type wire struct {
	net.Conn
	r     io.Reader
	quiet time.Duration
	read  int // bytes since the last write
}

// maxAnswer bounds one answer, all of its lines together.
const maxAnswer = 64 << 10

var errAnswer = errors.New("answer larger than allowed")

func (w *wire) Read(p []byte) (int, error) {
	if w.read > maxAnswer {
		return 0, errAnswer
	}
	n, err := w.r.Read(p)
	w.read += n
	return n, err
}

func (w *wire) Write(p []byte) (int, error) {
	w.read = 0
	w.SetWriteDeadline(time.Now().Add(w.quiet))
	return w.Conn.Write(p)
}

// mechanisms reads the AUTH line of the greeting (RFC 4954), also in the form
// that came before the standard.
func mechanisms(params string) []string {
	return strings.Fields(strings.ReplaceAll(strings.ToUpper(params), "=", " "))
}
