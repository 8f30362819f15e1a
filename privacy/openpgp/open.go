package openpgp

import (
	"bytes"
	"fmt"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
)

// Open opens a sealed message, armored or binary, checks its integrity to the
// end and then its signatures. On an error nothing of its content is given:
// ErrNoKey, ErrLocked, ErrIntegrity, ErrTooLarge.
func Open(sealed []byte, keys Keys, now time.Time) (o Opened, err error) {
	defer guard(&err, ErrIntegrity)
	env, err := readEnvelope(sealed)
	if err != nil {
		return Opened{}, fmt.Errorf("openpgp: open: %w", err)
	}
	t := &trial{envelope: env, now: now}
	if err := t.withKeys(secretsOf(keys)); err != nil {
		return Opened{}, fmt.Errorf("openpgp: open: %w", err)
	}
	return t.result(keys)
}

// OpenSession opens a message whose session key another program has opened,
// as GnuPG does for keys on a card; opener is the certificate of that key. The
// data must be SEIPD version 1 or OCB of GnuPG; cipher is a number of RFC 9580,
// 9.3. Everything else is as in Open.
func OpenSession(sealed []byte, cipher byte, session []byte, opener *Key, keys Keys, now time.Time) (o Opened, err error) {
	defer guard(&err, ErrIntegrity)
	env, err := readEnvelope(sealed)
	if err != nil {
		return Opened{}, fmt.Errorf("openpgp: open session: %w", err)
	}
	t := &trial{envelope: env, now: now, key: opener}
	if err := t.withSession(cipher, session); err != nil {
		return Opened{}, fmt.Errorf("openpgp: open session: %w", err)
	}
	return t.result(keys)
}

// OpenWith opens a message sealed with a passphrase. It never tries keys, so
// what it gives was opened by the passphrase.
func OpenWith(sealed, passphrase []byte, now time.Time) (o Opened, err error) {
	defer guard(&err, ErrIntegrity)
	env, err := readEnvelope(sealed)
	if err != nil {
		return Opened{}, fmt.Errorf("openpgp: open with passphrase: %w", err)
	}
	t := &trial{envelope: env, now: now}
	if err := t.withPhrase(passphrase); err != nil {
		return Opened{}, fmt.Errorf("openpgp: open with passphrase: %w", err)
	}
	return t.result(nil)
}

// Recipients gives the key IDs a sealed message is sealed to, 0 for a hidden
// one, and whether a passphrase opens it too. Nothing of it is checked.
func Recipients(sealed []byte) (readers []uint64, symmetric bool, err error) {
	defer guard(&err, ErrIntegrity)
	env, err := readEnvelope(sealed)
	if err != nil {
		return nil, false, fmt.Errorf("openpgp: recipients: %w", err)
	}
	return env.readers(), len(env.phrases) > 0, nil
}

// result reads what is inside and checks the signatures.
func (t *trial) result(keys Keys) (Opened, error) {
	in, err := readContent(t.plain, bombLimit(t.size))
	if err != nil {
		return Opened{}, fmt.Errorf("openpgp: open: %w", err)
	}
	o := Opened{
		Plain: in.data, Name: in.name, Key: t.key, Symmetric: t.key == nil,
		AEAD: t.aead(), Quantum: t.quantum(), Forward: t.forward(keys), Readers: t.readers(),
	}
	j := judge{keys: keys, now: t.now, data: in.data, opener: t.key}
	o.Signatures = j.pairs(in.signatures)
	return o, nil
}

func secretsOf(keys Keys) []*Key {
	if keys == nil {
		return nil
	}
	return keys.Secrets()
}

// Verify checks detached signatures, armored or binary, over exactly these
// bytes, one result for each.
func Verify(data, signature []byte, keys Keys, now time.Time) (out []Signature) {
	var err error
	defer func() {
		if err != nil {
			out = []Signature{{State: Bad}}
		}
	}()
	defer guard(&err, ErrIntegrity)
	bodies, err := unarmor(signature, blockSignature, blockMessage) // some label it so
	if err != nil {
		return nil
	}
	j := judge{keys: keys, now: now, data: data}
	for _, body := range bodies {
		out = append(out, j.stream(body)...)
	}
	if len(out) == 0 {
		out = []Signature{{State: Bad}}
	}
	return out
}

// VerifyInline checks a cleartext-signed text (RFC 9580, 7) and gives the text
// that was signed; what stands around it is not part of it.
func VerifyInline(text []byte, keys Keys, now time.Time) (signed []byte, out []Signature, err error) {
	defer guard(&err, ErrIntegrity)
	b, _ := clearsign.Decode(text)
	if b == nil {
		return nil, nil, fmt.Errorf("openpgp: verify inline: %w", ErrIntegrity)
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(b.ArmoredSignature.Body); err != nil {
		return nil, nil, fmt.Errorf("openpgp: verify inline: %w", ErrIntegrity)
	}
	j := judge{keys: keys, now: now, data: b.Bytes}
	if out = j.stream(body.Bytes()); len(out) == 0 {
		out = []Signature{{State: Bad}}
	}
	return b.Plaintext, out, nil
}
