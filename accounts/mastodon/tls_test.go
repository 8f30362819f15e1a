package mastodon

import (
	"context"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
)

func TestACertificateOfOnesOwnIsTrustedOnlyWhenNamed(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	s := httptest.NewTLSServer(w.srv)
	defer s.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(file, cert, 0o600); err != nil {
		t.Fatal(err)
	}
	c := Config{Server: s.URL, CAFile: file, Token: func(context.Context) (string, error) { return w.token, nil }}
	tr := New(c)
	defer tr.Close()
	if got := tr.Security(); got != (accounts.Security{}) {
		t.Errorf("before the first call: %+v", got)
	}
	got, err := tr.Test(t.Context())
	if err != nil || got.TLS != "1.3" || !got.Verified || got.Host == "" {
		t.Errorf("%+v, %v", got, err)
	}
	if tr.Address() != zoe {
		t.Errorf("address %v", tr.Address())
	}
	c.CAFile = ""
	if _, err := New(c).Test(t.Context()); !errors.Is(err, accounts.ErrCertificate) {
		t.Errorf("err = %v", err)
	}
	for _, file := range []string{filepath.Join(t.TempDir(), "none"), "tls_test.go"} {
		c.CAFile = file
		if _, err := New(c).Test(t.Context()); err == nil {
			t.Errorf("%s is no certificate", file)
		}
	}
}

func TestAServerWithoutTLSIsNotSpokenTo(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	c := Config{Server: "https://" + s.Listener.Addr().String(), Token: func(context.Context) (string, error) { return "x", nil }}
	if _, err := New(c).Test(t.Context()); err == nil || !errors.Is(err, accounts.ErrPlain) && !errors.Is(err, accounts.ErrOffline) {
		t.Errorf("err = %v", err)
	}
}
