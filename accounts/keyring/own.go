package keyring

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// Names in the folder of the own keys.
const (
	keySuffix = ".asc"
	cacheName = "cache.pgp" // the key of what is kept sealed, sealed to the own keys
	oldFolder = "old"       // what changed keys were before
	lockName  = ".lock"
)

// maxFile bounds what is read of a file of one's own.
const maxFile = 4 << 20

// ErrDamaged is given for a file of an own key that cannot be read. Nothing is
// changed then, for it may be mended.
var ErrDamaged = errors.New("the file of an own key is damaged")

// ownKey is one own secret key: as it stands in its file, and unlocked.
type ownKey struct {
	stored *openpgp.Key
	public *openpgp.Key
	open   *openpgp.Key // nil while locked
	phrase []byte       // that unlocked it, to lock it again after a change
}

func (o *ownKey) fingerprint() string { return o.stored.Fingerprint() }

// has tells whether the key was made for an address.
func (o *ownKey) has(a conversation.Address) bool {
	return a.Protocol == conversation.Mail && slices.Contains(o.public.Addresses(), a.ID)
}

// readOwn reads the files of the own keys. A folder or a file that others can
// read is an error, since the keys in it may be known to them.
func readOwn(dir string) ([]*openpgp.Key, error) {
	if err := private(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"+keySuffix))
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	var out []*openpgp.Key
	for _, name := range names {
		key, err := readKey(name)
		if err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	return out, nil
}

// private tells whether a file or folder is closed to others.
func private(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return &conversation.Problem{
			Code: "keyring.open_to_others", Args: map[string]any{"File": path},
			Err: fmt.Errorf("keyring: %s can be read by others: %w", path, fs.ErrPermission),
		}
	}
	return nil
}

func readKey(path string) (*openpgp.Key, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	keys, err := openpgp.Parse(data)
	if err != nil || len(keys) != 1 || !keys[0].Secret() {
		return nil, &conversation.Problem{
			Code: "keyring.damaged", Args: map[string]any{"File": path},
			Err: fmt.Errorf("keyring: %s: %w", path, ErrDamaged),
		}
	}
	return keys[0], nil
}

func readFile(path string) ([]byte, error) {
	if err := private(path); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxFile {
		err = openpgp.ErrTooLarge
	}
	if err != nil {
		return nil, fmt.Errorf("keyring: %s: %w", path, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	return data, nil
}

// adopt takes the keys that the files hold. Those unlocked remain so when
// their file still holds what they were. The caller holds mu.
func (k *Keyring) adopt(files []*openpgp.Key) {
	before := k.own
	k.own = nil
	for _, key := range files {
		o := &ownKey{stored: key, public: key.Public()}
		if !key.Locked() {
			o.open = key
		}
		for _, old := range before {
			if old.fingerprint() == o.fingerprint() && o.open == nil && old.open != nil && same(old.stored, key) {
				o.open, o.phrase = old.open, old.phrase
			}
		}
		k.own = append(k.own, o)
	}
	k.order()
	k.openCache()
}

// order puts the newest own key first. The caller holds mu.
func (k *Keyring) order() {
	now := k.o.Now()
	slices.SortStableFunc(k.own, func(a, b *ownKey) int {
		x, y := a.public.Status(now).Created, b.public.Status(now).Created
		if c := y.Compare(x); c != 0 {
			return c
		}
		return strings.Compare(a.fingerprint(), b.fingerprint())
	})
}

func same(a, b *openpgp.Key) bool {
	x, err := a.Bytes()
	y, err2 := b.Bytes()
	return err == nil && err2 == nil && string(x) == string(y)
}

// locked runs a change of the files while no other process makes one.
func (k *Keyring) exclusively(f func() error) error {
	if err := os.MkdirAll(k.o.Dir, 0o700); err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	if err := private(k.o.Dir); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(k.o.Dir, lockName), flock.SetPermissions(0o600))
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("keyring: lock the folder of keys: %w", err)
	}
	defer lock.Unlock()
	return f()
}

func (k *Keyring) path(fingerprint string) string {
	return filepath.Join(k.o.Dir, fingerprint+keySuffix)
}

// writeKey puts an own key into its file and reads it again, so that what is
// used afterwards is what the disk holds. What stood there before is kept when
// keep says so. The caller holds the lock of the folder.
func (k *Keyring) writeKey(key *openpgp.Key, keep bool) (*openpgp.Key, error) {
	data, err := key.Armor()
	if err != nil {
		return nil, err
	}
	path := k.path(key.Fingerprint())
	if keep {
		if err := k.keepOld(path, key.Fingerprint()); err != nil {
			return nil, err
		}
	}
	if err := writeFile(path, data); err != nil {
		return nil, err
	}
	return readKey(path)
}

// keepOld copies the file of a key that is about to change.
func (k *Keyring) keepOld(path, fingerprint string) error {
	data, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	folder := filepath.Join(k.o.Dir, oldFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	name := fingerprint + "-" + strconv.FormatInt(k.o.Now().UnixNano(), 10) + keySuffix
	return writeFile(filepath.Join(folder, name), data)
}

// dropOld removes what a key was before: after its passphrase changed, those
// files would open with the old one. The caller has read the new file back.
func (k *Keyring) dropOld(fingerprint string) error {
	names, err := filepath.Glob(filepath.Join(k.o.Dir, oldFolder, fingerprint+"-*"+keySuffix))
	for _, name := range names {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// writeFile replaces a file in one step, on the disk when it returns.
func writeFile(path string, data []byte) error {
	f, err := renameio.NewPendingFile(path, renameio.WithStaticPermissions(0o600))
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	defer f.Cleanup()
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("keyring: write %s: %w", path, err)
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("keyring: write %s: %w", path, err)
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder has the new name of a file on the disk too.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("keyring: sync %s: %w", dir, err)
	}
	return nil
}

// ownOf gives the own key to write with from an address: the newest that can
// be sealed to and sign; nil for none. The caller holds mu.
func (k *Keyring) ownOf(a conversation.Address, now time.Time) *ownKey {
	for _, o := range k.own {
		if s := o.public.Status(now); o.has(a) && s.CanSeal && s.CanSign && !s.Revoked && !s.Expired {
			return o
		}
	}
	return nil
}

// ownWith gives the own key of a fingerprint, nil for none. The caller holds mu.
func (k *Keyring) ownWith(fingerprint string) *ownKey {
	for _, o := range k.own {
		if o.fingerprint() == fingerprint {
			return o
		}
	}
	return nil
}
