package mastodon

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
)

func TestLoginByCode(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	l := Login{HTTP: &http.Client{Transport: w}, Clock: w.clock}
	p, err := l.Begin(t.Context(), "http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(p.URL)
	if err != nil || u.Host != "127.0.0.1:1" || u.Path != "/oauth/authorize" || u.Query().Get("scope") != Scopes {
		t.Errorf("page %s, err %v", p.URL, err)
	}
	if _, _, err := l.Finish(t.Context(), p, "guess"); !errors.Is(err, accounts.ErrAuth) {
		t.Errorf("a wrong code: %v", err)
	}
	token, acct, err := l.Finish(t.Context(), p, " "+w.srv.Code("zoe")+"\n")
	if err != nil || acct != "zoe@social.example" || token == "" {
		t.Fatalf("%q %q %v", token, acct, err)
	}
	if acct, err := l.Verify(t.Context(), p.Server, token); err != nil || acct != "zoe@social.example" {
		t.Errorf("verify: %q %v", acct, err)
	}
	if err := l.Revoke(t.Context(), p, token); err != nil || !w.srv.Revoked(token) {
		t.Errorf("revoke: %v", err)
	}
	if _, err := l.Verify(t.Context(), p.Server, token); !errors.Is(err, accounts.ErrAuth) {
		t.Errorf("a token given back: %v", err)
	}
}

func TestAServerThatIsNoneIsToldSo(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	l := Login{HTTP: &http.Client{Transport: w}}
	w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
		rw.Write([]byte("<html>")) //nolint:errcheck // a test
		return true
	}
	if _, err := l.Begin(t.Context(), "http://127.0.0.1:1"); err == nil {
		t.Error("no error")
	}
	if _, err := l.Begin(t.Context(), "http://social.example"); !errors.Is(err, accounts.ErrPlain) {
		t.Errorf("err = %v", err)
	}
}
