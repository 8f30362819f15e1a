package servertest

import (
	"crypto/tls"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Proxy stands between a client and a server and makes connections go wrong.
// It ends TLS on both sides, so that faults meet the lines of the protocol;
// below TLS it sees bytes alone.
type Proxy struct {
	Addr string // "127.0.0.1:port"

	listener net.Listener
	upstream string
	client   *tls.Config // nil: bytes are passed on as they are

	mu     sync.Mutex
	fault  Fault
	armed  int           // times a fault was armed or lifted
	lifted chan struct{} // closed when the fault ends
	struck chan struct{} // closed when it befalls the first connection
	fired  int           // times the fault befell a connection
	conns  int           // since the fault was armed
	log    []string
	marks  []int64 // of the last connection: offsets right after each line of the server
	down   int64   // bytes passed to the client since the fault was armed
	bodies int     // messages passed to the client since Commands was asked
	open   map[net.Conn]bool
	closed bool
	group  sync.WaitGroup
}

// Proxy makes a proxy before the server's IMAP over TLS.
func (s *Server) Proxy(t testing.TB) *Proxy { return s.proxy(t, s.IMAPS, true) }

// ProxyBelowTLS makes one that cannot look into the connections.
func (s *Server) ProxyBelowTLS(t testing.TB) *Proxy { return s.proxy(t, s.IMAPS, false) }

// ProxySMTP makes a proxy before the submission server.
func (s *Server) ProxySMTP(t testing.TB) *Proxy { return s.proxy(t, s.SMTPS, true) }

func (s *Server) proxy(t testing.TB, upstream string, ends bool) *Proxy {
	t.Helper()
	p := &Proxy{upstream: upstream, lifted: make(chan struct{}), struck: make(chan struct{}), open: map[net.Conn]bool{}, fault: Fault{Kind: None}}
	var err error
	p.listener, err = net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p.Addr = p.listener.Addr().String()
	if ends {
		pair, err := tls.LoadX509KeyPair(s.Certificate, s.Key)
		must(t, err)
		p.listener = tls.NewListener(p.listener, &tls.Config{Certificates: []tls.Certificate{pair}})
		p.client = &tls.Config{InsecureSkipVerify: true} // the proxy is the test's own, and so is the server
	}
	p.group.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

func (p *Proxy) close() {
	p.Lift()
	p.listener.Close()
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.Hangup()
	p.group.Wait()
}

// Hangup closes all connections that are open.
func (p *Proxy) Hangup() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		hang(c, false)
	}
}

// Arm sets the fault for the connections to come and for those that are open.
func (p *Proxy) Arm(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.lifted)
	p.lifted, p.struck = make(chan struct{}), make(chan struct{})
	p.fault, p.fired, p.conns, p.down = f, 0, 0, 0
	p.armed++
}

// Lift ends the fault. Connections that it cut off stay cut off.
func (p *Proxy) Lift() { p.Arm(Fault{Kind: None}) }

// Fired tells how often the fault befell a connection since it was armed.
func (p *Proxy) Fired() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fired
}

// Struck gives what is closed as soon as the fault befalls a connection.
func (p *Proxy) Struck() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.struck
}

// strike counts. The caller holds the lock.
func (p *Proxy) strike() {
	if p.fired++; p.fired == 1 {
		close(p.struck)
	}
}

// Conns tells how many connections were made since the fault was armed.
func (p *Proxy) Conns() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conns
}

// Down gives the bytes that went to clients since the fault was armed.
func (p *Proxy) Down() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.down
}

// Lines gives the offsets right after each line of the server on the last
// connection: where one answer ends and the next one begins.
func (p *Proxy) Lines() []int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.marks)
}

// Commands gives what clients asked for since the last call, without tags and
// without what follows the name of a command that logs in, and how many whole
// messages the server began to give.
func (p *Proxy) Commands() (log []string, bodies int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	log, bodies = p.log, p.bodies
	p.log, p.bodies = nil, 0
	return log, bodies
}

func (p *Proxy) note(command string) {
	verb, _, _ := strings.Cut(command, " ")
	switch strings.ToUpper(verb) {
	case "LOGIN", "AUTHENTICATE", "AUTH":
		command = verb
	}
	p.mu.Lock()
	p.log = append(p.log, command)
	p.mu.Unlock()
}

func (p *Proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		p.conns++
		r := &relay{p: p, client: c, number: p.conns, armed: p.armed}
		p.marks = nil
		refused := p.fault.Kind == Refuse && r.chosen(p.fault, p.fired)
		if refused {
			p.strike()
		}
		refused = refused || p.closed
		p.mu.Unlock()
		if refused {
			hang(c, true)
			continue
		}
		p.group.Go(r.serve)
	}
}

func (p *Proxy) track(c net.Conn, open bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if open {
		p.open[c] = true
		if p.closed {
			hang(c, false)
		}
	} else {
		delete(p.open, c)
	}
}

// hang closes a connection at once, with a reset or in good order, and without
// what TLS has to say at the end.
func hang(c net.Conn, reset bool) {
	if secured, ok := c.(*tls.Conn); ok {
		c = secured.NetConn()
	}
	if plain, ok := c.(*net.TCPConn); ok && reset {
		plain.SetLinger(0)
	}
	c.Close()
}

// pause waits, unless the fault ends before.
func pause(d time.Duration, lifted <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-lifted:
	}
}
