package device

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"
)

// virtual tells whether the machine is one inside another.
func (h Host) virtual() bool {
	for line := range strings.Lines(string(h.read("proc/cpuinfo"))) {
		name, flags, _ := strings.Cut(line, ":")
		if strings.TrimSpace(name) == "flags" && slices.Contains(strings.Fields(flags), "hypervisor") {
			return true
		}
	}
	version := strings.ToLower(h.line("proc/version"))
	return h.exists("proc/device-tree/hypervisor") || h.line("sys/hypervisor/type") != "" || strings.Contains(version, "microsoft")
}

// contained tells whether the program runs in a container, which shows it a
// part of the machine only.
func (h Host) contained() bool {
	for _, mark := range []string{".dockerenv", "run/.containerenv", "run/systemd/container"} {
		if h.exists(mark) {
			return true
		}
	}
	root, ok := h.mountOf("/")
	return h.Env != nil && h.Env("container") != "" || ok && root.point == "/" && root.kind == "overlay" && !h.exists("run/initramfs")
}

// stale is the age from which the last change of the system's packages counts
// as old.
const stale = 30 * 24 * time.Hour

// updateMarks are the files that package managers write when they change the
// system. That something was changed does not prove that all of it is up to
// date, but a system that nobody touched for a month is surely not.
var updateMarks = [...]string{
	"var/lib/dpkg/status", "var/log/apt/history.log", "var/log/dpkg.log", "var/lib/apt/periodic/upgrade-stamp",
	"var/lib/dnf/history.sqlite", "var/lib/rpm/rpmdb.sqlite", "var/lib/rpm/Packages", "usr/lib/sysimage/rpm/rpmdb.sqlite",
	"usr/lib/sysimage/libdnf5/transaction_history.sqlite",
	"var/log/pacman.log", "var/log/zypp/history", "lib/apk/db/installed", "var/log/emerge.log",
}

// updates tells whether the system is kept up to date. The packages of a
// container are those of its image; they say nothing of the machine.
func (h Host) updates() string {
	if h.contained() {
		return unknown
	}
	if h.exists("run/reboot-required") || h.unsupported() {
		return "old"
	}
	var newest time.Time
	for _, name := range updateMarks {
		info, err := fs.Stat(h.root(), name)
		if err == nil && info.ModTime().After(newest) && !info.ModTime().After(h.Now.Add(24*time.Hour)) {
			newest = info.ModTime()
		}
	}
	switch {
	case newest.IsZero():
		return unknown
	case h.Now.Sub(newest) < stale:
		return "fresh"
	}
	return "old"
}

// unsupported tells that the distribution ended its support (os-release(5)).
func (h Host) unsupported() bool {
	data := h.read("etc/os-release")
	if data == nil {
		data = h.read("usr/lib/os-release")
	}
	for line := range strings.Lines(string(data)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "SUPPORT_END="); ok {
			end, err := time.Parse(time.DateOnly, strings.Trim(value, `"'`))
			return err == nil && h.Now.After(end.Add(24*time.Hour))
		}
	}
	return false
}

// local tells whether the user sits at the machine, or uses one from afar that
// he administers. Who else administers it nobody can see.
func (h Host) local() string {
	for _, name := range []string{"SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"} {
		if h.Env(name) != "" {
			if h.administers() {
				return "ssh"
			}
			return "remote"
		}
	}
	return "local"
}

// administers tells whether the user belongs to the group of those who may
// administer the machine, or is its administrator.
func (h Host) administers() bool {
	if h.User == 0 {
		return true
	}
	name := h.userName()
	for line := range strings.Lines(string(h.read("etc/group"))) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if name != "" && len(f) == 4 && slices.Contains([]string{"sudo", "wheel", "admin"}, f[0]) && slices.Contains(strings.Split(f[3], ","), name) {
			return true
		}
	}
	return false
}

func (h Host) userName() string {
	for line := range strings.Lines(string(h.read("etc/passwd"))) {
		f := strings.Split(line, ":")
		if len(f) > 3 && f[2] == strconv.Itoa(h.User) {
			return f[0]
		}
	}
	return ""
}
