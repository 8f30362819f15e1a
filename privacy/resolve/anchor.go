package resolve

import "github.com/miekg/dns"

// RootAnchors gives the keys that IANA signs the root zone with (RFC 9718):
// that of 2017 and the one made in 2024 to follow it.
func RootAnchors() []*dns.DS {
	return []*dns.DS{
		anchor(20326, "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"),
		anchor(38696, "683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16"),
	}
}

func anchor(tag uint16, digest string) *dns.DS {
	return &dns.DS{
		Hdr:        dns.RR_Header{Name: ".", Rrtype: dns.TypeDS, Class: dns.ClassINET},
		KeyTag:     tag,
		Algorithm:  dns.RSASHA256,
		DigestType: dns.SHA256,
		Digest:     digest,
	}
}

// known tells whether signatures of that algorithm are checked. Those with
// SHA-1 are not (RFC 9905): a zone with nothing better counts as unsigned.
func known(algorithm uint8) bool {
	switch algorithm {
	case dns.RSASHA256, dns.RSASHA512, dns.ECDSAP256SHA256, dns.ECDSAP384SHA384, dns.ED25519:
		return true
	}
	return false
}

// usable gives the delegations whose algorithm and digest are checked.
func usable(set []dns.RR) []*dns.DS {
	var out []*dns.DS
	for _, rr := range set {
		ds, ok := rr.(*dns.DS)
		if ok && known(ds.Algorithm) && (ds.DigestType == dns.SHA256 || ds.DigestType == dns.SHA384) {
			out = append(out, ds)
		}
	}
	return out
}
