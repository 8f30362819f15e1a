package domain

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/caliopen/caliopen-tui/privacy/resolve"
)

var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var errDown = errors.New("no answer")

// zone answers from records written as in a zone file. A name that is in
// "insecure" is not proved, one in "down" gets no answer.
type zone struct {
	records  []string
	insecure []string // suffixes of names
	down     []string

	mu    sync.Mutex
	asked []string
}

func (z *zone) Lookup(_ context.Context, name string, rrtype uint16) (resolve.Answer, error) {
	name = dns.CanonicalName(name)
	z.mu.Lock()
	defer z.mu.Unlock()
	z.asked = append(z.asked, dns.TypeToString[rrtype]+" "+name)
	a := resolve.Answer{Secure: true, Target: name}
	for _, s := range z.down {
		if strings.HasSuffix(name, s) {
			return resolve.Answer{}, errDown
		}
	}
	for _, s := range z.insecure {
		if strings.HasSuffix(name, s) {
			a.Secure = false
		}
	}
	z.fill(&a, name, rrtype)
	return a, nil
}

func (z *zone) fill(a *resolve.Answer, name string, rrtype uint16) {
	for range 4 {
		alias := ""
		for _, r := range z.records {
			rr, err := dns.NewRR(r)
			if err != nil {
				panic(r + ": " + err.Error())
			}
			if dns.CanonicalName(rr.Header().Name) != name {
				continue
			}
			a.Exists = true
			if rr.Header().Rrtype == rrtype {
				a.RR = append(a.RR, rr)
			} else if c, ok := rr.(*dns.CNAME); ok {
				alias = dns.CanonicalName(c.Target)
			}
		}
		if alias == "" || len(a.RR) > 0 {
			return
		}
		name, a.Target = alias, alias
	}
}

func (z *zone) lookups() string {
	z.mu.Lock()
	defer z.mu.Unlock()
	return strings.Join(z.asked, ", ")
}

// txt writes a TXT record, cut into strings as they have to be.
func txt(name, text string) string {
	var parts []string
	for len(text) > 200 {
		parts, text = append(parts, `"`+text[:200]+`"`), text[200:]
	}
	return name + ` 3600 IN TXT ` + strings.Join(append(parts, `"`+text+`"`), " ")
}

func rsaFile(t *testing.T, name string) *rsa.PrivateKey {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func ed25519Key() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte("thirty-two bytes made for a test"))
}

// keyRecord gives the DNS record of a key.
func keyRecord(t *testing.T, key crypto.Signer, more string) string {
	t.Helper()
	if public, ok := key.Public().(ed25519.PublicKey); ok {
		return "v=DKIM1; k=ed25519; " + more + "p=" + base64.StdEncoding.EncodeToString(public)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return "v=DKIM1; k=rsa; " + more + "p=" + base64.StdEncoding.EncodeToString(der)
}
