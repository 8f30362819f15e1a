//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// small disks fill up, and are mounted for reading only. Both are said, and
// what is lacking comes when there is room again.
func smallDisk(k *rack, want *truth, proxy *servertest.Proxy) {
	for i := range k.points(1, 20) {
		k.try(fmt.Sprintf("disk=%d", i), func(t *testing.T) {
			v := k.victim(t, want.user, proxy.Addr)
			disk := disk(t, v, 200_000+i*2_000_000/k.points(1, 20))
			_, said := v.dies(t, true)
			t.Logf("it said: %.300s", said)
			if said != "" && !strings.Contains(said, "full") {
				t.Errorf("I8: a disk that is full is told as %q", said)
			}
			remount(t, disk, 0, "size=64m")
			v.rises(t, proxy, want)
		})
	}
	k.try("disk=read-only", func(t *testing.T) {
		v := k.victim(t, want.user, proxy.Addr)
		disk := disk(t, v, 64_000_000)
		v.Step = 12
		v.dies(t, false)
		v.Step = 0
		remount(t, disk, syscall.MS_RDONLY, "")
		if _, said := v.dies(t, true); said == "" {
			t.Error("I8: nothing is said of a disk that cannot be written to")
		} else {
			t.Logf("it said: %.300s", said)
		}
		remount(t, disk, 0, "")
		v.rises(t, proxy, want)
	})
}

// disk puts the data of a victim on a disk of its own.
func disk(t *testing.T, v *victim, size int) string {
	t.Helper()
	dir := filepath.Dir(v.Dir)
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Skipf("no disk can be made here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func remount(t *testing.T, dir string, flags uintptr, options string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|flags, options); err != nil {
		t.Fatal(err)
	}
}

// resident gives how much memory a process of the torture had at most.
func (v *victim) resident(t *testing.T) (most int64) {
	t.Helper()
	text, err := os.ReadFile(v.Dir + ".memory")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			_, err = fmt.Sscan(kb, &most)
		}
	}
	if err != nil || most == 0 {
		t.Fatalf("%v in %s", err, text)
	}
	return most << 10
}

// remember notes how much memory the process has taken. What the system tells a
// parent of that holds the parent's own.
func (v *victim) remember() {
	if text, err := os.ReadFile("/proc/self/status"); err == nil {
		_ = os.WriteFile(v.Dir+".memory", text, 0o600)
	}
}
