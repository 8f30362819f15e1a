package autoconfig

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// web answers requests by URL and notes what was asked.
type web struct {
	answers map[string]string // "URL": body, or "-> URL" for a redirect
	asked   []string
}

func (w *web) RoundTrip(r *http.Request) (*http.Response, error) {
	w.asked = append(w.asked, r.URL.String())
	body, ok := w.answers[r.URL.String()]
	resp := &http.Response{StatusCode: 200, Header: http.Header{}, Request: r}
	switch target, redirect := strings.CutPrefix(body, "-> "); {
	case !ok:
		return nil, errors.New("no such host")
	case redirect:
		resp.StatusCode = 302
		resp.Header.Set("Location", target)
		body = ""
	}
	resp.Body = io.NopCloser(strings.NewReader(body))
	return resp, nil
}

type dns map[string][]*net.SRV

func (d dns) LookupSRV(_ context.Context, service, _, _ string) (string, []*net.SRV, error) {
	if d[service] == nil {
		return "", nil, errors.New("no such record")
	}
	return "", d[service], nil
}

const (
	wellKnown = "https://example.org/.well-known/autoconfig/mail/config-v1.1.xml"
	subdomain = "https://autoconfig.example.org/mail/config-v1.1.xml"
)

func answer(servers string) string {
	return `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="example.org">` + servers + `</emailProvider></clientConfig>`
}

func in(kind, host, port, socket string) string {
	return `<incomingServer type="` + kind + `"><hostname>` + host + `</hostname><port>` + port + `</port><socketType>` + socket +
		`</socketType><username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication></incomingServer>`
}

func out(host, port, socket string) string {
	return strings.ReplaceAll(in("smtp", host, port, socket), "incomingServer", "outgoingServer")
}

func finder(answers map[string]string, records dns, alive ...string) (*Finder, *web) {
	w := &web{answers: answers}
	return &Finder{HTTP: w, Resolver: records, Probe: func(_ context.Context, e accounts.Endpoint) error {
		for _, a := range alive {
			if e.String() == a {
				return nil
			}
		}
		return errors.New("refused")
	}}, w
}

func TestMostSecureServerWins(t *testing.T) {
	f, w := finder(map[string]string{subdomain: answer(
		in("pop3", "pop.example.org", "995", "SSL") +
			in("imap", "plain.example.org", "143", "plain") +
			in("imap", "later.%EMAILDOMAIN%", "143", "STARTTLS") +
			in("imap", "mx.example.org", "993", "SSL") +
			out("out.example.org", "587", "STARTTLS"))}, nil)
	r, err := f.Find(t.Context(), "Lou@Example.org")
	if err != nil {
		t.Fatal(err)
	}
	if r.IMAP.String() != "imaps://mx.example.org:993" || r.SMTP.String() != "smtp+starttls://out.example.org:587" || r.User != "lou" || r.Source != FromXML {
		t.Errorf("found %+v", r)
	}
	for _, url := range w.asked {
		if strings.Contains(url, "lou") {
			t.Errorf("the address was sent: %s", url)
		}
	}
}

func TestPlainAnswersAreRefused(t *testing.T) {
	plain := answer(in("imap", "mx.example.org", "143", "plain") + out("mx.example.org", "25", "plain"))
	f, _ := finder(map[string]string{subdomain: plain, wellKnown: plain}, nil)
	if _, err := f.Find(t.Context(), "lou@example.org"); !errors.Is(err, accounts.ErrPlain) {
		t.Errorf("got %v", err)
	}
}

func TestRedirects(t *testing.T) {
	good := answer(in("imap", "mx.example.org", "993", "SSL"))
	for name, test := range map[string]struct {
		answers map[string]string
		ok      bool
	}{
		"to HTTP":       {map[string]string{wellKnown: "-> http://example.org/c.xml", "http://example.org/c.xml": good}, false},
		"within HTTPS":  {map[string]string{wellKnown: "-> https://www.example.org/c.xml", "https://www.example.org/c.xml": good}, true},
		"round forever": {map[string]string{wellKnown: "-> " + wellKnown}, false},
	} {
		f, w := finder(test.answers, nil)
		_, err := f.Find(t.Context(), "lou@example.org")
		if (err == nil) != test.ok {
			t.Errorf("%s: %v", name, err)
		}
		for _, url := range w.asked {
			if strings.HasPrefix(url, "http:") {
				t.Errorf("%s: asked %s", name, url)
			}
		}
	}
}

