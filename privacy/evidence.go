package privacy

// Evidence is everything that was seen of one message and bears on its index.
// It is plain data: transports, the mail parser and (later) the OpenPGP reader
// fill it, FactsOf turns it into Facts. The zero value means "nothing known".
type Evidence struct {
	Protocol       string         `json:"protocol"` // "mail", "mastodon", …
	Security       Security       `json:"security"`
	Transport      Transport      `json:"transport"`
	Authentication Authentication `json:"authentication"`
	Remote         Remote         `json:"remote"`
	OwnHop         bool           `json:"own_hop"`               // own server reached over verified TLS
	Visibility     string         `json:"visibility"`            // Mastodon: "direct", "private", "unlisted", "public"; else ""
	SameProvider   bool           `json:"same_provider"`         // never left one provider's servers
	Forged         bool           `json:"forged"`                // the provider (or a local check) says the From domain did not send it
	FromDomain     string         `json:"from_domain,omitempty"` // the domain that From claims
	ManyFrom       bool           `json:"many_from"`             // several or no addresses in From, or a name there that shows another address
	Active         bool           `json:"active"`                // forms, scripts or CSS conditions in the HTML
	Key            KeyState       `json:"key,omitzero"`          // of the key that signed, as the key store knows it
}

// KeyState is what the key store knows of a key in the hands of an address. It
// changes with time (a key gets verified, another one appears), and messages
// are judged again then.
type KeyState struct {
	Person   string `json:"person,omitempty"`   // as Facts.Person: "new", "tofu", "wkd", "dane", "gossip", "verified"; "" for unknown
	Conflict bool   `json:"conflict,omitempty"` // another key is known for the address, and the user has not decided
	Bad      bool   `json:"bad,omitempty"`      // the user refused this key for this address
	Weak     bool   `json:"weak,omitempty"`
}

// Security is what is known of sealing and signing (JSON object "security" of
// the command line). Words are those of the command line's contract.
type Security struct {
	Sealed           string `json:"sealed"`    // "none", "partial", "full"
	Signature        string `json:"signature"` // "none", "good", "bad", "unknown_key", "expired_key", "weak", "mismatch"
	Signer           string `json:"signer,omitempty"`
	SignerAddress    string `json:"signer_address,omitempty"`
	Covers           string `json:"covers"`            // "none", "part", "whole"
	ProtectedHeaders string `json:"protected_headers"` // "none", "clear", "cipher", "legacy"
	Decrypted        bool   `json:"decrypted"`
	Error            string `json:"error,omitempty"`

	SignedAt      string `json:"signed_at,omitempty"`      // RFC 3339; when the signature was made
	SubjectHidden bool   `json:"subject_hidden,omitempty"` // the subject outside carries nothing of the one inside
	Discreet      bool   `json:"discreet,omitempty"`       // names, recipients and date are reduced outside
	Padded        bool   `json:"padded,omitempty"`
	Forward       string `json:"forward,omitempty"` // forward secrecy: "partial", "full"
	Quantum       bool   `json:"quantum,omitempty"`
	Caliopen      bool   `json:"caliopen,omitempty"` // sealed by the intra-Caliopen profile
}

// Transport is what is known of the way the message came.
type Transport struct {
	Ingress   string `json:"ingress"`       // "auth", "tls", "plain", "unknown"
	TLS       string `json:"tls,omitempty"` // "1.3", "1.2"; empty when unknown
	Hops      []Hop  `json:"hops,omitempty"`
	Predicted bool   `json:"predicted,omitempty"` // nobody wrote down how it went: Ingress is what would be expected today
	Trusted   int    `json:"trusted,omitempty"`   // how many of the topmost hops are believed; the others are claims
}

// Hop is one Received header, topmost first. Only hops above and including the
// ingress hop are believed; the others are claims.
type Hop struct {
	By      string `json:"by,omitempty"`
	From    string `json:"from,omitempty"`
	With    string `json:"with,omitempty"`
	TLS     string `json:"tls,omitempty"` // "1.3", "1.2", "yes" (version not told); empty when none was told
	Network bool   `json:"-"`             // false for local pick-up, LMTP and scripts
}

// Authentication is the verdict on the sender's domain (RFC 8601).
type Authentication struct {
	Source  string `json:"source"` // "provider", "local", "none"
	DKIM    string `json:"dkim"`   // "pass", "fail", "none"
	SPF     string `json:"spf"`
	DMARC   string `json:"dmarc"`
	Aligned bool   `json:"aligned"` // a passing result is for the domain of From
}

// Remote counts what the message would load from elsewhere.
type Remote struct {
	Images   int  `json:"images"`
	Trackers int  `json:"trackers"`
	Loaded   bool `json:"loaded"`
}
