package join

import (
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/autocrypt"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/privacy/securejoin"
)

// compose builds a mail of the protocol; nil for none. Sealed ones look
// outside like any other sealed mail to such a program.
func (d *Desk) compose(own conversation.Address, s *securejoin.Send, peer *openpgp.Key) ([]byte, error) {
	if s == nil {
		return nil, nil
	}
	key := d.o.Keys.Signer(own)
	switch {
	case key == nil:
		return nil, ErrOwn
	case s.Sign && key.Locked():
		return nil, fmt.Errorf("join: %w", openpgp.ErrLocked)
	case s.Seal == securejoin.ToKey && (peer == nil || peer.Fingerprint() != s.Key):
		return nil, fmt.Errorf("join: %w", openpgp.ErrKey)
	}
	letter, err := d.letter(own, s, key, peer)
	if err != nil {
		return nil, err
	}
	how := pgpmime.Seal{Policy: conversation.HideAll, Now: d.o.Now(), Date: d.o.Now(), Random: d.o.Random}
	if s.Sign {
		how.Signer = key
	}
	switch s.Seal {
	case securejoin.ToKey:
		how.To = []*openpgp.Key{peer.Public(), key.Public()}
		return pgpmime.SealMail(letter, how)
	case securejoin.BySecret:
		return pgpmime.SealShared(letter, how, []byte(s.Secret))
	}
	return clear(letter), nil
}

// letter builds the header and the text. The text is for people who read the
// mail with a program that does not know the protocol.
func (d *Desk) letter(own conversation.Address, s *securejoin.Send, key, peer *openpgp.Key) (pgpmime.Letter, error) {
	lines := []pgpmime.Line{
		{Name: "From", Value: own.ID, Bare: own.ID},
		{Name: "To", Value: s.To, Bare: s.To},
		{Name: "Date", Value: d.o.Now().UTC().Format(time.RFC1123Z)},
		{Name: "Message-ID", Value: "<" + d.identifier(own) + ">"},
		{Name: "Subject", Value: "Secure-Join"},
		{Name: "Chat-Version", Value: "1.0"},
	}
	for _, f := range s.Fields() {
		lines = append(lines, pgpmime.Line{Name: f[0], Value: f[1]})
	}
	var err error
	if s.Attach {
		lines, err = withKey(lines, "Autocrypt", own.ID, key)
	}
	if err == nil && s.Gossip != "" {
		lines, err = withKey(lines, "Autocrypt-Gossip", s.To, peer)
	}
	return pgpmime.Letter{Lines: lines, Entity: entity(s)}, err
}

// entity gives the text. In clear it stands in a multipart, since mail servers
// for such programs let unsealed mails of that shape pass only.
func entity(s *securejoin.Send) []byte {
	part := "Content-Type: text/plain; charset=utf-8\r\n\r\nSecure-Join: " + string(s.Step) + "\r\n"
	if s.Seal != securejoin.Clear {
		return []byte(part)
	}
	return []byte("Content-Type: multipart/mixed; boundary=\"=_join\"\r\n\r\n--=_join\r\n" + part + "\r\n--=_join--\r\n")
}

// withKey adds a field with a certificate. Gossip never says how its holder
// likes to be written to (Autocrypt 1.1, 4.3).
func withKey(lines []pgpmime.Line, name, address string, key *openpgp.Key) ([]pgpmime.Line, error) {
	data, err := key.Public().Minimal(address)
	if err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	value, err := autocrypt.FormatHeader(address, name == "Autocrypt", data)
	if err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	line, ok := pgpmime.Fold(name, value)
	if !ok {
		return nil, fmt.Errorf("join: %w", openpgp.ErrKey)
	}
	return append(lines, line), nil
}

func (d *Desk) identifier(own conversation.Address) string {
	var b [16]byte
	d.o.Random(b[:])
	_, domain, _ := strings.Cut(own.ID, "@")
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])) + "@" + domain
}

func clear(l pgpmime.Letter) []byte {
	var b strings.Builder
	for _, line := range l.Lines {
		b.WriteString(line.String())
	}
	b.WriteString("MIME-Version: 1.0\r\n")
	return append([]byte(b.String()), l.Entity...)
}
