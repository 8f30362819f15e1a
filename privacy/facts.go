package privacy

import "cmp"

// ErrorIntegrity is the word in Security.Error for a sealed message that has no
// integrity protection, or whose protection failed; its content is not shown.
const ErrorIntegrity = "integrity"

// FactsOf turns what was seen of a message into the facts that are scored. It
// believes the least that the evidence allows: what is only claimed by the
// message itself earns nothing.
//
// A sealed message that was not opened is the delicate case. That it is sealed
// is a claim of its outer form, which anybody can write around clear text; its
// integrity, its signature and its strength are unknown. So E2E says "full",
// as the form does, but Crypto stays empty, and Message then scores the path
// as for clear mail: such a message is D at most on a normal path. Once it has
// been opened its score can only rise, or fall to zero when it was broken.
func FactsOf(ev Evidence) Facts {
	f := Facts{
		Proto:   ev.Protocol,
		Path:    pathOf(ev),
		OwnHop:  ev.OwnHop,
		Subject: "clear",
		Remote:  remoteOf(ev.Remote),
		Active:  ev.Active,
		Problem: problemOf(ev),
	}
	switch ev.Protocol {
	case "mail", "intra":
		mailFacts(&f, ev)
	case "mastodon":
		mastodonFacts(&f, ev)
	}
	return f
}

// pathOf gives the worst that the judged hops allow to say. TLS before 1.2 is
// broken or unauthenticated often enough to prove nothing.
func pathOf(ev Evidence) string {
	switch ev.Transport.Ingress {
	case "plain":
		return "plain"
	case "auth":
		return "auth"
	case "tls":
		if ev.SameProvider && !ev.Transport.Predicted {
			return "auth"
		}
		if old(ev.Transport.TLS) {
			return ""
		}
		return "tls"
	}
	return ""
}

func old(version string) bool {
	return version != "" && version != "1.3" && version != "1.2" && version != "yes"
}

func remoteOf(r Remote) string {
	switch {
	case r.Loaded:
		return "loaded"
	case r.Images > 0 || r.Trackers > 0:
		return "blocked"
	}
	return ""
}

// problemOf names the worst doubt about the sender. Several addresses in From,
// or none, leave nobody the message could be from.
func problemOf(ev Evidence) string {
	switch {
	case ev.Security.Signature == "bad":
		return "badsig"
	case ev.Forged:
		return "forged"
	case ev.Security.Signature == "mismatch", ev.ManyFrom, signedWhole(ev) && ev.Key.Bad:
		return "fromsigner"
	}
	return ""
}

// signedWhole says that a key of the sender's address signed all of the message.
func signedWhole(ev Evidence) bool {
	return ev.Security.Signature == "good" && ev.Security.Covers == "whole"
}

// vouched says that the signature names a person. A weak one does so only
// inside a seal and by a key that is known for the sender already: the score is
// bounded there (k.weak), and nobody gets a name by a signature that could be
// forged. A key that the user refused for the address vouches for nobody; that
// is a signature by somebody else.
func vouched(ev Evidence) bool {
	s := ev.Security
	switch {
	case ev.Key.Bad:
		return false
	case s.Signature == "weak":
		return s.Covers == "whole" && openedWhole(s) && ev.Key.Person != ""
	}
	return signedWhole(ev) && (!ev.Key.Weak || openedWhole(s))
}

// openedWhole says that all of the message was sealed and has been opened.
func openedWhole(s Security) bool { return s.Sealed == "full" && s.Decrypted && s.Error == "" }

func mailFacts(f *Facts, ev Evidence) {
	s, signed := ev.Security, vouched(ev)
	f.Person = mailPerson(ev, signed)
	switch s.Sealed {
	case "partial":
		f.E2E, f.Crypto = "partial", "modern"
	case "full":
		f.E2E, f.Crypto = "full", cryptoOf(ev)
		f.Unsigned = !signed
		if f.Crypto != "" {
			sealedFacts(f, s)
		}
	}
	if signed && ev.Key.Conflict && f.Problem == "" {
		f.Problem = "conflict"
	}
}

// sealedFacts adds what only the opening of a sealed message shows.
func sealedFacts(f *Facts, s Security) {
	if s.SubjectHidden && (s.ProtectedHeaders == "cipher" || s.ProtectedHeaders == "legacy") {
		f.Subject = "hidden"
	}
	f.Headers, f.Padding, f.FS, f.PQ = s.Discreet, s.Padded, s.Forward, s.Quantum
	if s.Caliopen && s.Discreet { // the field alone stands in every sealed mail of the program
		f.Proto = "intra"
	}
}

// mailPerson says who stands behind a mail: the holder of a key, as far as the
// key store knows it, the domain of From, or nobody.
func mailPerson(ev Evidence, signed bool) string {
	switch {
	case ev.ManyFrom || ev.Forged:
		return ""
	case signed:
		return cmp.Or(ev.Key.Person, "new")
	case ev.Authentication.Aligned && ev.Authentication.DMARC != "fail" &&
		(ev.Authentication.Source == "provider" || ev.Authentication.Source == "local"):
		return "domain"
	}
	return ""
}

// cryptoOf judges the sealing of a message that claims to be sealed whole.
func cryptoOf(ev Evidence) string {
	s := ev.Security
	switch {
	case s.Error == ErrorIntegrity, s.Decrypted && s.Error != "":
		return "broken"
	case !s.Decrypted:
		return ""
	case s.Signature == "weak", ev.Key.Weak:
		return "weak"
	}
	return "modern"
}

// mastodonFacts judges a status. Servers exchange them over HTTPS with
// certificates checked and requests signed, so the path is authenticated, but
// every server on it reads along. A status whose visibility is not known to be
// limited counts as public.
func mastodonFacts(f *Facts, ev Evidence) {
	f.Person, f.Subject = "server", "none"
	if f.Path != "plain" {
		f.Path = "auth"
	}
	f.Public = ev.Visibility != "direct" && ev.Visibility != "private"
	f.Problem = "" // From, DMARC and signatures are matters of mail
}
