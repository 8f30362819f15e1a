package keyring

import (
	"bytes"
	"errors"
	"os"
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
	must(t, os.WriteFile(b.cachePath(), []byte("damaged"), 0o600))
	b.open()
	must(t, b.Unlock(t.Context(), []byte("first")))
	if now, _ := os.ReadFile(b.cachePath()); string(now) != "damaged" {
		t.Error("a damaged cache key was replaced")
	}
	if b.Unlocked() {
		t.Error("opened by nothing")
	}
	if _, err := b.Seal([]byte("x"), nil); err != nil {
		t.Errorf("sealed to the own keys meanwhile: %v", err)
	}
}
