package link

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	mellium "mellium.im/sasl"
)

// maxIterations bounds the work a server may ask for before it has proved
// anything. RFC 7677 asks for 4,096 at least; servers use up to some 600,000.
const maxIterations = 2_000_000

var errChallenge = errors.New("link: SCRAM: bad challenge")

// scram lets the SCRAM negotiator of mellium.im/sasl (RFC 5802, RFC 7677)
// stand where go-imap and go-smtp want their own kind of client.
type scram struct {
	name string
	n    *mellium.Negotiator
	step int
	over bool
}

func newScram(name string, l Login) *scram {
	m := mellium.ScramSha256
	if name == "SCRAM-SHA-1" {
		m = mellium.ScramSha1
	}
	// The user name needs no escaping here: the negotiator does it.
	return &scram{name: name, n: mellium.NewClient(m, mellium.Credentials(func() (user, password, identity []byte) {
		return []byte(l.User), []byte(l.Secret), nil
	}))}
}

func (s *scram) Start() (string, []byte, error) {
	_, resp, err := s.n.Step(nil)
	return s.name, resp, err
}

// Next never hands the negotiator a challenge that is not of the form it
// expects: it would look for a missing field for ever.
func (s *scram) Next(challenge []byte) ([]byte, error) {
	s.step++
	switch {
	case s.step > 2:
		return nil, errChallenge
	case s.step == 1 && !wellFormed(string(challenge)):
		return nil, errChallenge
	}
	_, resp, err := s.n.Step(challenge)
	if err != nil {
		return nil, fmt.Errorf("link: SCRAM: %w", err)
	}
	s.over = s.step == 2
	if resp == nil {
		resp = []byte{} // nil would mean that the exchange is over
	}
	return resp, nil
}

// Proved tells whether the server's signature was seen and right.
func (s *scram) Proved() bool { return s.over }

// wellFormed checks a server-first-message (RFC 5802, section 7): a nonce, a
// salt and an iteration count, in that order, then extensions.
func wellFormed(challenge string) bool {
	fields := strings.Split(challenge, ",")
	if len(fields) < 3 {
		return false
	}
	for i, f := range fields {
		if len(f) < 3 || f[1] != '=' || i < 3 && f[0] != "rsi"[i] {
			return false
		}
	}
	n, err := strconv.Atoi(fields[2][2:])
	return err == nil && n > 0 && n <= maxIterations
}
