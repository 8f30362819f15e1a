package conversation

import (
	"context"
	"errors"
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
)

// ErrSealed is given for what can be read only after the keys were unlocked.
var ErrSealed = errors.New("the keys are locked")

// KeySource says where a key was seen.
type KeySource string

// The sources. A sight without a key ("mail") tells that mail came from the
// address, which Autocrypt wants to know.
const (
	FromAutocrypt  KeySource = "autocrypt"  // Autocrypt header (Autocrypt 1.1, 2.1)
	FromGossip     KeySource = "gossip"     // Autocrypt-Gossip inside a sealed mail (4.3)
	FromSignature  KeySource = "signature"  // a valid signature over a whole message
	FromAttachment KeySource = "attached"   // an attached key; taken on the user's word only, unless it belongs to the signer
	FromWKD        KeySource = "wkd"        // Web Key Directory of the contact's domain
	FromDANE       KeySource = "dane"       // OPENPGPKEY record, authenticated (RFC 7929)
	FromServer     KeySource = "vks"        // keys.openpgp.org
	FromHKP        KeySource = "hkp"        // a key server that checks nothing
	FromKeybase    KeySource = "keybase"    // a hint
	FromUser       KeySource = "import"     // imported by the user
	FromJoin       KeySource = "securejoin" // SecureJoin
	FromMail       KeySource = "mail"       // no key: mail from that address
)

// KeySight is one thing that a message or a lookup told of a key.
type KeySight struct {
	Address     Address
	Source      KeySource
	Fingerprint string    // upper-case hexadecimal, "" for a sight without key
	Cert        []byte    // the certificate, binary; nil when it is known already
	Date        time.Time // of the message, or of its receipt when that lies in the future
	Mutual      bool      // prefer-encrypt=mutual
	Protects    bool      // the message had protected headers: the sender's program knows them
	Caliopen    []string  // capabilities announced inside a sealed message, nil for none
	Message     MessageID // where it was seen, "" for lookups
	Account     AccountID // of the message
	CertifiedBy string    // fingerprint of an older key of that address that certified this one
}

// Recommendation is what Autocrypt advises about sealing (Autocrypt 1.1, 2.4).
type Recommendation string

// The recommendations.
const (
	SealDisable    Recommendation = "disable"
	SealDiscourage Recommendation = "discourage"
	SealAvailable  Recommendation = "available"
	SealEncrypt    Recommendation = "encrypt"
)

// Policy is what the user decided about a key (the words of GnuPG's TOFU).
type Policy string

// The policies.
const (
	PolicyAuto     Policy = "auto"    // computed from what was seen
	PolicyVerified Policy = "good"    // compared with its holder
	PolicyAccepted Policy = "unknown" // taken without checking
	PolicyBad      Policy = "bad"     // never to be used
	PolicyAsk      Policy = "ask"     // another key is known for the address: undecided
)

// Binding says that a key was seen for an address.
type Binding struct {
	Address     Address
	Fingerprint string
	Source      KeySource // the best one
	FirstSeen   time.Time
	LastSeen    time.Time
	Signatures  int // valid signatures over whole messages from that address
	Days        int // different days on which those were made
	Policy      Policy
	VerifiedAt  time.Time
	VerifiedHow string // "fingerprint", "words", "qr", "securejoin"
}

// Peer is what Autocrypt keeps of an address (Autocrypt 1.1, 2.2), and what its
// program is known to understand.
type Peer struct {
	Address    Address
	LastSeen   time.Time
	Autocrypt  time.Time // of the newest valid header
	Key        string    // fingerprint, "" for none
	Mutual     bool
	Gossip     time.Time
	GossipKey  string
	Protects   time.Time // last mail with protected headers
	Caliopen   []string  // capabilities last announced
	CaliopenAt time.Time
}

// PeerKey says how one address can be written to sealed, as of now. The zero
// value but for Address means that no key is known.
type PeerKey struct {
	Address     Address
	Fingerprint string // the key that would be sealed to, "" for none that can be used
	Person      string // what is known of it, as privacy.Facts.Person
	Since       time.Time
	LastSeen    time.Time
	Expires     time.Time // zero for never
	Problem     string    // why no key can be used: "expired", "revoked", "bad", "" for none known
	Conflict    string    // fingerprint of another key that waits for the user's decision
	Weak        bool
	Quantum     bool
	Mutual      bool // both sides wish to seal when possible
	Advice      Recommendation
	Protects    bool // header protection is understood there
	Caliopen    bool // the program there is Caliopen, or one that announced to understand as much
	Source      KeySource
	VerifiedHow string
	VerifiedAt  time.Time
}

// Key is a certificate as it is shown, with its bindings.
type Key struct {
	Fingerprint string
	Own         bool
	Secret      bool     // the secret key is here
	Locked      bool     // it has a passphrase and is locked now
	Protected   bool     // it has a passphrase
	UserIDs     []string // unsanitised
	Addresses   []Address
	Algorithm   string // "ed25519", "rsa 3072", "ml-dsa-65+ed25519"
	Created     time.Time
	Expires     time.Time // zero for never
	Expired     bool
	Revoked     bool
	Weak        bool
	Bindings    []Binding
	Person      string // of the binding asked for, as privacy.Facts.Person
}

