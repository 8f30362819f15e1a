package privacy

// Plan is what is known of a way to send a message before it is sent.
type Plan struct {
	Protocol string // as Facts.Proto
	OwnHop   bool   // the own server is reached over verified TLS

	Reaches      bool // the recipient's domain has an MX, or mail has come from it over TLS
	SameProvider bool // sender and recipient are on the same servers
	Enforced     bool // TLS is demanded all the way (REQUIRETLS, or MTA-STS and DANE honoured at both ends)
	Domain       bool // mail from that address was proved to come from its domain

	Sealed   bool
	Key      string // what is known of the recipient's key: "new", "wkd", "dane", "tofu", "verified"; "" for none
	Conflict bool   // the key changed and the user has not decided
	Weak     bool   // the key is weak

	HideSubject bool   // header protection: the subject is sealed too
	Discreet    bool   // names, recipients and date are reduced
	Padding     bool   //
	Forward     string // forward secrecy: "", "partial", "full"
	Quantum     bool   //
	Direct      bool   // no third party's server

	Bridge     bool
	BadDevice  bool
	Visibility string // Mastodon; "" means "direct"
}

// Predict gives the facts that a message will most probably have when it is
// sent by a plan. A group is the weakest of its members: the caller takes the
// lowest score. For mail, STARTTLS towards another provider is never counted as
// more than opportunistic, since a client cannot see what its provider does.
func Predict(p Plan) Facts {
	f := Facts{
		Proto:   p.Protocol,
		OwnHop:  p.OwnHop,
		Path:    "auth",
		Subject: "none",
		Person:  "server",
		Direct:  p.Direct,
		Bridge:  p.Bridge,
	}
	switch p.Protocol {
	case "mail", "intra":
		f.Path, f.Subject, f.Person = mailPath(p), "clear", domainOf(p)
	case "xmpp":
		f.Path = "tls"
	case "mastodon":
		f.Public = p.Visibility != "" && p.Visibility != "direct" && p.Visibility != "private"
	}
	if p.Sealed {
		sealPlan(&f, p)
	}
	return f
}

func mailPath(p Plan) string {
	switch {
	case p.SameProvider || p.Enforced:
		return "auth"
	case p.Reaches:
		return "tls"
	}
	return ""
}

func domainOf(p Plan) string {
	if p.Domain {
		return "domain"
	}
	return ""
}

func sealPlan(f *Facts, p Plan) {
	f.E2E, f.Crypto = "full", "modern"
	f.FS, f.PQ, f.Padding, f.Headers = p.Forward, p.Quantum, p.Padding, p.Discreet
	f.BadDevice = p.BadDevice
	f.Person = p.Key
	if p.Weak {
		f.Crypto = "weak"
	}
	if p.Conflict {
		f.Problem = "conflict"
	}
	if p.HideSubject && f.Subject == "clear" {
		f.Subject = "hidden"
	}
}
