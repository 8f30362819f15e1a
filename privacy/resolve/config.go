package resolve

import (
	"bufio"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"
)

// Config says which name servers to ask and how. The zero value asks the one
// on this machine.
type Config struct {
	Servers  []netip.AddrPort
	TrustAD  bool          // believe the servers' word on DNSSEC though they are elsewhere
	Timeout  time.Duration // for each attempt, 5 seconds when zero
	Attempts int           // rounds over the servers, 2 when zero
}

// LoadConfig reads a resolv.conf(5).
func LoadConfig(path string) (Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return Config{}, err
	}
	defer f.Close()
	return ReadConfig(f), nil
}

// ReadConfig reads a resolv.conf(5). What it does not understand it passes
// over, as the C library does.
func ReadConfig(r io.Reader) Config {
	var c Config
	lines := bufio.NewScanner(io.LimitReader(r, 64<<10))
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) < 2 {
			continue
		}
		switch words[0] {
		case "nameserver":
			c.server(words[1])
		case "options":
			c.options(words[1:])
		}
	}
	return c
}

func (c *Config) server(text string) {
	address, err := netip.ParseAddr(text)
	if err == nil && len(c.Servers) < 3 { // MAXNS of the C library
		c.Servers = append(c.Servers, netip.AddrPortFrom(address, 53))
	}
}

func (c *Config) options(words []string) {
	for _, word := range words {
		name, value, _ := strings.Cut(word, ":")
		n, err := strconv.Atoi(value)
		switch {
		case name == "trust-ad":
			c.TrustAD = true
		case name == "timeout" && err == nil:
			c.Timeout = time.Duration(min(max(n, 1), 30)) * time.Second
		case name == "attempts" && err == nil:
			c.Attempts = min(max(n, 1), 5)
		}
	}
}

func (c Config) filled() Config {
	if len(c.Servers) == 0 {
		c.Servers = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:53")}
	}
	if c.Timeout <= 0 {
		c.Timeout = 5 * time.Second
	}
	if c.Attempts <= 0 {
		c.Attempts = 2
	}
	return c
}

// trusts tells whether the AD bit of that server may be believed: only when
// nobody can stand between it and us, or when the system's administrator says
// so (as the C library does since 2.31).
func (c Config) trusts(server netip.AddrPort) bool {
	return c.TrustAD || server.Addr().Unmap().IsLoopback()
}

// trusted tells whether every server's word on DNSSEC may be believed.
func (c Config) trusted() bool {
	for _, s := range c.Servers {
		if !c.trusts(s) {
			return false
		}
	}
	return true
}
