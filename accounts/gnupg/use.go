package gnupg

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// Open opens a sealed message with a key that GnuPG holds. GnuPG is asked for
// the session key alone; what it decrypts on the way is thrown away, and the
// message is opened and judged as any other. Its errors are those of
// openpgp.Open. Keys are for the signatures and may be nil.
func (g *GnuPG) Open(ctx context.Context, sealed []byte, keys openpgp.Keys, now time.Time) (openpgp.Opened, error) {
	_, said, err := g.run(ctx, sealed, "--show-session-key", "--decrypt")
	if err != nil {
		return openpgp.Opened{}, err
	}
	cipher, session, err := said.session()
	if err != nil {
		return openpgp.Opened{}, err
	}
	var opener *openpgp.Key
	if args, ok := said.find("DECRYPTION_KEY", 2); ok {
		opener, _ = g.Export(ctx, args[1])
	}
	if opener == nil {
		return openpgp.Opened{}, fmt.Errorf("gnupg: open: no certificate: %w", openpgp.ErrNoKey)
	}
	return openpgp.OpenSession(sealed, cipher, session, opener, keys, now)
}

// session gives the cipher and the session key, or why there is none.
func (s status) session() (byte, []byte, error) {
	args, ok := s.find("SESSION_KEY", 1)
	if !ok || s.count("SESSION_KEY") != 1 {
		return 0, nil, fmt.Errorf("gnupg: open: %w", s.refusal())
	}
	number, key, _ := strings.Cut(args[0], ":")
	cipher, err := strconv.ParseUint(number, 10, 8)
	if err != nil {
		return 0, nil, fmt.Errorf("gnupg: open: %w", ErrFailed)
	}
	session, err := hex.DecodeString(key)
	if err != nil {
		return 0, nil, fmt.Errorf("gnupg: open: %w", ErrFailed)
	}
	return byte(cipher), session, nil
}

// refusal says why nothing was opened or signed. The numbers are those of
// libgpg-error: 11 a wrong passphrase, 85 and 174 a question for it that could
// not be put, 99 a cancelled one, 177 none given.
func (s status) refusal() error {
	for _, l := range s {
		if l.keyword != "ERROR" && l.keyword != "FAILURE" || len(l.args) < 2 {
			continue
		}
		n, err := strconv.ParseUint(l.args[1], 10, 32)
		if err != nil {
			continue
		}
		switch n & 0xffff {
		case 11:
			return openpgp.ErrPhrase
		case 85, 99, 174, 177:
			return openpgp.ErrLocked
		}
	}
	if s.has("NO_SECKEY") || s.has("INV_SGNR") {
		return openpgp.ErrNoKey
	}
	return ErrFailed
}

// Sign makes a detached signature with a key that GnuPG holds, in binary, for
// openpgp.ArmorSignature or openpgp.SealOptions. It is checked before it is
// given: that it is good, and over exactly these bytes.
func (g *GnuPG) Sign(ctx context.Context, data []byte, fingerprint string, now time.Time) ([]byte, error) {
	if !hexadecimal(fingerprint) {
		return nil, fmt.Errorf("gnupg: sign: %w", openpgp.ErrKey)
	}
	cert, err := g.Export(ctx, fingerprint)
	if err != nil {
		return nil, err
	}
	sig, said, err := g.run(ctx, data, "--no-armor", "--no-textmode", "--digest-algo", "SHA512", "--local-user", "0x"+fingerprint, "--detach-sign")
	if err != nil {
		return nil, err
	}
	if !said.has("SIG_CREATED") {
		return nil, fmt.Errorf("gnupg: sign: %w", said.refusal())
	}
	got := openpgp.Verify(data, sig, one{cert}, now)
	if len(got) != 1 || got[0].State != openpgp.Good {
		return nil, fmt.Errorf("gnupg: sign: the signature is not good: %w", ErrFailed)
	}
	return sig, nil
}

// one is an openpgp.Keys of a single certificate.
type one struct{ cert *openpgp.Key }

func (o one) Secrets() []*openpgp.Key { return nil }

func (o one) Signers(uint64) []*openpgp.Key { return []*openpgp.Key{o.cert} }
