package privacy

// AccountInput is what is known of an account and its server. Every field is a
// word of its table; "" means that it was not looked at or does not apply.
type AccountInput struct {
	TLS            string // "1.3", "1.2", "old", "none"
	StartTLS       bool   // begun by STARTTLS
	BadCertificate bool   // the server's certificate was not verified
	Auth           string // "oauth", "certificate", "scram", "password"
	Secret         string // "kept" (keyring or locked store), "file"
	Key            string // "published" (own WKD or DANE, or Autocrypt sent), "none"
	DMARC          string // own domain: "reject", "quarantine", "none", "missing"
	Inbound        string // own domain, MTA-STS or DANE: "enforce", "testing", "none"
	DNSSEC         string // own domain: "signed", "unsigned"
	ClientIP       string // own address in mail to oneself: "hidden", "shown"
	NoSeal         bool   // the protocol cannot carry sealed messages
}

// accountChecks gives the table of checks of an account.
func accountChecks() []check[AccountInput] {
	return []check[AccountInput]{
		{"s.tls", axisReading, 30, connection, map[string]int{"1.3": 30, "1.2": 24, "1.3 starttls": 28, "1.2 starttls": 22, "old": 0, "old starttls": 0, "none": 0, "none starttls": 0}},
		{"s.auth", axisPerson, 10, func(a AccountInput) string { return a.Auth }, map[string]int{"oauth": 10, "certificate": 10, "scram": 8, "password": 5}},
		{"s.secret", axisCopies, 10, func(a AccountInput) string { return a.Secret }, map[string]int{"kept": 10, "file": 0}},
		{"s.keypub", axisReading, 15, func(a AccountInput) string { return a.Key }, map[string]int{"published": 15, "none": 0}},
		{"s.dmarc", axisPerson, 10, func(a AccountInput) string { return a.DMARC }, map[string]int{"reject": 10, "quarantine": 8, "none": 2, "missing": 0}},
		{"s.inbound", axisReading, 15, func(a AccountInput) string { return a.Inbound }, map[string]int{"enforce": 15, "testing": 5, "none": 0}},
		{"s.dnssec", axisPerson, 5, func(a AccountInput) string { return a.DNSSEC }, map[string]int{"signed": 5, "unsigned": 0}},
		{"s.hideip", axisTraces, 5, func(a AccountInput) string { return a.ClientIP }, map[string]int{"hidden": 5, "shown": 0}},
	}
}

func connection(a AccountInput) string {
	if a.StartTLS && a.TLS != "" {
		return a.TLS + " starttls"
	}
	return a.TLS
}

// Account computes the index of an account: the points earned as a share of
// what could be looked at, and how much of the whole that is, in percent.
func Account(a AccountInput) (x Index, decided int) {
	x = Index{Version: Version, Caps: accountCaps(a)}
	x.Factors, x.Raw, decided = measure(accountChecks(), a)
	x.Score, x.DecidedBy = capped(x.Raw, x.Caps)
	x.Level = LevelOf(x.Score)
	return x, decided
}

func accountCaps(a AccountInput) []Cap {
	cs := []Cap{}
	for _, c := range []struct {
		id    string
		limit int
		when  bool
	}{
		{"k.badcert", 20, a.BadCertificate},
		{"k.notls", 10, a.TLS == "none"},
		{"k.oldtls", 40, a.TLS == "old"},
		{"k.noseal", 60, a.NoSeal},
	} {
		if c.when {
			cs = append(cs, Cap{ID: c.id, Limit: c.limit})
		}
	}
	return cs
}
