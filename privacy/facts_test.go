package privacy

import "testing"

// mailEvidence is a mail over TLS from an authenticated domain: golden row 4.
func mailEvidence(change func(*Evidence)) Evidence {
	ev := Evidence{
		Protocol:       "mail",
		Security:       Security{Sealed: "none", Signature: "none", Covers: "none", ProtectedHeaders: "none"},
		Transport:      Transport{Ingress: "tls", TLS: "1.3"},
		Authentication: Authentication{Source: "provider", DKIM: "pass", SPF: "pass", DMARC: "pass", Aligned: true},
		OwnHop:         true,
	}
	if change != nil {
		change(&ev)
	}
	return ev
}

func noDKIM(ev *Evidence) { ev.Authentication = Authentication{Source: "none", DKIM: "none"} }

func opened(ev *Evidence) {
	ev.Security = Security{Sealed: "full", Signature: "good", Covers: "whole", Decrypted: true, ProtectedHeaders: "none"}
}

func TestFactsOfGoldenRows(t *testing.T) {
	rows := goldenRows(t)
	for _, c := range []struct {
		row int
		ev  Evidence
	}{
		{1, mailEvidence(func(ev *Evidence) { ev.Transport = Transport{Ingress: "plain"} })},
		{2, mailEvidence(func(ev *Evidence) { noDKIM(ev); ev.Transport = Transport{Ingress: "unknown"} })},
		{3, mailEvidence(func(ev *Evidence) { noDKIM(ev); ev.Transport.TLS = "1.2"; ev.Remote = Remote{Images: 3, Trackers: 1} })},
		{4, mailEvidence(nil)},
		{5, mailEvidence(func(ev *Evidence) { ev.Remote = Remote{Images: 2, Loaded: true} })},
		{6, mailEvidence(func(ev *Evidence) { ev.SameProvider = true })},
		{7, mailEvidence(func(ev *Evidence) { ev.OwnHop = false })},
		{8, mailEvidence(func(ev *Evidence) { ev.Forged = true; ev.Authentication.DMARC = "fail" })},
		{11, mailEvidence(func(ev *Evidence) { opened(ev); ev.Security.Signature = "none" })},
		{12, mailEvidence(opened)},
		{21, mailEvidence(func(ev *Evidence) { ev.Security.Sealed = "partial" })},
		{23, Evidence{Protocol: "mastodon", Visibility: "direct", OwnHop: true}},
		{24, Evidence{Protocol: "mastodon", Visibility: "public", OwnHop: true}},
		{24, Evidence{Protocol: "mastodon", Visibility: "unlisted", OwnHop: true}},
		{24, Evidence{Protocol: "mastodon", OwnHop: true}}, // unknown visibility
	} {
		if got, want := FactsOf(c.ev), rows[c.row-1].Facts; got != want {
			t.Errorf("row %d: facts\n%+v, want\n%+v", c.row, got, want)
		}
	}
}

// TestNothingMerelyClaimedEarnsABadge holds mails that claim more than was
// checked: none may score better than the same mail without the claim.
func TestNothingMerelyClaimedEarnsABadge(t *testing.T) {
	plain, _ := Score(FactsOf(mailEvidence(nil)))
	for name, change := range map[string]func(*Evidence){
		"sealed, not opened":        func(ev *Evidence) { ev.Security.Sealed = "full"; ev.Security.ProtectedHeaders = "cipher" },
		"no key for it":             func(ev *Evidence) { ev.Security.Sealed, ev.Security.Error = "full", "no_key" },
		"integrity failed":          func(ev *Evidence) { ev.Security.Sealed, ev.Security.Error = "full", ErrorIntegrity },
		"broken while opening":      func(ev *Evidence) { opened(ev); ev.Security.Error = "cut" },
		"signed by an unknown key":  func(ev *Evidence) { ev.Security.Signature, ev.Security.Covers = "unknown_key", "whole" },
		"signed by an expired key":  func(ev *Evidence) { ev.Security.Signature, ev.Security.Covers = "expired_key", "whole" },
		"a part is signed":          func(ev *Evidence) { ev.Security.Signature, ev.Security.Covers = "good", "part" },
		"bad signature":             func(ev *Evidence) { ev.Security.Signature, ev.Security.Covers = "bad", "whole" },
		"signer is not From":        func(ev *Evidence) { ev.Security.Signature, ev.Security.Covers = "mismatch", "whole" },
		"several From":              func(ev *Evidence) { ev.ManyFrom = true },
		"aligned by nobody":         func(ev *Evidence) { ev.Authentication.Source = "none" },
		"TLS 1.0":                   func(ev *Evidence) { ev.Transport.TLS = "1.0" },
		"an unknown ingress word":   func(ev *Evidence) { ev.Transport.Ingress = "quantum" },
		"same provider, clear hop":  func(ev *Evidence) { ev.SameProvider = true; ev.Transport.Ingress = "plain" },
		"same provider, no ingress": func(ev *Evidence) { ev.SameProvider = true; ev.Transport.Ingress = "unknown" },
	} {
		if got, _ := Score(FactsOf(mailEvidence(change))); got > plain {
			t.Errorf("%s: %d, more than %d without the claim", name, got, plain)
		}
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Evidence)
		score  int
		by     string
	}{
		{"bad signature", func(ev *Evidence) { ev.Security.Signature = "bad" }, 20, "k.badsig"},
		{"signer is not From", func(ev *Evidence) { ev.Security.Signature = "mismatch" }, 20, "k.fromsigner"},
		{"several From", func(ev *Evidence) { ev.ManyFrom = true }, 20, "k.fromsigner"},
		{"forged", func(ev *Evidence) { ev.Forged = true }, 20, "k.forged"},
		{"sealed, integrity failed", func(ev *Evidence) { opened(ev); ev.Security.Error = ErrorIntegrity }, 0, "k.broken"},
		{"sealed, weak signature", func(ev *Evidence) { opened(ev); ev.Security.Signature = "weak" }, 40, "k.weak"},
		{"a status read without TLS", func(ev *Evidence) { *ev = Evidence{Protocol: "mastodon", Visibility: "direct"} }, 20, "k.ownhop"},
	} {
		x := Message(FactsOf(mailEvidence(c.change)))
		if x.Score != c.score || x.DecidedBy != c.by {
			t.Errorf("%s: %d by %q, want %d by %q", c.name, x.Score, x.DecidedBy, c.score, c.by)
		}
	}
}

