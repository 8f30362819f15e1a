package servertest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"regexp"
	"strconv"
	"sync"
)

// errCut ends a relay whose connection the fault has ended.
var errCut = errors.New("cut by the fault")

// literal is how a line ends that is followed by so many bytes (RFC 9051,
// section 4.3, and RFC 7888).
var literal = regexp.MustCompile(`\{(\d+)\+?\}\r?\n$`)

// relay is one connection through a proxy.
type relay struct {
	p      *Proxy
	client net.Conn
	server net.Conn
	number int
	armed  int // when it began, to tell its number among the connections of the fault

	mu     sync.Mutex
	base   int64  // offset from which the fault counts
	tag    string // of the command that armed the fault
	upon   bool   // that command came
	pos    int64  // bytes of the server so far
	handed int64  // those and what is being written to the client
	left   int64  // bytes still to be dropped
	held   []byte // bytes to be sent again
	want   int64  // how many those are to be
	spent  bool   // the fault befell this connection and is over
	dead   bool   // nothing moves any more
}

func (r *relay) serve() {
	p := r.p
	defer r.client.Close()
	p.track(r.client, true)
	defer p.track(r.client, false)
	var err error
	if p.client != nil {
		r.server, err = tls.Dial("tcp", p.upstream, p.client)
	} else {
		r.server, err = net.Dial("tcp", p.upstream)
	}
	if err != nil {
		hang(r.client, true)
		return
	}
	defer r.server.Close()
	p.track(r.server, true)
	defer p.track(r.server, false)
	var group sync.WaitGroup
	group.Go(func() {
		r.commands()
		if !r.isDead() { // else the server is not told that the client gave up
			hang(r.server, false)
		}
	})
	group.Go(func() {
		r.answers()
		if !r.isDead() {
			r.client.Close()
		}
	})
	group.Wait()
}

func (r *relay) isDead() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dead
}

// pieces reads lines, and the literals between them, and hands them on as they
// come. Where lines cannot be seen, each read is a piece.
func pieces(from io.Reader, seen bool, f func(b []byte, line bool) error) error {
	in := bufio.NewReaderSize(from, 64<<10)
	for rest := int64(0); ; {
		if !seen || rest > 0 {
			if _, err := in.Peek(1); err != nil {
				return err
			}
			n := in.Buffered()
			if seen {
				n = int(min(int64(n), rest))
			}
			b, _ := in.Peek(n)
			if err := f(b, false); err != nil {
				return err
			}
			in.Discard(n)
			rest -= int64(n)
			continue
		}
		b, err := in.ReadSlice('\n')
		if len(b) > 0 {
			if m := literal.FindSubmatch(b); m != nil {
				rest, _ = strconv.ParseInt(string(m[1]), 10, 64)
			}
			if ferr := f(b, err == nil); ferr != nil {
				return ferr
			}
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// commands passes on what the client says.
func (r *relay) commands() {
	more := false // the line goes on after a literal
	_ = pieces(r.client, r.p.client != nil, func(b []byte, line bool) error {
		if r.isDead() {
			return nil
		}
		if line {
			begins := !more
			more = literal.Match(b)
			if begins && !r.command(bytes.TrimRight(b, "\r\n")) {
				return nil
			}
		}
		_, err := r.server.Write(b)
		return err
	})
}

// command notes a command and tells whether it is passed on.
func (r *relay) command(line []byte) bool {
	tag, text, tagged := bytes.Cut(line, []byte(" "))
	if !tagged {
		text = line
	}
	f, mine, _ := r.fault()
	if mine && f.Upon != nil && (f.Upon.Match(text) || f.Upon.Match(line)) {
		r.mu.Lock()
		first := !r.upon && !r.spent
		if first {
			r.upon, r.base, r.tag = true, max(r.pos, r.handed), string(tag)
		}
		r.mu.Unlock()
		if first && f.Kind == Deny {
			r.strike(true)
			_, _ = io.WriteString(r.client, string(tag)+" NO "+f.Text+"\r\n")
			return false
		}
	}
	r.p.note(string(text))
	return true
}

// fault gives the fault that the proxy has now, and whether it may befall this
// connection.
func (r *relay) fault() (f Fault, mine bool, lifted <-chan struct{}) {
	p := r.p
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fault, p.fault.Kind != None && r.chosen(p.fault, p.fired), p.lifted
}

// chosen tells whether the fault is for this connection. The caller holds the
// proxy's lock.
func (r *relay) chosen(f Fault, fired int) bool {
	number := r.number
	if r.armed != r.p.armed { // it was open before
		number = 0
	}
	if f.Conn != 0 && f.Conn != number {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.spent && (f.Always || fired == 0 || r.striking())
}

// striking tells that the fault has begun here and goes on.
func (r *relay) striking() bool { return r.left > 0 || r.want > 0 }

// strike notes that the fault befell this connection; over says that it is
// done with it.
func (r *relay) strike(over bool) {
	r.mu.Lock()
	r.spent = over
	r.mu.Unlock()
	r.p.mu.Lock()
	r.p.strike()
	r.p.mu.Unlock()
}

// answers passes on what the server says.
func (r *relay) answers() {
	_ = pieces(r.server, r.p.client != nil, func(b []byte, line bool) error {
		r.mu.Lock()
		r.handed = r.pos + int64(len(b)) // a client may go on before the writing returns
		r.mu.Unlock()
		err := r.answer(b, line)
		r.mu.Lock()
		r.pos += int64(len(b))
		pos := r.pos
		r.mu.Unlock()
		if line {
			r.p.mark(r.number, pos, err == nil && wholeBody.Match(b) && !r.isDead())
		}
		return err
	})
}

// wholeBody is the line before a whole message.
var wholeBody = regexp.MustCompile(`BODY\[\] (\{|")`)

func (p *Proxy) mark(number int, pos int64, body bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if body {
		p.bodies++
	}
	if number == p.conns {
		p.marks = append(p.marks, pos)
	}
}

// write sends bytes to the client.
func (r *relay) write(b []byte) error {
	r.p.mu.Lock()
	r.p.down += int64(len(b))
	r.p.mu.Unlock()
	_, err := r.client.Write(b)
	return err
}