func TestHostileAnswers(t *testing.T) {
	for name, body := range map[string]string{
		"huge":      answer(strings.Repeat(" ", maxXML)),
		"not XML":   "<html>no",
		"entities":  `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + answer(in("imap", "&b;.example.org", "993", "SSL")),
		"port":      answer(in("imap", "mx.example.org", "99999", "SSL")),
		"path":      answer(in("imap", "mx.example.org/x?", "993", "SSL")),
		"spaces":    answer(in("imap", "mx example.org", "993", "SSL")),
		"user info": answer(in("imap", "a:b@mx.example.org", "993", "SSL")),
		"empty":     "",
	} {
		f, _ := finder(map[string]string{wellKnown: body}, nil)
		if r, err := f.Find(t.Context(), "lou@example.org"); err == nil {
			t.Errorf("%s: taken as %+v", name, r)
		}
	}
}

func TestControlCharactersInTheUserName(t *testing.T) {
	body := strings.Replace(answer(in("imap", "mx.example.org", "993", "SSL")), "%EMAILLOCALPART%", "a&#13;&#10;b", 1)
	f, _ := finder(map[string]string{wellKnown: body}, nil)
	if r, err := f.Find(t.Context(), "lou@example.org"); err != nil || r.User != "" {
		t.Errorf("%+v %v", r, err)
	}
}

func TestSRV(t *testing.T) {
	f, _ := finder(nil, dns{
		"imap":       {{Target: "old.example.org.", Port: 143}},
		"imaps":      {{Target: ".", Port: 0}, {Target: "mx.example.org.", Port: 993}},
		"submission": {{Target: "out.example.org.", Port: 587}},
	})
	r, err := f.Find(t.Context(), "lou@example.org")
	if err != nil || r.IMAP.String() != "imaps://mx.example.org:993" || r.SMTP.String() != "smtp+starttls://out.example.org:587" || r.Foreign || r.Source != FromSRV {
		t.Errorf("%+v %v", r, err)
	}
}

func TestSRVToAnotherDomainNeedsConfirmation(t *testing.T) {
	for _, records := range []dns{
		{"imaps": {{Target: "mx.notexample.org.", Port: 993}}},
		{"imaps": {{Target: "mx.example.org.", Port: 993}}, "submissions": {{Target: "out.example.net.", Port: 465}}},
	} {
		f, _ := finder(nil, records)
		if r, err := f.Find(t.Context(), "lou@example.org"); err != nil || !r.Foreign {
			t.Errorf("%+v %v", r, err)
		}
	}
}

func TestGuessesPreferTLSFromTheStart(t *testing.T) {
	f, _ := finder(nil, nil, "imap+starttls://imap.example.org:143", "imaps://mail.example.org:993", "smtp+starttls://smtp.example.org:587")
	r, err := f.Find(t.Context(), "lou@example.org")
	if err != nil || r.IMAP.String() != "imaps://mail.example.org:993" || r.SMTP.String() != "smtp+starttls://smtp.example.org:587" || r.Source != FromGuess {
		t.Errorf("%+v %v", r, err)
	}
}

func TestNothingFound(t *testing.T) {
	f, _ := finder(nil, nil)
	if _, err := f.Find(t.Context(), "lou@example.org"); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	for _, address := range []string{"lou", "lou@localhost", "lou@[192.0.2.1]", "lou@192.0.2.1", "@lou@social.example.org", ""} {
		if _, err := f.Find(t.Context(), address); !errors.Is(err, conversation.ErrUsage) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestOnlyOAuth(t *testing.T) {
	body := strings.Replace(answer(in("imap", "mx.example.org", "993", "SSL")), "password-cleartext", "OAuth2", 1)
	f, _ := finder(map[string]string{wellKnown: body}, nil)
	if r, err := f.Find(t.Context(), "lou@example.org"); err != nil || !r.OAuth {
		t.Errorf("%+v %v", r, err)
	}
}

func FuzzReadXML(f *testing.F) {
	f.Add([]byte(answer(in("imap", "mx.example.org", "993", "SSL"))))
	f.Add([]byte("<clientConfig><emailProvider>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := readXML(data, "lou", "example.org")
		if err != nil {
			return
		}
		if e, err := accounts.ParseEndpoint(r.IMAP.String()); err != nil || e != r.IMAP {
			t.Errorf("unusable endpoint %+v: %v", r.IMAP, err)
		}
	})
}
