package uitest

import (
	"context"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// Phrase opens the keys of the invented world.
const Phrase = "four words of nothing"

// Fingerprints of the invented world.
const (
	OwnPrint     = "0A1B2C3D4E5F60718293A4B5C6D7E8F901234567"
	GiuliaPrint  = "1111222233334444555566667777888899990000"
	StrangePrint = "AAAABBBBCCCCDDDDEEEEFFFF0000111122223333"
	MarcPrint    = "7777666655554444333322221111000099998888"
)

// keyring is the invented state of keys.
type keyring struct {
	lock    conversation.LockState
	own     []conversation.Key
	peers   map[conversation.Address]conversation.PeerKey
	snoozed []string
	foreign conversation.Key // that another program holds, zero for none
}

// keys gives the keyring, made on first use. The caller holds the lock.
func (f *Fake) keys() *keyring {
	if f.ring == nil {
		f.ring = &keyring{peers: map[conversation.Address]conversation.PeerKey{}}
		home := conversation.MailAddress("you@home.example")
		f.ring.own = []conversation.Key{{Fingerprint: OwnPrint, Own: true, Secret: true, Protected: true, Addresses: []conversation.Address{home}, Algorithm: "ed25519", Created: Noon().AddDate(-1, 0, 0)}}
		f.ring.lock = conversation.LockState{Keys: 1, Protected: true}
		giulia, nadia := conversation.MailAddress("giulia@ferrari.example"), conversation.MailAddress("nadia@benali.example")
		f.ring.peers[giulia] = conversation.PeerKey{Address: giulia, Fingerprint: GiuliaPrint, Person: "tofu", Since: Noon().AddDate(0, -4, 0), Conflict: StrangePrint}
		f.ring.peers[nadia] = conversation.PeerKey{Address: nadia, Fingerprint: StrangePrint, Person: "new", Since: Noon().AddDate(0, 0, -2), Expires: Noon().AddDate(0, 0, 12)}
	}
	return f.ring
}

// LockState says whether the keys are open.
func (f *Fake) LockState() conversation.LockState {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.keys().lock
}

// Unlock takes Phrase.
func (f *Fake) Unlock(ctx context.Context, phrase []byte) error {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	if err != nil {
		return err
	}
	if string(phrase) != Phrase {
		return conversation.ErrSealed
	}
	f.keys().lock.Locked = false
	return nil
}

// Lock closes the keys.
func (f *Fake) Lock() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keys().lock.Locked = true
}

// Keys gives the own keys.
func (f *Fake) Keys(ctx context.Context) ([]conversation.Key, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	return f.keys().own, err
}

// KeysOf gives no key.
func (f *Fake) KeysOf(context.Context, conversation.ContactID) ([]conversation.Key, error) {
	return nil, nil
}

// MakeKey makes an own key.
func (f *Fake) MakeKey(ctx context.Context, a conversation.AccountID, phrase []byte) (conversation.Key, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	if err != nil {
		return conversation.Key{}, err
	}
	k := conversation.Key{Fingerprint: MarcPrint, Own: true, Secret: true, Protected: len(phrase) > 0}
	for _, st := range f.statuses {
		if st.Account == a {
			k.Addresses = []conversation.Address{st.Address}
		}
	}
	f.keys().own = append(f.keys().own, k)
	return k, nil
}

// PeerKey tells of the key of an address.
func (f *Fake) PeerKey(ctx context.Context, a conversation.Address) (conversation.PeerKey, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	k := f.keys().peers[a]
	k.Address = a
	return k, err
}

// CompareKeys gives six words.
func (f *Fake) CompareKeys(ctx context.Context, peer conversation.Address) (conversation.Comparison, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	return conversation.Comparison{
		Own: conversation.MailAddress("you@home.example"), Peer: peer, OwnFingerprint: OwnPrint, PeerFingerprint: f.keys().peers[peer].Fingerprint,
		Words: []string{"lusab", "babad", "gutih", "tugad", "mumur", "dirop"},
		Link:  "https://i.delta.chat/#" + OwnPrint + "&v=3&i=abcdefgh&s=ijklmnop&a=you%40home.example&n=You",
	}, err
}

// VerifyKey notes that a key was compared.
func (f *Fake) VerifyKey(ctx context.Context, a conversation.Address, fingerprint, how string) error {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	k := f.keys().peers[a]
	k.Fingerprint, k.Person, k.Conflict, k.VerifiedHow, k.VerifiedAt = fingerprint, "verified", "", how, f.now()
	f.keys().peers[a] = k
	return err
}

