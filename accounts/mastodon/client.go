package mastodon

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
)

// errGone says that the server has no such thing (404, 410).
var errGone = errors.New("not on the server")

// errOdd says that the answer cannot be read, or is larger than it may be.
var errOdd = fmt.Errorf("odd answer: %w", accounts.ErrTemporary)

// client makes the calls of one server.
type client struct {
	base  *url.URL
	http  *http.Client // bounded in time
	open  *http.Client // for streams
	trips *roundTripper
	token func(context.Context) (string, error)
	agent string
}

func newClient(c Config) (*client, error) {
	base, err := serverURL(c.Server)
	if err != nil {
		return nil, err
	}
	next, err := network(c)
	if err != nil {
		return nil, err
	}
	trips := newRoundTripper(next, c)
	// A redirect is never followed: it would turn a POST into a GET, or carry
	// the token to somewhere else.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client{
		base: base, trips: trips, token: c.Token, agent: "caliopen-tui",
		http: &http.Client{Transport: trips, CheckRedirect: stay, Timeout: 2 * time.Minute},
		open: &http.Client{Transport: trips, CheckRedirect: stay},
	}, nil
}

// serverURL reads "social.example" or "https://social.example". Without TLS
// only this machine is spoken to.
func serverURL(server string) (*url.URL, error) {
	if !strings.Contains(server, "://") {
		server = "https://" + server
	}
	u, err := url.Parse(strings.TrimRight(server, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return nil, fmt.Errorf("mastodon: %q is not a server: %w", server, accounts.ErrRefused)
	}
	if u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()) {
		return u, nil
	}
	return nil, fmt.Errorf("mastodon: %s: %w", u.Host, accounts.ErrPlain)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func network(c Config) (http.RoundTripper, error) {
	if c.HTTP != nil && c.HTTP.Transport != nil {
		return c.HTTP.Transport, nil
	}
	if c.CAFile == "" {
		return direct(nil), nil
	}
	if _, err := os.Stat(c.CAFile); err != nil {
		return nil, fmt.Errorf("mastodon: certificates: %w", err)
	}
	return &trusting{file: c.CAFile}, nil
}

// trusting reads the certificates it trusts with its first request: that takes
// longer than everything else a program does to start.
type trusting struct {
	file string
	mu   sync.Mutex
	next http.RoundTripper // nil before the first request
}

// RoundTrip implements http.RoundTripper.
func (t *trusting) RoundTrip(r *http.Request) (*http.Response, error) {
	next, err := t.open()
	if err != nil {
		return nil, err
	}
	return next.RoundTrip(r)
}

func (t *trusting) open() (http.RoundTripper, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next == nil {
		roots, err := rootsFrom(t.file)
		if err != nil {
			return nil, err
		}
		t.next = direct(roots)
	}
	return t.next, nil
}

// CloseIdleConnections lets go of connections that nothing uses.
func (t *trusting) CloseIdleConnections() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// direct is the network, with deadlines on everything; nil roots are the
// system's.
func direct(roots *x509.CertPool) http.RoundTripper {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	dial := &net.Dialer{Timeout: 20 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dial.DialContext, TLSClientConfig: conf, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: 20 * time.Second, ResponseHeaderTimeout: 40 * time.Second, IdleConnTimeout: 90 * time.Second,
		MaxResponseHeaderBytes: 256 << 10, MaxIdleConnsPerHost: 4,
	}
}

// rootsFrom adds the certificates of a file to those the system trusts.
func rootsFrom(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("mastodon: certificates: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("mastodon: %s holds no certificate: %w", file, accounts.ErrCertificate)
	}
	return roots, nil
}

// call is one request to the API.
type call struct {
	method string
	path   string
	query  url.Values // parameters of a GET
	form   url.Values // parameters of anything else
	body   []byte     // instead of form, with its type
	kind   string
}

// answer is what came back, status 200 to 299 only.
type answer struct {
	code int
	head http.Header
	body []byte
}

// do makes a call and reads the whole answer.
func (c *client) do(ctx context.Context, k call) (answer, error) {
	req, err := c.request(ctx, k)
	if err != nil {
		return answer{}, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, fmt.Errorf("mastodon: %s: %w", k.path, fault(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, fmt.Errorf("mastodon: %s: %w", k.path, fault(err))
	}
	a := answer{resp.StatusCode, resp.Header, body}
	if err := refusal(a); err != nil {
		return a, fmt.Errorf("mastodon: %s: %w", k.path, err)
	}
	return a, nil
}

func (c *client) request(ctx context.Context, k call) (*http.Request, error) {
	u := c.base.JoinPath(k.path)
	u.RawQuery = k.query.Encode()
	var body io.Reader
	kind := k.kind
	if k.body != nil {
		body = bytes.NewReader(k.body)
	} else if k.form != nil {
		body, kind = strings.NewReader(k.form.Encode()), "application/x-www-form-urlencoded"
	}
	req, err := http.NewRequestWithContext(ctx, k.method, u.String(), body)
	if err != nil {
		return nil, fmt.Errorf("mastodon: %s: %w", k.path, err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return req, c.sign(ctx, req)
}

func (c *client) sign(ctx context.Context, req *http.Request) error {
	req.Header.Set("User-Agent", c.agent)
	if c.token == nil {
		return nil
	}
	token, err := c.token(ctx)
	if err != nil {
		return fmt.Errorf("mastodon: token: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return nil
}

func (c *client) get(ctx context.Context, path string, query url.Values, into any) (answer, error) {
	a, err := c.do(ctx, call{method: http.MethodGet, path: path, query: query})
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return a, fmt.Errorf("mastodon: %s: %w: %w", path, errOdd, err)
	}
	return a, nil
}

// fault names an error of the network by what callers branch on.
func fault(err error) error {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, accounts.ErrTemporary):
		return err
	case errors.As(err, &certificate):
		return fmt.Errorf("%w: %w", accounts.ErrCertificate, err)
	case errors.As(err, &record):
		return fmt.Errorf("%w: %w", accounts.ErrPlain, err)
	case errors.As(err, &tooLarge):
		return fmt.Errorf("%w: it is larger than %d bytes", errOdd, tooLarge.Limit)
	}
	return fmt.Errorf("%w: %w", accounts.ErrOffline, err)
}

// refusal names an answer that is not a success.
func refusal(a answer) error {
	var kind error
	switch {
	case a.code >= 200 && a.code < 300:
		return nil
	case a.code == http.StatusUnauthorized:
		kind = accounts.ErrAuth
	case a.code == http.StatusNotFound, a.code == http.StatusGone:
		kind = errGone
	case a.code >= 500, a.code == http.StatusRequestTimeout:
		kind = accounts.ErrTemporary
	case a.code < 400:
		kind = accounts.ErrUnsupported
	default:
		kind = accounts.ErrRefused
	}
	return fmt.Errorf("%w: %d %s", kind, a.code, complaint(a.body))
}

// complaint gives the server's own words, one line of them.
func complaint(body []byte) string {
	var e struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &e) != nil {
		return ""
	}
	if e.Description != "" {
		e.Error = e.Description
	}
	return cut(e.Error, 200)
}
