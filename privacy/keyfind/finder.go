package keyfind

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/privacy/resolve"
)

// Errors that callers branch on.
var (
	ErrBulk   = errors.New("too many addresses were looked up lately")
	ErrAnswer = errors.New("the answer is not a key of that address")
	ErrServer = errors.New("the server refused")
	ErrLarge  = errors.New("the answer is too large")
)

// How often an address may be asked for by one method, and how many addresses
// in an hour: who asks for a whole address book publishes it.
const (
	againFound   = 7 * 24 * time.Hour
	againMissing = 24 * time.Hour
	mostAnHour   = 30
)

// Cache remembers what was looked up when. At gives the zero time for what
// never was.
type Cache interface {
	Lookup(ctx context.Context, address string, m Method) (at time.Time, found bool, err error)
	SaveLookup(ctx context.Context, address string, m Method, at time.Time, found bool) error
}

// Servers are the base addresses of the key servers.
type Servers struct{ VKS, HKP, Keybase string }

// Finder looks for keys. Its fields are set before the first use; then it may
// be used from several goroutines.
type Finder struct {
	HTTP    *http.Client     // as Client makes it
	DNS     resolve.Resolver // nil to ask no DNS: then OPENPGPKEY is left out
	Now     func() time.Time
	Methods []Method // those allowed; nil for WKD and DANE
	Servers Servers  // the usual ones where empty
	Cache   Cache    // nil for none

	mu   sync.Mutex
	last []asked // of the last hour
}

type asked struct {
	address string
	at      time.Time
}

func (f *Finder) servers() Servers {
	s := f.Servers
	if s.VKS == "" {
		s.VKS = "https://keys.openpgp.org"
	}
	if s.HKP == "" {
		s.HKP = "https://keyserver.ubuntu.com"
	}
	if s.Keybase == "" {
		s.Keybase = "https://keybase.io"
	}
	return s
}

func (f *Finder) methods() []Method {
	if f.Methods == nil {
		return []Method{WKD, DANE}
	}
	return f.Methods
}

// Find looks for the key of one address, method after method, until one gives
// a key that can be used. It gives nothing and no error when none is
// published, or when that was asked lately. Never call it for mailing lists,
// nor for addresses that the user does not write to just now.
func (f *Finder) Find(ctx context.Context, address string) ([]Found, error) {
	if _, _, err := cutAddress(address); err != nil {
		return nil, err
	}
	var all []Found
	var failed error
	for _, m := range []Method{WKD, DANE, VKS, HKP} {
		if !slices.Contains(f.methods(), m) || m == DANE && f.DNS == nil {
			continue
		}
		found, err := f.once(ctx, m, address, func() ([]Found, error) { return f.by(ctx, m, address) })
		failed = errors.Join(failed, err)
		all = append(all, found...)
		if slices.ContainsFunc(found, func(f Found) bool { return f.Usable }) {
			return all, nil
		}
	}
	if len(all) > 0 {
		return all, nil
	}
	return nil, failed
}

func (f *Finder) by(ctx context.Context, m Method, address string) ([]Found, error) {
	switch m {
	case WKD:
		return f.directory(ctx, address)
	case DANE:
		return f.record(ctx, address)
	case VKS:
		return f.verified(ctx, address)
	}
	return f.unverified(ctx, address)
}

// FindKeybase looks for the key that somebody shows under a Keybase name. It
// is a hint only. It does nothing unless Keybase is among the methods.
func (f *Finder) FindKeybase(ctx context.Context, name, address string) ([]Found, error) {
	if !slices.Contains(f.methods(), Keybase) {
		return nil, nil
	}
	if _, _, err := cutAddress(address); err != nil {
		return nil, err
	}
	return f.once(ctx, Keybase, address, func() ([]Found, error) { return f.keybase(ctx, name, address) })
}

// once asks unless that was done lately. What kept the question from being
// asked is not remembered.
func (f *Finder) once(ctx context.Context, m Method, address string, ask func() ([]Found, error)) ([]Found, error) {
	if recent, err := f.recent(ctx, m, address); err != nil || recent {
		return nil, err
	}
	if !f.admit(address) {
		return nil, ErrBulk
	}
	found, err := ask()
	if err != nil {
		err = fmt.Errorf("keyfind: %s: %w", m, err)
	}
	if f.Cache == nil || err != nil && unreached(err) {
		return found, err
	}
	return found, errors.Join(err, f.Cache.SaveLookup(ctx, address, m, f.Now(), len(found) > 0))
}

func (f *Finder) recent(ctx context.Context, m Method, address string) (bool, error) {
	if f.Cache == nil {
		return false, nil
	}
	at, found, err := f.Cache.Lookup(ctx, address, m)
	if err != nil || at.IsZero() {
		return false, err
	}
	wait := againMissing
	if found {
		wait = againFound
	}
	since := f.Now().Sub(at)
	return since >= 0 && since < wait, nil
}

// admit counts the addresses of the last hour.
func (f *Finder) admit(address string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.Now()
	f.last = slices.DeleteFunc(f.last, func(a asked) bool { return now.Sub(a.at) >= time.Hour })
	if slices.ContainsFunc(f.last, func(a asked) bool { return a.address == address }) {
		return true
	}
	if len(f.last) >= mostAnHour {
		return false
	}
	f.last = append(f.last, asked{address, now})
	return true
}

// read gives what is good of the certificates in an answer. An answer without
// any is ErrAnswer.
func (f *Finder) read(data []byte, address string, m Method, s Source) ([]Found, error) {
	keys, err := openpgp.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	var out []Found
	for _, key := range keys {
		if found, ok := f.take(key, address); ok && len(out) < 8 {
			found.Method, found.Source = m, s
			out = append(out, found)
		}
	}
	if len(out) == 0 {
		return nil, ErrAnswer
	}
	slices.SortStableFunc(out, func(a, b Found) int { return rank(a) - rank(b) })
	return out, nil
}

func rank(f Found) int {
	if f.Usable {
		return 0
	}
	return 1
}

// take reads one certificate without the user IDs of others.
func (f *Finder) take(key *openpgp.Key, address string) (Found, bool) {
	whole, err := key.Public().Bytes()
	if err != nil {
		return Found{}, false
	}
	cert, err := onlyAddress(whole, address)
	if err != nil {
		return Found{}, false
	}
	kept, err := openpgp.Parse(cert)
	if err != nil || len(kept) != 1 || kept[0].Fingerprint() != key.Fingerprint() {
		return Found{}, false
	}
	status := kept[0].Status(f.Now())
	ours := slices.ContainsFunc(kept[0].Addresses(), func(a string) bool { return same(a, address) })
	if !ours && !status.Revoked {
		return Found{}, false
	}
	return Found{
		Fingerprint: key.Fingerprint(), Cert: cert, Revoked: status.Revoked,
		Usable: ours && status.CanSeal && !status.Revoked && !status.Expired,
	}, true
}