// KeyChoice is the user's answer to a key that changed, or his word about one.
type KeyChoice string

// The choices.
const (
	KeyAccept KeyChoice = "accept" // use the new key, unchecked
	KeyKeep   KeyChoice = "keep"   // go on with the old key
	KeyRefuse KeyChoice = "refuse" // never use that key for that address
	KeyAuto   KeyChoice = "auto"   // forget what was decided
)

// Comparison is what two people hold side by side to verify their keys.
type Comparison struct {
	Own, Peer       Address
	OwnFingerprint  string
	PeerFingerprint string
	Words           []string // six words, the same on both sides
	Link            string   // OPENPGP4FPR link of the own key with an invitation, for a QR code
}

// LockState says whether sealed messages can be read.
type LockState struct {
	Keys      int  // own secret keys
	Protected bool // a passphrase is needed to use them
	Locked    bool
	Left      time.Duration // until they lock by themselves, 0 for never
	Waiting   int           // sealed messages that a locked key can open, and that were not opened yet
}

// Keyring is what the verbs need from whoever keeps the keys. Peer and State
// are asked while the user types: they touch no disk.
type Keyring interface {
	Peer(own, peer Address) PeerKey
	// Own tells whether there is a key to sign with and be answered by.
	Own(own Address) (Key, bool)
	// State gives what is known of a key in the hands of an address, for the
	// index of what it signed. Weak keys and undecided conflicts are told.
	State(a Address, fingerprint string) privacy.KeyState
	Lock() LockState

	List(ctx context.Context) ([]Key, error)
	Find(ctx context.Context, fingerprint string) (Key, error)
	Generate(ctx context.Context, own Address, name string, passphrase []byte) (Key, error)
	Import(ctx context.Context, data []byte, passphrase func(Key) ([]byte, error)) ([]Key, error)
	Export(ctx context.Context, fingerprint string, secret bool) ([]byte, error)
	// Change alters an own key: "extend" (value: days), "revoke", "passphrase"
	// (value: the new one, "" for none), "subkey" (a new one to be sealed to).
	Change(ctx context.Context, fingerprint, what, value string) error
	Verify(ctx context.Context, a Address, fingerprint, how string) error
	Decide(ctx context.Context, a Address, fingerprint string, c KeyChoice) error
	Compare(ctx context.Context, own, peer Address) (Comparison, error)
	Unlock(ctx context.Context, passphrase []byte) error
	Close()
	// Learn takes in what messages and lookups told, and gives the addresses
	// of which something changed that bears on an index. Telling it twice
	// changes nothing.
	Learn(ctx context.Context, sights []KeySight) (changed []Address, err error)
}

// KeyStore is what a keyring needs from the database. All writes are durable
// when they return.
type KeyStore interface {
	Certs(ctx context.Context) (map[string][]byte, error) // by fingerprint
	SaveCert(ctx context.Context, fingerprint string, cert []byte) error
	Bindings(ctx context.Context) ([]Binding, error)
	SaveBinding(ctx context.Context, b Binding) error
	Peers(ctx context.Context) ([]Peer, error)
	SavePeer(ctx context.Context, p Peer) error
	// Witness notes that a message bore a valid signature by a key. Noting it
	// again changes nothing. It gives how many messages and on how many days.
	Witness(ctx context.Context, a Address, fingerprint string, m MessageID, day time.Time) (signatures, days int, err error)
	// Atomically runs writes in one transaction.
	Atomically(ctx context.Context, f func(ctx context.Context) error) error
}

// HeaderPolicy says what of a sealed mail's header stays readable (RFC 9788).
type HeaderPolicy string

// The policies.
const (
	HideSubject HeaderPolicy = "baseline" // hcp_baseline
	Discreet    HeaderPolicy = "shy"      // hcp_shy
	HideAll     HeaderPolicy = "chat"     // as hcp_shy, with hidden recipients, a blurred date and padding
)

// Sealing says how an outgoing mail is sealed.
type Sealing struct {
	Policy HeaderPolicy
	Keys   map[Address]string // fingerprint of the key of each recipient, as it was shown
	// Legacy repeats the hidden subject in the text, for programs that know
	// nothing of protected headers (RFC 9788, 5.2.2); never with HideSubject.
	Legacy bool
	// HideThread keeps what message is answered inside the seal, because that
	// message hid its own thread.
	HideThread bool
}

// Envelope is a further copy of a message for some recipients alone, as each
// Bcc of a sealed mail needs one of its own.
type Envelope struct {
	Recipients []Address
	Wire       []byte
	RFCID      string // the Message-ID outside, its own: only the one inside is that of the message
}

// DomainFacts is what is known of the mail servers of a domain.
type DomainFacts struct {
	Enforced bool      // demands TLS: MTA-STS mode enforce (RFC 8461), or DANE (RFC 7672)
	How      string    // "mta-sts", "dane"
	Until    time.Time // when that is not known any more
}
