package fediverse

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Config says how a server behaves. The zero value of each field is usable.
type Config struct {
	Home          string           // the domain of the local accounts, "social.example" when empty
	Clock         func() time.Time // time.Now when nil
	Token         func() string    // makes tokens, codes and client secrets; a counter when nil
	MaxChars      int              // longest status, 500 when zero
	PageSize      int              // largest page of any list, 40 when zero
	Forgetful     bool             // ignores Idempotency-Key, as GoToSocial does
	KeepUnread    bool             // sending does not mark the thread read, as in GoToSocial
	NoStreaming   bool             // answers 404 on the streaming paths
	SlowMedia     int              // how often an upload answers "still processing"
	Requests      int              // requests allowed per token and window, 0 for no limit
	RequestWindow time.Duration    // the window, five minutes when zero
}

// Server is one server with its people and their statuses. It is an
// http.Handler; all of its methods may be called at any time.
type Server struct {
	conf Config
	mux  *http.ServeMux

	mu       sync.Mutex
	seq      int64
	accounts map[string]*account // by full name, "zoe@social.example"
	order    []*account
	statuses map[string]*status
	timeline []*status // ascending by id
	threads  map[string]*thread
	notes    []*notification
	media    map[string]*media
	apps     map[string]*app
	codes    map[string]string // code -> local user name
	tokens   map[string]*account
	keys     map[string]*status // Idempotency-Key with its token
	spent    map[string]*budget
	streams  map[*subscription]bool
	onPost   []func(Post)
	base     string
	closing  chan struct{}
	server   *http.Server
}

// New makes a server without people.
func New(c Config) *Server {
	s := &Server{
		conf: withDefaults(c), accounts: map[string]*account{}, statuses: map[string]*status{},
		threads: map[string]*thread{}, media: map[string]*media{}, apps: map[string]*app{},
		codes: map[string]string{}, tokens: map[string]*account{}, keys: map[string]*status{},
		spent: map[string]*budget{}, streams: map[*subscription]bool{}, closing: make(chan struct{}),
	}
	s.base = "https://" + s.conf.Home
	s.mux = s.routes()
	return s
}

func withDefaults(c Config) Config {
	if c.Home == "" {
		c.Home = "social.example"
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.MaxChars == 0 {
		c.MaxChars = 500
	}
	if c.PageSize == 0 {
		c.PageSize = 40
	}
	if c.RequestWindow == 0 {
		c.RequestWindow = 5 * time.Minute
	}
	return c
}

// Home gives the domain of the local accounts.
func (s *Server) Home() string { return s.conf.Home }

// SetBase tells the server under which URL it is reached, for the links it
// gives out. Listen calls it; a test that serves the handler itself calls it.
func (s *Server) SetBase(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = url
}

// Listen serves on a free port of the loopback interface until Close, over TLS
// when a configuration is given, and returns the URL.
func (s *Server) Listen(conf *tls.Config) (string, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("fediverse: listen: %w", err)
	}
	scheme := "http"
	if conf != nil {
		l, scheme = tls.NewListener(l, conf), "https"
	}
	base := scheme + "://" + l.Addr().String()
	s.SetBase(base)
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.mu.Lock()
	s.server = server
	s.mu.Unlock()
	go server.Serve(l) //nolint:errcheck // Close ends it, with an error that says just that
	return base, nil
}

// Close ends all streams and stops listening.
func (s *Server) Close() error {
	s.mu.Lock()
	select {
	case <-s.closing:
	default:
		close(s.closing)
	}
	server := s.server
	s.mu.Unlock()
	if server == nil {
		return nil
	}
	return server.Close()
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.throttled(w, r) {
		return
	}
	s.mux.ServeHTTP(w, r)
}

func (s *Server) secret(what string) string {
	if s.conf.Token != nil {
		return s.conf.Token()
	}
	s.seq++
	return fmt.Sprintf("%s-%d", what, s.seq)
}
