package why

import (
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
	for _, word := range sealing(m) {
		say(s.env.Cat.T(word, nil))
	}
	for _, text := range s.origin(m) {
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
func sealing(m *conversation.Message) []string {
	sec := m.Evidence.Security
	sealed := "why.sealed.none"
	switch {
	case m.Facts.Unopened() || sec.Sealed == "full" && !sec.Decrypted:
		sealed = "why.sealed.unopened"
	case sec.Sealed == "partial":
		sealed = "why.sealed.partial"
	case sec.Sealed == "full":
		sealed = "why.sealed.full"
	}
	signature := "why.signature.unchecked"
	switch sec.Signature {
	case "", "none":
		signature = "why.signature.none"
	case "good":
		signature = "why.signature.good"
	case "bad", "mismatch":
		signature = "why.signature.bad"
	}
	return []string{sealed, signature}
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
