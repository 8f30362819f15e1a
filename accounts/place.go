package accounts

import (
	"path/filepath"

	"github.com/adrg/xdg"
)

// Places are the files and folders of one profile.
type Places struct {
	Config string // the file config.toml
	Data   string // the folder with the database, the logs and the encrypted secrets
}

// FindPlaces applies the flags, then the environment (CALIOPEN_CONFIG,
// CALIOPEN_DATA), then the XDG base directories.
func FindPlaces(configFlag, dataFlag string, getenv func(string) string) Places {
	first := func(values ...string) string {
		for _, v := range values {
			if v != "" {
				return v
			}
		}
		return ""
	}
	return Places{
		Config: first(configFlag, getenv("CALIOPEN_CONFIG"), filepath.Join(xdg.ConfigHome, "caliopen", "config.toml")),
		Data:   first(dataFlag, getenv("CALIOPEN_DATA"), filepath.Join(xdg.DataHome, "caliopen")),
	}
}

// Log is the log file.
func (p Places) Log() string { return filepath.Join(p.Data, "log", "caliopen.log") }

// Locks is the folder of the lock files of running processes.
func (p Places) Locks() string { return filepath.Join(p.Data, "lock") }

// Encrypted is the file of secrets encrypted with a passphrase.
func (p Places) Encrypted() string { return filepath.Join(p.Data, "secrets.age") }

// Clear is the file of secrets in clear.
func (p Places) Clear() string { return filepath.Join(p.Data, "secrets.json") }
