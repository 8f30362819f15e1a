package accounts

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"
	"github.com/pelletier/go-toml/v2"

	"github.com/caliopen/caliopen-tui/conversation"
)

// AddAccount appends an account to a configuration file, which is made when it
// does not exist. What stands there, comments too, stays as it is.
func AddAccount(path string, a Account) error {
	if err := a.Check(); err != nil {
		return err
	}
	return edit(path, func(c *Config, text []byte) (*Config, []byte, error) {
		if _, there := c.Account(a.Name); there {
			return nil, nil, problem("config.twice", ErrConfig, map[string]any{"Account": a.Name, "File": path})
		}
		block, err := accountBlock(a)
		if err != nil {
			return nil, nil, err
		}
		if len(text) > 0 {
			text = append(bytes.TrimRight(text, "\n"), "\n\n"...)
		}
		c.Accounts = append(c.Accounts, a)
		return c, append(text, block...), nil
	})
}

// RemoveAccount takes an account out of a configuration file.
func RemoveAccount(path, name string) error {
	return edit(path, func(c *Config, text []byte) (*Config, []byte, error) {
		i := slices.IndexFunc(c.Accounts, func(a Account) bool { return strings.EqualFold(a.Name, name) })
		if i < 0 {
			return nil, nil, fmt.Errorf("config: account %q: %w", name, conversation.ErrNotFound)
		}
		c.Accounts = slices.Delete(c.Accounts, i, i+1)
		return c, replaceBlock(text, i, nil), nil
	})
}

// ReplaceAccount writes an account anew in its place.
func ReplaceAccount(path string, a Account) error {
	if err := a.Check(); err != nil {
		return err
	}
	return edit(path, func(c *Config, text []byte) (*Config, []byte, error) {
		i := slices.IndexFunc(c.Accounts, func(old Account) bool { return strings.EqualFold(old.Name, a.Name) })
		if i < 0 {
			return nil, nil, fmt.Errorf("config: account %q: %w", a.Name, conversation.ErrNotFound)
		}
		block, err := accountBlock(a)
		if err != nil {
			return nil, nil, err
		}
		c.Accounts[i] = a
		return c, replaceBlock(text, i, append(block, '\n')), nil
	})
}

// edit reads, changes and writes a configuration file under a lock. The change
// is made on the text, so that comments live; when the text does not come out
// as wanted (an array written in some other way), it is written anew.
func edit(path string, change func(*Config, []byte) (*Config, []byte, error)) error {
	if path == "" {
		return problem("config.no_home", ErrConfig, nil)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("config: lock: %w", err)
	}
	defer lock.Unlock()
	text, err := readBounded(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	c, err := ParseConfig(path, text)
	if err != nil {
		return err
	}
	want, text, err := change(c, text)
	if err != nil {
		return err
	}
	if got, err := ParseConfig(path, text); err != nil || !reflect.DeepEqual(got.normal(), want.normal()) {
		if text, err = toml.Marshal(want); err != nil {
			return fmt.Errorf("config: %w", err)
		}
	}
	return writePrivate(path, text)
}

// normal makes empty and absent lists equal and forgets places in the text, for
// comparing.
func (c *Config) normal() *Config {
	c.path, c.places = "", nil
	if len(c.Accounts) == 0 {
		c.Accounts = nil
	}
	for i := range c.Accounts {
		if len(c.Accounts[i].Aliases) == 0 {
			c.Accounts[i].Aliases = nil
		}
	}
	return c
}

// writePrivate replaces a file in one step, readable by its owner only. A
// symbolic link stays one: the file it leads to is replaced.
func writePrivate(path string, data []byte) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	f, err := renameio.NewPendingFile(path, renameio.WithStaticPermissions(0o600))
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer f.Cleanup()
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func accountBlock(a Account) ([]byte, error) {
	block, err := toml.Marshal(struct {
		Accounts []Account `toml:"account"`
	}{[]Account{a}})
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return bytes.TrimLeft(block, "\n"), nil
}

// replaceBlock puts something in the place of the i-th [[account]] block. A
// block ends where the next table begins that is no part of it; comments standing right above that
// one belong to it.
func replaceBlock(text []byte, i int, by []byte) []byte {
	header := regexp.MustCompile(`^\s*\[\[\s*(account|"account"|'account')\s*\]\]`)
	table := regexp.MustCompile(`^\s*\[`)
	inside := regexp.MustCompile(`^\s*\[\[?\s*(account|"account"|'account')\s*\.`) // [[account.folder]]
	lines := bytes.SplitAfter(text, []byte("\n"))
	start, end := -1, len(lines)
	for n, line := range lines {
		switch {
		case start >= 0 && table.Match(line) && !inside.Match(line):
			end = beforeComments(lines, n, start)
		case start < 0 && header.Match(line):
			if i--; i < 0 {
				start = n
			}
			continue
		default:
			continue
		}
		break
	}
	if start < 0 {
		return text
	}
	if end == len(lines) {
		by = bytes.TrimSuffix(by, []byte("\n"))
	}
	out := append(bytes.Join(lines[:start], nil), by...)
	return append(out, bytes.Join(lines[end:], nil)...)
}

// beforeComments steps back from line n over the comments right above it.
func beforeComments(lines [][]byte, n, start int) int {
	for n-1 > start && bytes.HasPrefix(bytes.TrimSpace(lines[n-1]), []byte("#")) {
		n--
	}
	return n
}
