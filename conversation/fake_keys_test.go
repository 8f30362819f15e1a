package conversation_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// fakeKeys is a keyring made of what a test says.
type fakeKeys struct {
	own      map[Address]Key
	peers    map[Address]PeerKey
	others   []Key
	states   map[Address]privacy.KeyState
	locked   bool
	learnt   []KeySight
	changed  []Address // what Learn says has changed
	decided  []string
	verified []string
	fail     error
}

func (f *fakeKeys) Peer(_, peer Address) PeerKey {
	k := f.peers[peer]
	k.Address = peer
	return k
}

func (f *fakeKeys) Own(own Address) (Key, bool) {
	k, ok := f.own[own]
	return k, ok
}

func (f *fakeKeys) State(a Address, fingerprint string) privacy.KeyState { return f.states[a] }
func (f *fakeKeys) Lock() LockState {
	return LockState{Keys: len(f.own), Protected: true, Locked: f.locked}
}

func (f *fakeKeys) List(context.Context) ([]Key, error) {
	out := slices.Clone(f.others)
	for _, k := range f.own {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b Key) int { return cmp.Compare(a.Fingerprint, b.Fingerprint) })
	return out, f.fail
}

func (f *fakeKeys) Find(ctx context.Context, fingerprint string) (Key, error) {
	all, _ := f.List(ctx)
	for _, k := range all {
		if k.Fingerprint == fingerprint {
			return k, nil
		}
	}
	return Key{}, ErrNotFound
}

func (f *fakeKeys) Generate(_ context.Context, own Address, name string, passphrase []byte) (Key, error) {
	k := Key{Fingerprint: "NEW", Own: true, Secret: true, Protected: len(passphrase) > 0, UserIDs: []string{name + " <" + own.ID + ">"}, Addresses: []Address{own}}
	f.own[own] = k
	return k, f.fail
}

func (f *fakeKeys) Import(_ context.Context, data []byte, _ func(Key) ([]byte, error)) ([]Key, error) {
	k := Key{Fingerprint: strings.TrimSpace(string(data)), Addresses: []Address{zoeMail}, Own: strings.HasPrefix(string(data), "OWN")}
	f.others = append(f.others, k)
	return []Key{k}, f.fail
}

func (f *fakeKeys) Export(_ context.Context, fingerprint string, secret bool) ([]byte, error) {
	return []byte("exported " + fingerprint), f.fail
}

func (f *fakeKeys) Change(context.Context, string, string, string) error { return f.fail }

func (f *fakeKeys) Verify(_ context.Context, a Address, fingerprint, how string) error {
	f.verified = append(f.verified, a.ID+" "+fingerprint+" "+how)
	return f.fail
}

func (f *fakeKeys) Decide(_ context.Context, a Address, fingerprint string, c KeyChoice) error {
	f.decided = append(f.decided, a.ID+" "+fingerprint+" "+string(c))
	return f.fail
}

func (f *fakeKeys) Compare(_ context.Context, own, peer Address) (Comparison, error) {
	return Comparison{Own: own, Peer: peer, OwnFingerprint: f.own[own].Fingerprint, PeerFingerprint: f.peers[peer].Fingerprint}, f.fail
}

func (f *fakeKeys) Unlock(_ context.Context, passphrase []byte) error {
	if string(passphrase) != "open" {
		return ErrSealed
	}
	f.locked = false
	return f.fail
}

func (f *fakeKeys) Close() { f.locked = true }

func (f *fakeKeys) Learn(_ context.Context, sights []KeySight) ([]Address, error) {
	f.learnt = append(f.learnt, sights...)
	return f.changed, f.fail
}

// The store's part that only keys and the overview need.

func (f *fakeStore) Setting(_ context.Context, key string) (string, error) {
	return f.settings[key], nil
}

func (f *fakeStore) SetSetting(_ context.Context, key, value string) error {
	if err := f.fail["SetSetting"]; err != nil {
		return err
	}
	f.settings[key] = value
	return nil
}

func (f *fakeStore) SaveScore(_ context.Context, object string, day time.Time, score int) error {
	f.saves++
	if err := f.fail["SaveScore"]; err != nil {
		return err
	}
	f.scores[object] = slices.DeleteFunc(f.scores[object], func(p Point) bool { return p.Day.Equal(day) })
	f.scores[object] = append(f.scores[object], Point{Day: day, Score: score})
	return nil
}

func (f *fakeStore) Scores(_ context.Context, object string, since time.Time) ([]Point, error) {
	return slices.DeleteFunc(slices.Clone(f.scores[object]), func(p Point) bool { return p.Day.Before(since) }), nil
}

func (f *fakeStore) Levels(context.Context, time.Time) (map[privacy.Level]int, error) {
	return f.levels, nil
}
func (f *fakeStore) SentSince(context.Context, time.Time) ([]Past, error) { return f.sent, nil }

func (f *fakeStore) Traffic(_ context.Context, _ time.Time, n int) ([]Traffic, error) {
	return f.traffic[:min(n, len(f.traffic))], nil
}

// known is a key that was seen for some time, and whose holder wishes to seal.
func known(change ...func(*PeerKey)) PeerKey {
	k := PeerKey{
		Fingerprint: "ABCD", Person: "tofu", Since: now.AddDate(0, -8, 0), LastSeen: now.AddDate(0, 0, -2),
		Mutual: true, Advice: SealEncrypt, Source: FromAutocrypt,
	}
	for _, c := range change {
		c(&k)
	}
	return k
}

// newSealedWorld is the world with an own key for the mail account, and the keys
// that are given by address.
func newSealedWorld(peers map[Address]PeerKey, change ...func(*Options)) *world {
	w := newWorld()
	w.keys = &fakeKeys{own: map[Address]Key{meMail: {Fingerprint: "MINE", Own: true, Secret: true, Addresses: []Address{meMail}}}, peers: peers}
	w.opt.Keys = w.keys
	for _, c := range change {
		c(&w.opt)
	}
	w.Service = New(w.opt)
	return w
}

// proven is a message from an address, over TLS and proved by its domain.
func proven(days int, a Address, account AccountID) Past {
	return heard(days, a, account, privacy.Facts{Path: "tls", Person: "domain", OwnHop: true}, 38)
}
