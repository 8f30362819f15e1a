package trace

import (
	"slices"

	"github.com/caliopen/caliopen-tui/privacy"
)

// authentication merges the results that may be believed: those of a trusted
// authserv-id that stand above the border. Several fields of one message are
// normal, since some providers write one for each method.
func authentication(o Observations, t Trust, b border, fromDomain string) privacy.Authentication {
	au := privacy.Authentication{Source: "none", DKIM: "none", SPF: "none", DMARC: "none"}
	for _, c := range o.Claims {
		if !believed(c, t, b) {
			continue
		}
		for _, r := range c.Results {
			au.Source = "provider"
			count(&au, r, fromDomain)
		}
	}
	au.Aligned = au.Aligned && au.DMARC != "fail"
	if au.Source == "none" && o.Local.DKIM != "" {
		checkedHere(&au, o.Local, fromDomain)
	}
	return au
}

// checkedHere takes the outcome of the own check, where the provider said
// nothing that is believed. A signature that failed is worth as much as none
// (RFC 6376 section 6.1): servers on the way break honest ones. It never makes
// a mail look forged, since DMARC (RFC 7489 section 4.2) is content with SPF,
// which nobody but the receiving server can check.
func checkedHere(au *privacy.Authentication, l Local, fromDomain string) {
	au.Source, au.DKIM = "local", l.DKIM
	au.Aligned = l.DKIM == "pass" && Aligned(l.Domain, fromDomain)
}

func believed(c Claim, t Trust, b border) bool {
	if c.ID == "" || b.hop < 0 || !slices.Contains(t.IDs, c.ID) {
		return false
	}
	return c.Above <= b.hop || t.Strips && c.Above == b.hop+1
}

// count adds one result. Of several DKIM signatures one good one is enough
// (RFC 6376 section 6.1); of several DMARC verdicts the worst counts.
func count(au *privacy.Authentication, r Result, fromDomain string) {
	good := r.Value == "pass" && Aligned(r.Domain, fromDomain)
	verdict := word3(r.Value)
	switch r.Method {
	case "dkim":
		if verdict == "pass" || au.DKIM == "none" {
			au.DKIM = verdict
		}
	case "spf":
		if au.SPF == "none" {
			au.SPF = verdict
		}
	case "dmarc":
		good = good && r.Domain != ""
		if verdict == "pass" && !good {
			verdict = "none" // a pass for another domain than that of From
		}
		if verdict == "fail" || au.DMARC == "none" {
			au.DMARC = verdict
		}
	default:
		return
	}
	au.Aligned = au.Aligned || good
}

// word3 reduces the many results of RFC 8601 section 2.7 to three.
func word3(value string) string {
	switch value {
	case "pass":
		return "pass"
	case "fail", "hardfail":
		return "fail"
	case "softfail", "policy":
		return "fail"
	}
	return "none"
}
