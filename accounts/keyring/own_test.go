package keyring

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

func TestAnOwnKeyIsAFileOfItsOwn(t *testing.T) {
	b := newBench(t)
	if _, ok := b.Own(alice()); ok || b.Ready() || b.Lock().Keys != 0 {
		t.Error("a key before one was made")
	}
	key := b.generate("")
	path := filepath.Join(b.dir, "keys", key.Fingerprint+".asc")
	for name, want := range map[string]fs.FileMode{filepath.Dir(path): 0o700 | fs.ModeDir, path: 0o600, b.cachePath(): 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode() != want {
			t.Errorf("%s: %v %v, want %v", name, info.Mode(), err, want)
		}
	}
	b.open()
	again, ok := b.Own(alice())
	if !ok || again.Fingerprint != key.Fingerprint || again.Protected || again.Locked || !again.Own || !again.Secret {
		t.Errorf("after a new start: %+v", again)
	}
	if l := b.Lock(); l != (conversation.LockState{Keys: 1}) {
		t.Errorf("%+v", l)
	}
	if p := b.Peer(alice(), alice()); p.Fingerprint != key.Fingerprint || p.Person != "verified" {
		t.Errorf("writing to myself: %+v", p)
	}
	if s := b.State(alice(), key.Fingerprint); s.Person != "verified" || s.Conflict {
		t.Errorf("my own key: %+v", s)
	}
	if s := b.State(alice(), fingerprint(t, "zoe.asc")); !s.Conflict {
		t.Error("a foreign key in my own name goes unnoticed")
	}
}

func TestPassphrase(t *testing.T) {
	b := newBench(t)
	key := b.generate("open sesame")
	if !key.Protected || key.Locked {
		t.Errorf("just made: %+v", key)
	}
	b.open()
	if l := b.Lock(); !l.Locked || !l.Protected || opened(b) != 0 || b.Unlocked() {
		t.Errorf("after a new start: %+v", l)
	}
	err := b.Unlock(t.Context(), []byte("open barley"))
	if !errors.Is(err, conversation.ErrSealed) || !errors.Is(err, openpgp.ErrPhrase) || !b.Lock().Locked {
		t.Errorf("a wrong passphrase: %v", err)
	}
	must(t, b.Unlock(t.Context(), []byte("open sesame")))
	if l := b.Lock(); l.Locked || l.Left != 10*time.Minute || len(b.Secrets()) != 1 {
		t.Errorf("unlocked: %+v", l)
	}
	b.Close()
	b.Close()
	if !b.Lock().Locked || b.Unlocked() || b.told() != 1 {
		t.Error("still open")
	}
	if k := b.Signer(alice()); k == nil || !k.Locked() {
		t.Error("a locked key is not told apart from none")
	}
}

func TestThePassphraseComesFromElsewhere(t *testing.T) {
	b := newBench(t)
	b.generate("open sesame")
	cancelled := errors.New("cancelled")
	var answer error
	b.opt.Passphrase = func(context.Context) ([]byte, error) { return []byte("open sesame"), answer }
	b.open()
	answer = cancelled
	if err := b.Unlock(t.Context(), nil); !errors.Is(err, cancelled) || !b.Lock().Locked {
		t.Errorf("a cancelled question: %v", err)
	}
	answer = nil
	must(t, b.Unlock(t.Context(), nil))
	if b.Lock().Locked {
		t.Error("still locked")
	}
}

func TestKeysLockByThemselves(t *testing.T) {
	b := newBench(t)
	b.generate("open sesame")
	if len(b.timers) != 1 || b.waits[0] != step {
		t.Fatalf("%d timers: %v", len(b.timers), b.waits)
	}
	b.pass(9 * time.Minute)
	b.timers[0]()
	if b.Lock().Locked || len(b.timers) != 2 {
		t.Fatal("locked too early")
	}
	b.Touch()
	b.pass(9 * time.Minute)
	if l := b.Lock(); l.Locked || l.Left != time.Minute {
		t.Errorf("used meanwhile: %+v", l)
	}
	b.pass(time.Minute)
	b.timers[1]()
	if !b.Lock().Locked || b.told() != 1 || b.Unlocked() {
		t.Error("not locked by the timer")
	}
	must(t, b.Unlock(t.Context(), []byte("open sesame")))
	b.pass(3 * time.Hour) // asleep: no timer ran
	if opened(b) != 0 || !b.Lock().Locked || b.told() != 2 {
		t.Error("not locked after a sleep")
	}
	b.Touch()
	if !b.Lock().Locked {
		t.Error("opened by being there")
	}
}

func TestKeysWithoutPassphraseNeverLock(t *testing.T) {
	b := newBench(t)
	b.generate("")
	b.pass(24 * time.Hour)
	b.Close()
	if b.Lock().Locked || len(b.timers) != 0 || !b.Unlocked() {
		t.Errorf("%+v", b.Lock())
	}
}

func TestFilesOthersCanReadAreRefused(t *testing.T) {
	b := newBench(t)
	key := b.generate("")
	path := b.path(key.Fingerprint)
	for _, c := range []struct {
		path string
		mode fs.FileMode
	}{{path, 0o640}, {filepath.Dir(path), 0o755}} {
		info, err := os.Stat(c.path)
		must(t, err)
		must(t, os.Chmod(c.path, c.mode))
		_, err = New(t.Context(), b.opt)
		var problem *conversation.Problem
		if !errors.Is(err, fs.ErrPermission) || !errors.As(err, &problem) || problem.Args["File"] != c.path {
			t.Errorf("%s with %v: %v", c.path, c.mode, err)
		}
		must(t, os.Chmod(c.path, info.Mode().Perm()))
	}
	b.open()
}

