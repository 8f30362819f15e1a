package gnupg

import (
	"bufio"
	"io"
	"strings"
)

// maxStatus bounds what is read of the status lines.
const maxStatus = 1 << 20

// line is one status line: a keyword and its arguments.
type line struct {
	keyword string
	args    []string
}

// status are the status lines of one run.
type status []line

// readStatus reads to the end, so that GnuPG never waits for a reader.
func readStatus(r io.Reader) status {
	var out status
	s := bufio.NewScanner(io.LimitReader(r, maxStatus))
	s.Buffer(nil, 64<<10)
	for s.Scan() {
		rest, ok := strings.CutPrefix(s.Text(), "[GNUPG:] ")
		if words := strings.Fields(rest); ok && len(words) > 0 {
			out = append(out, line{keyword: words[0], args: words[1:]})
		}
	}
	_, _ = io.Copy(io.Discard, r)
	return out
}

// find gives the arguments of the first line with a keyword and at least that
// many arguments.
func (s status) find(keyword string, least int) ([]string, bool) {
	for _, l := range s {
		if l.keyword == keyword && len(l.args) >= least {
			return l.args, true
		}
	}
	return nil, false
}

func (s status) has(keyword string) bool {
	_, ok := s.find(keyword, 0)
	return ok
}

// count tells how often a keyword comes.
func (s status) count(keyword string) int {
	n := 0
	for _, l := range s {
		if l.keyword == keyword {
			n++
		}
	}
	return n
}
