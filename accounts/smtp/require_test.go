package smtp

import (
	"errors"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
)

// A message that was shown to travel over TLS all the way goes with that demand
// or not at all, and the refusal is final: nothing is tried again without it.
func TestMessageThatDemandsTLS(t *testing.T) {
	for name, c := range map[string]struct {
		offered, demanded bool
		answer            string // to RCPT
		fails             bool
		said              bool // REQUIRETLS
	}{
		"demanded and offered":     {true, true, "", false, true},
		"offered and not demanded": {true, false, "", false, false},
		"demanded and not offered": {false, true, "", true, false},
		"refused for it":           {true, true, "550 5.7.30 REQUIRETLS support required", true, true},
	} {
		s := newScript(t)
		if c.offered {
			s.ehlo = append(s.ehlo, "REQUIRETLS")
		}
		if c.answer != "" {
			s.answers["RCPT"] = c.answer
		}
		e := entry("bob@example.org", "zoe@example.org")
		e.RequireTLS = c.demanded
		rec, err := newSender(t, s.start()).Send(t.Context(), e, nil)
		if (err != nil) != c.fails || c.fails && (!errors.Is(err, accounts.ErrRequireTLS) || !errors.Is(err, accounts.ErrRefused)) {
			t.Errorf("%s: error %v", name, err)
		}
		if said := s.lines(); strings.Contains(said, " REQUIRETLS") != c.said || c.fails && len(s.taken()) > 0 {
			t.Errorf("%s: said %q", name, said)
		}
		if len(rec.Refused) > 0 {
			t.Errorf("%s: %v taken for addresses that are dead", name, rec.Refused)
		}
	}
}
