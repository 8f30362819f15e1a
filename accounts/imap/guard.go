package imap

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// errLimit is what reading gives once the server sent more than any honest
// answer holds.
var errLimit = errors.New("answer larger than allowed")

// limits bound one answer of a server.
type limits struct {
	line    int64 // bytes of an answer outside literals
	small   int64 // a literal anywhere
	literal int64 // a literal that is the body of a message
	depth   int   // nested lists
}

func standardLimits() limits {
	return limits{line: 1 << 20, small: 4 << 10, literal: 50 << 20, depth: 64}
}

// guard is a connection that passes bytes through and fails for good as soon
// as an answer exceeds the limits. It stands between TLS and the parser, whose
// own recursion and buffers have none. It also sets the deadlines: the ones
// the parser asks for are not followed, since it sets none while it waits.
type guard struct {
	net.Conn
	r     io.Reader // the connection, with what was read ahead
	max   limits
	quiet atomic.Int64 // nanoseconds without a byte before a read fails, 0 for ever
	fail  atomic.Pointer[error]
	state scanner
}

func newGuard(conn net.Conn, r io.Reader, max limits) *guard {
	return &guard{Conn: conn, r: r, max: max, state: scanner{max: max, num: -1, pending: -1}}
}

// arm sets how long the server may stay silent from now on, 0 for ever.
func (g *guard) arm(d time.Duration) {
	g.quiet.Store(int64(d))
	g.extend()
}

func (g *guard) extend() {
	var deadline time.Time
	if d := g.quiet.Load(); d > 0 {
		deadline = time.Now().Add(time.Duration(d))
	}
	g.Conn.SetReadDeadline(deadline)
}

// SetReadDeadline does nothing: deadlines are set by arm alone.
func (g *guard) SetReadDeadline(time.Time) error { return nil }

// SetDeadline does nothing either.
func (g *guard) SetDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing either.
func (g *guard) SetWriteDeadline(time.Time) error { return nil }

// Write fails when the other side takes nothing for as long as it may be
// silent. While it takes something it need not say anything: a large message on
// a slow line goes on for minutes.
func (g *guard) Write(p []byte) (n int, err error) {
	for first := true; first || n < len(p); first = false {
		var deadline time.Time
		if d := g.quiet.Load(); d > 0 {
			deadline = time.Now().Add(time.Duration(d))
		}
		g.Conn.SetWriteDeadline(deadline)
		k, err := g.Conn.Write(p[n:min(len(p), n+writePiece)])
		n += k
		g.extend()
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// writePiece is how much is written before it counts as a sign of life: what
// the library writes at once may be a whole message.
const writePiece = 16 << 10

// Read gives no byte of an answer that broke a limit.
func (g *guard) Read(p []byte) (int, error) {
	if err := g.failure(); err != nil {
		return 0, err
	}
	g.extend()
	n, err := g.r.Read(p)
	if broken := g.state.scan(p[:n]); broken != nil {
		g.fail.Store(&broken)
		return 0, broken
	}
	if err != nil {
		g.fail.Store(&err)
	}
	return n, err
}

// failure gives the error that ended the reading, nil while it goes on.
func (g *guard) failure() error {
	if err := g.fail.Load(); err != nil {
		return *err
	}
	return nil
}

// scanner follows the syntax of answers far enough to count.
type scanner struct {
	max     limits
	line    int64 // bytes of this answer, literals left out
	lit     int64 // bytes of a literal still to pass
	depth   int
	quoted  bool
	escaped bool
	num     int64  // the number of a "{n" being read, -1 outside
	pending int64  // the number of a complete "{n}", -1 without
	bound   int64  // what the number may be at most
	head    []byte // how the answer begins
	last    []byte // the word being read, and the one before it
	before  []byte
}

const keep = 32 // bytes of a word that are looked at

func (s *scanner) scan(b []byte) error {
	for len(b) > 0 {
		if s.lit > 0 {
			k := min(s.lit, int64(len(b)))
			s.lit -= k
			b = b[k:]
			continue
		}
		if err := s.byte(b[0]); err != nil {
			return err
		}
		b = b[1:]
	}
	return nil
}

func (s *scanner) byte(ch byte) error {
	if s.line++; s.line > s.max.line {
		return errLimit
	}
	if len(s.head) < keep {
		s.head = append(s.head, ch)
	}
	switch {
	case ch == '\n':
		s.endLine()
		return nil
	case s.escaped:
		s.escaped = false
	case s.quoted && ch == '\\':
		s.escaped = true
	case ch == '"':
		s.quoted = !s.quoted
	case s.quoted:
	case ch == '{':
		s.num, s.pending, s.bound = 0, -1, s.bodyBound()
		return nil
	case s.num >= 0:
		return s.number(ch)
	default:
		return s.plain(ch)
	}
	s.num, s.pending = -1, -1
	return nil
}

// endLine ends the answer, or begins the literal announced right before.
func (s *scanner) endLine() {
	s.quoted, s.escaped = false, false
	if s.pending >= 0 {
		s.lit = s.pending
	} else {
		s.line, s.depth, s.head = 0, 0, s.head[:0]
	}
	s.last, s.before = s.last[:0], s.before[:0]
	s.num, s.pending = -1, -1
}

func (s *scanner) number(ch byte) error {
	switch {
	case ch >= '0' && ch <= '9':
		if s.num = s.num*10 + int64(ch-'0'); s.num > s.bound {
			return errLimit
		}
	case ch == '}':
		s.pending, s.num = s.num, -1
	default:
		s.num = -1
		return s.plain(ch)
	}
	return nil
}

func (s *scanner) plain(ch byte) error {
	switch ch {
	case '\r':
		return nil
	case '(':
		if s.depth++; s.depth > s.max.depth {
			return errLimit
		}
		s.word()
	case ')':
		s.depth--
		s.word()
	case ' ':
		s.word()
	default:
		if len(s.last) < keep {
			s.last = append(s.last, ch)
		}
	}
	s.pending = -1
	return nil
}

func (s *scanner) word() {
	s.last, s.before = s.before[:0], s.last
}

// bodyBound gives how large a literal may be here. Only the body of a message
// may be large, and only where the parser is sure to take it as a literal too:
// if guard and parser disagreed, the bytes of a "literal" would be parsed
// without having been counted.
func (s *scanner) bodyBound() int64 {
	section := bytes.HasPrefix(bytes.ToUpper(s.before), []byte("BODY["))
	if s.depth == 1 && section && len(s.last) == 0 && isFetch(s.head) {
		return s.max.literal
	}
	return s.max.small
}

// isFetch tells whether an answer begins like "* 12 FETCH (".
func isFetch(head []byte) bool {
	rest, ok := bytes.CutPrefix(head, []byte("* "))
	digits := bytes.TrimLeft(rest, "0123456789")
	return ok && len(digits) < len(rest) && bytes.HasPrefix(bytes.ToUpper(digits), []byte(" FETCH ("))
}
