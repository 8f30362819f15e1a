package imap

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

// maxDropped bounds what is passed over on one connection.
const maxDropped = 1 << 20

// sieve passes over answers that nobody asked for and the parser does not know:
// it would give up the whole connection, and a server that says such a thing each
// time a folder is opened would never get that folder across. RFC 9051, section
// 2.2.2, wants a client to accept any answer at any time.
type sieve struct {
	r       *bufio.Reader
	pass    int64 // bytes to pass on before the next decision
	line    bool  // the rest of a line of the same answer comes next
	drop    bool  // the answer is passed over
	dropped int64
}

func newSieve(r io.Reader) *sieve { return &sieve{r: bufio.NewReaderSize(r, 16<<10)} }

// Read gives what is left of the server's answers.
func (s *sieve) Read(p []byte) (int, error) {
	for s.pass == 0 {
		if err := s.next(); err != nil {
			return 0, err
		}
	}
	if int64(len(p)) > s.pass {
		p = p[:s.pass]
	}
	n, err := s.r.Read(p)
	s.pass -= int64(n)
	return n, err
}

// next looks at a line, or at as much of it as is here, and decides about it.
func (s *sieve) next() error {
	piece, whole, err := s.peek()
	if err != nil {
		return err
	}
	if !s.line {
		s.drop = unwanted(piece)
	}
	size := int64(len(piece))
	s.line = !whole
	if whole {
		if n := literal(piece); n >= 0 {
			size += n
			s.line = true
		}
	}
	if !s.drop {
		s.pass = size
		return nil
	}
	if s.dropped += size; s.dropped > maxDropped {
		return errLimit
	}
	_, err = io.CopyN(io.Discard, s.r, size)
	return err
}

// peek gives the next line without taking it, or as much of a long one as there
// is room for.
func (s *sieve) peek() (piece []byte, whole bool, err error) {
	for n := 1; ; n = s.r.Buffered() + 1 {
		_, err = s.r.Peek(n)
		piece, _ = s.r.Peek(s.r.Buffered()) // what came along with it
		if i := bytes.IndexByte(piece, '\n'); i >= 0 {
			return piece[:i+1], true, nil
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull), err == nil && len(piece) == s.r.Size():
			return piece[:len(piece)-longestLiteral], false, nil
		case err != nil && len(piece) > 0:
			return piece, false, nil
		case err != nil:
			return nil, false, err
		}
	}
}

// longestLiteral is how long the announcement of a literal is at most: a piece
// of a line never ends within one.
const longestLiteral = 32

// literal gives the size of the literal that a line announces at its end, -1
// when it announces none.
func literal(line []byte) int64 {
	line = bytes.TrimRight(line, "\r\n")
	open := bytes.LastIndexByte(line, '{')
	if open < 0 || !bytes.HasSuffix(line, []byte("}")) {
		return -1
	}
	n, err := strconv.ParseInt(string(bytes.TrimSuffix(line[open+1:len(line)-1], []byte("+"))), 10, 63)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// unwanted tells whether an answer that begins like this would end the
// connection without telling anything of use.
func unwanted(head []byte) bool {
	if len(head) > 100 {
		head = head[:100]
	}
	line := strings.ToUpper(strings.TrimRight(string(head), "\r\n"))
	rest, untagged := strings.CutPrefix(line, "* ")
	if !untagged {
		return !strings.HasPrefix(line, "+") && !ownTag(line)
	}
	word, rest, _ := strings.Cut(rest, " ")
	if word != "" && strings.Trim(word, "0123456789") == "" {
		kind, _, _ := strings.Cut(rest, " ")
		return !slices.Contains([]string{"EXISTS", "RECENT", "FETCH", "EXPUNGE"}, kind)
	}
	if word == "OK" { // numbers that may not be zero (jstedfast/MailKit#1010)
		return strings.HasPrefix(rest, "[UIDNEXT 0]") || strings.HasPrefix(rest, "[HIGHESTMODSEQ 0]")
	}
	return !slices.Contains(answers(), word)
}

// answers are what the parser knows of what servers say untagged.
func answers() []string {
	return []string{
		"OK", "NO", "BAD", "BYE", "PREAUTH", "ID", "CAPABILITY", "ENABLED", "NAMESPACE", "FLAGS", "LIST", "STATUS",
		"SEARCH", "ESEARCH", "SORT", "THREAD", "METADATA", "QUOTA", "QUOTAROOT", "MYRIGHTS", "ACL",
	}
}

// ownTag tells whether a line begins with a tag such as the library makes.
func ownTag(line string) bool {
	tag, _, _ := strings.Cut(line, " ")
	digits, ok := strings.CutPrefix(tag, "T")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}
