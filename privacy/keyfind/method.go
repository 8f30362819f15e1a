package keyfind

import "strings"

// Method is a place to ask.
type Method string

// The methods, in the order they are tried: the one that reveals least first.
const (
	WKD     Method = "wkd"     // Web Key Directory of the contact's own domain
	DANE    Method = "dane"    // OPENPGPKEY record in the DNS (RFC 7929)
	VKS     Method = "vks"     // keys.openpgp.org, which checks addresses
	HKP     Method = "hkp"     // a key server that checks nothing
	Keybase Method = "keybase" // by the name that somebody has there
)

// Source says how much a found key is worth, in the words of the keyring.
type Source string

// The sources. A DNS answer that nobody proved is worth no more than hearsay.
const (
	FromWKD     Source = "wkd"
	FromDANE    Source = "dane"
	FromGossip  Source = "gossip"
	FromVKS     Source = "vks"
	FromHKP     Source = "hkp"
	FromKeybase Source = "keybase"
)

// Found is a certificate that was found, without the user IDs of others.
type Found struct {
	Method      Method
	Source      Source
	Fingerprint string // upper-case hexadecimal
	Cert        []byte // binary
	Revoked     bool   // its holder took it back
	Usable      bool   // it can be sealed to now
}

// Reveal says what a lookup tells to whom, as a key of the catalogue.
type Reveal struct {
	Code string
	Args map[string]any
}

// Reveals says what asking by a method tells to whom.
func (f *Finder) Reveals(m Method, address string) Reveal {
	_, domain, _ := cutAddress(address)
	args := map[string]any{"Address": address, "Domain": domain}
	at := func(base string) map[string]any {
		args["Server"] = hostOf(base)
		return args
	}
	switch m {
	case WKD:
		return Reveal{Code: "keyfind.reveals.wkd", Args: args}
	case DANE:
		return Reveal{Code: "keyfind.reveals.dane", Args: args}
	case VKS:
		return Reveal{Code: "keyfind.reveals.vks", Args: at(f.servers().VKS)}
	case HKP:
		return Reveal{Code: "keyfind.reveals.hkp", Args: at(f.servers().HKP)}
	case Keybase:
		return Reveal{Code: "keyfind.reveals.keybase", Args: at(f.servers().Keybase)}
	}
	return Reveal{}
}

func hostOf(base string) string {
	_, rest, _ := strings.Cut(base, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}
