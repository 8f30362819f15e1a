package device

import (
	"bytes"
	"io"
	"strings"
)

// maxFile bounds what is read of one file: those of interest are small.
const maxFile = 4 << 20

// read gives the content of a file, nil when it cannot be had.
func (h Host) read(name string) []byte {
	if h.Root == nil {
		return nil
	}
	f, err := h.Root.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil
	}
	return data
}

// line gives the first line of a file, "" when it cannot be had.
func (h Host) line(name string) string {
	first, _, _ := bytes.Cut(h.read(name), []byte{'\n'})
	return strings.TrimSpace(string(first))
}

func (h Host) exists(name string) bool {
	if h.Root == nil {
		return false
	}
	f, err := h.Root.Open(name)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

// mount is one line of mountinfo (proc_pid_mountinfo(5)).
type mount struct {
	device string // "major:minor"; made up for file systems that are on no single device
	point  string
	kind   string // type of the file system
	source string
}

// mountOf finds what is mounted where a path lies. Of several that fit, the
// deepest counts, and of several at one point the last, which hides the others.
func (h Host) mountOf(path string) (mount, bool) {
	var best mount
	found := false
	for line := range strings.Lines(string(h.read("proc/self/mountinfo"))) {
		m, ok := readMount(line)
		if ok && within(path, m.point) && len(m.point) >= len(best.point) {
			best, found = m, true
		}
	}
	return best, found
}

func readMount(line string) (mount, bool) {
	before, after, ok := strings.Cut(line, " - ")
	left, right := strings.Fields(before), strings.Fields(after)
	if !ok || len(left) < 5 || len(right) < 2 {
		return mount{}, false
	}
	return mount{device: left[2], point: unescape(left[4]), kind: right[0], source: unescape(right[1])}, true
}

func within(path, point string) bool {
	return point == "/" || path == point || strings.HasPrefix(path, point+"/")
}

// unescape reads the octal form in which the kernel writes blanks in names.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}
