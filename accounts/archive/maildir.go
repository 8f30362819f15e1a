package archive

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
)

// keywords are the tags that the letters a to z stand for in a folder, as
// Dovecot keeps them in "dovecot-keywords".
type keywords [26]string

// keywordFile is where they stand.
const keywordFile = "dovecot-keywords"

// readKeywords reads the lines "number name" of a folder; nil for none.
func readKeywords(dir string) *keywords {
	f, err := os.Open(filepath.Join(dir, keywordFile))
	if err != nil {
		return nil
	}
	defer f.Close()
	var k keywords
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		number, name, ok := strings.Cut(lines.Text(), " ")
		if n, err := strconv.Atoi(number); ok && err == nil && n >= 0 && n < len(k) {
			k[n] = name
		}
	}
	return &k
}

// infoOf gives the letters behind "2," in a name. File systems that cannot hold
// a colon see another character in its place.
func infoOf(name string) string {
	for _, mark := range []string{":2,", ";2,", "!2,"} {
		if i := strings.LastIndex(name, mark); i >= 0 {
			return name[i+len(mark):]
		}
	}
	return ""
}

// maildirFlags reads the flags of a message from its name. One in "new" has
// none: nobody has seen it.
func maildirFlags(f file) accounts.Flags {
	var m marks
	letters := infoOf(filepath.Base(f.path))
	for _, c := range letters {
		switch {
		case c == 'S':
			m.flags.Seen = true
		case c == 'F':
			m.flags.Flagged = true
		case c == 'R':
			m.flags.Answered = true
		case c == 'D':
			m.flags.Draft = true
		case c == 'T':
			m.flags.Deleted = true
		case c >= 'a' && c <= 'z' && f.words != nil:
			m.tag(f.words[c-'a'])
		}
	}
	return m.flags
}

// delivered reads the time from the beginning of a name: seconds since 1970.
func delivered(path string) time.Time {
	name := filepath.Base(path)
	digits, _, _ := strings.Cut(name, ".")
	n, err := strconv.ParseInt(digits, 10, 64)
	if t := time.Unix(n, 0).UTC(); err == nil && plausible(t) {
		return t
	}
	return time.Time{}
}
