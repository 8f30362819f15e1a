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
	// Path is the path of Entity as IMAP numbers the parts of the mail as it
	// came; "" when Entity comes out of a seal and is a whole of its own.
	Path string
	// Fields are header fields inside the layer that replace those outside
	// (RFC 9788), in order; nil for none. Legacy says that only the subject of
	// them may be believed.
	Fields []Field
	Legacy bool
	// Outer are the fields outside as the sender wrote them, by his own word
	// inside the layer (HP-Outer, RFC 9788); nil when nothing was said.
	Outer     []Field
	Signer    *openpgp.Key   // certificate of the signer whose signature counts, nil for none
	Keys      []*openpgp.Key // certificates attached inside the layer, or to a mail without layers
	Gossip    []string       // values of Autocrypt-Gossip fields inside the seal
	Autocrypt []string       // values of Autocrypt fields inside the seal
	Caliopen  string         // value of the Caliopen field inside the seal
	Opened    bool           // Entity comes out of a seal: keep it sealed at rest
	Warnings  []string       // catalogue keys "mime.…"
	// Signatures are those that cover what Security.Covers says.
	Signatures []openpgp.Signature
	// sealers is how many of them, the first ones, were made by whom sealed it.
	sealers int
	// Footer is the mail opened although a text stands beside its seal, as
	// servers put it there; nil for none. An attacker can put a text beside a
	// stolen ciphertext just as well, so it may be taken in place of this
	// reading only when its signature is by whom From names.
	Footer *Reading
}

// Field is a header field with its value as written, unfolded, not decoded.
type Field struct{ Name, Value string }

// The words of Security.Error for a sealed mail that was not opened, beside
// privacy.ErrorIntegrity.
const (
	ErrorNoKey     = "nokey"     // none of the keys opens it
	ErrorLocked    = "locked"    // the key that opens it is locked
	ErrorTooLarge  = "large"     // unpacks to more than is allowed
	ErrorMalformed = "malformed" // an envelope with something else in it
)

// The warnings a layer can leave; keys of the catalogue.
const (
	WarnUnchecked = "mime.signature_unchecked" // no keys at hand to check it with
	WarnPart      = "mime.signed_part"         // the signature covers a part only
	WarnOutside   = "mime.signed_outside"      // the signature covers the ciphertext, not what is in it
	WarnElsewhere = "mime.signed_elsewhere"    // sealed for other readers by its author
	WarnFooter    = "mime.sealed_footer"       // a server added a text beside the seal; it is not shown
	WarnMalformed = "mime.sealed_broken"       // claims to be sealed but is not
)

// blank is the reading of a mail without layers.
func blank() Reading {
	return Reading{Security: privacy.Security{Sealed: "none", Signature: "none", Covers: "none", ProtectedHeaders: "none"}}
}

// Read takes the layers off a mail. It never fails and never panics; what it
// cannot open or check it says in Security. Keys may be nil.
//
// Layers are taken off from the outside in, as long as each is the whole of
// the one before (RFC 9787, 4): signatures, then one seal, then signatures in
// it. Only the innermost content is shown, so nothing can stand beside it. A
// seal inside a seal, or beside something else, stays closed.
func Read(raw []byte, keys openpgp.Keys, now time.Time) Reading {
	root := message(raw)
	r := &reader{keys: keys, now: now, root: root, sources: []entity{root}, out: blank()}
	r.layers(root)
	r.out.Judge(nil)
	return r.out
}
