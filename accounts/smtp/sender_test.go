package smtp

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

func TestSend(t *testing.T) {
	s := newScript(t)
	sender := newSender(t, s.start())
	e := entry("bob@example.org", "carol@example.net")
	handed := 0
	receipt, err := sender.Send(t.Context(), e, func() error {
		if len(s.taken()) != 0 || !strings.HasSuffix(s.lines(), "DATA") {
			t.Error("told too early or too late")
		}
		handed++
		return nil
	})
	if err != nil || handed != 1 || len(receipt.Refused) != 0 {
		t.Fatalf("error %v, handed over %d times, receipt %+v", err, handed, receipt)
	}
	if got := s.taken(); len(got) != 1 || got[0] != string(e.Wire) {
		t.Errorf("the server got %q", got)
	}
	said := s.lines()
	for _, want := range []string{"EHLO [127.0.0.1]", "MAIL FROM:<alice@example.org> BODY=8BITMIME SIZE=", "RCPT TO:<bob@example.org>", "RCPT TO:<carol@example.net>"} {
		if !strings.Contains(said, want) {
			t.Errorf("did not say %q:\n%s", want, said)
		}
	}
	if sec := sender.Security(); sec.TLS != "1.3" || !sec.Verified || sec.Auth != "PLAIN" {
		t.Errorf("security %+v", sec)
	}
	if o := sender.Offers(); o.MaxSize != 100000 || !o.EightBit || o.RequireTLS {
		t.Errorf("offers %+v", o)
	}
}

// Whatever goes wrong, the error says whether the message may have been taken.
func TestFaults(t *testing.T) {
	for name, tc := range map[string]struct {
		word, answer string
		want         error
		handed       bool
	}{
		"greeting later":      {"", "421 busy", accounts.ErrTemporary, false},
		"greeting never":      {"", "554 go away", accounts.ErrRefused, false},
		"greeting cut":        {"", "-", accounts.ErrOffline, false},
		"greeting flood":      {"", "220-" + strings.Repeat("x\r\n220-", 100_000), accounts.ErrOffline, false},
		"greeting long line":  {"", "220 " + strings.Repeat("x", 1<<20), accounts.ErrOffline, false},
		"greeting garbage":    {"", "* OK IMAP here", accounts.ErrOffline, false},
		"login wrong":         {"AUTH", "535 5.7.8 no", accounts.ErrAuth, false},
		"login later":         {"AUTH", "454 try later", accounts.ErrTemporary, false},
		"login strange":       {"AUTH", "500 what?", accounts.ErrAuth, false},
		"login cut":           {"AUTH", "-", accounts.ErrOffline, false},
		"sender later":        {"MAIL", "451 later", accounts.ErrTemporary, false},
		"sender refused":      {"MAIL", "553 not yours", accounts.ErrRefused, false},
		"sender unknown":      {"MAIL", "530 log in first", accounts.ErrAuth, false},
		"sender cut":          {"MAIL", "-", accounts.ErrOffline, false},
		"recipient later":     {"RCPT", "450 grey", accounts.ErrTemporary, false},
		"recipient refused":   {"RCPT", "550 nobody", accounts.ErrRefused, false},
		"recipient cut":       {"RCPT", "-", accounts.ErrOffline, false},
		"data later":          {"DATA", "451 later", accounts.ErrTemporary, false},
		"data refused":        {"DATA", "554 no", accounts.ErrRefused, false},
		"data cut":            {"DATA", "-", accounts.ErrOffline, false},
		"message later":       {".", "452 full", accounts.ErrTemporary, true},
		"message refused":     {".", "554 spam", accounts.ErrRefused, true},
		"message cut":         {".", "-", accounts.ErrUnclear, true},
		"message answer junk": {".", "what?", accounts.ErrUnclear, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t)
			s.answers[tc.word] = tc.answer
			handed := false
			_, err := newSender(t, s.start()).Send(t.Context(), entry("bob@example.org"), func() error {
				handed = true
				return nil
			})
			if !errors.Is(err, tc.want) {
				t.Errorf("error %v, want %v", err, tc.want)
			}
			for _, other := range []error{accounts.ErrAuth, accounts.ErrOffline, accounts.ErrTemporary, accounts.ErrRefused, accounts.ErrUnclear} {
				if other != tc.want && errors.Is(err, other) {
					t.Errorf("error %v is %v too", err, other)
				}
			}
			if handed != tc.handed {
				t.Errorf("handed over: %v", handed)
			}
		})
	}
}

// An answer without end is given up long before it fills the memory.
func TestEndlessAnswer(t *testing.T) {
	s := newScript(t)
	s.answers["EHLO"] = "250-" + strings.Repeat("x\r\n250-", 100_000)
	_, err := newSender(t, s.start()).Test(t.Context())
	if !errors.Is(err, errAnswer) || !errors.Is(err, accounts.ErrOffline) {
		t.Errorf("error %v", err)
	}
}

func TestQuitCutAfterAcceptance(t *testing.T) {
	s := newScript(t)
	s.answers["QUIT"] = "-"
	if _, err := newSender(t, s.start()).Send(t.Context(), entry("bob@example.org"), nil); err != nil {
		t.Errorf("error %v though the server took it", err)
	}
}

// A store that cannot note the handover keeps the message from leaving.
func TestHandoverFails(t *testing.T) {
	s := newScript(t)
	broken := errors.New("disk full")
	_, err := newSender(t, s.start()).Send(t.Context(), entry("bob@example.org"), func() error { return broken })
	if !errors.Is(err, broken) || len(s.taken()) != 0 {
		t.Errorf("error %v, server took %q", err, s.taken())
	}
}

