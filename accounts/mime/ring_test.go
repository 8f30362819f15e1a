package mime

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// ring is a keyring of the keys it is given.
type ring struct {
	secrets  []*openpgp.Key
	byID     map[uint64][]*openpgp.Key
	bindings map[conversation.Address]string
}

func (r *ring) Secrets() []*openpgp.Key                    { return r.secrets }
func (r *ring) Signers(id uint64) []*openpgp.Key           { return r.byID[id] }
func (r *ring) Signer(conversation.Address) *openpgp.Key   { return nil }
func (r *ring) Recipient(string, time.Time) *openpgp.Key   { return nil }
func (r *ring) Autocrypt(conversation.Address) string      { return "" }
func (r *ring) Gossip(conversation.Address, string) string { return "" }
func (r *ring) Bound(a conversation.Address, fingerprint string) bool {
	return r.bindings[a] == fingerprint
}

// add takes the keys of a file.
func (r *ring) add(t testing.TB, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := openpgp.Parse(data)
	if err != nil {
		t.Logf("%s: %v", path, err)
		return
	}
	for _, k := range keys {
		if k.Secret() {
			r.secrets = append(r.secrets, k)
		}
		r.cert(k.Public())
	}
}

// cert takes a certificate.
func (r *ring) cert(k *openpgp.Key) {
	if r.byID == nil {
		r.byID = map[uint64][]*openpgp.Key{}
	}
	for _, id := range k.KeyIDs() {
		r.byID[id] = append(r.byID[id], k)
	}
}

// addAll takes the keys of all files below a folder.
func (r *ring) addAll(t testing.TB, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && slices.Contains([]string{".asc", ".key", ".pgp"}, filepath.Ext(path)) && !strings.Contains(path, "smime") {
			r.add(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
