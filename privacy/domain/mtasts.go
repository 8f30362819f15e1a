package domain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Mode says what a domain wants done about its MTA-STS policy (RFC 8461 section
// 3.2).
type Mode string

// The modes; "" is no policy.
const (
	ModeEnforce Mode = "enforce"
	ModeTesting Mode = "testing"
	ModeNone    Mode = "none"
)

// Policy is an MTA-STS policy: to which servers mail of a domain goes, over
// verified TLS.
type Policy struct {
	ID    string    `json:"id"` // of the record by which the policy was announced
	Mode  Mode      `json:"mode"`
	MX    []string  `json:"mx,omitempty"`
	Until time.Time `json:"until"` // when it has to be fetched anew
}

// Bounds of a policy.
const (
	maxPolicy = 64 << 10
	maxMX     = 64
	maxAge    = 31557600 * time.Second // RFC 8461 section 3.2
	leastAge  = 24 * time.Hour
)

// ErrPolicy tells that a domain announces a policy and gives none that can be
// used.
var ErrPolicy = errors.New("domain: no usable policy")

// Matches tells whether mail may go to a server by the policy. A pattern may
// begin with "*.", which stands for exactly one label (RFC 8461 section 4.1).
func (p Policy) Matches(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	first, parent, _ := strings.Cut(host, ".")
	for _, pattern := range p.MX {
		wild, any := strings.CutPrefix(pattern, "*.")
		if pattern == host || any && first != "" && parent != "" && parent == wild {
			return true
		}
	}
	return false
}

// announced gives the id of the record by which a domain announces a policy, ""
// when there is none, or several (RFC 8461 section 3.1).
func announced(records []string) string {
	id, found := "", 0
	for _, r := range records {
		if head, _, _ := strings.Cut(r, ";"); strings.TrimSpace(head) == "v=STSv1" {
			found++
			id = tagList(r)["id"]
		}
	}
	if found != 1 || id == "" || len(id) > 32 || strings.Trim(id, alphanumeric) != "" {
		return ""
	}
	return id
}

const alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// fetchPolicy gets the policy of a domain over HTTPS, following no redirects
// (RFC 8461 section 3.3).
func (l Lookups) fetchPolicy(ctx context.Context, domain string) (Policy, error) {
	ctx, cancel := context.WithTimeout(ctx, l.patience())
	defer cancel()
	address := "https://mta-sts." + domain + "/.well-known/mta-sts.txt"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Policy{}, fmt.Errorf("domain: policy of %s: %w", domain, err)
	}
	resp, err := l.client().Do(req)
	if err != nil {
		return Policy{}, fmt.Errorf("domain: policy of %s: %w", domain, err)
	}
	defer resp.Body.Close()
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.StatusCode != http.StatusOK || kind != "text/plain" {
		return Policy{}, fmt.Errorf("domain: policy of %s: %s %q: %w", domain, resp.Status, kind, ErrPolicy)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxPolicy+1))
	if err != nil {
		return Policy{}, fmt.Errorf("domain: policy of %s: %w", domain, err)
	}
	if len(text) > maxPolicy {
		return Policy{}, fmt.Errorf("domain: policy of %s: too long: %w", domain, ErrPolicy)
	}
	p, err := ReadPolicy(string(text), l.Now())
	if err != nil {
		return Policy{}, fmt.Errorf("domain: policy of %s: %w", domain, err)
	}
	return p, nil
}

// client is the one given, made to stay where it is sent.
func (l Lookups) client() *http.Client {
	c := http.Client{}
	if l.HTTP != nil {
		c = *l.HTTP
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Jar = nil
	return &c
}

// ReadPolicy reads the text of a policy (RFC 8461 section 3.2). Unknown fields
// are passed over; of a field that may stand once the first counts.
func ReadPolicy(text string, now time.Time) (Policy, error) {
	p := Policy{}
	once := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok {
			continue
		}
		if name == "mx" && len(p.MX) < maxMX {
			p.MX = append(p.MX, strings.ToLower(strings.TrimSuffix(value, ".")))
		}
		if _, dup := once[name]; !dup {
			once[name] = value
		}
	}
	age, err := strconv.ParseUint(once["max_age"], 10, 32)
	p.Mode = Mode(once["mode"])
	switch {
	case once["version"] != "STSv1", err != nil || len(once["max_age"]) > 10:
		return Policy{}, ErrPolicy
	case p.Mode != ModeEnforce && p.Mode != ModeTesting && p.Mode != ModeNone:
		return Policy{}, ErrPolicy
	case len(p.MX) == 0 && p.Mode != ModeNone:
		return Policy{}, ErrPolicy
	}
	p.Until = now.Add(min(max(time.Duration(age)*time.Second, leastAge), maxAge))
	return p, nil
}
