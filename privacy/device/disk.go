package device

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// The answers about a disk.
const (
	encrypted = "encrypted"
	plain     = "clear"
	unknown   = ""
)

// maxDepth bounds the layers of block devices that are gone through.
const maxDepth = 8

// disk tells whether the folder of the data lies on an encrypted disk. Inside a
// virtual machine or a container a disk that looks clear says nothing of what
// lies below.
func (h Host) disk() string {
	if len(h.Places) == 0 {
		return unknown
	}
	found := encrypted
	if !h.Places[0].Encrypted {
		found = h.diskOf(h.Places[0].Path, 0)
	}
	if found == plain && (h.virtual() || h.contained()) {
		return unknown
	}
	return found
}

// diskOf judges the disk that a path lies on.
func (h Host) diskOf(name string, depth int) string {
	m, ok := h.mountOf(name)
	if !ok || depth > maxDepth {
		return unknown
	}
	switch m.kind {
	case "ecryptfs", "fuse.gocryptfs", "fuse.cryfs":
		return encrypted
	case "btrfs":
		return h.btrfs(m, depth)
	case "zfs", "overlay", "tmpfs", "ramfs":
		return unknown // nothing that can be read tells what is below, or whether it is sealed
	}
	if strings.HasPrefix(m.device, "0:") {
		return unknown // on no device of this machine
	}
	return h.block("sys/dev/block/"+m.device, depth)
}

// btrfs judges all the devices that a btrfs is spread over. Mountinfo names one
// of them; the list of all is in /sys.
func (h Host) btrfs(m mount, depth int) string {
	name := h.blockName(m.source)
	systems, err := fs.Glob(h.root(), "sys/fs/btrfs/*/devices/"+name)
	if name == "" || err != nil || len(systems) != 1 {
		return unknown
	}
	return h.all(path.Dir(systems[0]), depth)
}

// root is never nil.
func (h Host) root() fs.FS {
	if h.Root == nil {
		return noFiles{}
	}
	return h.Root
}

type noFiles struct{}

func (noFiles) Open(string) (fs.File, error) { return nil, fs.ErrNotExist }

// blockName gives the kernel's name of a block device named as in /dev.
func (h Host) blockName(device string) string {
	base := path.Base(device)
	if strings.ContainsAny(base, `*?[\`) || !strings.HasPrefix(device, "/dev/") {
		return ""
	}
	if h.exists("sys/class/block/" + base) {
		return base
	}
	names, _ := fs.Glob(h.root(), "sys/class/block/dm-*/dm/name")
	for _, n := range names {
		if h.line(n) == base {
			return path.Base(path.Dir(path.Dir(n)))
		}
	}
	return ""
}

// all judges every block device that a folder lists: the worst counts.
func (h Host) all(folder string, depth int) string {
	entries, err := fs.ReadDir(h.root(), folder)
	if err != nil || len(entries) == 0 {
		return unknown
	}
	worst := encrypted
	for _, e := range entries {
		switch h.block("sys/class/block/"+e.Name(), depth+1) {
		case plain:
			return plain
		case unknown:
			worst = unknown
		}
	}
	return worst
}

// block judges one block device, given by its folder in /sys, and what lies
// below it: volumes of LVM, RAID, loops, the disk that a partition is of.
func (h Host) block(folder string, depth int) string {
	switch {
	case depth > maxDepth || !h.exists(folder):
		return unknown
	case crypt(h.line(folder + "/dm/uuid")):
		return encrypted
	}
	if entries, _ := fs.ReadDir(h.root(), folder+"/slaves"); len(entries) > 0 {
		return h.all(folder+"/slaves", depth)
	}
	if file := h.line(folder + "/loop/backing_file"); file != "" {
		return h.diskOf(file, depth+1)
	}
	target, err := fs.ReadLink(h.root(), folder)
	name := path.Base(target)
	if err != nil {
		name = path.Base(folder)
	}
	if h.exists(folder + "/partition") {
		if err != nil {
			return unknown
		}
		return h.block("sys/class/block/"+path.Base(path.Dir(target)), depth+1)
	}
	return leaf(name)
}

// leaf judges a device with nothing below. A drive that encrypts by itself
// looks like any other, and nobody can see whether its lock is in use. What
// comes over the network, or out of a hypervisor, is on somebody's disk.
func leaf(name string) string {
	for _, real := range []string{"sd", "hd", "nvme", "mmcblk"} {
		if strings.HasPrefix(name, real) {
			return plain
		}
	}
	return unknown
}

// crypt reads the name that the setup tools give to a mapping. The same prefix
// is used for mappings that only check the data and hide nothing.
func crypt(uuid string) bool {
	kind, ok := strings.CutPrefix(uuid, "CRYPT-")
	kind, _, _ = strings.Cut(kind, "-")
	return ok && slices.Contains([]string{"LUKS1", "LUKS2", "PLAIN", "TCRYPT", "BITLK", "FVAULT2", "LOOPAES"}, kind)
}

// swap tells whether memory may be written to a disk in clear. The host of a
// virtual machine or a container may do so unseen.
func (h Host) swap() string {
	if h.contained() {
		return unknown
	}
	data := h.read("proc/swaps")
	if data == nil {
		return unknown
	}
	found := "none"
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		fields := strings.Fields(line)
		if i == 0 || len(fields) < 2 {
			continue
		}
		switch h.swapOn(unescape(fields[0]), fields[1]) {
		case plain:
			return plain
		case unknown:
			found = unknown
		case encrypted:
			if found != unknown {
				found = encrypted
			}
		}
	}
	if h.virtual() {
		return unknown
	}
	return found
}

// swapOn judges one swap space; "none" for one that stays in memory.
func (h Host) swapOn(name, kind string) string {
	if kind == "file" {
		return h.diskOf(name, 0)
	}
	block := h.blockName(name)
	if block == "" {
		return unknown
	}
	folder := "sys/class/block/" + block
	if !strings.HasPrefix(block, "zram") {
		return h.block(folder, 0)
	}
	back := h.line(folder + "/backing_dev")
	if back == "" || back == "none" {
		return "none"
	}
	if behind := h.blockName(back); behind != "" {
		return h.block("sys/class/block/"+behind, 1)
	}
	return unknown
}
