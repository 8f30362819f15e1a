package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// backupConfig is the name of the configuration within a backup; all else has
// the name it has in the data folder.
const backupConfig = "config.toml"

func (p *program) backupCommand() *cobra.Command {
	write := p.with(working, func(ctx context.Context, a *app, args []string) error {
		size, err := a.backup(ctx, args[0])
		if err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		if p.flags.json {
			return p.object(map[string]any{"file": args[0], "bytes": size})
		}
		return p.line(p.t("keep.backed_up", "File", args[0], "Size", p.cat.Size(size)))
	})
	return p.command("backup FILE", cobra.ExactArgs(1), func(ctx context.Context, args []string) error {
		// A folder that was misspelt would be made, and its backup hold nothing.
		places := p.places()
		if _, err := os.Stat(filepath.Join(places.Data, storage.FileName)); errors.Is(err, fs.ErrNotExist) {
			return &conversation.Problem{Code: "keep.nothing", Args: named([]any{"Folder", places.Data}), Err: conversation.ErrNotFound}
		}
		return write(ctx, args)
	})
}

// backup writes everything of the profile into one new file: the messages as
// they are at one moment, the keys, the secrets and the configuration. The
// program may run meanwhile. The file appears under its name when it is whole.
func (a *app) backup(ctx context.Context, file string) (size int64, err error) {
	if _, err := os.Lstat(file); err == nil {
		return 0, &conversation.Problem{Code: "keep.exists", Args: named([]any{"File", file}), Err: fs.ErrExist}
	}
	work, err := os.MkdirTemp(filepath.Dir(file), ".caliopen-backup-*")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	// The database comes first: whatever it knows of keys is in the folder of
	// keys by then.
	snapshot := filepath.Join(work, storage.FileName)
	if err := a.db.Backup(ctx, snapshot); err != nil {
		return 0, err
	}
	whole := filepath.Join(work, "backup.tar")
	if size, err = a.packInto(ctx, whole, snapshot); err != nil {
		return 0, err
	}
	return size, os.Link(whole, file) // unlike a rename it never takes the place of another file
}

// packInto writes the archive and waits until the disk has it.
func (a *app) packInto(ctx context.Context, path, snapshot string) (int64, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	t := tar.NewWriter(f)
	err = packFile(ctx, t, storage.FileName, snapshot)
	for name, from := range a.besides() {
		if err == nil {
			err = packFile(ctx, t, name, from)
		}
	}
	err = errors.Join(err, t.Close(), f.Sync(), f.Close())
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// besides lists what belongs to the profile besides the database, by the names
// in the archive.
func (a *app) besides() map[string]string {
	all := map[string]string{}
	for name, path := range map[string]string{
		backupConfig: a.places.Config, filepath.Base(a.places.Encrypted()): a.places.Encrypted(), filepath.Base(a.places.Clear()): a.places.Clear(),
	} {
		if _, err := os.Stat(path); err == nil {
			all[name] = path
		}
	}
	keys, _ := os.ReadDir(a.places.Keys()) // a profile without keys has no such folder
	for _, k := range keys {
		if k.Type().IsRegular() && !strings.HasSuffix(k.Name(), ".lock") {
			all[keyEntries+k.Name()] = filepath.Join(a.places.Keys(), k.Name())
		}
	}
	return all
}

// keyEntries is the folder of the keys within a backup.
const keyEntries = "keys/"

func packFile(ctx context.Context, t *tar.Writer, name, path string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := &tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime(), Typeflag: tar.TypeReg}
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.CopyN(t, f, info.Size())
	return err
}

func (p *program) restoreCommand() *cobra.Command {
	return p.command("restore FILE", cobra.ExactArgs(1), func(ctx context.Context, args []string) error {
		places := p.places()
		if places.Data == "" || places.Config == "" {
			return configFault("config.no_data_home")
		}
		aside, err := restore(ctx, places, args[0], p.now())
		if err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		if p.flags.json {
			return p.object(restored{places.Data, aside})
		}
		if err := p.line(p.t("keep.restored", "Dir", places.Data)); err != nil {
			return err
		}
		for _, path := range aside {
			if err := p.line(p.t("keep.aside", "File", path)); err != nil {
				return err
			}
		}
		return nil
	})
}

