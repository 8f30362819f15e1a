package trace

import "net/netip"

// ClientAddress tells whether a mail that the user sent to himself carries the
// address of his own connection ("shown"), or his provider leaves it out
// ("hidden"); "" when the header does not tell. Anybody can write such lines, so
// it must be certain that the mail is his.
func ClientAddress(o Observations, t Trust) string {
	if len(o.Hops) == 0 {
		return ""
	}
	for _, h := range o.Hops {
		if submission(h) {
			return shown(h)
		}
	}
	// No line says that somebody logged in. The oldest is where the mail began:
	// inside the provider, or at an address that is not the provider's.
	first := o.Hops[len(o.Hops)-1]
	if !first.Network || t.owns(first.Name) || t.related(first.Name) || t.related(first.From) {
		return "hidden"
	}
	return shown(first)
}

// shown tells whether a line names an address that others can reach, by which
// a connection and roughly a place can be found.
func shown(h Hop) string {
	ip, err := netip.ParseAddr(h.IP)
	if err != nil || ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || !ip.IsGlobalUnicast() {
		return "hidden"
	}
	return "shown"
}
