package mime

import (
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/autocrypt"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// sights tells what a received mail says of keys (Autocrypt 1.1, 2.3). Mails
// that no person wrote to the user, and those of which it is not clear who
// wrote them, say nothing.
func (m *message) sights(f *Format, msg *conversation.Message) []conversation.KeySight {
	if f.keys == nil || msg.Direction != conversation.In || msg.Evidence.ManyFrom {
		return nil
	}
	s := sighting{
		message: m,
		base: conversation.KeySight{
			Address:  msg.Sender().Address,
			Date:     autocrypt.Effective(msg.Date, msg.Received),
			Protects: m.layers.Security.ProtectedHeaders != "none",
			Account:  msg.Account,
			Caliopen: m.capabilities(),
		},
	}
	if !m.impersonal(msg) {
		s.add(conversation.FromMail, "", nil)
		s.autocrypt()
	}
	s.signature(f)
	s.attached()
	s.gossip(msg)
	return s.list
}

// impersonal tells the mails that Autocrypt does not learn from: reports, mails
// of programs and lists, and what the provider marked as spam.
func (m *message) impersonal(msg *conversation.Message) bool {
	spam := strings.EqualFold(m.outer.get("x-spam-flag"), "yes") || strings.HasPrefix(lower(m.outer.get("x-spam-status")), "yes")
	report := strings.HasPrefix(lower(m.outer.get("content-type")), "multipart/report") || m.root.is("multipart/report")
	return spam || report || msg.Bulk || msg.ListID != ""
}

// capabilities reads what the sender's program says of itself, inside a seal
// and signed; nil when it says nothing.
func (m *message) capabilities() []string {
	if m.layers.Caliopen == "" || !m.signed() {
		return nil
	}
	out := []string{}
	for part := range strings.SplitSeq(m.layers.Caliopen, ";") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		if !strings.EqualFold(k, "caps") {
			continue
		}
		for c := range strings.SplitSeq(v, ",") {
			if c = lower(strings.TrimSpace(c)); c != "" && len(c) <= maxCapability && len(out) < maxCapabilities {
				out = append(out, c)
			}
		}
	}
	return out
}

// Bounds of what a sender's program may say of itself.
const (
	maxCapabilities = 32
	maxCapability   = 32
)

// sighting gathers what one mail told.
type sighting struct {
	*message
	base conversation.KeySight
	list []conversation.KeySight
}

func (s *sighting) add(source conversation.KeySource, fingerprint string, cert []byte) *conversation.KeySight {
	k := s.base
	k.Source, k.Fingerprint, k.Cert = source, fingerprint, cert
	s.list = append(s.list, k)
	return &s.list[len(s.list)-1]
}

// autocrypt takes in the header of the sender. One inside a seal is more than
// one outside, where everybody on the way could put it.
func (s *sighting) autocrypt() {
	values := s.layers.Autocrypt
	if len(values) == 0 {
		values = s.outer.all("autocrypt")
	}
	h, err := autocrypt.ParseHeaders(values, s.base.Address.ID)
	if err != nil {
		return
	}
	s.add(conversation.FromAutocrypt, h.Key.Fingerprint(), h.Data).Mutual = h.Mutual
}

// signature tells of a key that signed all of the mail in the name of its
// author.
func (s *sighting) signature(f *Format) {
	k := s.layers.Signer
	if k == nil || !s.signed() {
		return
	}
	s.add(conversation.FromSignature, k.Fingerprint(), s.unknown(f, k))
}

// unknown gives the bytes of a certificate that is not among those known yet.
func (s *sighting) unknown(f *Format, k *openpgp.Key) []byte {
	for _, sig := range s.layers.Signatures {
		if sig.Key != k {
			continue
		}
		if slices.ContainsFunc(f.keys.Signers(sig.KeyID), func(o *openpgp.Key) bool { return o.Fingerprint() == k.Fingerprint() }) {
			return nil
		}
	}
	return certificate(k)
}

// certificate gives the bytes of a certificate, never of a secret key.
func certificate(k *openpgp.Key) []byte {
	data, err := k.Public().Bytes()
	if err != nil {
		return nil
	}
	return data
}

// attached tells of attached keys. One that belongs to the signer of the whole
// mail is as good as his signature; any other waits for the user's word.
func (s *sighting) attached() {
	for _, k := range s.layers.Keys {
		if k.Secret() {
			continue
		}
		if s.signed() && s.layers.Signer != nil && k.Fingerprint() == s.layers.Signer.Fingerprint() {
			s.add(conversation.FromSignature, k.Fingerprint(), certificate(k))
			continue
		}
		for _, a := range k.Addresses() {
			x := s.add(conversation.FromAttachment, k.Fingerprint(), certificate(k))
			x.Protects, x.Caliopen = x.Protects && certified(a) == s.base.Address, nil
			x.Address = certified(a)
		}
	}
}

// gossip takes in what the author says of the keys of the other readers, from
// inside a seal and under his signature only (Autocrypt 1.1, 4.3).
func (s *sighting) gossip(msg *conversation.Message) {
	if !s.layers.Opened || !s.signed() || len(s.layers.Gossip) == 0 {
		return
	}
	var named []string
	for _, r := range []conversation.Role{conversation.To, conversation.Cc, conversation.ReplyTo} {
		for _, p := range msg.With(r) {
			named = append(named, p.Address.ID)
		}
	}
	for _, h := range autocrypt.ParseGossip(s.layers.Gossip, named) {
		k := s.add(conversation.FromGossip, h.Key.Fingerprint(), h.Data)
		k.Address, k.Protects, k.Caliopen = conversation.MailAddress(h.Address), false, nil
	}
}
