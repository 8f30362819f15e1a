package domain

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestReadPolicy(t *testing.T) {
	const enforce = "version: STSv1\r\nmode: enforce\r\nmx: mail.example.net\r\nmx: *.Example.org.\r\nmax_age: 604800\r\n"
	for _, c := range []struct {
		name, text string
		mode       Mode
		mx         string
		age        time.Duration
		fails      bool
	}{
		{"enforce", enforce, ModeEnforce, "mail.example.net *.example.org", 7 * 24 * time.Hour, false},
		{"bare line ends", strings.ReplaceAll(enforce, "\r", ""), ModeEnforce, "mail.example.net *.example.org", 7 * 24 * time.Hour, false},
		{"short age", strings.Replace(enforce, "604800", "60", 1), ModeEnforce, "mail.example.net *.example.org", 24 * time.Hour, false},
		{"endless age", strings.Replace(enforce, "604800", "4000000000", 1), ModeEnforce, "mail.example.net *.example.org", maxAge, false},
		{"testing, unknown field", enforce + "x-new: y\nmode: none\n", ModeEnforce, "mail.example.net *.example.org", 7 * 24 * time.Hour, false},
		{"none needs no servers", "version: STSv1\nmode: none\nmax_age: 86400\n", ModeNone, "", 24 * time.Hour, false},
		{"enforce needs servers", "version: STSv1\nmode: enforce\nmax_age: 86400\n", "", "", 0, true},
		{"another version", strings.Replace(enforce, "STSv1", "STSv2", 1), "", "", 0, true},
		{"another mode", strings.Replace(enforce, "enforce", "strict", 1), "", "", 0, true},
		{"no age", strings.Replace(enforce, "max_age: 604800", "", 1), "", "", 0, true},
		{"age below nothing", strings.Replace(enforce, "604800", "-1", 1), "", "", 0, true},
		{"a page", "<html>version: STSv1</html>", "", "", 0, true},
		{"empty", "", "", "", 0, true},
	} {
		p, err := ReadPolicy(c.text, today)
		if (err != nil) != c.fails || p.Mode != c.mode || strings.Join(p.MX, " ") != c.mx {
			t.Errorf("%s: %+v, %v", c.name, p, err)
		}
		if err == nil && p.Until.Sub(today) != c.age {
			t.Errorf("%s: for %v, want %v", c.name, p.Until.Sub(today), c.age)
		}
	}
}

func TestPolicyMatches(t *testing.T) {
	p := Policy{MX: []string{"mail.example.net", "*.example.org"}}
	for host, want := range map[string]bool{
		"mail.example.net": true, "Mail.Example.Net.": true, "mx.example.org": true, "a.mx.example.org": false,
		"example.org": false, ".example.org": false, "xmail.example.net": false, "org": false, "": false,
	} {
		if p.Matches(host) != want {
			t.Errorf("%s: %v", host, !want)
		}
	}
}

// web is an HTTPS server for policies; lookups gives what asks it.
type web struct {
	handler http.HandlerFunc
	hosts   []string
}

func (w *web) lookups(t *testing.T, z *zone) Lookups {
	t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.hosts = append(w.hosts, r.Host+r.URL.Path)
		w.handler(rw, r)
	}))
	t.Cleanup(s.Close)
	client := s.Client()
	transport := client.Transport.(*http.Transport)
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
	}
	transport.TLSClientConfig.ServerName = "example.com" // what the test certificate is for
	return Lookups{DNS: z, HTTP: client, Now: func() time.Time { return today }}
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprint(w, text)
	}
}

const (
	enforcing = "version: STSv1\nmode: enforce\nmx: *.example.org\nmax_age: 604800\n"
	announces = `_mta-sts.example.org. 60 IN TXT "v=STSv1; id=20261122T1;"`
	exchanger = "example.org. 60 IN MX 10 mx.example.org."
)

