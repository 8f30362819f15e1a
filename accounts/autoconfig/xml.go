package autoconfig

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/caliopen/caliopen-tui/accounts"
)

// maxXML bounds an answer; real ones have two or three kilobytes.
const maxXML = 256 << 10

// maxRedirects bounds how often an answer may point elsewhere.
const maxRedirects = 3

var errScheme = errors.New("redirected away from HTTPS")

// clientConfig is the format that Thunderbird's autoconfiguration defines.
type clientConfig struct {
	Providers []struct {
		Incoming []server `xml:"incomingServer"`
		Outgoing []server `xml:"outgoingServer"`
	} `xml:"emailProvider"`
}

type server struct {
	Type   string   `xml:"type,attr"`
	Host   string   `xml:"hostname"`
	Port   string   `xml:"port"`
	Socket string   `xml:"socketType"`
	User   string   `xml:"username"`
	Auth   []string `xml:"authentication"`
}

func (f *Finder) xml(ctx context.Context, local, domain string) (Result, error) {
	var problems []error
	for _, url := range []string{
		"https://autoconfig." + domain + "/mail/config-v1.1.xml",
		"https://" + domain + "/.well-known/autoconfig/mail/config-v1.1.xml",
	} {
		data, err := f.get(ctx, url)
		if err == nil {
			var r Result
			if r, err = readXML(data, local, domain); err == nil {
				return r, nil
			}
		}
		problems = append(problems, fmt.Errorf("%s: %w", url, err))
	}
	return Result{}, errors.Join(problems...)
}

// get reads one answer. The address is not sent: the domain is enough.
func (f *Finder) get(ctx context.Context, url string) ([]byte, error) {
	client := http.Client{Transport: f.HTTP, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if r.URL.Scheme != "https" {
			return errScheme
		}
		if len(via) > maxRedirects {
			return errors.New("too many redirects")
		}
		return nil
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "") // the name of the program is nobody's business
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answer %d", resp.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxXML+1))
	if err == nil && len(data) > maxXML {
		err = fmt.Errorf("answer of more than %d bytes", maxXML)
	}
	return data, err
}

// readXML chooses the most secure servers of an answer.
func readXML(data []byte, local, domain string) (Result, error) {
	var c clientConfig
	if err := xml.Unmarshal(data, &c); err != nil {
		return Result{}, fmt.Errorf("not readable: %w", err)
	}
	var in, out []server
	for _, p := range c.Providers {
		in, out = append(in, p.Incoming...), append(out, p.Outgoing...)
	}
	fill := strings.NewReplacer("%EMAILADDRESS%", local+"@"+domain, "%EMAILLOCALPART%", local, "%EMAILDOMAIN%", domain)
	imap, from, err := best(in, "imap", fill)
	if err != nil {
		return Result{}, err
	}
	r := Result{IMAP: imap, Source: FromXML, User: fill.Replace(strings.TrimSpace(from.User)), OAuth: onlyOAuth(from.Auth)}
	if r.User == local+"@"+domain || strings.ContainsFunc(r.User, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		r.User = ""
	}
	if smtp, _, err := best(out, "smtp", fill); err == nil {
		r.SMTP = smtp
	}
	return r, nil
}

// best takes the first server with TLS from the start, else the first with
// STARTTLS. One in clear is refused.
func best(list []server, protocol string, fill *strings.Replacer) (accounts.Endpoint, server, error) {
	plain := false
	for _, socket := range []string{"ssl", "starttls"} {
		for _, s := range list {
			plain = plain || strings.EqualFold(s.Socket, "plain")
			if !strings.EqualFold(s.Type, protocol) || !strings.EqualFold(strings.TrimSpace(s.Socket), socket) {
				continue
			}
			if e, ok := s.endpoint(protocol, socket == "starttls", fill); ok {
				return e, s, nil
			}
		}
	}
	if plain {
		return accounts.Endpoint{}, server{}, accounts.ErrPlain
	}
	return accounts.Endpoint{}, server{}, fmt.Errorf("no %s server named", protocol)
}

// endpoint checks a server's host and port the way the configuration does.
func (s server) endpoint(protocol string, startTLS bool, fill *strings.Replacer) (accounts.Endpoint, bool) {
	port, err := strconv.Atoi(strings.TrimSpace(s.Port))
	if err != nil {
		return accounts.Endpoint{}, false
	}
	e := accounts.Endpoint{Protocol: protocol, Host: fill.Replace(strings.TrimSpace(s.Host)), Port: port, StartTLS: startTLS}
	e, err = accounts.ParseEndpoint(e.String())
	return e, err == nil
}

func onlyOAuth(methods []string) bool {
	return len(methods) > 0 && !slices.ContainsFunc(methods, func(m string) bool {
		return !strings.EqualFold(strings.TrimSpace(m), "OAuth2")
	})
}
