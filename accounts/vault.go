package accounts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"filippo.io/age"
	"github.com/gofrs/flock"
)

// vault reads and writes files of secrets: a JSON object from account names to
// secrets, in clear or encrypted by age with a passphrase. The passphrase and
// what it opened are kept in memory, so that it is asked for once.
type vault struct {
	mu     sync.Mutex
	phrase string
	opened map[string]string // of the encrypted file
	mark   fs.FileInfo       // the file as it was when it was opened
	work   int               // logarithm of scrypt's work, 0 for the library's choice (about a second)
}

// place is one file of secrets.
type place struct {
	path   string
	phrase func() (string, error) // nil for a file in clear
}

func plainFile(path string) place { return place{path: path} }

func (s *Secrets) sealed(ctx context.Context) place {
	return place{path: s.Encrypted, phrase: func() (string, error) {
		if s.Passphrase == nil {
			return "", errors.New("no way to ask for the passphrase")
		}
		return s.Passphrase(ctx)
	}}
}

func (v *vault) get(p place, name string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	all, err := v.read(p)
	if err != nil {
		return "", err
	}
	if all[name] == "" {
		return "", ErrNoSecret
	}
	return all[name], nil
}

func (v *vault) set(p place, name, secret string) error {
	return v.change(p, func(all map[string]string) { all[name] = secret })
}

func (v *vault) remove(p place, name string) error {
	return v.change(p, func(all map[string]string) { delete(all, name) })
}

// change rewrites the file under a lock: another process of this program may
// keep a refreshed token at the same moment.
func (v *vault) change(p place, f func(map[string]string)) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(p.path), 0o700); err != nil {
		return err
	}
	lock := flock.New(p.path+".lock", flock.SetPermissions(0o600))
	if err := lock.Lock(); err != nil {
		return err
	}
	defer lock.Unlock()
	all, err := v.read(p)
	if errors.Is(err, fs.ErrNotExist) {
		all, err = map[string]string{}, nil
	}
	if err != nil {
		return err
	}
	f(all)
	return v.write(p, all)
}

func (v *vault) read(p place) (map[string]string, error) {
	info, err := os.Stat(p.path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others: chmod 600 it: %w", p.path, fs.ErrPermission)
	}
	if p.phrase != nil && v.opened != nil && sameFile(v.mark, info) {
		return v.opened, nil
	}
	data, err := readBounded(p.path)
	if err != nil {
		return nil, err
	}
	if p.phrase != nil {
		if data, err = v.decrypt(p, data); err != nil {
			return nil, err
		}
	}
	all := map[string]string{}
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("%s: not a file of secrets", p.path) // the error could quote a secret
	}
	if p.phrase != nil {
		v.opened, v.mark = all, info
	}
	return all, nil
}

func sameFile(a, b fs.FileInfo) bool {
	return a != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

func (v *vault) write(p place, all map[string]string) error {
	data, err := json.Marshal(all)
	if err != nil {
		return err
	}
	if p.phrase != nil {
		if data, err = v.encrypt(p, data); err != nil {
			return err
		}
		v.opened, v.mark = nil, nil
	}
	return writePrivate(p.path, data)
}

func (v *vault) ask(p place) error {
	if v.phrase != "" {
		return nil
	}
	phrase, err := p.phrase()
	if err == nil && phrase == "" {
		err = errors.New("empty passphrase")
	}
	v.phrase = phrase
	return err
}

func (v *vault) decrypt(p place, data []byte) ([]byte, error) {
	if err := v.ask(p); err != nil {
		return nil, err
	}
	identity, err := age.NewScryptIdentity(v.phrase)
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(data), identity)
	if err != nil {
		v.phrase = "" // most likely mistyped: ask again next time
		return nil, fmt.Errorf("%s: %w", p.path, err)
	}
	return io.ReadAll(io.LimitReader(r, maxConfig))
}

func (v *vault) encrypt(p place, data []byte) ([]byte, error) {
	if err := v.ask(p); err != nil {
		return nil, err
	}
	recipient, err := age.NewScryptRecipient(v.phrase)
	if err != nil {
		return nil, err
	}
	if v.work > 0 {
		recipient.SetWorkFactor(v.work)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipient)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
