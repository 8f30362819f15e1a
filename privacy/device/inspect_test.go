package device

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
)

var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const data = "/home/zoe/.local/share/caliopen"

// machine builds the file system of a machine. A value that begins with "-> "
// is a symbolic link, one that is "/" a folder.
func machine(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range files {
		f := &fstest.MapFile{Data: []byte(text), Mode: 0o644, ModTime: today.AddDate(0, 0, -200)}
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			f.Data, f.Mode = []byte(target), fs.ModeSymlink|0o777
		}
		if text == "/" {
			f.Data, f.Mode = nil, fs.ModeDir|0o755
		}
		m[name] = f
	}
	return m
}

// disks are block devices: name, number, and what the files in its folder say.
type disk struct {
	name, number string
	parent       string // the disk that a partition is of
	files        map[string]string
}

// blocks gives /sys as the kernel shows it: the folders of the devices below
// /sys/devices, and symbolic links to them from elsewhere.
func blocks(list ...disk) map[string]string {
	out := map[string]string{}
	for _, d := range list {
		folder := "devices/virtual/block/" + d.name
		if d.parent != "" {
			folder = "devices/virtual/block/" + d.parent + "/" + d.name
			out["sys/"+folder+"/partition"] = "1\n"
		}
		out["sys/"+folder+"/dev"] = d.number + "\n"
		out["sys/class/block/"+d.name] = "-> ../../" + folder
		out["sys/dev/block/"+d.number] = "-> ../../" + folder
		for name, text := range d.files {
			out["sys/"+folder+"/"+name] = text
		}
	}
	return out
}

// below makes the link by which a device names one that it lies on.
func below(name string) string { return "-> ../../../../../class/block/" + name }

