package autoconfig

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/caliopen/caliopen-tui/accounts"
)

// srv reads the SRV records of a domain, those with TLS from the start first
// (RFC 8314, 5.1). The resolver has ordered the targets by priority.
func (f *Finder) srv(ctx context.Context, _, domain string) (Result, error) {
	imap, err := f.record(ctx, domain, "imap", "imaps", "imap")
	if err != nil {
		return Result{}, err
	}
	r := Result{IMAP: imap, Source: FromSRV, Foreign: !under(imap.Host, domain)}
	if smtp, err := f.record(ctx, domain, "smtp", "submissions", "submission"); err == nil {
		r.SMTP = smtp
		r.Foreign = r.Foreign || !under(smtp.Host, domain)
	}
	return r, nil
}

func (f *Finder) record(ctx context.Context, domain, protocol, direct, starttls string) (accounts.Endpoint, error) {
	if f.Resolver == nil {
		return accounts.Endpoint{}, errors.New("no resolver")
	}
	for _, service := range []string{direct, starttls} {
		_, targets, err := f.Resolver.LookupSRV(ctx, service, "tcp", domain)
		if err != nil {
			continue
		}
		for _, t := range targets {
			host := strings.TrimSuffix(t.Target, ".")
			if host == "" {
				continue // "." says that the service is not offered
			}
			e := accounts.Endpoint{Protocol: protocol, Host: host, Port: int(t.Port), StartTLS: service == starttls}
			if e, err := accounts.ParseEndpoint(e.String()); err == nil {
				return e, nil
			}
		}
	}
	return accounts.Endpoint{}, fmt.Errorf("no SRV record for %s", protocol)
}

// guess tries the usual names, those with TLS from the start first.
func (f *Finder) guess(ctx context.Context, _, domain string) (Result, error) {
	var (
		r     Result
		group errgroup.Group
		lost  error
	)
	group.Go(func() error {
		var err error
		r.IMAP, err = f.firstAlive(ctx, guesses("imap", domain, 993, 143))
		return err
	})
	var smtp accounts.Endpoint
	group.Go(func() error {
		smtp, lost = f.firstAlive(ctx, guesses("smtp", domain, 465, 587))
		return nil
	})
	if err := group.Wait(); err != nil {
		return Result{}, err
	}
	if lost == nil {
		r.SMTP = smtp
	}
	r.Source = FromGuess
	return r, nil
}

func guesses(protocol, domain string, direct, starttls int) []accounts.Endpoint {
	var list []accounts.Endpoint
	for _, port := range []int{direct, starttls} {
		for _, host := range []string{protocol + "." + domain, "mail." + domain, domain} {
			list = append(list, accounts.Endpoint{Protocol: protocol, Host: host, Port: port, StartTLS: port == starttls})
		}
	}
	return list
}

// firstAlive probes all endpoints at once and takes the first of the list, not
// the first to answer: the list is ordered by security.
func (f *Finder) firstAlive(ctx context.Context, list []accounts.Endpoint) (accounts.Endpoint, error) {
	if f.Probe == nil {
		return accounts.Endpoint{}, errors.New("no probe")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make([]chan error, len(list))
	for i, e := range list {
		results[i] = make(chan error, 1)
		go func() { results[i] <- f.Probe(ctx, e) }()
	}
	for i, e := range list {
		if err := <-results[i]; err == nil {
			return e, nil
		}
	}
	return accounts.Endpoint{}, fmt.Errorf("no usual server name answers for %s", list[0].Protocol)
}

// Probe connects to an endpoint. With TLS from the start the certificate has
// to be good; STARTTLS is judged by the login that follows.
func Probe(ctx context.Context, e accounts.Endpoint) error {
	var (
		conn net.Conn
		err  error
	)
	if e.StartTLS {
		conn, err = new(net.Dialer).DialContext(ctx, "tcp", e.Address())
	} else {
		conn, err = (&tls.Dialer{Config: &tls.Config{MinVersion: tls.VersionTLS12}}).DialContext(ctx, "tcp", e.Address())
	}
	if err != nil {
		return err
	}
	return conn.Close()
}
