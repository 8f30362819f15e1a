package domain

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// maxServers bounds how many mail servers of a domain are looked at. A domain
// with more is not said to enforce anything.
const maxServers = 12

// mail says where the mail of a domain goes (RFC 5321 section 5.1).
type mail struct {
	hosts  []string // by preference
	secure bool     // proved by DNSSEC
	null   bool     // the domain takes no mail (RFC 7505)
}

// servers looks up where the mail of a domain goes: to its MX hosts, or to
// itself when it has none but addresses.
func (l Lookups) servers(ctx context.Context, domain string) (mail, error) {
	a, err := l.DNS.Lookup(ctx, domain, dns.TypeMX)
	if err != nil {
		return mail{}, err
	}
	m := mail{secure: a.Secure}
	for _, rr := range a.RR {
		mx, ok := rr.(*dns.MX)
		if !ok {
			continue
		}
		if mx.Mx == "." {
			return mail{secure: a.Secure, null: true}, nil
		}
		m.hosts = append(m.hosts, dns.CanonicalName(mx.Mx))
	}
	slices.Sort(m.hosts)
	m.hosts = slices.Compact(m.hosts)
	if len(m.hosts) > 0 || !a.Exists {
		return m, nil
	}
	_, found, err := l.addresses(ctx, domain)
	if found {
		m.hosts = []string{dns.CanonicalName(domain)}
	}
	return m, err
}

// addresses tells whether a host has addresses, and whether DNSSEC proves them.
func (l Lookups) addresses(ctx context.Context, host string) (secure, found bool, err error) {
	secure = true
	for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA} {
		a, err := l.DNS.Lookup(ctx, host, kind)
		if err != nil {
			return false, false, err
		}
		secure = secure && a.Secure
		found = found || len(a.RR) > 0
	}
	return secure, found, nil
}

// daneEnforced tells whether each mail server of a domain has a certificate in
// the signed DNS that a sender can check (RFC 7672). One that has none is
// enough to make it untrue: whoever tampers with the network chooses which of
// the servers is reached.
func (l Lookups) daneEnforced(ctx context.Context, m mail) (bool, error) {
	if !m.secure || len(m.hosts) == 0 || len(m.hosts) > maxServers {
		return false, nil
	}
	for _, host := range m.hosts {
		ok, err := l.pinned(ctx, host)
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// pinned tells whether one server has usable TLSA records. They are asked for
// only when the server's addresses are proved, as RFC 7672 section 2.2.2 wants;
// first below the name at the end of its aliases.
func (l Lookups) pinned(ctx context.Context, host string) (bool, error) {
	a, err := l.DNS.Lookup(ctx, host, dns.TypeA)
	if err != nil {
		return false, err
	}
	secure, found, err := l.addresses(ctx, host)
	if err != nil || !secure || !found {
		return false, err
	}
	for _, base := range []string{a.Target, host} {
		if base == "" {
			continue
		}
		t, err := l.DNS.Lookup(ctx, "_25._tcp."+dns.CanonicalName(base), dns.TypeTLSA)
		if err != nil {
			return false, err
		}
		if t.Secure && len(t.RR) > 0 {
			return slices.ContainsFunc(t.RR, usable), nil
		}
	}
	return false, nil
}

// usable tells whether a sender of mail can check a certificate by a TLSA
// record: by its own key or that of its authority; the usages that rely on
// public authorities are not for mail (RFC 7672 section 3.1.3).
func usable(rr dns.RR) bool {
	t, ok := rr.(*dns.TLSA)
	if !ok || t.Usage != 2 && t.Usage != 3 || t.Selector > 1 {
		return false
	}
	data, err := hex.DecodeString(strings.ReplaceAll(t.Certificate, " ", ""))
	if err != nil {
		return false
	}
	switch t.MatchingType {
	case 0:
		return len(data) > 0
	case 1:
		return len(data) == 32 // SHA-256
	case 2:
		return len(data) == 64 // SHA-512
	}
	return false
}
