package smtp

import (
	"errors"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
)

// A refusal for good says why where the server does, at whatever point of the
// talk, and is a refusal besides.
func TestReasonsOfRefusals(t *testing.T) {
	t.Parallel()
	reasons := []error{accounts.ErrTooBig, accounts.ErrUnsupported, accounts.ErrRequireTLS}
	for answer, want := range map[string]error{
		"552 5.3.4 message too big for system":      accounts.ErrTooBig,
		"552 5.2.3 message length exceeds limit":    accounts.ErrTooBig,
		"552 message exceeds fixed maximum size":    accounts.ErrTooBig,
		"552 5.2.2 mailbox full":                    nil,
		"554 5.6.3 conversion required, not done":   accounts.ErrUnsupported,
		"550 5.6.7 address needs SMTPUTF8":          accounts.ErrUnsupported,
		"550 5.7.30 REQUIRETLS cannot be kept":      accounts.ErrRequireTLS,
		"550 5.7.1 not allowed":                     nil,
		"554 no":                                    nil,
		"550 5.1.1 user 5.3.4 unknown":              nil,
		"452 4.3.4 too much at the moment, a 5.3.4": accounts.ErrTemporary,
	} {
		for _, word := range []string{"MAIL", "RCPT", "DATA", "."} {
			t.Run(word+" "+answer, func(t *testing.T) {
				t.Parallel()
				s := newScript(t)
				s.answers[word] = answer
				_, err := newSender(t, s.start()).Send(t.Context(), entry("bob@example.org"), nil)
				if final := !strings.HasPrefix(answer, "4"); errors.Is(err, accounts.ErrRefused) != final {
					t.Errorf("error %v; refused for good: %v", err, !final)
				}
				for _, r := range reasons {
					if errors.Is(err, r) != (r == want) {
						t.Errorf("error %v: is it %v: %v", err, r, r != want)
					}
				}
			})
		}
	}
}

// What the server said it takes is known while it cannot be reached, and a
// message it will not take does not even begin.
func TestLimitsOutliveTheConnection(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	sender := newSender(t, s.start())
	if _, err := sender.Test(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.change("", "421 busy")
	if _, err := sender.Send(t.Context(), entry("bob@example.org"), nil); !errors.Is(err, accounts.ErrTemporary) {
		t.Errorf("error %v", err)
	}
	if got := sender.Offers().MaxSize; got != 100000 {
		t.Errorf("limit %d", got)
	}
	s.change("", "")
	e := entry("bob@example.org")
	e.Wire = append(e.Wire, strings.Repeat("x\r\n", 40000)...)
	_, err := sender.Send(t.Context(), e, func() error { t.Error("handed over"); return nil })
	if !errors.Is(err, accounts.ErrTooBig) || !errors.Is(err, accounts.ErrRefused) || strings.Contains(s.lines(), "MAIL") {
		t.Errorf("error %v; said:\n%s", err, s.lines())
	}
}

// Of several recipients those refused are told, whatever the others got, and
// the message goes to nobody else.
func TestRefusedRecipientsAreNamed(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.before = func(word string) {
		s.change("RCPT", "")
		if word == "RCPT" && strings.Contains(s.lines()[strings.LastIndex(s.lines(), "RCPT"):], "nobody") {
			s.change("RCPT", "550 5.1.1 unknown")
		}
	}
	rec, err := newSender(t, s.start()).Send(t.Context(), entry("bob@example.org", "nobody1@example.org", "carol@example.net", "nobody2@example.org"), nil)
	if err != nil || len(rec.Refused) != 2 || rec.Refused[0].ID != "nobody1@example.org" || rec.Refused[1].ID != "nobody2@example.org" || len(s.taken()) != 1 {
		t.Errorf("refused %v, %v", rec.Refused, err)
	}
}
