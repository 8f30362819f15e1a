package archive

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// longestFrom bounds a line that can begin a message, in bytes.
const longestFrom = 1000

// The senders in the "From " lines that this program writes. They tell that
// every line was quoted, whatever it stands in, that no Content-Length means
// anything, and whether the message ends with a line feed.
const (
	ownFrom  = "mboxrd@caliopen.invalid"
	openFrom = "mboxrd-open@caliopen.invalid" // no line feed at the end of the message
)

// separator is a line that begins a message in an mbox (RFC 4155, appendix A).
type separator struct {
	sender string
	at     time.Time // zero when the line names none that can be
}

// exact tells that this program wrote the line.
func (s separator) exact() bool { return s.sender == ownFrom || s.sender == openFrom }

// parseFrom reads a line "From sender date". Bodies hold lines that begin with
// "From " too: only one with a time of day, a day, a month and a year is a
// separator.
func parseFrom(line []byte) (separator, bool) {
	if len(line) > longestFrom || !bytes.HasPrefix(line, []byte("From ")) {
		return separator{}, false
	}
	words := strings.Fields(string(line[len("From "):]))
	if len(words) < 3 {
		return separator{}, false
	}
	at, ok := fromDate(words)
	return separator{words[0], at}, ok
}

// undated tells whether a line names a sender and nothing else, as some exports
// write it.
func undated(line []byte) bool {
	if len(line) > longestFrom || !bytes.HasPrefix(line, []byte("From ")) {
		return false
	}
	words := bytes.Fields(line[len("From "):])
	return len(words) == 1 && bytes.IndexByte(words[0], '@') >= 0
}

// fromDate finds a moment among the words after the sender: as asctime writes
// it, with a zone before or after the year, or as mails write theirs.
func fromDate(words []string) (time.Time, bool) {
	var p pieces
	for _, w := range words {
		p.take(w)
	}
	if p.clock == "" || p.month == "" || p.year == "" || p.day == "" {
		return time.Time{}, false
	}
	zone := p.zone
	if zone == "" {
		zone = "+0000"
	}
	t, err := time.Parse("2 Jan 2006 15:4:5 -0700", fmt.Sprintf("%s %s %s %s %s", p.day, p.month, p.year, p.clock, zone))
	if err != nil {
		return time.Time{}, false
	}
	if t.Year() < 1971 || t.Year() > 9998 { // written by programs that know no date
		return time.Time{}, true
	}
	return t.UTC(), true
}

// pieces are the parts of a date in whatever order.
type pieces struct{ day, month, year, clock, zone string }

func (p *pieces) take(w string) {
	w = strings.Trim(w, ",")
	n, err := strconv.Atoi(w)
	switch {
	case strings.Count(w, ":") == 2 && w[0] >= '0' && w[0] <= '9':
		p.clock = w
	case strings.Count(w, ":") == 1 && w[0] >= '0' && w[0] <= '9':
		p.clock = w + ":00"
	case len(w) == 5 && (w[0] == '+' || w[0] == '-') && err == nil:
		p.zone = w
	case err == nil && len(w) == 4 && n >= 1900:
		p.year = w
	case len(w) == len(time.DateOnly):
		if t, err := time.Parse(time.DateOnly, w); err == nil {
			p.year, p.month, p.day = t.Format("2006"), t.Format("Jan"), t.Format("2")
		}
	case err == nil && len(w) <= 2 && n >= 1 && n <= 31:
		p.day = w
	case len(w) == 3 && strings.Contains("JanFebMarAprMayJunJulAugSepOctNovDec", w):
		p.month = w
	}
}

// writeFrom gives the separator before a message.
func writeFrom(raw []byte, at time.Time) []byte {
	sender := openFrom
	if bytes.HasSuffix(raw, []byte{'\n'}) {
		sender = ownFrom
	}
	return fmt.Appendf(nil, "From %s %s\n", sender, at.UTC().Format(time.ANSIC))
}

// quotes counts the ">" before a "From " at the beginning of a line; -1 when
// the line is not of that sort.
func quotes(line []byte) int {
	n := 0
	for n < len(line) && line[n] == '>' {
		n++
	}
	if bytes.HasPrefix(line[n:], []byte("From ")) {
		return n
	}
	return -1
}
