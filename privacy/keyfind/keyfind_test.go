package keyfind

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/privacy/resolve"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	zoe      = "zoe.martel@example.org"
	zoePrint = "8A00A75B32F93DCB9C7D7BBD9D7679C72544ACB6"
	zoeHash  = "/hu/qzanswcgbfbdzzs3bifu95h5qmtm46i6"
)

func file(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func key(t *testing.T, name string) *openpgp.Key {
	t.Helper()
	keys, err := openpgp.Parse(file(t, name))
	if err != nil || len(keys) != 1 {
		t.Fatal(len(keys), err)
	}
	return keys[0]
}

// fakeDNS is a DNS of a few names. A name that is not there does not exist.
type fakeDNS struct {
	mu     sync.Mutex
	hosts  []string
	keys   map[string][]byte
	secure bool
	err    error
	asked  []string
}

func (d *fakeDNS) Lookup(_ context.Context, name string, rrtype uint16) (resolve.Answer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, dns.TypeToString[rrtype]+" "+name)
	if d.err != nil {
		return resolve.Answer{}, d.err
	}
	if data := d.keys[name]; rrtype == dns.TypeOPENPGPKEY && data != nil {
		rr := &dns.OPENPGPKEY{PublicKey: base64.StdEncoding.EncodeToString(data)}
		return resolve.Answer{RR: []dns.RR{rr}, Exists: true, Secure: d.secure}, nil
	}
	if rrtype == dns.TypeAAAA && slices.Contains(d.hosts, name) {
		return resolve.Answer{RR: []dns.RR{&dns.AAAA{AAAA: net.IPv6loopback}}, Exists: true}, nil
	}
	return resolve.Answer{Exists: slices.Contains(d.hosts, name)}, nil
}

// web is the whole web on one loopback port.
type web struct {
	t       *testing.T
	mu      sync.Mutex
	asked   []string // "host/path?query"
	answers map[string]http.HandlerFunc
	client  *http.Client
}

func newWeb(t *testing.T, hosts ...string) *web {
	t.Helper()
	w := &web{t: t, answers: map[string]http.HandlerFunc{}}
	server := httptest.NewUnstartedServer(w)
	certificate, pool := certify(t, hosts)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.StartTLS()
	t.Cleanup(server.Close)
	client, err := Client("", pool)
	if err != nil {
		t.Fatal(err)
	}
	client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
	}
	w.client = client
	return w
}

func certify(t *testing.T, hosts []string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: hosts, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}, pool
}

func (w *web) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.asked = append(w.asked, r.Host+r.URL.RequestURI())
	answer := w.answers[r.Host+r.URL.Path]
	w.mu.Unlock()
	if r.Header.Get("User-Agent") != "" || r.Header.Get("Cookie") != "" || r.Header.Get("Accept-Language") != "" {
		w.t.Errorf("the request tells of us: %v", r.Header)
	}
	if answer == nil {
		http.NotFound(out, r)
		return
	}
	answer(out, r)
}

func serve(data []byte) http.HandlerFunc {
	return func(out http.ResponseWriter, _ *http.Request) { out.Write(data) }
}

func redirect(to string) http.HandlerFunc {
	return func(out http.ResponseWriter, r *http.Request) { http.Redirect(out, r, to, http.StatusFound) }
}

func finder(w *web, d resolve.Resolver, methods ...Method) *Finder {
	return &Finder{HTTP: w.client, DNS: d, Now: func() time.Time { return noon }, Methods: methods}
}

const (
	advanced = "openpgpkey.example.org/.well-known/openpgpkey/example.org" + zoeHash
	direct   = "example.org/.well-known/openpgpkey" + zoeHash
)

