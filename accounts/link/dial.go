package link

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// DialFunc opens a connection; net.Dialer.DialContext is one.
type DialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// Dialer opens connections that are encrypted and verified, or none.
type Dialer struct {
	Dial    DialFunc           // nil for the network
	CAFile  string             // certificates trusted besides the system's (PEM), "" for none
	Clock   conversation.Clock // tells whether a certificate is in date; nil for the system's
	Timeout time.Duration      // of connecting and of the handshake, 0 for 20 s
}

func (d Dialer) timeout() time.Duration {
	if d.Timeout > 0 {
		return d.Timeout
	}
	return 20 * time.Second
}

// Open connects without TLS yet. Nothing secret may be sent before Secure.
func (d Dialer) Open(ctx context.Context, e Endpoint) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	dial := d.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, "tcp", e.HostPort())
	if err != nil {
		return nil, fmt.Errorf("link: connect to %s: %w", e.HostPort(), errors.Join(accounts.ErrOffline, err))
	}
	return conn, nil
}

// Secure does the TLS handshake on conn and checks the certificate against
// the host's name. It closes conn when that fails.
func (d Dialer) Secure(ctx context.Context, conn net.Conn, e Endpoint) (*tls.Conn, error) {
	config, err := d.config(e)
	if err != nil {
		conn.Close()
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, fmt.Errorf("link: handshake with %s: %w", e.Host, errors.Join(cause(err), err))
	}
	return secured, nil
}

func (d Dialer) config(e Endpoint) (*tls.Config, error) {
	roots, err := x509.SystemCertPool() // honours SSL_CERT_FILE
	if err != nil {
		roots = x509.NewCertPool()
	}
	if d.CAFile != "" {
		pem, err := os.ReadFile(d.CAFile)
		if err != nil {
			return nil, fmt.Errorf("link: certificates: %w", errors.Join(accounts.ErrCertificate, err))
		}
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("link: no certificate in %s: %w", d.CAFile, accounts.ErrCertificate)
		}
	}
	return &tls.Config{
		ServerName: e.Host,
		RootCAs:    roots,
		MinVersion: tls.VersionTLS12, // RFC 8996 forbids what is older
		Time:       d.Clock,
	}, nil
}

// cause tells a certificate that is not trusted from a server that cannot be
// reached, and both from one that does not speak modern TLS.
func cause(err error) error {
	var verify *tls.CertificateVerificationError
	var header tls.RecordHeaderError
	var op *net.OpError
	var network net.Error
	switch {
	case errors.As(err, &verify):
		return accounts.ErrCertificate
	case errors.As(err, &header), errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error"):
		return accounts.ErrPlain // an alert of either side (RFC 8446, section 6)
	case errors.As(err, &network), errors.Is(err, context.Canceled), isCut(err):
		return accounts.ErrOffline
	}
	return accounts.ErrPlain
}

// Describe gives the security of a connection after its handshake, which
// verified the certificate.
func Describe(conn *tls.Conn, e Endpoint) accounts.Security {
	s := accounts.Security{Verified: true, StartTLS: e.StartTLS, Host: e.Host}
	switch conn.ConnectionState().Version {
	case tls.VersionTLS13:
		s.TLS = "1.3"
	case tls.VersionTLS12:
		s.TLS = "1.2"
	}
	return s
}
