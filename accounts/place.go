package accounts

import (
	"cmp"
	"path/filepath"
	"runtime"

	"github.com/adrg/xdg"
)

// Places are the files and folders of one profile.
type Places struct {
	Config string // the file config.toml
	Data   string // the folder with the database, the logs and the encrypted secrets
}

// FindPlaces applies the flags, then the environment (CALIOPEN_CONFIG,
// CALIOPEN_DATA), then the XDG base directories. A place stays "" when nothing
// names it and there is no home to look in: the top of the file system is no
// stand-in for one.
func FindPlaces(configFlag, dataFlag string, getenv func(string) string) Places {
	homeless := func(base string) bool {
		return runtime.GOOS != "windows" && getenv("HOME") == "" && getenv(base) == ""
	}
	p := Places{Config: cmp.Or(configFlag, getenv("CALIOPEN_CONFIG")), Data: cmp.Or(dataFlag, getenv("CALIOPEN_DATA"))}
	if p.Config == "" && !homeless("XDG_CONFIG_HOME") {
		p.Config = filepath.Join(xdg.ConfigHome, "caliopen", "config.toml")
	}
	if p.Data == "" && !homeless("XDG_DATA_HOME") {
		p.Data = filepath.Join(xdg.DataHome, "caliopen")
	}
	return p
}

// Log is the log file.
func (p Places) Log() string { return filepath.Join(p.Data, "log", "caliopen.log") }

// Locks is the folder of the lock files of running processes.
func (p Places) Locks() string { return filepath.Join(p.Data, "lock") }

// Keys is the folder of the own secret keys.
func (p Places) Keys() string { return filepath.Join(p.Data, "keys") }

// Encrypted is the file of secrets encrypted with a passphrase.
func (p Places) Encrypted() string { return filepath.Join(p.Data, "secrets.age") }

// Clear is the file of secrets in clear.
func (p Places) Clear() string { return filepath.Join(p.Data, "secrets.json") }
