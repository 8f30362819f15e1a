package accounts

import (
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Endpoint is where a mail server listens. There is no scheme without TLS: a
// connection in clear cannot be configured.
type Endpoint struct {
	Protocol string // "imap" or "smtp"
	Host     string
	Port     int
	StartTLS bool // TLS begins after a greeting in clear (RFC 3501, 6.2.1; RFC 3207)
}

// ParseEndpoint reads "imaps://host:port", "imap+starttls://host:port",
// "smtps://…" or "smtp+starttls://…". A port left out is the registered one.
func ParseEndpoint(text string) (Endpoint, error) {
	bad := func(err error) (Endpoint, error) {
		return Endpoint{}, problem("config.endpoint", joinConfig(err), map[string]any{"Value": text})
	}
	u, err := url.Parse(text)
	if err != nil {
		return bad(err)
	}
	e, port, ok := schemeOf(u.Scheme)
	host := strings.ToLower(u.Hostname())
	extra := u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" || u.User != nil
	if !ok || host == "" || extra || strings.ContainsAny(host, " \t\r\n") {
		return bad(nil)
	}
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil || port < 1 || port > 65535 {
			return bad(err)
		}
	}
	e.Host, e.Port = host, port
	return e, nil
}

func schemeOf(scheme string) (e Endpoint, port int, ok bool) {
	switch scheme {
	case "imaps":
		return Endpoint{Protocol: "imap"}, 993, true
	case "imap+starttls":
		return Endpoint{Protocol: "imap", StartTLS: true}, 143, true
	case "smtps":
		return Endpoint{Protocol: "smtp"}, 465, true
	case "smtp+starttls":
		return Endpoint{Protocol: "smtp", StartTLS: true}, 587, true
	}
	return Endpoint{}, 0, false
}

// Address gives "host:port" for dialling.
func (e Endpoint) Address() string { return net.JoinHostPort(e.Host, strconv.Itoa(e.Port)) }

// String gives the form that ParseEndpoint reads.
func (e Endpoint) String() string {
	scheme := e.Protocol + "s"
	if e.StartTLS {
		scheme = e.Protocol + "+starttls"
	}
	return scheme + "://" + e.Address()
}
