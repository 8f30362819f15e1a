package archive

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// errForm says that a file is not of the form it was taken for.
var errForm = errors.New("not an mbox: it does not begin with a line \"From \"")

// letter is one message of an mbox.
type letter struct {
	from   separator
	raw    []byte // nil when it is larger than the limit
	offset int64  // of its "From " line
	size   int64  // of what stands in the file
}

// splitter takes an mbox apart. It knows the dialects mboxo and mboxrd, in
// which lines "From " of a body are quoted, and mboxcl and mboxcl2, in which a
// Content-Length tells where a message ends.
type splitter struct {
	w       *window
	limit   int
	lengths bool // every message so far had a Content-Length that was right
	begun   bool
	next    separator // the one that the window stands before
}

func newSplitter(r io.Reader, limit int) *splitter {
	return &splitter{w: newWindow(r), limit: limit, lengths: true}
}

// read gives the next message, io.EOF at the end.
func (s *splitter) read() (letter, error) {
	if !s.begun {
		if err := s.begin(); err != nil {
			return letter{}, err
		}
	}
	line := s.w.line()
	if len(line) == 0 {
		if err := s.w.failure(); err != nil {
			return letter{}, err
		}
		return letter{}, io.EOF
	}
	l := letter{from: s.next, offset: s.w.at}
	s.w.skip(len(line))
	b := body{limit: s.limit, exact: l.from.exact(), head: true, fresh: true, first: true}
	if b.exact {
		s.lengths = false
	}
	s.collect(&b)
	l.size = s.w.at - l.offset
	if !b.over {
		l.raw = b.end(l.from)
	}
	return l, s.w.failure()
}

// begin passes over empty lines before the first message. A first "From " line
// needs no date: nothing else can stand there.
func (s *splitter) begin() error {
	s.begun = true
	for {
		line := s.w.line()
		if len(line) == 0 {
			return s.w.failure()
		}
		if blank(line) {
			s.w.skip(len(line))
			continue
		}
		var ok bool
		if s.next, ok = parseFrom(line); !ok && !bytes.HasPrefix(line, []byte("From ")) {
			return errForm
		}
		return nil
	}
}

// collect reads up to the next separator or the end.
func (s *splitter) collect(b *body) {
	for {
		line := s.w.line()
		if len(line) == 0 {
			return
		}
		if b.fresh {
			if sep, ok := s.separator(b, line); ok {
				s.next = sep
				return
			}
		}
		head, n := b.head, len(line)
		b.add(s.w.fill(n)) // looking ahead may have moved it
		s.w.skip(n)
		if head && !b.head && s.lengths {
			s.measured(b)
		}
	}
}

// separator tells whether a line begins the next message. One that looks like it
// does so after an empty line; without one only when a header follows. One that
// names no date needs both, and a field that servers write.
func (s *splitter) separator(b *body, line []byte) (separator, bool) {
	sep, ok := parseFrom(line)
	switch {
	case ok && (b.exact || b.blank || b.first):
		return sep, true
	case ok:
		return sep, headerLine(s.after(line))
	case b.exact || !b.blank || !undated(line):
		return sep, false
	}
	name, _, found := bytes.Cut(s.after(line), []byte{':'})
	if !found {
		return sep, false
	}
	switch strings.ToLower(string(name)) {
	case "return-path", "received", "delivered-to", "x-gm-thrid", "mime-version", "message-id", "from":
		return sep, true
	}
	return sep, false
}

// after looks at what follows a line that is ahead.
func (s *splitter) after(line []byte) []byte {
	n := len(line)
	return s.w.fill(n + 200)[n:]
}

// measured takes the rest of a message at once when its Content-Length is
// right: a separator or the end comes after it. A length that is not right ends
// the belief in lengths for the whole file, as a sender may have written it.
func (s *splitter) measured(b *body) {
	n, ok := b.length()
	s.lengths = ok && n <= s.limit-len(b.raw) && s.fits(n)
	if s.lengths {
		b.exactly(s.w.fill(n))
		s.w.skip(n)
	}
}

// fits tells whether a body of that length ends before a separator or the end.
func (s *splitter) fits(n int) bool {
	ahead := s.w.fill(n + longestFrom)
	if len(ahead) < n || n > 0 && len(ahead) > n && ahead[n-1] != '\n' && ahead[n] != '\n' && ahead[n] != '\r' {
		return false
	}
	rest := ahead[n:]
	for len(rest) > 0 && (rest[0] == '\n' || rest[0] == '\r') {
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return len(ahead) < n+longestFrom
	}
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i+1]
	}
	_, ok := parseFrom(rest)
	return ok
}

// body collects the lines of a message.
type body struct {
	limit int
	exact bool // written by this program: lines of the header are quoted too
	raw   []byte
	over  bool // larger than the limit
	head  bool
	fresh bool // at the beginning of a line
	blank bool // the line before was empty
	known bool // all of it is here, by its length
	first bool // nothing was read yet
}

// add takes a line, or a piece of one.
func (b *body) add(line []byte) {
	whole := b.fresh
	b.first, b.fresh = false, line[len(line)-1] == '\n'
	b.blank = whole && blank(line)
	if b.known {
		return // what follows separates
	}
	if whole && (b.exact || !b.head) && quotes(line) > 0 {
		line = line[1:]
	}
	if b.head && b.blank {
		b.head = false
	}
	b.keep(line)
}

// exactly takes the rest of a message as it is.
func (b *body) exactly(rest []byte) {
	b.keep(rest)
	b.known, b.fresh, b.blank = true, true, true
}

func (b *body) keep(piece []byte) {
	if b.over = b.over || len(b.raw)+len(piece) > b.limit; b.over {
		b.raw = nil
		return
	}
	b.raw = append(b.raw, piece...)
}

// end gives the message without what the file added at its end.
func (b *body) end(from separator) []byte {
	raw := b.raw
	if raw == nil {
		raw = []byte{}
	}
	switch {
	case b.exact:
		raw = bytes.TrimSuffix(raw, []byte{'\n'})
		if from.sender == openFrom {
			raw = bytes.TrimSuffix(raw, []byte{'\n'})
		}
	case b.known:
		// It was taken by its length.
	case b.blank && bytes.HasSuffix(raw, []byte("\r\n")):
		raw = raw[:len(raw)-2]
	case b.blank && len(raw) > 0:
		raw = raw[:len(raw)-1]
	}
	return raw
}

// length gives the Content-Length of the header that was read.
func (b *body) length() (int, bool) {
	value, ok := field(b.raw, "content-length")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSpace(value))
	return n, err == nil && n >= 0
}

func blank(line []byte) bool { return line[0] == '\n' || len(line) == 2 && line[0] == '\r' }

// headerLine tells whether a line looks like a field of a header.
func headerLine(line []byte) bool {
	for i, c := range line {
		switch {
		case c == ':':
			return i > 0
		case c <= ' ' || c >= 127:
			return false
		}
	}
	return false
}
