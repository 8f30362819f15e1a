package keyfind

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/privacy/resolve"
)

// Sizes of answers: a directory gives one key, a key server may give several
// with what others signed.
const (
	mostDirectory = 64 << 10
	mostServer    = 512 << 10
	patience      = 20 * time.Second
)

// Client makes the client to look keys up with: verified TLS, no cookies, no
// name of this program. Proxy is the address of an HTTP or SOCKS5 proxy
// ("socks5h://127.0.0.1:9050"), which then also looks the names up; "" for the
// one of the environment. Roots are nil for those of the system.
func Client(proxy string, roots *x509.CertPool) (*http.Client, error) {
	through := http.ProxyFromEnvironment
	if proxy != "" {
		u, err := url.Parse(proxy)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("proxy %q: not an address", proxy)
		}
		switch u.Scheme {
		case "http", "https", "socks5", "socks5h":
		default:
			return nil, fmt.Errorf("proxy %q: neither HTTP nor SOCKS5", proxy)
		}
		through = http.ProxyURL(u)
	}
	return &http.Client{Transport: &http.Transport{
		Proxy:                  through,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  15 * time.Second,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true, // what is unpacked would have to be bounded again
		ForceAttemptHTTP2:      true,
	}}, nil
}

// strict gives the client with the rules for redirects: over TLS, on the same
// host, three at most.
func (f *Finder) strict() *http.Client {
	c := *f.HTTP
	c.Jar = nil
	c.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if r.URL.Scheme != "https" || r.URL.Host != via[0].URL.Host || len(via) > 3 {
			return fmt.Errorf("%w: it sends elsewhere", ErrServer)
		}
		return nil
	}
	return &c
}

// get fetches one address; nil for what is not there.
func (f *Finder) get(ctx context.Context, address string, most int64) ([]byte, error) {
	return f.do(ctx, http.MethodGet, address, nil, most)
}

func (f *Finder) do(ctx context.Context, method, address string, body []byte, most int64) ([]byte, error) {
	if !strings.HasPrefix(address, "https://") {
		return nil, fmt.Errorf("%w: not over TLS", ErrServer)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "") // nobody's business
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := f.strict().Do(r)
	if err != nil {
		return nil, withoutAddress(err)
	}
	defer answer.Body.Close()
	return accept(answer, most)
}

// accept reads the body of an answer; nil for what is not there.
func accept(answer *http.Response, most int64) ([]byte, error) {
	switch {
	case answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone:
		return nil, nil
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%w: HTTP %d", ErrServer, answer.StatusCode)
	case answer.ContentLength > most:
		return nil, ErrLarge
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	switch {
	case err != nil:
		return nil, withoutAddress(err)
	case int64(len(data)) > most:
		return nil, ErrLarge
	case len(data) == 0:
		return nil, nil
	}
	return data, nil
}

// withoutAddress takes the address asked for out of an error: it holds whom
// the user writes to, and errors end in logs.
func withoutAddress(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// unreached tells whether an error means that nobody was asked.
func unreached(err error) bool {
	var operation *net.OpError
	var name *net.DNSError
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &operation) && operation.Op == "dial" || errors.As(err, &name) ||
		errors.Is(err, resolve.ErrServer)
}
