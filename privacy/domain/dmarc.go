package domain

import (
	"context"
	"strconv"
	"strings"

	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// DMARC asks what a domain wants done with mail that only claims to be from it
// (RFC 7489 section 6.6.3): "reject", "quarantine", "none", or "missing" when
// it says nothing. A domain without a record of its own has that of its
// organisation.
func (l Lookups) DMARC(ctx context.Context, domain string) (string, error) {
	domain = trace.ASCII(domain)
	policy, found, err := l.dmarcAt(ctx, domain, "p")
	if err != nil || found {
		return policy, err
	}
	above := trace.Organisation(domain)
	if above == domain {
		return "missing", nil
	}
	policy, found, err = l.dmarcAt(ctx, above, "sp")
	if err != nil || found {
		return policy, err
	}
	return "missing", nil
}

func (l Lookups) dmarcAt(ctx context.Context, domain, tag string) (policy string, found bool, err error) {
	texts, err := lookupTXT(ctx, l.DNS, "_dmarc."+domain)
	if err != nil {
		return "", false, err
	}
	records := []map[string]string{}
	for _, t := range texts {
		if head, _, _ := strings.Cut(t, ";"); strings.ReplaceAll(head, " ", "") == "v=DMARC1" {
			records = append(records, tagList(t))
		}
	}
	if len(records) != 1 {
		return "", false, nil // several are as good as none
	}
	return dmarcPolicy(records[0], tag), true, nil
}

// dmarcPolicy gives the policy that a record really leads to: one for a part of
// the mail only is the next milder one for the rest (RFC 7489 section 6.3,
// pct=), and one that is being tried out is none.
func dmarcPolicy(tags map[string]string, tag string) string {
	policy := strings.ToLower(tags[tag])
	if policy == "" {
		policy = strings.ToLower(tags["p"])
	}
	part := false
	if pct, err := strconv.Atoi(tags["pct"]); err == nil && pct < 100 {
		part = true
	}
	switch {
	case tags["t"] == "y":
		return "none"
	case policy == "reject" && !part:
		return "reject"
	case policy == "reject", policy == "quarantine" && !part:
		return "quarantine"
	}
	return "none"
}
