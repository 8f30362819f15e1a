package autoconfig

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// The sources of a result, best first.
const (
	FromXML   = "autoconfig"
	FromSRV   = "srv"
	FromGuess = "guess"
)

// Resolver looks up SRV records; *net.Resolver is one.
type Resolver interface {
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
}

// Finder looks up settings.
type Finder struct {
	HTTP     http.RoundTripper // nil for the default one
	Resolver Resolver
	// Probe tells whether an endpoint answers as it should; it is asked about
	// guesses only.
	Probe   func(ctx context.Context, e accounts.Endpoint) error
	Timeout time.Duration // of one step, 0 for ten seconds
}

// Result is what was found.
type Result struct {
	IMAP   accounts.Endpoint
	SMTP   accounts.Endpoint // zero when none was found
	User   string            // the login name, "" for the address
	OAuth  bool              // the server takes OAuth 2.0 only
	Source string
	// Foreign tells that the servers belong to another domain and that nothing
	// but unsigned DNS says so: the user has to confirm before a password goes
	// there (RFC 6186, 6).
	Foreign bool
}

// New gives a Finder that uses the network.
func New() *Finder {
	return &Finder{Resolver: net.DefaultResolver, Probe: Probe}
}

// Find looks up the settings of a mail address. When a source offered nothing
// but connections in clear and no other source helped, the error is
// accounts.ErrPlain.
func (f *Finder) Find(ctx context.Context, address string) (Result, error) {
	local, domain, err := split(address)
	if err != nil {
		return Result{}, err
	}
	var problems []error
	for _, source := range []func(context.Context, string, string) (Result, error){f.xml, f.srv, f.guess} {
		step, cancel := context.WithTimeout(ctx, f.timeout())
		r, err := source(step, local, domain)
		cancel()
		if err == nil {
			return r, nil
		}
		if ctx.Err() != nil {
			return Result{}, fmt.Errorf("autoconfig: %s: %w", domain, ctx.Err())
		}
		problems = append(problems, err)
	}
	all := errors.Join(problems...)
	if !errors.Is(all, accounts.ErrPlain) {
		all = errors.Join(conversation.ErrNotFound, all)
	}
	return Result{}, fmt.Errorf("autoconfig: %s: %w", domain, all)
}

func (f *Finder) timeout() time.Duration {
	if f.Timeout > 0 {
		return f.Timeout
	}
	return 10 * time.Second
}

// split takes an address apart; the domain comes in the form of the DNS.
func split(address string) (local, domain string, err error) {
	a, err := conversation.ParseAddress(address)
	if err != nil || a.Protocol != conversation.Mail {
		return "", "", fmt.Errorf("autoconfig: %q is no mail address: %w", address, conversation.ErrUsage)
	}
	domain, err = idna.Lookup.ToASCII(a.Domain())
	if err != nil || net.ParseIP(domain) != nil || !strings.Contains(domain, ".") {
		return "", "", fmt.Errorf("autoconfig: %q has no usable domain: %w", address, conversation.ErrUsage)
	}
	return strings.TrimSuffix(a.ID, "@"+a.Domain()), domain, nil
}

// under tells whether a host is the domain or lies below it.
func under(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}
