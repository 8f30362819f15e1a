package demo

import (
	"crypto/rand"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/mime"
	"github.com/caliopen/caliopen-tui/conversation"
)

// sealed writes a letter sealed for those it goes to, as another program with
// OpenPGP would. A letter to a lost key is one that nobody can read.
func (w *World) sealed(le *letter) ([]byte, error) {
	from, err := parties(conversation.From, le.from)
	if err != nil {
		return nil, err
	}
	to, err := parties(conversation.To, le.to...)
	if err != nil {
		return nil, err
	}
	cc, err := parties(conversation.Cc, le.cc...)
	if err != nil {
		return nil, err
	}
	o := conversation.Outgoing{
		From: from[0], To: to, Cc: cc, Subject: le.subject, Text: le.line.Text, Date: le.at.UTC(),
		InReplyTo: strings.Trim(le.answers, "<>"), Random: random,
		Seal: &conversation.Sealing{Policy: conversation.HideSubject, Keys: map[conversation.Address]string{}},
	}
	for _, p := range append(to, cc...) {
		k := w.ring.Signer(p.Address)
		if le.line.Has("lost") {
			k = w.ring.lost
		}
		if k == nil {
			return nil, fmt.Errorf("%s has no key", p.Address.ID)
		}
		o.Seal.Keys[p.Address] = k.Fingerprint()
	}
	made, err := mime.WithKeys(w.ring, func() time.Time { return le.at }).Compose(o)
	if err != nil {
		return nil, err
	}
	le.id = "<" + made.RFCID + ">"
	return made.Wire, nil
}

func random(b []byte) { _, _ = rand.Read(b) } // the system's source does not fail

// parties reads header addresses.
func parties(role conversation.Role, list ...string) ([]conversation.Participant, error) {
	var out []conversation.Participant
	for _, text := range list {
		a, err := mail.ParseAddress(text)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		out = append(out, conversation.Participant{Role: role, Name: a.Name, Address: conversation.MailAddress(a.Address)})
	}
	return out, nil
}

// wire gives the bytes of a letter: sealed where the story says so, else in
// clear, with the writer's key where he has one by then.
func (w *World) wire(le *letter, from string) ([]byte, error) {
	if le.line.Has("sealed") {
		return w.sealed(le)
	}
	if le.at.After(w.start.Add(-keySince)) {
		le.autocrypt = w.ring.Autocrypt(conversation.MailAddress(from))
	}
	return le.bytes(), nil
}
