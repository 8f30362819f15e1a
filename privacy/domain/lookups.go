package domain

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/caliopen/caliopen-tui/privacy/resolve"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// Lookups asks the network about domains. Each answer has a time until which it
// may be kept.
type Lookups struct {
	DNS      resolve.Resolver
	HTTP     *http.Client // nil for the usual one; redirects are never followed
	Now      func() time.Time
	Patience time.Duration // for fetching one policy, 0 for 20 s
}

func (l Lookups) patience() time.Duration {
	if l.Patience > 0 {
		return l.Patience
	}
	return 20 * time.Second
}

// Facts is what a domain was found to say of mail to it.
type Facts struct {
	Domain   string    `json:"domain"`
	Mail     bool      `json:"mail"`              // it has mail servers
	Enforced bool      `json:"enforced"`          // it demands verified TLS of whoever sends to it
	How      string    `json:"how,omitempty"`     // "mta-sts", "dane"; "" when it demands nothing
	Testing  bool      `json:"testing,omitempty"` // it tries MTA-STS out
	Policy   *Policy   `json:"policy,omitempty"`  // the last MTA-STS policy seen, nil for none
	Until    time.Time `json:"until"`             // when it has to be asked anew
}

// keepFacts is how long facts are believed without asking again. A policy's own
// age is no bound upwards: its record is asked for each time, as RFC 8461
// section 5.1 wants, and tells whether it changed.
const keepFacts = 24 * time.Hour

// name is what a domain of mail may look like: labels of letters, digits and
// hyphens with at least one dot, no address.
var name = sync.OnceValue(func() *regexp.Regexp { // not at the start of the program
	return regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
})

// canonical gives the form in which a domain is asked for; ok is false for what
// is no name of a domain of mail.
func canonical(domain string) (ascii string, ok bool) {
	ascii = trace.ASCII(domain)
	return ascii, len(ascii) <= 253 && name().MatchString(ascii)
}

// Look asks where mail to a domain goes and whether it must come there over
// verified TLS. Before is what was known so far, the zero value for nothing: a
// policy that is still valid stands when its record cannot be found, since
// hiding the record is what an attacker would do (RFC 8461 section 3.1).
func (l Lookups) Look(ctx context.Context, domain string, before Facts) (Facts, error) {
	now := l.Now()
	domain, ok := canonical(domain)
	f := Facts{Domain: domain, Until: now.Add(keepFacts)}
	if !ok {
		return f, nil
	}
	m, err := l.servers(ctx, domain)
	if err != nil {
		return f, err
	}
	f.Mail = len(m.hosts) > 0
	if !f.Mail {
		return f, nil
	}
	dane, daneErr := l.daneEnforced(ctx, m)
	f.Policy, err = l.policy(ctx, domain, before.Policy)
	switch {
	case daneErr == nil && dane:
		f.Enforced, f.How = true, "dane"
	case f.Policy != nil && f.Policy.Mode == ModeEnforce && f.Policy.serves(m):
		f.Enforced, f.How = true, "mta-sts"
	case daneErr != nil || err != nil:
		return f, errors.Join(daneErr, err)
	}
	f.Testing = f.Policy != nil && f.Policy.Mode == ModeTesting
	return f, nil
}

// serves tells that mail can arrive under the policy at all: one that names
// none of the domain's servers is a mistake, and nobody knows what a sender
// makes of it.
func (p Policy) serves(m mail) bool {
	for _, h := range m.hosts {
		if p.Matches(h) {
			return true
		}
	}
	return false
}

// policy gives the policy of a domain: the one known, as long as its record did
// not change and its time is not over, else a new one. One that cannot be
// fetched leaves the old one in force.
func (l Lookups) policy(ctx context.Context, domain string, before *Policy) (*Policy, error) {
	valid := before != nil && l.Now().Before(before.Until)
	texts, err := lookupTXT(ctx, l.DNS, "_mta-sts."+domain)
	id := announced(texts)
	switch {
	case valid && (err != nil || id == "" || id == before.ID):
		return before, nil
	case err != nil:
		return nil, err
	case id == "":
		return nil, nil
	}
	p, err := l.fetchPolicy(ctx, domain)
	if err != nil {
		if valid {
			return before, nil
		}
		return nil, nil // announced, but not to be had: senders act as without
	}
	p.ID = id
	return &p, nil
}

// Own is what a domain does for those who have addresses of it; the words are
// those of privacy.AccountInput, "" for what could not be found out.
type Own struct {
	DMARC   string // "reject", "quarantine", "none", "missing"
	Inbound string // "enforce", "testing", "none"
	DNSSEC  string // "signed", "unsigned"
}

// LookOwn asks about the domain of an own address. What fails is left open.
func (l Lookups) LookOwn(ctx context.Context, domain string) Own {
	var o Own
	domain, ok := canonical(domain)
	if !ok {
		return o
	}
	if policy, err := l.DMARC(ctx, domain); err == nil {
		o.DMARC = policy
	}
	o.DNSSEC = l.signed(ctx, domain)
	f, err := l.Look(ctx, domain, Facts{})
	switch {
	case err != nil || !f.Mail:
	case f.Enforced:
		o.Inbound = "enforce"
	case f.Testing:
		o.Inbound = "testing"
	default:
		o.Inbound = "none"
	}
	return o
}

// signed tells whether the names of a domain are signed. Whether the resolver
// can tell at all shows at the root, which has been signed since 2010.
func (l Lookups) signed(ctx context.Context, domain string) string {
	a, err := l.DNS.Lookup(ctx, domain, dns.TypeSOA)
	if err != nil {
		return ""
	}
	if a.Secure {
		return "signed"
	}
	if root, err := l.DNS.Lookup(ctx, ".", dns.TypeSOA); err != nil || !root.Secure {
		return ""
	}
	return "unsigned"
}
