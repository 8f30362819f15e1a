package demo

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// keyAge is how old the keys of the demo are at its start: older than all that
// was signed with them.
const keyAge = 4 * 365 * 24 * time.Hour

// keySince is how long ago the user got a key, and others began to send theirs.
const keySince = 96 * 24 * time.Hour

// ring holds the keys of everybody in the demo, as if each had one of his own.
// It does for the people of the story what the keyring does for the user.
type ring struct {
	keys map[string]*openpgp.Key // by address
	next map[string]*openpgp.Key // the key that somebody changes to
	lost *openpgp.Key            // a key that nobody has any more
}

// newRing makes the keys of the user and of those people who have one.
func newRing(people map[string]Person, start time.Time) (*ring, error) {
	r := &ring{keys: map[string]*openpgp.Key{}, next: map[string]*openpgp.Key{}}
	at := start.Add(-keyAge)
	add := func(name, address string, into map[string]*openpgp.Key) error {
		k, err := openpgp.Generate(name, address, openpgp.Compatible, at)
		into[address] = k
		return err
	}
	for _, own := range []string{myMail, myWork} {
		if err := add(MyName, own, r.keys); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(people)) {
		p := people[name]
		if _, has := p.Options["key"]; !has {
			continue
		}
		if err := add(p.Name, p.Mail[0], r.keys); err != nil {
			return nil, err
		}
		if _, changes := p.Options["rekey"]; changes {
			if err := add(p.Name, p.Mail[0], r.next); err != nil {
				return nil, err
			}
		}
	}
	lost := map[string]*openpgp.Key{}
	err := add(MyName, myMail, lost)
	r.lost = lost[myMail]
	return r, err
}

// Secrets gives every key: whoever is written to reads with his own.
func (r *ring) Secrets() []*openpgp.Key { return slices.Collect(maps.Values(r.keys)) }

// Signers gives the certificates with a key ID.
func (r *ring) Signers(id uint64) []*openpgp.Key {
	for _, k := range r.keys {
		if k.Holds(id) {
			return []*openpgp.Key{k.Public()}
		}
	}
	return nil
}

// Bound tells nothing that the keys do not say themselves.
func (r *ring) Bound(conversation.Address, string) bool { return false }

// Recipient gives the certificate with that fingerprint.
func (r *ring) Recipient(fingerprint string, _ time.Time) *openpgp.Key {
	for _, k := range append(r.Secrets(), r.lost) {
		if k.Fingerprint() == fingerprint {
			return k.Public()
		}
	}
	return nil
}

// Signer gives the key of an address.
func (r *ring) Signer(a conversation.Address) *openpgp.Key { return r.keys[a.ID] }

// Autocrypt gives the value of the header, "" for those without a key.
func (r *ring) Autocrypt(a conversation.Address) string {
	return headerOf(r.keys[a.ID], a.ID, "prefer-encrypt=mutual; ")
}

// Gossip gives the value of the header for a recipient.
func (r *ring) Gossip(a conversation.Address, _ string) string {
	return headerOf(r.keys[a.ID], a.ID, "")
}

func headerOf(k *openpgp.Key, address, wish string) string {
	if k == nil {
		return ""
	}
	data, err := k.Public().Minimal(address)
	if err != nil {
		return "" // a key just made has all it needs
	}
	return "addr=" + address + "; " + wish + "keydata=" + folded(base64.StdEncoding.EncodeToString(data))
}

// folded breaks a long word into lines of a header.
func folded(s string) string {
	var b strings.Builder
	for len(s) > 72 {
		b.WriteString("\r\n " + s[:72])
		s = s[72:]
	}
	return b.String() + "\r\n " + s
}

// change lets somebody use his new key from now on.
func (r *ring) change(address string) {
	if k := r.next[address]; k != nil {
		r.keys[address] = k
	}
}

// OwnKeys gives the user's own keys, to be imported, in ASCII armor.
func (w *World) OwnKeys() ([][]byte, error) {
	var out [][]byte
	for _, own := range []string{myMail, myWork} {
		data, err := w.ring.keys[own].Armor()
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

// Met gives the certificates of those whose keys the user compared with them,
// by meeting them, in ASCII armor.
func (w *World) Met() ([][]byte, error) {
	var out [][]byte
	for _, name := range slices.Sorted(maps.Keys(w.people)) {
		p := w.people[name]
		if _, met := p.Options["met"]; !met {
			continue
		}
		data, err := w.ring.keys[p.Mail[0]].Public().Armor()
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}