func TestDirectoryAsksTheRightPlace(t *testing.T) {
	tests := map[string]struct {
		hosts  []string
		at     string
		found  int
		asked  []string
		method string
	}{
		"advanced":                  {[]string{"openpgpkey.example.org"}, advanced, 1, []string{advanced + "?l=zoe.martel"}, ""},
		"direct":                    {nil, direct, 1, []string{direct + "?l=zoe.martel"}, ""},
		"not direct as the host is": {[]string{"openpgpkey.example.org"}, direct, 0, []string{advanced + "?l=zoe.martel"}, ""},
		"nowhere":                   {nil, "", 0, []string{direct + "?l=zoe.martel"}, ""},
	}
	for name, test := range tests {
		w := newWeb(t, "openpgpkey.example.org", "example.org")
		w.answers[test.at] = serve(file(t, "zoe.pgp"))
		found, err := finder(w, &fakeDNS{hosts: test.hosts}, WKD).Find(t.Context(), zoe)
		if err != nil || len(found) != test.found || !slices.Equal(w.asked, test.asked) {
			t.Errorf("%s: %d found, asked %q, %v", name, len(found), w.asked, err)
		}
		for _, f := range found {
			if f.Fingerprint != zoePrint || f.Source != FromWKD || f.Method != WKD || !f.Usable || f.Revoked {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

func TestOnlyTheUserIDAskedForIsKept(t *testing.T) {
	w := newWeb(t, "example.org")
	w.answers[direct] = serve(file(t, "zoe.pgp"))
	found, err := finder(w, &fakeDNS{}, WKD).Find(t.Context(), "Zoe.Martel@EXAMPLE.org")
	if err != nil || len(found) != 1 {
		t.Fatal(len(found), err)
	}
	kept, err := openpgp.Parse(found[0].Cert)
	if err != nil || len(kept) != 1 {
		t.Fatal(err)
	}
	if ids := kept[0].UserIDs(); len(ids) != 1 || ids[0] != "Zoe Martel <"+zoe+">" {
		t.Errorf("%q", ids)
	}
	if bytes.Contains(found[0].Cert, []byte("work.example")) || bytes.Contains(found[0].Cert, []byte("boss@")) {
		t.Error("user IDs of others are kept")
	}
	if !kept[0].Status(noon).CanSeal {
		t.Error("the key cannot be sealed to any more")
	}
	if !strings.Contains(w.asked[0], "?l=Zoe.Martel") {
		t.Errorf("asked %q", w.asked)
	}
}

func TestHostileDirectories(t *testing.T) {
	huge := bytes.Repeat([]byte("x"), mostDirectory+1)
	tests := map[string]struct {
		answer http.HandlerFunc
		want   error
	}{
		"another's key":         {serve(file(t, "paul.pgp")), ErrAnswer},
		"HTML":                  {serve([]byte("<!doctype html><title>Not found</title>")), ErrAnswer},
		"half a key":            {serve(file(t, "zoe.pgp")[:200]), ErrAnswer},
		"redirect elsewhere":    {redirect("https://evil.example/" + direct), ErrServer},
		"redirect to a sibling": {redirect("https://openpgpkey.example.org/x"), ErrServer},
		"redirect without TLS":  {redirect("http://example.org/x"), ErrServer},
		"redirect for ever":     {redirect("/.well-known/openpgpkey" + zoeHash), ErrServer},
		"refused":               {func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(403) }, ErrServer},
		"huge":                  {serve(huge), ErrLarge},
		"huge and unannounced": {func(out http.ResponseWriter, _ *http.Request) {
			for range 10 {
				out.Write(huge[:10000])
				out.(http.Flusher).Flush()
			}
		}, ErrLarge},
		"cut off": {func(out http.ResponseWriter, _ *http.Request) {
			out.Header().Set("Content-Length", "5000")
			out.Write(file(t, "zoe.pgp"))
		}, io.ErrUnexpectedEOF},
		"packed": {func(out http.ResponseWriter, _ *http.Request) {
			out.Header().Set("Content-Encoding", "gzip")
			out.Write([]byte{0x1f, 0x8b, 8, 0})
		}, ErrAnswer},
	}
	for name, test := range tests {
		w := newWeb(t, "openpgpkey.example.org", "example.org", "evil.example")
		w.answers[direct] = test.answer
		w.answers["evil.example/"+direct] = serve(file(t, "zoe.pgp"))
		w.answers["openpgpkey.example.org/x"] = serve(file(t, "zoe.pgp"))
		w.answers["example.org/x"] = serve(file(t, "zoe.pgp"))
		found, err := finder(w, &fakeDNS{}, WKD).Find(t.Context(), zoe)
		if !errors.Is(err, test.want) || len(found) != 0 {
			t.Errorf("%s: %d found, %v", name, len(found), err)
		}
		if err != nil && strings.Contains(err.Error(), "martel") {
			t.Errorf("%s: the error tells whom the user writes to: %v", name, err)
		}
	}
}

func TestRedirectOnTheSameHostIsFollowed(t *testing.T) {
	w := newWeb(t, "example.org")
	w.answers[direct] = redirect("/keys/zoe")
	w.answers["example.org/keys/zoe"] = serve(file(t, "zoe.pgp"))
	if found, err := finder(w, &fakeDNS{}, WKD).Find(t.Context(), zoe); err != nil || len(found) != 1 {
		t.Error(len(found), err)
	}
}

func TestDirectoryWithoutCertificateIsNotBelieved(t *testing.T) {
	w := newWeb(t, "other.example")
	w.answers[direct] = serve(file(t, "zoe.pgp"))
	found, err := finder(w, &fakeDNS{}, WKD).Find(t.Context(), zoe)
	if err == nil || len(found) != 0 || len(w.asked) != 0 {
		t.Errorf("%d found, asked %q, %v", len(found), w.asked, err)
	}
	if err != nil && strings.Contains(err.Error(), "martel") {
		t.Errorf("the error tells whom the user writes to: %v", err)
	}
}

func TestRedirectsStayOnTheHostAndUnderTLS(t *testing.T) {
	first := httptest.NewRequest("GET", "https://example.org/a", nil)
	check := (&Finder{HTTP: &http.Client{}}).strict().CheckRedirect
	for to, good := range map[string]bool{"https://example.org/b": true, "http://example.org/b": false, "https://example.org:8443/b": false, "https://example.net/b": false} {
		if err := check(httptest.NewRequest("GET", to, nil), []*http.Request{first}); (err == nil) != good {
			t.Errorf("%s: %v", to, err)
		}
	}
}

// A user ID that the holder of the key never signed is no user ID.
func TestForgedUserIDsAreRefused(t *testing.T) {
	all, err := packets(file(t, "paul.pgp"))
	if err != nil {
		t.Fatal(err)
	}
	var forged []byte
	for _, p := range all {
		if p.tag == tagSubkey {
			id := "Zoe <" + zoe + ">"
			forged = append(append(forged, 0xcd, byte(len(id))), id...)
		}
		forged = append(forged, p.whole...)
	}
	w := newWeb(t, "example.org")
	w.answers[direct] = serve(forged)
	if found, err := finder(w, &fakeDNS{}, WKD).Find(t.Context(), zoe); !errors.Is(err, ErrAnswer) || len(found) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
	f := finder(w, nil)
	if _, ok := f.take(key(t, "paul.pgp"), zoe); ok {
		t.Error("another's certificate is taken")
	}
}

func TestSlowServersAreLeft(t *testing.T) {
	w := newWeb(t, "example.org")
	ctx, cancel := context.WithCancel(t.Context())
	w.answers[direct] = func(out http.ResponseWriter, r *http.Request) {
		out.Write([]byte("x"))
		out.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	}
	c := &memory{}
	f := finder(w, &fakeDNS{}, WKD)
	f.Cache = c
	if _, err := f.Find(ctx, zoe); !errors.Is(err, context.Canceled) || len(c.saved) != 0 {
		t.Errorf("%v, saved %v", err, c.saved)
	}
}
