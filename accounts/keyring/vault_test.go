package keyring

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"pgregory.net/rapid"
)

func TestVault(t *testing.T) {
	b := newBench(t)
	if _, err := b.Seal([]byte("x"), nil); err == nil {
		t.Error("sealed without any key")
	}
	b.generate("open sesame")
	open, err := b.Seal([]byte("written while open"), []byte("doc 7"))
	must(t, err)
	b.Close()
	if !b.Ready() || b.Unlocked() {
		t.Error("a locked vault seals and does not open")
	}
	locked, err := b.Seal([]byte("written while locked"), []byte("doc 8"))
	must(t, err)
	for _, sealed := range [][]byte{open, locked} {
		if bytes.Contains(sealed, []byte("written")) {
			t.Error("not sealed")
		}
		if _, err := b.Open(sealed, []byte("doc 7")); !errors.Is(err, conversation.ErrSealed) {
			t.Errorf("opened while locked: %v", err)
		}
	}
	b.open()
	must(t, b.Unlock(t.Context(), []byte("open sesame")))
	for _, c := range []struct {
		sealed        []byte
		context, want string
	}{
		{open, "doc 7", "written while open"},
		{locked, "doc 8", "written while locked"},
		{open, "doc 8", ""},
		{locked, "doc 7", ""},
		{open[:20], "doc 7", ""},
		{open[:5], "doc 7", ""},
		{nil, "doc 7", ""},
		{append([]byte{9}, open[1:]...), "doc 7", ""},
	} {
		plain, err := b.Open(c.sealed, []byte(c.context))
		if string(plain) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("in %s: %q %v, want %q", c.context, plain, err, c.want)
		}
	}
}

func TestVaultGivesWhatWasSealed(t *testing.T) {
	b := newBench(t)
	b.generate("")
	rapid.Check(t, func(t *rapid.T) {
		plain, context := rapid.SliceOf(rapid.Byte()).Draw(t, "plain"), rapid.SliceOf(rapid.Byte()).Draw(t, "context")
		one, err := b.Seal(plain, context)
		two, err2 := b.Seal(plain, context)
		if err != nil || err2 != nil || bytes.Equal(one, two) {
			t.Fatalf("%v %v, or sealed alike twice", err, err2)
		}
		if got, err := b.Open(one, context); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%q: %v", got, err)
		}
		one[rapid.IntRange(0, len(one)-1).Draw(t, "at")] ^= 1
		if _, err := b.Open(one, context); err == nil {
			t.Fatal("opened although changed")
		}
	})
}

// The cache key opens with each own key, those made later too, and there is
// never a second one while the first may still be opened.
func TestTheCacheKeyIsNeverLost(t *testing.T) {
	b := newBench(t)
	b.generate("first")
	sealed, err := b.Seal([]byte("kept"), nil)
	must(t, err)
	before, err := os.ReadFile(b.cachePath())
	must(t, err)
	b.open() // locked: the cache key cannot be opened now
	b.pass(time.Hour)
	second := b.generate("second")
	if now, _ := os.ReadFile(b.cachePath()); !bytes.Equal(now, before) {
		t.Fatal("another cache key was made")
	}
	if _, err := b.Open(sealed, nil); !errors.Is(err, conversation.ErrSealed) {
		t.Errorf("got %v", err)
	}
	must(t, b.Unlock(t.Context(), []byte("first")))
	b.open()
	must(t, b.Unlock(t.Context(), []byte("second")))
	if plain, err := b.Open(sealed, nil); string(plain) != "kept" {
		t.Errorf("with the later key %s alone: %q %v", second.Fingerprint, plain, err)
	}
}

// Where no key here opens the cache key, as it is damaged or was another key's,
// it is kept for the day that key comes back, and a new one takes its place:
// what is sealed from then on can be read.
func TestACacheKeyThatNothingOpensIsSetAside(t *testing.T) {
	for name, spoil := range map[string]func(*testing.T, *bench) func(){
		"damaged": func(t *testing.T, b *bench) func() {
			return moved(t, b.cachePath(), func(data []byte) []byte { return data[:len(data)/2] })
		},
		"changed": func(t *testing.T, b *bench) func() {
			return moved(t, b.cachePath(), func(data []byte) []byte { data[len(data)*2/3] ^= 1; return data })
		},
		"another key's": func(t *testing.T, b *bench) func() {
			path := b.path(b.own[0].fingerprint())
			data, err := os.ReadFile(path)
			must(t, err)
			must(t, os.Remove(path))
			b.open()
			return func() { must(t, os.WriteFile(path, data, 0o600)) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.generate("")
			before, err := b.Seal([]byte("before"), nil)
			must(t, err)
			back := spoil(t, b)
			b.open()
			if len(b.own) == 0 { // else the key that is here is enough
				b.generate("")
			}
			if !b.Unlocked() || len(b.Unreadable()) != 1 {
				t.Fatalf("unlocked %v, unreadable %v", b.Unlocked(), b.Unreadable())
			}
			after, err := b.Seal([]byte("after"), nil)
			must(t, err)
			b.open()
			if plain, err := b.Open(after, nil); string(plain) != "after" {
				t.Errorf("sealed since then: %q, %v", plain, err)
			}
			if _, err := b.Open(before, nil); !errors.Is(err, ErrVault) {
				t.Errorf("sealed before: %v", err)
			}
			back()
			b.open()
			for want, sealed := range map[string][]byte{"before": before, "after": after} {
				if plain, err := b.Open(sealed, nil); string(plain) != want {
					t.Errorf("the key is back: %q, %v", plain, err)
				}
			}
			if left := b.Unreadable(); len(left) != 0 {
				t.Errorf("unreadable %v", left)
			}
		})
	}
}

// moved spoils a file, and gives what mends the file set aside.
func moved(t *testing.T, path string, spoil func([]byte) []byte) func() {
	data, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, spoil(bytes.Clone(data)), 0o600))
	return func() {
		names, err := filepath.Glob(filepath.Join(filepath.Dir(path), oldFolder, olderCaches))
		if err != nil || len(names) != 1 {
			t.Fatalf("set aside %v, %v", names, err)
		}
		must(t, os.WriteFile(names[0], data, 0o600))
	}
}