func TestCancelledAtTheEnd(t *testing.T) {
	s := newScript(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.before = func(word string) {
		if word == "." {
			cancel()
			<-ctx.Done()
			select {} // never answers
		}
	}
	_, err := newSender(t, s.start()).Send(ctx, entry("bob@example.org"), nil)
	if !errors.Is(err, accounts.ErrUnclear) {
		t.Errorf("error %v, want unclear", err)
	}
}

func TestSomeRecipientsRefused(t *testing.T) {
	s := newScript(t)
	n := 0
	s.before = func(word string) {
		if word == "RCPT" {
			n++
			s.answers["RCPT"] = map[bool]string{true: "550 nobody", false: "250 fine"}[n == 2]
		}
	}
	e := entry("bob@example.org", "nobody@example.org", "carol@example.org")
	receipt, err := newSender(t, s.start()).Send(t.Context(), e, nil)
	if err != nil || len(s.taken()) != 1 {
		t.Fatalf("error %v, server took %d", err, len(s.taken()))
	}
	if len(receipt.Refused) != 1 || receipt.Refused[0] != conversation.MailAddress("nobody@example.org") {
		t.Errorf("refused %v", receipt.Refused)
	}
}

// One recipient to be tried later: nobody gets it yet, or some would get it twice.
func TestOneRecipientLater(t *testing.T) {
	s := newScript(t)
	n := 0
	s.before = func(word string) {
		if word == "RCPT" {
			n++
			s.answers["RCPT"] = map[bool]string{true: "450 later", false: "250 fine"}[n == 2]
		}
	}
	_, err := newSender(t, s.start()).Send(t.Context(), entry("a@example.org", "b@example.org", "c@example.org"), nil)
	if !errors.Is(err, accounts.ErrTemporary) || len(s.taken()) != 0 {
		t.Errorf("error %v, server took %d", err, len(s.taken()))
	}
}

func TestNotSentAtAll(t *testing.T) {
	wire := func(text string) func(*conversation.Entry) {
		return func(e *conversation.Entry) { e.Wire = []byte(text) }
	}
	for name, change := range map[string]func(*conversation.Entry){
		"lone LF":           wire("Subject: x\r\n\r\nline\nline\r\n"),
		"lone CR":           wire("Subject: x\r\n\r\nline\rline\r\n"),
		"smuggled end":      wire("Subject: x\r\n\r\nline\n.\r\nMAIL FROM:<x@y>\r\n"),
		"smuggled CR end":   wire("Subject: x\r\n\r\nline\r\n.\rMAIL\r\n"),
		"NUL":               wire("Subject: x\r\n\r\nli\x00ne\r\n"),
		"CR at the end":     wire("Subject: x\r\n\r\nline\r"),
		"nothing":           wire(""),
		"too big":           wire("Subject: x\r\n\r\n" + strings.Repeat("x\r\n", 40_000)),
		"no recipient":      func(e *conversation.Entry) { e.Recipients = nil },
		"CRLF in recipient": func(e *conversation.Entry) { e.Recipients[0].ID = "a@b.example>\r\nRCPT TO:<c@d.example" },
		"space":             func(e *conversation.Entry) { e.Recipients[0].ID = "a@b.example BODY=7BIT" },
		"bracket":           func(e *conversation.Entry) { e.Recipients[0].ID = "a>@b.example" },
		"no domain":         func(e *conversation.Entry) { e.Recipients[0].ID = "bob" },
		"Mastodon":          func(e *conversation.Entry) { e.Recipients[0] = conversation.MastodonAddress("bob@social.example", "") },
		"CRLF in sender":    func(e *conversation.Entry) { e.Draft.From = "a@b.example\r\nDATA" },
		"SMTPUTF8":          func(e *conversation.Entry) { e.Recipients[0].ID = "zoé@example.org" },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t)
			e := entry("bob@example.org")
			change(&e)
			_, err := newSender(t, s.start()).Send(t.Context(), e, func() error { t.Error("handed over"); return nil })
			if !errors.Is(err, accounts.ErrRefused) && !errors.Is(err, accounts.ErrUnsupported) {
				t.Errorf("error %v, want a refusal", err)
			}
			if said := s.lines(); strings.Contains(said, "RCPT") || strings.Contains(said, "DATA") {
				t.Errorf("said %q", said)
			}
		})
	}
}

func TestNeedsOfTheMessage(t *testing.T) {
	eight := func(e *conversation.Entry) { e.Wire = append(e.Wire, "é\r\n"...) }
	s := newScript(t)
	s.ehlo = []string{"mx", "AUTH PLAIN"}
	e := entry("bob@example.org")
	eight(&e)
	if _, err := newSender(t, s.start()).Send(t.Context(), e, nil); !errors.Is(err, accounts.ErrUnsupported) {
		t.Errorf("8-bit text to a 7-bit server: error %v", err)
	}
	s = newScript(t)
	config := s.start()
	config.RequireTLS = true
	if _, err := newSender(t, config).Send(t.Context(), entry("bob@example.org"), nil); !errors.Is(err, accounts.ErrRequireTLS) {
		t.Errorf("REQUIRETLS where it is not offered: error %v", err)
	}
	s = newScript(t)
	s.ehlo = append(s.ehlo, "REQUIRETLS")
	config = s.start()
	config.RequireTLS = true
	if _, err := newSender(t, config).Send(t.Context(), entry("bücher@bücher.example"), nil); !errors.Is(err, accounts.ErrUnsupported) {
		t.Errorf("international local part: error %v", err)
	}
	if _, err := newSender(t, config).Send(t.Context(), entry("info@bücher.example"), nil); err != nil {
		t.Errorf("international domain: error %v", err)
	}
	if said := s.lines(); !strings.Contains(said, "REQUIRETLS") || !strings.Contains(said, "<info@xn--bcher-kva.example>") {
		t.Errorf("said %q", said)
	}
}
