package pgpmime

import (
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/privacy/autocrypt"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// Bounds of the certificates that are taken from one mail.
const (
	maxAttached = 4
	maxCert     = 256 << 10
)

// signers gives the certificates to check signatures with: those known, then
// those the mail brings along. That a key is in the mail makes nobody its
// owner; it lets the first signature of a stranger be checked at all.
func (r *reader) signers() openpgp.Keys {
	for _, e := range r.sources {
		r.brought = append(r.brought, carried(e)...)
	}
	r.sources = nil
	return extended{r.keys, r.brought}
}

// extended is a ring with some certificates more.
type extended struct {
	openpgp.Keys
	more []*openpgp.Key
}

// Signers gives the known certificates first, so that nothing in a mail comes
// before them.
func (x extended) Signers(id uint64) []*openpgp.Key {
	out := slices.Clone(x.Keys.Signers(id))
	for _, k := range x.more {
		if slices.Contains(k.KeyIDs(), id) {
			out = append(out, k)
		}
	}
	return out
}

// carried gives the certificates that an entity carries: in Autocrypt fields
// and as attached keys.
func carried(e entity) []*openpgp.Key {
	out := attached(e)
	for _, v := range e.all("Autocrypt") {
		if len(out) >= 2*maxAttached {
			break
		}
		if h, err := autocrypt.ParseHeader(v, addr(v)); err == nil {
			out = append(out, h.Key)
		}
	}
	return out
}

// addr gives the address an Autocrypt field is about, by its own word.
func addr(value string) string {
	for part := range strings.SplitSeq(value, ";") {
		if k, v, ok := strings.Cut(part, "="); ok && strings.EqualFold(strings.TrimSpace(k), "addr") {
			return v
		}
	}
	return ""
}

// attached gives the certificates attached to an entity (RFC 3156, 7).
func attached(e entity) []*openpgp.Key {
	if !mentions(e.raw, "pgp-keys") {
		return nil
	}
	var out []*openpgp.Key
	collect(e, 0, &out)
	return out
}

func collect(e entity, depth int, out *[]*openpgp.Key) {
	if depth > maxDepth || len(*out) >= maxAttached {
		return
	}
	if e.media.name == "application/pgp-keys" && len(e.body) <= 2*maxCert {
		keys, err := openpgp.Parse(e.decoded())
		if err == nil {
			*out = append(*out, keys[:min(len(keys), maxAttached-len(*out))]...)
		}
		return
	}
	kids, _ := e.parts()
	for _, k := range kids {
		collect(k, depth+1, out)
	}
}
