package device

import (
	"io/fs"
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
)

// Place is one of the program's own folders.
type Place struct {
	Path      string // from the root, symbolic links resolved
	Mode      fs.FileMode
	Owner     int
	Shut      bool // a folder above is closed to everybody else
	Encrypted bool // the file system says that the folder is encrypted (fscrypt)
}

// Settings are the user's choices that bear on the device.
type Settings struct {
	Key         string        // "locked" (passphrase, keyring or card), "naked", "none"
	SealedCache bool          // every message is sealed at rest
	LockAfter   time.Duration // own keys lock after so long without use, 0 for never
}

// Host is a machine to be looked at.
type Host struct {
	Root     fs.FS // the whole file system from "/"
	Env      func(name string) string
	Places   []Place // own folders, that of the data first
	User     int     // effective user id, -1 where there are none
	Dumpable bool    // others of the user's programs may read this one's memory
	Settings Settings
	Now      time.Time
}

// longestLock is the longest time after which keys that lock by themselves
// count as locked.
const longestLock = 10 * time.Minute

// Inspect looks at a machine. Each answer is "" when it could not be had.
func Inspect(h Host) privacy.DeviceInput {
	if h.Env == nil {
		h.Env = func(string) string { return "" }
	}
	in := privacy.DeviceInput{
		Disk:    h.disk(),
		Swap:    h.swap(),
		Perm:    h.permissions(),
		Key:     h.Settings.Key,
		Cache:   "clear",
		Lock:    "never",
		Updates: h.updates(),
		Local:   h.local(),
		Memory:  h.memory(),
	}
	if h.Settings.SealedCache {
		in.Cache = "sealed"
	}
	// A key without a lock has nothing that could close.
	if after := h.Settings.LockAfter; after > 0 && after <= longestLock && in.Key != "naked" {
		in.Lock = "auto"
	}
	switch {
	case h.User > 0:
		in.Root = "user"
	case h.User == 0:
		in.Root = "root"
	}
	return in
}

// permissions tells whether somebody else on the machine can get into the own
// folders. Mode bits of a folder that nobody else can reach do not matter.
func (h Host) permissions() string {
	if len(h.Places) == 0 || h.User < 0 {
		return ""
	}
	for _, p := range h.Places {
		if p.Owner != h.User || p.Mode.Perm()&0o077 != 0 && !p.Shut {
			return "readable"
		}
	}
	return "private"
}

// memory tells whether other programs of the same user can look into this one:
// the kernel must restrict tracing (Yama), and the own process must be closed.
func (h Host) memory() string {
	scope := h.line("proc/sys/kernel/yama/ptrace_scope")
	switch {
	case h.Dumpable || scope == "0":
		return "open"
	case scope == "1" || scope == "2" || scope == "3":
		return "guarded"
	}
	return ""
}
