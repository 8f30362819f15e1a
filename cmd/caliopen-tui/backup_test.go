package main

import (
	"archive/tar"
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/storage"
)

// content gives all files of a folder by their names.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A backup that was made while another process had the data open puts
// everything back on another machine, and on this one over later changes,
// which are kept aside.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	here := stored(t, letter("Zoé", "zoe@example.net", "first", "the very first text"), letter("Inès", "ines@example.net", "second", "another text"))
	here.must("", "key", "generate", "--no-passphrase")
	busy, err := storage.Open(context.Background(), filepath.Join(here.dir, "data"), storage.Options{Score: score})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backup.tar")
	here.must("", "backup", file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the backup: %v, %v", info, err)
	}
	if err := busy.Close(); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := here.run("", "backup", file); code != exitFailed {
		t.Errorf("a backup over another one: status %d, %s%s", code, out, errs)
	}

	there := newProfile(t)
	there.must("", "restore", file)
	same(t, here, there)

	first := here.objects("search", "first")[0]["id"].(string)
	here.must("", "mark", "tag+later", first)
	got := here.object("restore", file)
	if n := here.objects("search", "tag:later"); len(n) != 0 {
		t.Error("what was done after the backup is still there")
	}
	for _, name := range []string{storage.FileName, "config.toml", "keys"} {
		if !slices.ContainsFunc(got["aside"].([]any), func(path any) bool { return strings.Contains(path.(string), name+".before-") && exists(path.(string)) }) {
			t.Errorf("kept aside: %v, without %s", got["aside"], name)
		}
	}
	same(t, there, here)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// same compares what two profiles hold.
func same(t *testing.T, a, b *profile) {
	t.Helper()
	for _, args := range [][]string{{"search", "after:1990"}, {"key", "list"}, {"contact", "list"}, {"account", "list"}} {
		if one, two := a.must("", append(args, "--json")...), b.must("", append(args, "--json")...); one != two || one == "" {
			t.Errorf("%v: %s and %s", args, one, two)
		}
	}
}

// Whatever is no whole backup changes nothing.
func TestABackupOfNothingIsNone(t *testing.T) {
	t.Parallel()
	here := stored(t, letter("Zoé", "zoe@example.net", "first", "the very first text"))
	wrong, file := filepath.Join(t.TempDir(), "dtaa"), filepath.Join(t.TempDir(), "backup.tar")
	if out, errs, code := here.run("", "backup", file, "--data", wrong); code != exitMissing || !strings.Contains(errs, wrong) {
		t.Errorf("a backup of a folder that is not there: status %d, %s%s", code, out, errs)
	}
	for _, path := range []string{wrong, file} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s was made", path)
		}
	}
}

func TestRestoreRefusesWhatIsNoBackup(t *testing.T) {
	t.Parallel()
	p := stored(t, letter("Zoé", "zoe@example.net", "kept", "must stay"))
	good := filepath.Join(t.TempDir(), "good.tar")
	p.must("", "backup", good)
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	before := content(t, p.dir)
	damaged := bytes.Clone(whole)
	copy(damaged[512+4096:], strings.Repeat("\xff", 4096))
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("no archive at all"), "cut": whole[:len(whole)/2], "half of a header": whole[:100], "damaged": damaged,
		"another": archive(t, "letter.txt"), "climbing": archive(t, storage.FileName, "keys/../../stolen"), "absolute": archive(t, "/tmp/stolen"),
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "bad.tar")
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if out, errs, code := p.run("", "restore", file); code == exitDone || errs == "" {
				t.Errorf("taken for a backup: status %d, %s%s", code, out, errs)
			}
			if len(p.objects("search", "must")) != 1 {
				t.Error("the message is gone")
			}
			after := content(t, p.dir)
			for name := range after {
				if _, was := before[name]; !was && !strings.Contains(name, "-wal") && !strings.Contains(name, "-shm") && !strings.HasPrefix(name, "data/log") {
					t.Errorf("%s was left behind", name)
				}
			}
		})
	}
}

// archive makes an archive with files of these names.
func archive(t *testing.T, names ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, name := range names {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: 4, Mode: 0o600, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("text")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestBackupHoldsTheSecretsToo(t *testing.T) {
	t.Parallel()
	p := newProfile(t)
	places := accounts.Places{Config: filepath.Join(p.dir, "config.toml"), Data: filepath.Join(p.dir, "data")}
	p.must("", "search", "x", "--count")
	if err := os.WriteFile(places.Clear(), []byte(`{"alice":"`+servertest.Password+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "b.tar")
	p.must("", "backup", file)
	q := newProfile(t)
	q.must("", "restore", file)
	if got := content(t, filepath.Join(q.dir, "data"))["secrets.json"]; !strings.Contains(got, servertest.Password) {
		t.Errorf("the secrets are %q", got)
	}
}
