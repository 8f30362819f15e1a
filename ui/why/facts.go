package why

import (
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// facts tells in words what was seen of a message.
func (s *Screen) facts(m *conversation.Message) []kit.Item {
	var items []kit.Item
	say := func(text string) {
		items = append(items, screen.Wrapped(2, safe.Line(text), s.env.Styles.Plain.On))
	}
	if m.Outbox != nil {
		say(s.env.Cat.T("why.outbox", nil))
		return items
	}
	for _, word := range s.sealing(m) {
		say(s.env.Cat.T(word, map[string]any{"Name": speaker(m)}))
	}
	for _, text := range append(s.signer(m), s.origin(m)...) {
		say(text)
	}
	for _, text := range s.remote(m.Evidence) {
		say(text)
	}
	for _, w := range m.Warnings {
		if s.env.Cat.Has(w) {
			say(s.env.Cat.T(w, nil))
		}
	}
	return append(items, s.hops(m.Evidence.Transport)...)
}

// sealing gives the words for sealing and signature. A signature that was not
// checked is never called right or wrong.
func (s *Screen) sealing(m *conversation.Message) []string {
	sec := m.Evidence.Security
	sealed := "why.sealed.none"
	switch {
	case sec.Error == privacy.ErrorIntegrity:
		sealed = "k.broken"
	case sec.Sealed == "full" && s.env.Locked() && (sec.Error == "locked" || m.Text == "" && m.Excerpt == ""):
		sealed = "timeline.locked"
	case sec.Sealed == "full" && sec.Error == "nokey":
		sealed = "timeline.nokey"
	case m.Facts.Unopened() || sec.Sealed == "full" && !sec.Decrypted:
		sealed = "why.sealed.unopened"
	case sec.Sealed == "partial":
		sealed = "why.sealed.partial"
	case sec.Sealed == "full":
		sealed = "why.sealed.full"
	}
	return []string{sealed, signature(m, sec)}
}

// signature gives the words for a signature.
func signature(m *conversation.Message, sec privacy.Security) string {
	switch sec.Signature {
	case "", "none":
		if sec.Sealed == "full" && !sec.Decrypted {
			return "why.signature.unseen"
		}
		return "why.signature.none"
	case "good":
		if sec.Covers != "whole" {
			return "why.signature.part"
		}
		return "why.signature.good"
	case "bad", "mismatch", "unknown_key", "expired_key", "weak":
		return "why.signature." + sec.Signature
	}
	return "why.signature.unchecked"
}

// signer tells whose key signed, and when that differs from the date shown.
func (s *Screen) signer(m *conversation.Message) []string {
	sec := m.Evidence.Security
	if sec.Signer == "" {
		return nil
	}
	word := "why.signer"
	if sec.SignerAddress != "" {
		word = "why.signer_of"
	}
	out := []string{s.env.Cat.T(word, map[string]any{"Key": screen.Grouped(sec.Signer), "Address": sec.SignerAddress})}
	at, err := time.Parse(time.RFC3339, sec.SignedAt)
	if apart := m.Date.Sub(at).Abs(); err == nil && apart > distant {
		out = append(out, s.env.Cat.T("why.signed_at", map[string]any{"When": s.env.Cat.LongDate(at, s.env.Now())}))
	}
	return out
}

// distant is from when on it is worth telling that a message was signed at
// another time than it says: an old letter may have been sent again. The
// random date of discreet headers lies within six days.
const distant = 7 * 24 * time.Hour

// speaker names who wrote a message.
func speaker(m *conversation.Message) string {
	p := m.Sender()
	for _, name := range []string{p.Display, p.Name, p.Address.ID} {
		if name != "" {
			return safe.Line(name).String()
		}
	}
	return "?"
}

// origin tells whose word there is for the sender, and for the own server.
func (s *Screen) origin(m *conversation.Message) []string {
	cat, ev := s.env.Cat, m.Evidence
	var out []string
	own := "why.ownhop.no"
	if m.Facts.OwnHop {
		own = "why.ownhop.yes"
	}
	out = append(out, cat.T(own, nil))
	if m.Protocol != conversation.Mail {
		if ev.Visibility != "" {
			out = append(out, cat.T("why.visibility", map[string]any{"Visibility": s.visibility(ev.Visibility)}))
		}
		if ev.SameProvider {
			out = append(out, cat.T("why.oneprovider", nil))
		}
		return out
	}
	if m.Direction == conversation.Out {
		if ev.Transport.Predicted {
			out = append(out, cat.T("why.predicted", nil))
		}
		return out
	}
	out = append(out, cat.T(verdict(ev), nil))
	if ev.FromDomain != "" {
		out = append(out, cat.T("why.domain", map[string]any{"Domain": ev.FromDomain}))
	}
	return out
}

// verdict gives the words for the check of the sender's domain.
func verdict(ev privacy.Evidence) string {
	a := ev.Authentication
	passed := a.DKIM == "pass" || a.SPF == "pass" || a.DMARC == "pass"
	switch {
	case ev.Forged:
		return "why.auth.fail"
	case a.Source == "" || a.Source == "none" || !passed && a.DKIM != "fail" && a.SPF != "fail" && a.DMARC != "fail":
		return "why.auth.none"
	case passed && a.Aligned && a.Source == "local":
		return "why.auth.local"
	case passed && a.Aligned:
		return "why.auth.pass"
	}
	return "why.auth.fail"
}

func (s *Screen) visibility(word string) string {
	if name := "visibility." + word; s.env.Cat.Has(name) {
		return s.env.Cat.T(name, nil)
	}
	return word
}

// remote tells what the message would load from elsewhere.
func (s *Screen) remote(ev privacy.Evidence) []string {
	cat, r := s.env.Cat, ev.Remote
	var out []string
	switch {
	case r.Loaded:
		out = append(out, cat.T("why.remote.loaded", nil))
	case r.Images > 0:
		out = append(out, cat.N("why.remote.images", r.Images, nil))
	default:
		out = append(out, cat.T("why.remote.none", nil))
	}
	if r.Trackers > 0 {
		out = append(out, cat.N("why.remote.trackers", r.Trackers, nil))
	}
	if ev.Active {
		out = append(out, cat.T("why.active", nil))
	}
	return out
}

// hops lists the servers on the way; those that are only claimed say so.
func (s *Screen) hops(t privacy.Transport) []kit.Item {
	if len(t.Hops) == 0 {
		return nil
	}
	st, cat := s.env.Styles, s.env.Cat
	trusted := min(t.Trusted, len(t.Hops))
	head := cat.T("why.hops", map[string]any{"Trusted": trusted, "Count": len(t.Hops)})
	items := []kit.Item{screen.Wrapped(2, safe.Line(head), st.Plain.On)}
	for i, h := range t.Hops {
		text, style := s.hop(h), st.Plain
		if i >= trusted {
			text, style = text+" ("+cat.T("why.hop.claim", nil)+")", st.Dim
		}
		items = append(items, screen.Wrapped(4, safe.Line(text), style.On))
	}
	return items
}

func (s *Screen) hop(h privacy.Hop) string {
	cat := s.env.Cat
	name := func(host string) string {
		if host == "" {
			return cat.T("why.hop.somebody", nil)
		}
		return host
	}
	how := cat.T("why.hop.clear", nil)
	switch {
	case h.TLS == "yes":
		how = cat.T("why.hop.encrypted", nil)
	case h.TLS != "":
		how = cat.T("why.hop.tls", map[string]any{"TLS": h.TLS})
	case !h.Network:
		how = cat.T("why.hop.local", nil)
	}
	return cat.T("why.hop", map[string]any{"By": name(h.By), "From": name(h.From), "How": how})
}