func TestADamagedKeyIsSaidSo(t *testing.T) {
	b := newBench(t)
	key := b.generate("")
	must(t, os.WriteFile(b.path(key.Fingerprint), []byte("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n"), 0o600))
	if _, err := New(t.Context(), b.opt); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v", err)
	}
	if err := b.Reload(t.Context()); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v", err)
	}
	if _, ok := b.Own(alice()); !ok {
		t.Error("what was in memory is gone")
	}
}

func TestTheNewestKeyWritesAndAllRead(t *testing.T) {
	b := newBench(t)
	first := b.generate("")
	b.pass(time.Hour)
	second := b.generate("")
	if k, _ := b.Own(alice()); k.Fingerprint != second.Fingerprint || len(b.Secrets()) != 2 {
		t.Errorf("writes with %s", k.Fingerprint)
	}
	must(t, b.Change(t.Context(), second.Fingerprint, "revoke", "superseded"))
	if k, _ := b.Own(alice()); k.Fingerprint != first.Fingerprint {
		t.Errorf("after the newer was revoked it writes with %s", k.Fingerprint)
	}
	if len(b.Secrets()) != 2 {
		t.Error("a revoked key does not read any more")
	}
}

func TestChangesKeepWhatWasThere(t *testing.T) {
	for _, phrase := range []string{"", "open sesame"} {
		b := newBench(t)
		key := b.generate(phrase)
		b.pass(time.Minute)
		for i, c := range []struct{ what, value string }{{"extend", "400"}, {"subkey", ""}, {"revoke", "retired"}} {
			must(t, b.Change(t.Context(), key.Fingerprint[24:], c.what, c.value))
			old, _ := filepath.Glob(filepath.Join(b.opt.Dir, oldFolder, "*"))
			if len(old) != i+1 {
				t.Errorf("%d earlier forms after %d changes", len(old), i+1)
			}
			b.pass(time.Minute)
			b.Touch()
		}
		got, err := b.Find(t.Context(), key.Fingerprint)
		must(t, err)
		if !got.Revoked || got.Protected != (phrase != "") {
			t.Errorf("%+v", got)
		}
		b.open()
		if err := b.Unlock(t.Context(), []byte(phrase)); err != nil || len(b.Secrets()) != 1 {
			t.Errorf("with %q: %v", phrase, err)
		}
	}
}

func TestExtend(t *testing.T) {
	b := newBench(t)
	key := b.generate("")
	b.pass(time.Second)
	must(t, b.Change(t.Context(), key.Fingerprint, "extend", "30"))
	got, _ := b.Own(alice())
	if want := b.now.AddDate(0, 0, 30); !got.Expires.Equal(want) {
		t.Errorf("ends %v, want %v", got.Expires, want)
	}
	b.pass(31 * 24 * time.Hour)
	if _, ok := b.Own(alice()); ok || b.Autocrypt(alice()) != "" {
		t.Error("writes with an expired key")
	}
	if len(b.Secrets()) != 1 {
		t.Error("an expired key does not read any more")
	}
	for _, bad := range []string{"", "soon", "-3", "99999999999"} {
		if err := b.Change(t.Context(), key.Fingerprint, "extend", bad); !errors.Is(err, conversation.ErrUsage) {
			t.Errorf("extended by %q: %v", bad, err)
		}
	}
}

func TestAChangedPassphraseLeavesNoOldOne(t *testing.T) {
	b := newBench(t)
	key := b.generate("first")
	b.pass(time.Hour)
	b.Close()
	if err := b.Change(t.Context(), key.Fingerprint, "passphrase", "second"); !errors.Is(err, conversation.ErrSealed) {
		t.Errorf("changed while locked: %v", err)
	}
	must(t, b.Unlock(t.Context(), []byte("first")))
	must(t, b.Change(t.Context(), key.Fingerprint, "extend", "400"))
	must(t, b.Change(t.Context(), key.Fingerprint, "passphrase", "second"))
	if old, _ := filepath.Glob(filepath.Join(b.opt.Dir, oldFolder, "*")); len(old) != 0 {
		t.Errorf("left: %v", old)
	}
	sealed, err := b.Seal([]byte("kept"), nil)
	must(t, err)
	b.open()
	if err := b.Unlock(t.Context(), []byte("first")); !errors.Is(err, openpgp.ErrPhrase) {
		t.Errorf("the old one: %v", err)
	}
	must(t, b.Unlock(t.Context(), []byte("second")))
	if plain, err := b.Open(sealed, nil); string(plain) != "kept" {
		t.Errorf("%q %v", plain, err)
	}
	must(t, b.Change(t.Context(), key.Fingerprint, "passphrase", ""))
	b.open()
	if b.Lock().Protected || b.Lock().Locked {
		t.Error("the passphrase was not taken away")
	}
}

// opened counts the own keys that are open.
func opened(b *bench) (n int) {
	for _, k := range b.Secrets() {
		if !k.Locked() {
			n++
		}
	}
	return n
}