func TestLookPolicy(t *testing.T) {
	for _, c := range []struct {
		name     string
		records  []string
		handler  http.HandlerFunc
		enforced bool
		testing  bool
		asked    int
	}{
		{"enforce", []string{announces, exchanger}, says(enforcing), true, false, 1},
		{"not announced", []string{exchanger}, says(enforcing), false, false, 0},
		{"announced twice", []string{announces, exchanger, `_mta-sts.example.org. 60 IN TXT "v=STSv1; id=2"`}, says(enforcing), false, false, 0},
		{"beside another record", []string{announces, exchanger, `_mta-sts.example.org. 60 IN TXT "something else"`}, says(enforcing), true, false, 1},
		{"announced without id", []string{exchanger, `_mta-sts.example.org. 60 IN TXT "v=STSv1;"`}, says(enforcing), false, false, 0},
		{"testing", []string{announces, exchanger}, says(strings.Replace(enforcing, "enforce", "testing", 1)), false, true, 1},
		{"no server fits", []string{announces, "example.org. 60 IN MX 10 mx.example.net."}, says(enforcing), false, false, 1},
		{"not there", []string{announces, exchanger}, http.NotFound, false, false, 1},
		{"a web page", []string{announces, exchanger}, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, enforcing)
		}, false, false, 1},
		{"redirected", []string{announces, exchanger}, redirectOnce(), false, false, 1},
		{"endless", []string{announces, exchanger}, says(enforcing + strings.Repeat("x: y\n", 20_000)), false, false, 1},
		{"takes no mail", []string{announces, "example.org. 60 IN MX 0 ."}, says(enforcing), false, false, 0},
	} {
		w := &web{handler: c.handler}
		l := w.lookups(t, &zone{records: c.records, insecure: []string{"."}})
		f, err := l.Look(t.Context(), "Example.ORG.", Facts{})
		if err != nil || f.Enforced != c.enforced || f.Testing != c.testing || len(w.hosts) != c.asked {
			t.Errorf("%s: %+v after %v, %v", c.name, f, w.hosts, err)
		}
		for _, h := range w.hosts {
			if h != "mta-sts.example.org/.well-known/mta-sts.txt" {
				t.Errorf("%s: asked %s", c.name, h)
			}
		}
		if f.Enforced && f.How != "mta-sts" || !f.Until.Equal(today.Add(24*time.Hour)) {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}

// redirectOnce sends elsewhere, where the policy is.
func redirectOnce() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/policy" {
			http.Redirect(w, r, "/policy", http.StatusFound)
			return
		}
		says(enforcing)(w, r)
	}
}

// TestAPolicyOutlivesItsRecord holds that hiding the record, or the policy,
// does not take back what the domain demanded.
func TestAPolicyOutlivesItsRecord(t *testing.T) {
	valid := Facts{Policy: &Policy{ID: "20261122T1", Mode: ModeEnforce, MX: []string{"*.example.org"}, Until: today.Add(time.Hour)}}
	over := Facts{Policy: &Policy{ID: "20261122T1", Mode: ModeEnforce, MX: []string{"*.example.org"}, Until: today.Add(-time.Hour)}}
	for _, c := range []struct {
		name    string
		records []string
		down    []string
		handler http.HandlerFunc
		before  Facts
		want    bool
		asked   int
	}{
		{"unchanged: not fetched", []string{announces, exchanger}, nil, says(""), valid, true, 0},
		{"record gone", []string{exchanger}, nil, says(""), valid, true, 0},
		{"record not to be had", []string{exchanger}, []string{"_mta-sts.example.org."}, says(""), valid, true, 0},
		{"another id, same policy", []string{strings.Replace(announces, "T1", "T2", 1), exchanger}, nil, says(enforcing), valid, true, 1},
		{"another id, taken back", []string{strings.Replace(announces, "T1", "T2", 1), exchanger}, nil, says("version: STSv1\nmode: none\nmax_age: 86400\n"), valid, false, 1},
		{"another id, policy hidden", []string{strings.Replace(announces, "T1", "T2", 1), exchanger}, nil, http.NotFound, valid, true, 1},
		{"over, record gone", []string{exchanger}, nil, says(enforcing), over, false, 0},
		{"over: fetched again", []string{announces, exchanger}, nil, says(enforcing), over, true, 1},
	} {
		w := &web{handler: c.handler}
		f, err := w.lookups(t, &zone{records: c.records, down: c.down}).Look(t.Context(), "example.org", c.before)
		if err != nil || f.Enforced != c.want || len(w.hosts) != c.asked {
			t.Errorf("%s: %+v after %v, %v", c.name, f, w.hosts, err)
		}
	}
}
