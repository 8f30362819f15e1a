package autocrypt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// Errors of setup messages.
var (
	ErrSetup = errors.New("autocrypt: not a setup message")
	ErrCode  = errors.New("autocrypt: wrong setup code")
)

// SetupType is the media type of the part that carries the key.
const SetupType = "application/autocrypt-setup"

// preference is the armor header of the key inside that tells the wish to seal.
const preference = "Autocrypt-Prefer-Encrypt"

const (
	messageBlock = "PGP MESSAGE"
	format       = "numeric9x4"
)

// Code makes a setup code: 36 digits in nine blocks of four (Autocrypt 1.1,
// 4.4). Random fills with random bytes.
func Code(random func([]byte)) string {
	var b strings.Builder
	for n := 0; n < 36; {
		var one [1]byte
		random(one[:])
		if one[0] >= 250 {
			continue // all digits alike
		}
		if n > 0 && n%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte('0' + one[0]%10)
		n++
	}
	return b.String()
}

// Setup makes the body of the part that carries an unlocked own key to another
// device (Autocrypt 1.1, 4.4). The words say in the user's language what the
// file is; they stand in front of the sealed key in HTML, where a browser
// shows them to whoever opens it.
func Setup(key *openpgp.Key, mutual bool, code, words string, now time.Time) ([]byte, error) {
	inside, err := secretBlock(key, mutual)
	if err != nil {
		return nil, err
	}
	sealed, err := openpgp.SealWith(inside, []byte(code), now)
	if err != nil {
		return nil, fmt.Errorf("autocrypt: seal the setup message: %w", err)
	}
	body, err := unarmor(sealed)
	if err != nil {
		return nil, err
	}
	head := map[string]string{"Passphrase-Format": format, "Passphrase-Begin": code[:min(2, len(code))]}
	block, err := block(messageBlock, head, body)
	if err != nil {
		return nil, err
	}
	text := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(words)
	return fmt.Appendf(nil, "<html><body>\n<p>%s</p>\n<pre>\n%s\n</pre></body></html>\n", text, block), nil
}

func secretBlock(key *openpgp.Key, mutual bool) ([]byte, error) {
	if !key.Secret() || key.Locked() {
		return nil, fmt.Errorf("autocrypt: a setup message needs the unlocked key: %w", openpgp.ErrLocked)
	}
	data, err := key.Bytes()
	if err != nil {
		return nil, fmt.Errorf("autocrypt: write the key: %w", err)
	}
	wish := "nopreference"
	if mutual {
		wish = "mutual"
	}
	return block("PGP PRIVATE KEY BLOCK", map[string]string{preference: wish}, data)
}

func block(kind string, head map[string]string, data []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := armor.Encode(&b, kind, head)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// unarmor gives what an armored text holds, or the bytes as they are.
func unarmor(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("-----BEGIN")) {
		return data, nil
	}
	b, err := armor.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(b.Body)
}

// Hint tells of a setup message the form of its code and how it begins, to be
// shown where the code is asked for. It is false for anything else.
func Hint(data []byte) (form, begin string, ok bool) {
	b, err := find(data)
	if err != nil {
		return "", "", false
	}
	form = b.Header["Passphrase-Format"]
	return form, b.Header["Passphrase-Begin"], form != ""
}

// find gives the sealed block of a setup message, which words may surround.
func find(data []byte) (*armor.Block, error) {
	i := bytes.Index(data, []byte("-----BEGIN "+messageBlock+"-----"))
	if i < 0 {
		return nil, ErrSetup
	}
	b, err := armor.Decode(bytes.NewReader(data[i:]))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSetup, err)
	}
	return b, nil
}

// ReadSetup opens a setup message with its code, in which blanks and other
// signs between the digits do not matter. ErrCode for a wrong one. The message
// has to be sealed with the code alone: one that could also be opened by a key
// would be taken from whoever knows the key's other half, which is public.
func ReadSetup(data []byte, code string, now time.Time) (key *openpgp.Key, mutual bool, err error) {
	b, err := find(data)
	if err != nil {
		return nil, false, err
	}
	sealed, err := io.ReadAll(io.LimitReader(b.Body, 1<<20))
	if err != nil {
		return nil, false, fmt.Errorf("%w: %w", ErrSetup, err)
	}
	if !symmetric(sealed) {
		return nil, false, fmt.Errorf("%w: not sealed with a code", ErrSetup)
	}
	opened, err := openpgp.OpenWith(sealed, []byte(normal(code, b.Header["Passphrase-Format"])), now)
	switch {
	case errors.Is(err, openpgp.ErrPhrase), errors.Is(err, openpgp.ErrIntegrity):
		return nil, false, ErrCode // without a sealed session key a wrong code shows as damage only
	case err != nil:
		return nil, false, fmt.Errorf("%w: %w", ErrSetup, err)
	case !opened.Symmetric:
		return nil, false, fmt.Errorf("%w: not sealed with a code", ErrSetup)
	}
	return inside(opened.Plain)
}

// inside reads the key that a setup message carried.
func inside(plain []byte) (*openpgp.Key, bool, error) {
	keys, err := openpgp.Parse(plain)
	if err != nil {
		return nil, false, fmt.Errorf("%w: %w", ErrSetup, err)
	}
	if len(keys) != 1 || !keys[0].Secret() {
		return nil, false, fmt.Errorf("%w: not one secret key", ErrSetup)
	}
	b, err := armor.Decode(bytes.NewReader(plain))
	mutual := err == nil && strings.EqualFold(b.Header[preference], "mutual")
	return keys[0], mutual, nil
}

// symmetric tells whether a sealed message can be opened by passphrases only,
// from its first packets (RFC 9580, 5.1 and 5.3).
func symmetric(sealed []byte) bool {
	r := packet.NewOpaqueReader(bytes.NewReader(sealed))
	for n := 0; ; n++ {
		p, err := r.Next()
		if err != nil || p.Tag == 1 {
			return false
		}
		if p.Tag == 10 || p.Tag == 21 { // markers and padding say nothing
			n--
			continue
		}
		if p.Tag != 3 {
			return n > 0 && (p.Tag == 18 || p.Tag == 20)
		}
	}
}

// normal writes a code as it was when it sealed: a numeric one in blocks of
// four with dashes, whatever the user put between the digits.
func normal(code, form string) string {
	if form != "" && form != format {
		return code
	}
	var digits strings.Builder
	for _, r := range code {
		if r >= '0' && r <= '9' {
			if n := digits.Len() - digits.Len()/5; n > 0 && n%4 == 0 {
				digits.WriteByte('-')
			}
			digits.WriteRune(r)
		}
	}
	if digits.Len() != 44 {
		return strings.TrimSpace(code)
	}
	return digits.String()
}
