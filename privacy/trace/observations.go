package trace

import "github.com/caliopen/caliopen-tui/privacy"

// Bounds on what is kept of one header. Real mail stays far below them.
const (
	maxHeader  = 256 << 10 // bytes looked at
	maxField   = 16 << 10  // bytes looked at in one field
	maxHops    = 32
	maxClaims  = 16
	maxResults = 16
	maxName    = 128 // bytes of one name
)

// Observations is what the header of one mail says, believed or not.
type Observations struct {
	Hops   []Hop   // Received, topmost first
	Claims []Claim // Authentication-Results, topmost first
	DKIM   bool    // a DKIM-Signature is present, which proves nothing
	From   int     // addresses in all From fields
	List   string  // the identifier of List-Id, "" for none
	Local  Local   // what was checked here when the mail came, which is no observation of the header
}

// Local is the outcome of a check of DKIM signatures (RFC 6376) made here, when
// the mail was fresh. It is kept with the observations since keys are taken out
// of the DNS after a while, so that the check cannot be repeated.
type Local struct {
	DKIM   string // "pass", "fail", "none"; "" when nothing was checked
	Domain string // that of the signature which counts
	Weak   bool   // its RSA key has fewer than 2048 bits (RFC 8301 section 3.2)
}

// Hop is one Received field.
type Hop struct {
	privacy.Hop
	IP        string // address of the sending side as the receiving server saw it
	Name      string // name of the sending side as the receiving server looked it up
	Confirmed bool   // the receiving server's software confirms such names before it writes them
}

// Claim is one Authentication-Results field.
type Claim struct {
	ID      string // authserv-id, "" when the server wrote none
	Above   int    // Received fields that stand above it
	Results []Result
}

// Result is one verdict of a Claim.
type Result struct {
	Method string // "dkim", "spf", "dmarc", "arc"
	Value  string // "pass", "fail", "none", …
	Domain string // the domain that signed, that sent, or that stands in From
}

// ManyFrom tells that From does not name exactly one address.
func (o Observations) ManyFrom() bool { return o.From != 1 }
