package device

import (
	"os"
	"path/filepath"
	"time"
)

// Here describes the machine that the program runs on. The folders are the own
// ones, that of the data first; those that do not exist are left out.
func Here(s Settings, now time.Time, folders ...string) Host {
	h := Host{
		Root: os.DirFS("/"), Env: os.Getenv, User: os.Geteuid(),
		Dumpable: dumpable(), Settings: s, Now: now,
	}
	for _, f := range folders {
		if p, err := look(f); err == nil {
			h.Places = append(h.Places, p)
		}
	}
	return h
}

// look gathers what there is to know of one folder.
func look(folder string) (Place, error) {
	abs, err := filepath.Abs(folder)
	if err != nil {
		return Place{}, err
	}
	path, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return Place{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return Place{}, err
	}
	return Place{
		Path: filepath.ToSlash(path), Mode: info.Mode(), Owner: owner(info),
		Shut: shut(filepath.Dir(path)), Encrypted: sealedFolder(path),
	}, nil
}

// shut tells whether a folder, or one above it, lets nobody else through.
func shut(folder string) bool {
	for {
		info, err := os.Stat(folder)
		if err == nil && info.Mode().Perm()&0o011 == 0 {
			return true
		}
		up := filepath.Dir(folder)
		if up == folder {
			return false
		}
		folder = up
	}
}