func TestPredict(t *testing.T) {
	mail := Plan{Protocol: "mail", OwnHop: true, Reaches: true}
	sealedMail := Plan{Protocol: "mail", OwnHop: true, Reaches: true, Sealed: true, Key: "tofu", HideSubject: true}
	intra := Plan{Protocol: "intra", OwnHop: true, Reaches: true, Sealed: true, Key: "verified", HideSubject: true, Discreet: true, Padding: true}
	matrix := Plan{Protocol: "matrix", OwnHop: true, Sealed: true, Key: "tofu", Forward: "partial"}
	with := func(p Plan, change func(*Plan)) Plan { change(&p); return p }
	for _, c := range []struct {
		name  string
		plan  Plan
		score int
	}{
		{"mail to a new address", mail, 32},
		{"mail to an address proved by its domain", with(mail, func(p *Plan) { p.Domain = true }), 38},
		{"mail on the same servers", with(mail, func(p *Plan) { p.Domain, p.SameProvider = true, true }), 46},
		{"mail to a domain nobody knows", with(mail, func(p *Plan) { p.Reaches = false }), 19},
		{"mail by a server without TLS", with(mail, func(p *Plan) { p.OwnHop = false }), 20},
		{"mail with a known key, not sealed", with(mail, func(p *Plan) { p.Key = "verified" }), 32},
		{"sealed mail", sealedMail, 76},
		{"sealed mail, key changed", with(sealedMail, func(p *Plan) { p.Conflict = true }), 40},
		{"sealed mail, weak key", with(sealedMail, func(p *Plan) { p.Weak = true }), 40},
		{"a private mention", Plan{Protocol: "mastodon", OwnHop: true}, 40},
		{"a public post", Plan{Protocol: "mastodon", OwnHop: true, Visibility: "public"}, 0},
		{"intra-Caliopen", intra, 89},
		{"a sealed room", matrix, 78},
		{"a sealed room, verified", with(matrix, func(p *Plan) { p.Key = "verified" }), 86},
		{"a room with a bridge", with(matrix, func(p *Plan) { p.Bridge = true }), 40},
	} {
		if got, _ := Score(Predict(c.plan)); got != c.score {
			t.Errorf("%s: %d, want %d", c.name, got, c.score)
		}
	}
}

func TestWhatIsInDoubtIsUnknown(t *testing.T) {
	for _, version := range []string{"1.1", "1.0", "ssl", "9"} {
		if f := FactsOf(mailEvidence(func(ev *Evidence) { ev.Transport.TLS = version })); f.Path != "" {
			t.Errorf("TLS %s: path %q", version, f.Path)
		}
	}
	for name, change := range map[string]func(*Evidence){
		"forged":       func(ev *Evidence) { ev.Forged = true },
		"several From": func(ev *Evidence) { ev.ManyFrom = true },
	} {
		if f := FactsOf(mailEvidence(change)); f.Person != "" {
			t.Errorf("%s: person %q", name, f.Person)
		}
	}
}
