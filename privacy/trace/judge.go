package trace

import (
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"github.com/caliopen/caliopen-tui/privacy"
)

// Judge says what of the observations may be believed: the way the mail came,
// the verdict on the domain of From, whether it looks forged, and whether it
// never left one provider's servers. fromDomain is the domain of the single
// From address, "" when there is none.
func Judge(o Observations, t Trust, fromDomain string) (tr privacy.Transport, au privacy.Authentication, forged bool, sameProvider bool) {
	b := boundary(o.Hops, t)
	tr = transport(o, t, b)
	au = authentication(o, t, b, ASCII(fromDomain))
	if au.DMARC == "fail" {
		if slices.Contains(t.Lists, o.List) && o.List != "" {
			au.DMARC, au.Aligned = "none", false
		} else {
			forged = true
		}
	}
	sameProvider = submitted(o, t, b, ASCII(fromDomain))
	if sameProvider && tr.Ingress == "tls" {
		tr.Ingress = "auth"
	}
	return tr, au, forged, sameProvider
}

// border is the place in the header above which the own provider wrote.
type border struct {
	hop  int  // index of the lowest hop that is certainly the provider's, -1 for none
	side side // who handed the mail over to that hop
}

// side is who stands behind a hop, as far as it can be proved.
type side uint8

const (
	unsure  side = iota // perhaps one of the provider's servers, perhaps not
	inside              // certainly the same machine or one of the provider's servers
	outside             // certainly somebody else
)

// boundary walks down the hops as long as each is certainly the provider's. A
// line below a hop was written before it, and may be forged as soon as the
// sending side of the hop is not certainly the provider itself: that is what
// ends the walk, not the name a line claims to be written "by".
func boundary(hops []Hop, t Trust) border {
	b := border{hop: -1}
	for i, h := range hops {
		if !h.Network {
			if !handedInside(h) {
				return b
			}
			continue
		}
		if !t.owns(h.By) {
			return b
		}
		b = border{hop: i, side: sideOf(h, t)}
		if b.side != inside {
			return b
		}
	}
	return b
}

// handedInside tells that a hop which is not SMTP from elsewhere surely took the
// mail from the same installation: LMTP (RFC 2033 section 3 keeps it off wide
// networks), a local user or script, or a machine that names itself by a bare
// address and nobody else. Nobody outside can write above such a line. A line
// that merely leaves out from whom the mail came is not of that sort.
func handedInside(h Hop) bool {
	switch key := keyword([]byte(h.With)); {
	case strings.Contains(key, "LMTP"):
		return true
	case h.From != "":
		return hasFold([]byte(h.With), "local")
	}
	_, err := netip.ParseAddr(h.By)
	return h.By == "" || err == nil
}

// sideOf judges the sending side of a hop. The name which it gave itself counts
// only against it; the looked-up name proves something only when the server's
// software confirms such names.
func sideOf(h Hop, t Trust) side {
	ip, err := netip.ParseAddr(h.IP)
	switch {
	case err == nil && ip.IsLoopback():
		return inside
	case h.Confirmed && t.owns(h.Name):
		return inside
	case err != nil || ip.IsPrivate() || ip.IsLinkLocalUnicast():
		return unsure
	case h.Confirmed:
		return outside
	case t.related(h.From) || t.related(h.Name):
		return unsure
	}
	return outside
}

// related tells whether a name lies in the same organisation as one of the
// provider's hosts.
func (t Trust) related(name string) bool {
	for _, h := range t.Hosts {
		if name != "" && Organisation(strings.TrimPrefix(h, ".")) == Organisation(name) {
			return true
		}
	}
	return false
}

// transport judges the ingress hop, the one where the mail entered the
// provider. When it cannot be named for sure, the way is unknown.
func transport(o Observations, t Trust, b border) privacy.Transport {
	tr := privacy.Transport{Ingress: "unknown", Trusted: b.hop + 1}
	for _, h := range o.Hops {
		tr.Hops = append(tr.Hops, h.Hop)
	}
	if b.hop < 0 || b.side != outside {
		return tr
	}
	h := o.Hops[b.hop]
	switch h.TLS {
	case "1.3", "1.2":
		tr.Ingress, tr.TLS = "tls", h.TLS
	case "yes":
		tr.Ingress = "tls"
	case "":
		if matches(t.TLSWriters, h.By) && clearKeyword(h) {
			tr.Ingress = "plain"
		}
	default:
		tr.TLS = h.TLS
	}
	return tr
}

func clearKeyword(h Hop) bool {
	switch keyword([]byte(h.With)) {
	case "SMTP", "ESMTP", "ESMTPA", "UTF8SMTP", "UTF8SMTPA":
		return true
	}
	return false
}

// submitted tells whether the author handed the mail to the own provider
// itself: the oldest line of all is one of the provider's servers taking it
// over TLS from somebody who had logged in, under one of the provider's domains.
func submitted(o Observations, t Trust, b border, fromDomain string) bool {
	if b.hop < 0 || b.hop != len(o.Hops)-1 || b.side != outside || o.ManyFrom() {
		return false
	}
	h := o.Hops[b.hop]
	modern := h.TLS == "1.3" || h.TLS == "1.2" || h.TLS == "yes"
	return submission(h) && modern && slices.Contains(t.Domains, fromDomain)
}

// submission tells that the sending side had logged in (RFC 3848, RFC 6531).
func submission(h Hop) bool {
	switch keyword([]byte(h.With)) {
	case "ESMTPA", "ESMTPSA", "UTF8SMTPA", "UTF8SMTPSA":
		return true
	}
	return false
}

// ASCII gives the form of a domain in which names are compared and looked up.
func ASCII(domain string) string {
	domain = strings.TrimSuffix(strings.ToLower(domain), ".")
	a, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return domain
	}
	return a
}

// Organisation gives the organisational domain (RFC 7489 section 3.2), the name
// itself when it is one under which others register.
func Organisation(domain string) string {
	o, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return domain
	}
	return o
}

// Aligned tells whether two domains, in lower case and ASCII, belong to one
// organisation, which is what DMARC calls relaxed alignment (RFC 7489 section
// 3.1). Names under which anybody can register have nothing in common.
func Aligned(a, b string) bool {
	return a != "" && b != "" && (a == b || Organisation(a) == Organisation(b))
}
