package smtp

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

func TestPostfix(t *testing.T) {
	s := servertest.Mail(t)
	for name, address := range map[string]string{"TLS": "smtps://" + s.SMTPS, "STARTTLS": "smtp+starttls://" + s.SMTP} {
		t.Run(name, func(t *testing.T) {
			config := testConfig(address, s.CAFile)
			config.User, config.From = servertest.Alice, servertest.Alice
			config.Secret = func(context.Context) (string, error) { return servertest.Password, nil }
			sender := newSender(t, config)
			sec, err := sender.Test(t.Context())
			if err != nil || sec.Auth != "SCRAM-SHA-256" || sec.StartTLS != (name == "STARTTLS") {
				t.Fatalf("security %+v, error %v", sec, err)
			}
			receipt, err := sender.Send(t.Context(), entry(servertest.Bob, "nobody@example.org"), nil)
			if err != nil || len(receipt.Refused) != 1 {
				t.Fatalf("receipt %+v, error %v", receipt, err)
			}
			_, err = sender.Send(t.Context(), entry("nobody@example.org"), nil)
			if !errors.Is(err, accounts.ErrRefused) {
				t.Errorf("error %v, want a refusal", err)
			}
			big := entry(servertest.Bob)
			big.Wire = append(big.Wire, bytes.Repeat([]byte("x\r\n"), 400_000)...)
			if _, err = sender.Send(t.Context(), big, nil); !errors.Is(err, accounts.ErrRefused) {
				t.Errorf("too big: error %v", err)
			}
			config.Secret = func(context.Context) (string, error) { return "wrong", nil }
			if _, err := newSender(t, config).Test(t.Context()); !errors.Is(err, accounts.ErrAuth) {
				t.Errorf("wrong password: error %v", err)
			}
		})
	}
	arrived(t, s, 2)
}

// arrived waits until Bob has as many messages, and compares what stands below
// the lines that servers add on top.
func arrived(t *testing.T, s *servertest.Server, want int) {
	t.Helper()
	wire := entry().Wire
	deadline := time.After(30 * time.Second)
	for {
		raws := s.Raws(servertest.Bob)
		if len(raws) == want {
			for _, raw := range raws {
				if !bytes.HasSuffix(raw, wire) {
					t.Errorf("other bytes arrived: %q", raw)
				}
			}
			return
		}
		select {
		case <-deadline:
			t.Fatalf("%d messages arrived, want %d", len(raws), want)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
