package mime

import (
	"fmt"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// caliopen tells the other side's program, inside the seal only, what this one
// can receive: protected headers and padding.
const caliopen = "v=1; caps=hp,pad; pi=1"

// maxAutocrypt bounds an Autocrypt field; larger ones are ignored (Autocrypt
// 1.1, 2.1).
const maxAutocrypt = 10 << 10

// sealer builds one sealed mail in as many envelopes as it needs.
type sealer struct {
	composer
	now   time.Time
	own   *openpgp.Key
	keys  map[conversation.Address]*openpgp.Key
	lines []pgpmime.Line
	out   []pgpmime.Line // outside only
	body  []byte
}

// seal builds a sealed mail: one envelope for To and Cc, which the writer can
// read too, and one for each Bcc alone, since a further reader shows in the
// seal. All of them are built before any is given: there is no half of it.
func (f *Format) seal(c composer, id string, lines []pgpmime.Line) (conversation.Composed, error) {
	s := &sealer{composer: c, lines: lines}
	if err := f.readers(s); err != nil {
		return conversation.Composed{}, err
	}
	f.addFields(s)
	s.body = c.body(s.legacy())
	out := conversation.Composed{RFCID: id}
	var err error
	if visible := slices.Concat(c.o.To, c.o.Cc); len(visible) > 0 {
		out.Wire, err = s.envelope("", nil, s.certs(append(visible, c.o.From)))
	}
	if err != nil {
		return conversation.Composed{}, err
	}
	if len(c.o.Bcc) > 0 {
		err = s.blind(&out)
	}
	if err != nil {
		return conversation.Composed{}, err
	}
	return out, nil
}

// legacy gives the subject to be repeated in the text. The usual policy has no
// need of it: what it hides, old programs lose without harm.
func (s *sealer) legacy() string {
	if !s.o.Seal.Legacy || s.o.Seal.Policy == conversation.HideSubject || s.o.Seal.Policy == "" {
		return ""
	}
	return singleLine(s.o.Subject)
}

// blind adds an envelope for each Bcc and the copy for the own Sent folder, the
// only one that names them all.
func (s *sealer) blind(out *conversation.Composed) error {
	seen := map[conversation.Address]bool{}
	for _, p := range slices.Concat(s.o.To, s.o.Cc) {
		seen[p.Address] = true
	}
	for _, p := range s.o.Bcc {
		if seen[p.Address] {
			continue
		}
		seen[p.Address] = true
		e, err := s.blindOne(p, out.Wire == nil && len(out.More) == 0, out.RFCID)
		if err != nil {
			return err
		}
		out.More = append(out.More, e)
	}
	var err error
	out.Copy, err = s.envelope("", s.o.Bcc, s.certs([]conversation.Participant{s.o.From}))
	return err
}

// blindOne builds the envelope of one Bcc. Where there are no others, the first
// one stands for the message and bears its identifier outside too.
func (s *sealer) blindOne(p conversation.Participant, first bool, id string) (conversation.Envelope, error) {
	if !first {
		var err error
		if id, err = s.identifier(); err != nil {
			return conversation.Envelope{}, err
		}
	}
	one := []conversation.Participant{p}
	wire, err := s.envelope(id, one, s.certs(one))
	return conversation.Envelope{Recipients: []conversation.Address{p.Address}, Wire: wire, RFCID: id}, err
}

// envelope seals the letter for some. A Bcc stands inside only, so that who got
// it that way does not answer to all by mistake. The envelope of a Bcc bears an
// identifier of its own outside: a server that carries both must not need to
// look twice, and what becomes of each is asked for by it.
func (s *sealer) envelope(id string, bcc []conversation.Participant, to []*openpgp.Key) ([]byte, error) {
	line, err := addressLine("Bcc", bcc)
	if err != nil {
		return nil, err
	}
	policy := s.o.Seal.Policy
	if policy == "" {
		policy = conversation.HideSubject
	}
	wire, err := pgpmime.SealMail(pgpmime.Letter{Lines: slices.Concat(s.lines, line), Entity: s.body}, pgpmime.Seal{
		Policy: policy, HideThread: s.o.Seal.HideThread, To: to, Signer: s.own, Now: s.now,
		Date: s.o.Date, ID: id, Outside: s.out, Random: s.o.Random,
	})
	if err != nil {
		return nil, fmt.Errorf("mime: %w", err)
	}
	return wire, nil
}

// certs gives the certificates of some people, each once.
func (s *sealer) certs(people []conversation.Participant) []*openpgp.Key {
	var out []*openpgp.Key
	for _, p := range people {
		if k := s.keys[p.Address]; !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// readers finds the key of everybody who is to read or sign. There is no way
// around a missing one.
func (f *Format) readers(s *sealer) error {
	if f.keys == nil {
		return fmt.Errorf("mime: no keyring to seal with: %w", conversation.ErrGuard)
	}
	s.now = f.now()
	from := s.o.From.Address
	s.own = f.keys.Signer(from)
	switch {
	case s.own == nil || !s.own.Status(s.now).CanSign || !s.own.Status(s.now).CanSeal:
		return keyProblem("problem.own_key", from)
	case s.own.Locked():
		return &conversation.Problem{Code: "problem.locked", Err: conversation.ErrSealed}
	}
	s.keys = map[conversation.Address]*openpgp.Key{from: s.own.Public()}
	for _, p := range slices.Concat(s.o.To, s.o.Cc, s.o.Bcc) {
		key := f.reader(p.Address, s)
		if key == nil {
			return keyProblem("problem.reader_key", p.Address)
		}
		s.keys[p.Address] = key
	}
	return nil
}

// reader gives the certificate of a recipient: the very one that was shown when
// the message was written, if it may still be used.
func (f *Format) reader(a conversation.Address, s *sealer) *openpgp.Key {
	if key, ok := s.keys[a]; ok {
		return key
	}
	shown := s.o.Seal.Keys[a]
	if shown == "" {
		return nil
	}
	key := f.keys.Recipient(shown, s.now)
	if own := f.keys.Signer(a); own != nil && own.Fingerprint() == shown {
		key = own
	}
	if key == nil || key.Fingerprint() != shown || !key.Status(s.now).CanSeal {
		return nil
	}
	return key.Public()
}

func keyProblem(code string, a conversation.Address) error {
	return &conversation.Problem{Code: code, Args: map[string]any{"Address": a.ID}, Err: conversation.ErrGuard}
}

// addFields adds the fields about keys and about this program. Who gets the
// mail openly may answer to all, so that each is told the keys of the others
// (Autocrypt 1.1, 4.3); nobody is told of a Bcc.
func (f *Format) addFields(s *sealer) {
	if s.o.Seal.Policy == conversation.HideAll {
		s.lines = append(s.lines, pgpmime.Line{Name: "Chat-Version", Value: "1.0"})
		s.lines = append(s.lines, f.ownKey(s.o.From.Address)...)
	} else {
		s.out = f.ownKey(s.o.From.Address)
	}
	s.lines = append(s.lines, pgpmime.Line{Name: "Caliopen", Value: caliopen})
	visible := slices.Concat(s.o.To, s.o.Cc)
	if len(s.certs(visible)) > 1 {
		s.lines = append(s.lines, f.gossip(s, visible)...)
	}
}

func (f *Format) gossip(s *sealer, visible []conversation.Participant) []pgpmime.Line {
	var out []pgpmime.Line
	seen := map[conversation.Address]bool{s.o.From.Address: true}
	for _, p := range visible {
		if seen[p.Address] {
			continue
		}
		seen[p.Address] = true
		out = append(out, autocryptLine("Autocrypt-Gossip", f.keys.Gossip(p.Address, s.keys[p.Address].Fingerprint()))...)
	}
	return out
}

// ownKey gives the Autocrypt field of an own address, none when it has no key
// or does not want to be told.
func (f *Format) ownKey(own conversation.Address) []pgpmime.Line {
	if f.keys == nil {
		return nil
	}
	return autocryptLine("Autocrypt", f.keys.Autocrypt(own))
}

func autocryptLine(name, value string) []pgpmime.Line {
	l, ok := pgpmime.Fold(name, value)
	if !ok || len(l.String()) > maxAutocrypt {
		return nil
	}
	return []pgpmime.Line{l}
}