// DecideKey settles a conflict.
func (f *Fake) DecideKey(ctx context.Context, a conversation.Address, fingerprint string, c conversation.KeyChoice) error {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	k := f.keys().peers[a]
	switch c {
	case conversation.KeyAccept:
		k.Fingerprint, k.Person, k.Conflict = fingerprint, "new", ""
	case conversation.KeyKeep:
		k.Conflict = ""
	case conversation.KeyRefuse:
		k = conversation.PeerKey{Address: a, Problem: "bad"}
	case conversation.KeyAuto:
		k.Conflict = fingerprint
	}
	f.keys().peers[a] = k
	return err
}

// FindKey finds a key for everybody.
func (f *Fake) FindKey(ctx context.Context, a conversation.Address) error {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	f.keys().peers[a] = conversation.PeerKey{Address: a, Fingerprint: MarcPrint, Person: "wkd", Since: f.now()}
	return err
}

// Follow joins whoever invites at once; the one fingerprint that it knows
// without an invitation is that of Giulia.
func (f *Fake) Follow(ctx context.Context, link string) (conversation.Invited, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	marc, giulia := conversation.MailAddress("marc@dupuis.example"), conversation.MailAddress("giulia@ferrari.example")
	switch {
	case err != nil:
	case strings.Contains(link, MarcPrint):
		f.keys().peers[marc] = conversation.PeerKey{Address: marc, Fingerprint: MarcPrint, Person: "verified", VerifiedHow: "securejoin", VerifiedAt: f.now()}
		return conversation.Invited{Address: marc, Fingerprint: MarcPrint, Sent: true}, nil
	case strings.Contains(link, GiuliaPrint):
		return conversation.Invited{Address: giulia, Fingerprint: GiuliaPrint, Same: true}, nil
	case strings.Contains(link, StrangePrint):
		return conversation.Invited{Fingerprint: StrangePrint}, nil
	default:
		err = &conversation.Problem{Code: "join.no_link", Err: conversation.ErrUsage}
	}
	return conversation.Invited{}, err
}

// Snooze notes what was put off.
func (f *Fake) Snooze(ctx context.Context, advice string, _ time.Time) error {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	f.keys().snoozed = append(f.keys().snoozed, advice)
	return err
}

// Snoozed gives what was put off.
func (f *Fake) Snoozed() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.keys().snoozed
}

// device is the index of the invented device.
func device() privacy.Index {
	return privacy.Index{
		Version: privacy.Version, Score: 60, Raw: 82, Level: privacy.LevelC, DecidedBy: "k.nodisk",
		Factors: []privacy.Factor{{ID: "d.disk", Axis: "copies", Points: 0, Max: 25}, {ID: "d.key", Axis: "copies", Points: 15, Max: 15}},
		Caps:    []privacy.Cap{{ID: "k.nodisk", Limit: 60}},
		Advice:  []privacy.Advice{{ID: "adv.cache", Gain: 15}},
	}
}

// Privacy gives an overview of the invented user.
func (f *Fake) Privacy(ctx context.Context) (conversation.Overview, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	o := conversation.Overview{
		Me: score(71), Since: 9, Best: 74, Sealed: 12, Sent: 31,
		Device:     conversation.Measured{Decided: 85, Index: device()},
		Milestones: []conversation.Milestone{{ID: "first_sealed", At: Noon().AddDate(0, -2, 0)}, {ID: "first_verified", At: Noon().AddDate(0, -1, 0)}},
		Steps: []conversation.Step{
			{Advice: privacy.Advice{ID: "adv.encrypt", Gain: 28}, Effort: 1, Contact: "marc", Name: "Marc Dupuis"},
			{Advice: privacy.Advice{ID: "adv.verify", Gain: 8}, Effort: 2, Contact: "nadia", Name: "Nadia Benali"},
			{Advice: privacy.Advice{ID: "adv.publishkey", Gain: 15}, Effort: 5, Account: "home", Address: conversation.MailAddress("you@home.example")},
		},
	}
	for day := range 60 {
		o.Trend = append(o.Trend, conversation.Point{Day: Noon().AddDate(0, 0, day-60), Score: 50 + day/3})
	}
	for _, st := range f.statuses {
		x, decided := privacy.Account(privacy.AccountInput{TLS: st.TLS, Auth: "password", Key: "none", NoSeal: st.Protocol == conversation.Mastodon})
		o.Accounts = append(o.Accounts, conversation.AccountOverview{Account: st.Account, Protocol: st.Protocol, Address: st.Address, Measured: conversation.Measured{Index: x, Decided: decided}})
	}
	return o, err
}
