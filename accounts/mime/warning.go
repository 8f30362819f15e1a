package mime

// The warnings a message can carry; keys of the catalogue.
const (
	warnNoHeader   = "mime.no_header"
	warnHeader     = "mime.bad_header"
	warnHeaderLong = "mime.long_header"
	warnAddress    = "mime.bad_address"
	warnMany       = "mime.many_addresses"
	warnManyFrom   = "mime.many_from"
	warnClaimed    = "mime.claimed_from"
	warnNoFrom     = "mime.no_from"
	warnDate       = "mime.bad_date"
	warnCharset    = "mime.bad_charset"
	warnEncoding   = "mime.bad_encoding"
	warnStructure  = "mime.bad_structure"
	warnTruncated  = "mime.truncated"
	warnDeep       = "mime.too_deep"
	warnParts      = "mime.too_many_parts"
	warnLong       = "mime.long_text"
	warnSealed     = "mime.sealed"
	warnSealedPart = "mime.sealed_part"
	warnNotSealed  = "mime.sealed_broken"
	warnSignature  = "mime.signature_unchecked"
	warnOpaque     = "mime.signed_opaque"
	warnChanged    = "mime.sealed_changed"   // integrity failed
	warnUnpacks    = "mime.sealed_large"     // unpacks to too much
	warnInnerFrom  = "mime.inner_from"       // another author inside, not proved
	warnReaders    = "mime.outer_recipients" // other recipients outside than inside
)

// warnings collects each warning once, in order.
type warnings struct{ list []string }

func (w *warnings) add(code string) {
	if !w.has(code) {
		w.list = append(w.list, code)
	}
}

func (w *warnings) has(code string) bool {
	for _, c := range w.list {
		if c == code {
			return true
		}
	}
	return false
}