func with(maps ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range maps {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

func mounted(lines ...string) map[string]string {
	text := ""
	for i, l := range lines {
		text += fmt.Sprintf("%d 1 %s\n", 20+i, l)
	}
	return map[string]string{"proc/self/mountinfo": text}
}

func host(files map[string]string) Host {
	return Host{
		Root: machine(files), User: 1000, Now: today,
		Places:   []Place{{Path: data, Mode: fs.ModeDir | 0o700, Owner: 1000}},
		Settings: Settings{Key: "locked", SealedCache: true, LockAfter: 10 * time.Minute},
	}
}

func TestDisk(t *testing.T) {
	luks := map[string]string{"dm/uuid": "CRYPT-LUKS2-6d1f0b6c-luks\n", "dm/name": "luks-6d1f\n", "slaves/sda3": below("sda3")}
	sda, sda3 := disk{name: "sda", number: "8:0"}, disk{name: "sda3", number: "8:3", parent: "sda"}
	lvm := disk{name: "dm-1", number: "253:1", files: map[string]string{"dm/uuid": "LVM-abc\n", "slaves/dm-0": below("dm-0")}}
	root := func(device, kind, source string) map[string]string {
		return mounted(device + " / / rw - " + kind + " " + source + " rw")
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"LUKS":                 {with(root("253:0", "ext4", "/dev/mapper/luks"), blocks(sda, sda3, disk{"dm-0", "253:0", "", luks})), "encrypted"},
		"LVM on LUKS":          {with(root("253:1", "xfs", "/dev/mapper/vg-root"), blocks(sda, sda3, disk{"dm-0", "253:0", "", luks}, lvm)), "encrypted"},
		"LVM half on LUKS":     {with(root("253:1", "xfs", "/dev/mapper/vg-root"), blocks(sda, sda3, disk{"dm-0", "253:0", "", luks}, disk{"dm-1", "253:1", "", map[string]string{"slaves/dm-0": below("dm-0"), "slaves/sda3": below("sda3")}})), "clear"},
		"plain partition":      {with(root("8:3", "ext4", "/dev/sda3"), blocks(sda, sda3)), "clear"},
		"partition of RAID":    {with(root("9:1", "ext4", "/dev/md0p1"), blocks(sda, sda3, disk{"dm-0", "253:0", "", luks}, disk{name: "md0", number: "9:0", files: map[string]string{"slaves/dm-0": below("dm-0")}}, disk{name: "md0p1", number: "9:1", parent: "md0"})), "encrypted"},
		"only checked":         {with(root("253:0", "ext4", "/dev/mapper/v"), blocks(sda, sda3, disk{"dm-0", "253:0", "", map[string]string{"dm/uuid": "CRYPT-VERITY-1\n", "slaves/sda3": below("sda3")}})), "clear"},
		"integrity only":       {with(root("253:0", "ext4", "/dev/mapper/v"), blocks(sda, sda3, disk{"dm-0", "253:0", "", map[string]string{"dm/uuid": "CRYPT-INTEGRITY-x\n", "slaves/sda3": below("sda3")}})), "clear"},
		"home of its own":      {with(mounted("8:3 / / rw - ext4 /dev/sda3 rw", "253:0 / /home rw - ext4 /dev/mapper/h rw"), blocks(sda, sda3, disk{"dm-0", "253:0", "", luks})), "encrypted"},
		"another folder":       {with(mounted("8:3 / / rw - ext4 /dev/sda3 rw", "253:0 / /hom rw - ext4 /dev/mapper/h rw"), blocks(sda, sda3, disk{"dm-0", "253:0", "", luks})), "clear"},
		"mounted over":         {with(mounted("253:0 / /home rw - ext4 /dev/mapper/h rw", "8:3 / /home rw - ext4 /dev/sda3 rw"), blocks(sda, sda3, disk{"dm-0", "253:0", "", luks})), "clear"},
		"btrfs subvolume":      {with(root("0:34", "btrfs", "/dev/mapper/luks-6d1f"), blocks(sda, sda3, disk{"dm-0", "253:0", "", luks}), map[string]string{"sys/fs/btrfs/11-22/devices/dm-0": below("dm-0")}), "encrypted"},
		"btrfs on two disks":   {with(root("0:34", "btrfs", "/dev/mapper/luks-6d1f"), blocks(sda, sda3, disk{"dm-0", "253:0", "", luks}), map[string]string{"sys/fs/btrfs/11-22/devices/dm-0": below("dm-0"), "sys/fs/btrfs/11-22/devices/sda3": below("sda3")}), "clear"},
		"btrfs without a list": {with(root("0:34", "btrfs", "/dev/mapper/luks-6d1f"), blocks(sda, sda3, disk{"dm-0", "253:0", "", luks})), ""},
		"loop file":            {with(mounted("253:0 / / rw - ext4 /dev/mapper/l rw", "7:0 / /home rw - ext4 /dev/loop0 rw"), blocks(sda, sda3, disk{"dm-0", "253:0", "", luks}, disk{"loop0", "7:0", "", map[string]string{"loop/backing_file": "/var/home.img\n"}})), "encrypted"},
		"loop on itself":       {with(mounted("7:0 / / rw - ext4 /dev/loop0 rw"), blocks(disk{"loop0", "7:0", "", map[string]string{"loop/backing_file": "/var/home.img\n"}})), ""},
		"devices in a circle":  {with(root("253:0", "ext4", "x"), blocks(disk{"dm-0", "253:0", "", map[string]string{"slaves/dm-1": below("dm-1")}}, disk{"dm-1", "253:1", "", map[string]string{"slaves/dm-0": below("dm-0")}})), ""},
		"gocryptfs":            {mounted("8:3 / / rw - ext4 /dev/sda3 rw", "0:50 / "+data+" rw - fuse.gocryptfs /home/zoe/.sealed rw"), "encrypted"},
		"a share":              {mounted("0:51 / /home rw - nfs4 server:/home rw"), ""},
		"ZFS":                  {mounted("0:30 / / rw - zfs pool/root rw"), ""},
		"network block":        {with(root("43:0", "ext4", "/dev/nbd0"), blocks(disk{name: "nbd0", number: "43:0"})), ""},
		"virtual machine":      {with(root("8:3", "ext4", "/dev/sda3"), blocks(sda, sda3), map[string]string{"proc/cpuinfo": "flags\t\t: fpu hypervisor lahf_lm\n"}), ""},
		"LUKS in a machine":    {with(root("253:0", "ext4", "/dev/mapper/luks"), blocks(sda, sda3, disk{"dm-0", "253:0", "", luks}), map[string]string{"proc/cpuinfo": "flags : hypervisor\n"}), "encrypted"},
		"overlay":              {root("0:60", "overlay", "overlay"), ""},
		"disk in a container":  {with(root("8:3", "ext4", "/dev/sda3"), blocks(sda, sda3), map[string]string{".dockerenv": ""}), ""},
		"no /sys":              {root("8:3", "ext4", "/dev/sda3"), ""},
		"no /proc":             {map[string]string{}, ""},
		"broken mountinfo":     {map[string]string{"proc/self/mountinfo": "1 2\n\n- - -\n20 1 8:3 / /\n"}, ""},
	} {
		if got := Inspect(host(c.files)).Disk; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestFolderSealedByItsFileSystem(t *testing.T) {
	h := host(mounted("8:3 / / rw - ext4 /dev/sda3 rw"))
	h.Places[0].Encrypted = true
	if got := Inspect(h).Disk; got != "encrypted" {
		t.Errorf("fscrypt: %q", got)
	}
}

func TestSwap(t *testing.T) {
	const head = "Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n"
	crypt := disk{"dm-2", "253:2", "", map[string]string{"dm/uuid": "CRYPT-PLAIN-swap\n", "dm/name": "swap\n"}}
	sda2 := disk{name: "sda2", number: "8:2", parent: "sda"}
	zram := disk{"zram0", "252:0", "", map[string]string{"backing_dev": "none\n"}}
	spill := disk{"zram0", "252:0", "", map[string]string{"backing_dev": "/dev/sda2\n"}}
	devices := blocks(disk{name: "sda", number: "8:0"}, sda2, crypt, zram)
	swaps := func(s string) map[string]string { return map[string]string{"proc/swaps": head + s} }
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"none":               {swaps(""), "none"},
		"zram":               {with(devices, swaps("/dev/zram0 partition 100 0 100\n")), "none"},
		"zram spilling":      {with(devices, blocks(spill), swaps("/dev/zram0 partition 100 0 100\n")), "clear"},
		"partition":          {with(devices, swaps("/dev/sda2 partition 100 0 -2\n")), "clear"},
		"random key":         {with(devices, swaps("/dev/dm-2 partition 100 0 -2\n")), "encrypted"},
		"by its name":        {with(devices, swaps("/dev/mapper/swap partition 100 0 -2\n")), "encrypted"},
		"one of two":         {with(devices, swaps("/dev/dm-2 partition 100 0 -2\n/dev/sda2 partition 100 0 -3\n")), "clear"},
		"zram and one crypt": {with(devices, swaps("/dev/zram0 partition 1 0 1\n/dev/dm-2 partition 100 0 -2\n")), "encrypted"},
		"file":               {with(devices, mounted("8:2 / / rw - ext4 /dev/sda2 rw"), swaps("/swap\\040file file 100 0 -2\n")), "clear"},
		"unknown device":     {with(devices, swaps("/dev/sdz9 partition 100 0 -2\n/dev/dm-2 partition 100 0 -3\n")), ""},
		"virtual machine":    {with(swaps(""), map[string]string{"proc/cpuinfo": "flags : hypervisor\n"}), ""},
		"container":          {with(swaps(""), map[string]string{"run/.containerenv": ""}), ""},
		"no /proc":           {nil, ""},
	} {
		if got := Inspect(host(c.files)).Swap; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestPermissions(t *testing.T) {
	for name, c := range map[string]struct {
		places []Place
		user   int
		want   string
	}{
		"closed":               {[]Place{{Mode: 0o700, Owner: 1}, {Mode: 0o700, Owner: 1}}, 1, "private"},
		"one open":             {[]Place{{Mode: 0o700, Owner: 1}, {Mode: 0o755, Owner: 1}}, 1, "readable"},
		"open to the group":    {[]Place{{Mode: 0o710, Owner: 1}}, 1, "readable"},
		"open in a closed one": {[]Place{{Mode: 0o755, Owner: 1, Shut: true}}, 1, "private"},
		"somebody else's":      {[]Place{{Mode: 0o700, Owner: 2}}, 1, "readable"},
		"nothing looked at":    {nil, 1, ""},
		"no users here":        {[]Place{{Mode: 0o777, Owner: -1}}, -1, ""},
	} {
		if got := (Host{Places: c.places, User: c.user}).permissions(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestUpdates(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		fresh string // a file that was written three days ago
		want  string
	}{
		"apt":              {map[string]string{"var/log/apt/history.log": "x", "var/lib/dpkg/status": "x"}, "var/lib/dpkg/status", "fresh"},
		"apt, long ago":    {map[string]string{"var/log/apt/history.log": "x"}, "", "old"},
		"pacman":           {map[string]string{"var/log/pacman.log": "x"}, "var/log/pacman.log", "fresh"},
		"dnf":              {map[string]string{"var/lib/rpm/rpmdb.sqlite": "x"}, "var/lib/rpm/rpmdb.sqlite", "fresh"},
		"zypper":           {map[string]string{"var/log/zypp/history": "x"}, "var/log/zypp/history", "fresh"},
		"restart awaited":  {map[string]string{"var/lib/dpkg/status": "x", "run/reboot-required": ""}, "var/lib/dpkg/status", "old"},
		"support ended":    {map[string]string{"var/lib/dpkg/status": "x", "etc/os-release": "ID=x\nSUPPORT_END=2026-05-01\n"}, "var/lib/dpkg/status", "old"},
		"support goes on":  {map[string]string{"var/lib/dpkg/status": "x", "usr/lib/os-release": "SUPPORT_END=\"2027-05-01\"\n"}, "var/lib/dpkg/status", "fresh"},
		"no known manager": {nil, "", ""},
		"container":        {map[string]string{"var/lib/dpkg/status": "x", ".dockerenv": ""}, "var/lib/dpkg/status", ""},
	} {
		h := host(c.files)
		if c.fresh != "" {
			h.Root.(fstest.MapFS)[c.fresh].ModTime = today.AddDate(0, 0, -3)
		}
		if got := Inspect(h).Updates; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestLocalRootMemoryAndSettings(t *testing.T) {
	users := map[string]string{"etc/passwd": "root:x:0:0::/:/bin/sh\nzoe:x:1000:1000::/home/zoe:/bin/sh\n", "etc/group": "sudo:x:27:paul,zoe\n"}
	guests := with(users, map[string]string{"etc/group": "sudo:x:27:paul,zoey\nusers:x:100:zoe\n"})
	scope := func(n string) map[string]string {
		return map[string]string{"proc/sys/kernel/yama/ptrace_scope": n + "\n"}
	}
	ssh := func(h *Host) { h.Env = func(n string) string { return map[string]string{"SSH_TTY": "/dev/pts/1"}[n] } }
	for name, c := range map[string]struct {
		files  map[string]string
		change func(*Host)
		got    func(privacy.DeviceInput) string
		want   string
	}{
		"here":              {users, nil, func(d privacy.DeviceInput) string { return d.Local }, "local"},
		"own server":        {users, ssh, func(d privacy.DeviceInput) string { return d.Local }, "ssh"},
		"somebody's server": {guests, ssh, func(d privacy.DeviceInput) string { return d.Local }, "remote"},
		"user":              {nil, nil, func(d privacy.DeviceInput) string { return d.Root }, "user"},
		"root":              {nil, func(h *Host) { h.User = 0 }, func(d privacy.DeviceInput) string { return d.Root }, "root"},
		"no users here":     {nil, func(h *Host) { h.User = -1 }, func(d privacy.DeviceInput) string { return d.Root }, ""},
		"guarded":           {scope("1"), nil, func(d privacy.DeviceInput) string { return d.Memory }, "guarded"},
		"tracing allowed":   {scope("0"), nil, func(d privacy.DeviceInput) string { return d.Memory }, "open"},
		"dumpable":          {scope("1"), func(h *Host) { h.Dumpable = true }, func(d privacy.DeviceInput) string { return d.Memory }, "open"},
		"no Yama":           {nil, nil, func(d privacy.DeviceInput) string { return d.Memory }, ""},
		"locks":             {nil, nil, func(d privacy.DeviceInput) string { return d.Lock }, "auto"},
		"locks late":        {nil, func(h *Host) { h.Settings.LockAfter = time.Hour }, func(d privacy.DeviceInput) string { return d.Lock }, "never"},
		"nothing to lock":   {nil, func(h *Host) { h.Settings.Key = "naked" }, func(d privacy.DeviceInput) string { return d.Lock }, "never"},
		"cache in clear":    {nil, func(h *Host) { h.Settings.SealedCache = false }, func(d privacy.DeviceInput) string { return d.Cache }, "clear"},
	} {
		h := host(c.files)
		if c.change != nil {
			c.change(&h)
		}
		if got := c.got(Inspect(h)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestAMachineWithoutFilesClaimsNothing holds that nothing is made up.
func TestAMachineWithoutFilesClaimsNothing(t *testing.T) {
	want := privacy.DeviceInput{Cache: "clear", Lock: "never", Local: "local"}
	if got := Inspect(Host{User: -1}); got != want {
		t.Errorf("%+v", got)
	}
}
