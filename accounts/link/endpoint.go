package link

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
)

// Endpoint is where a server listens and how TLS begins there.
type Endpoint struct {
	Protocol string // "imap" or "smtp"
	Host     string
	Port     int
	StartTLS bool // TLS begins after a STARTTLS command, else at once (RFC 8314)
}

// Parse reads an address such as "imaps://mail.example.org:993" or
// "imap+starttls://mail.example.org". The port may be left out. Any scheme
// without TLS is refused.
func Parse(protocol, address string) (Endpoint, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Endpoint{}, fmt.Errorf("link: address %q: %w", address, err)
	}
	e := Endpoint{Protocol: protocol, Host: u.Hostname()}
	switch u.Scheme {
	case protocol + "s":
	case protocol + "+starttls":
		e.StartTLS = true
	default:
		return Endpoint{}, fmt.Errorf("link: address %q: want %ss:// or %s+starttls://", address, protocol, protocol)
	}
	if e.Host == "" || u.User != nil || u.Path != "" && u.Path != "/" {
		return Endpoint{}, fmt.Errorf("link: address %q: want only a host and a port", address)
	}
	e.Port = e.standardPort()
	if p := u.Port(); p != "" {
		if e.Port, err = strconv.Atoi(p); err != nil || e.Port < 1 || e.Port > 65535 {
			return Endpoint{}, fmt.Errorf("link: address %q: bad port", address)
		}
	}
	return e, nil
}

// standardPort gives the port of RFC 8314, section 7.
func (e Endpoint) standardPort() int {
	switch {
	case e.Protocol == "imap" && e.StartTLS:
		return 143
	case e.Protocol == "imap":
		return 993
	case e.StartTLS:
		return 587
	}
	return 465
}

// HostPort gives the form that dialers take.
func (e Endpoint) HostPort() string {
	return net.JoinHostPort(e.Host, strconv.Itoa(e.Port))
}