type restored struct {
	Data  string   `json:"data"`
	Aside []string `json:"aside"` // what was there before, under the names that it has now
}

// restore puts a profile back as a backup has it. What was there before gets
// another name beside it, which is given; nothing is written over. Everything
// is unpacked and looked at before anything is moved, and the database, which
// may be refused, goes first.
func restore(ctx context.Context, places accounts.Places, file string, now time.Time) (aside []string, err error) {
	if err := os.MkdirAll(places.Data, 0o700); err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp(places.Data, ".restoring-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	names, err := unpack(ctx, file, work)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(names, storage.FileName) {
		return nil, notABackup(file)
	}
	aside = []string{}
	old, err := storage.Restore(ctx, places.Data, filepath.Join(work, storage.FileName), now)
	if err != nil {
		return nil, err
	}
	if old != "" {
		aside = append(aside, old)
	}
	for name, to := range map[string]string{
		backupConfig: places.Config, strings.TrimSuffix(keyEntries, "/"): places.Keys(),
		filepath.Base(places.Encrypted()): places.Encrypted(), filepath.Base(places.Clear()): places.Clear(),
	} {
		old, err := replace(filepath.Join(work, name), to, now)
		if err != nil {
			return nil, err
		}
		if old != "" {
			aside = append(aside, old)
		}
	}
	slices.Sort(aside)
	return aside, nil
}

// replace puts a file or folder into its place and gives the name that what was
// there has now, "" for nothing. What the backup does not have is left alone.
func replace(from, to string, now time.Time) (aside string, err error) {
	if _, err := os.Lstat(from); err != nil {
		return "", nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return "", err
	}
	if _, err := os.Lstat(to); err == nil {
		aside = to + ".before-" + now.UTC().Format("20060102-150405.000")
		if err := os.Rename(to, aside); err != nil {
			return "", err
		}
	}
	return aside, move(from, to)
}

// move renames, and copies a file where the two places are on different file
// systems, as the configuration and the data may be.
func move(from, to string) error {
	err := os.Rename(from, to)
	if err == nil {
		return nil
	}
	info, serr := os.Stat(from)
	if serr != nil || !info.Mode().IsRegular() {
		return err
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		return err
	}
	return os.Remove(from)
}

// unpack reads an archive into a folder. Only what a backup holds is taken, so
// that no archive writes anywhere else.
func unpack(ctx context.Context, file, dir string) (names []string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t := tar.NewReader(f)
	for {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return names, nil
		case err != nil && len(names) == 0:
			return nil, notABackup(file)
		case err != nil:
			return nil, &conversation.Problem{Code: "keep.cut", Args: named([]any{"File", file}), Err: conversation.ErrCorrupt}
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
		if !ofBackup(h) {
			return nil, notABackup(file)
		}
		if err := unpackFile(t, filepath.Join(dir, filepath.FromSlash(h.Name))); err != nil {
			return nil, &conversation.Problem{Code: "keep.cut", Args: named([]any{"File", file}), Err: err}
		}
		names = append(names, h.Name)
	}
}

// ofBackup tells whether an entry of an archive is one that a backup can have.
func ofBackup(h *tar.Header) bool {
	key, inside := strings.CutPrefix(h.Name, keyEntries)
	known := []string{storage.FileName, backupConfig, "secrets.age", "secrets.json"}
	return h.Typeflag == tar.TypeReg && (slices.Contains(known, h.Name) || inside && filepath.IsLocal(key) && !strings.ContainsAny(key, `/\`))
}

func unpackFile(r io.Reader, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Sync(), f.Close())
}

func notABackup(file string) error {
	return &conversation.Problem{Code: "keep.no_backup", Args: named([]any{"File", file}), Err: conversation.ErrUsage}
}
