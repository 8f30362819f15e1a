package privacy

import (
	"cmp"
	"slices"
)

// cure is one thing that can be done about something that was measured, as a
// change of what is measured. Its gain is what the score becomes by that alone.
type cure[T any] struct {
	id     string
	effort int  // roughly minutes of the user's attention, 1 for a setting
	asks   bool // needs an ability of the server, or the administration of the domain
	fits   func(T) bool
	change func(*T)
}

// deviceCures is the table of advice about a device; it is never written to.
// The effort of encrypting the disk is that of setting up the system anew.
var deviceCures = [...]cure[DeviceInput]{
	{"adv.perm", 1, false, func(d DeviceInput) bool { return d.Perm == "readable" }, func(d *DeviceInput) { d.Perm = "private" }},
	{"adv.lockkey", 2, false, func(d DeviceInput) bool { return d.Key == "naked" }, func(d *DeviceInput) { d.Key = "locked" }},
	{"adv.cache", 1, false, func(d DeviceInput) bool { return d.Cache == "clear" }, func(d *DeviceInput) { d.Cache = "sealed" }},
	{"adv.autolock", 1, false, func(d DeviceInput) bool { return d.Lock == "never" }, func(d *DeviceInput) { d.Lock = "auto" }},
	{"adv.update", 20, false, func(d DeviceInput) bool { return d.Updates == "old" }, func(d *DeviceInput) { d.Updates = "fresh" }},
	{"adv.swap", 15, false, func(d DeviceInput) bool { return d.Swap == "clear" }, func(d *DeviceInput) { d.Swap = "encrypted" }},
	{"adv.disk", 240, false, func(d DeviceInput) bool { return d.Disk == "clear" }, func(d *DeviceInput) { d.Disk = "encrypted" }},
	{"adv.notroot", 5, false, func(d DeviceInput) bool { return d.Root == "root" }, func(d *DeviceInput) { d.Root = "user" }},
}

// accountCures is the table of advice about an account; it is never written to.
var accountCures = [...]cure[AccountInput]{
	{"adv.owntls", 3, false, badConnection, func(a *AccountInput) { a.TLS, a.BadCertificate = sounder(a.TLS), false }},
	{"adv.keepsecret", 2, false, func(a AccountInput) bool { return a.Secret == "file" }, func(a *AccountInput) { a.Secret = "kept" }},
	{"adv.publishkey", 5, false, func(a AccountInput) bool { return a.Key == "none" }, func(a *AccountInput) { a.Key = "published" }},
	{"adv.implicittls", 2, true, func(a AccountInput) bool { return a.StartTLS }, func(a *AccountInput) { a.StartTLS = false }},
	{"adv.oauth", 5, true, func(a AccountInput) bool { return a.Auth == "password" || a.Auth == "scram" }, func(a *AccountInput) { a.Auth = "oauth" }},
	{"adv.dmarc", 30, true, func(a AccountInput) bool { return a.DMARC != "" }, func(a *AccountInput) { a.DMARC = "reject" }},
	{"adv.inbound", 60, true, func(a AccountInput) bool { return a.Inbound != "" }, func(a *AccountInput) { a.Inbound = "enforce" }},
	{"adv.dnssec", 30, true, func(a AccountInput) bool { return a.DNSSEC == "unsigned" }, func(a *AccountInput) { a.DNSSEC = "signed" }},
}

// badConnection tells that an account's server is not reached over TLS that
// was verified and is not broken.
func badConnection(a AccountInput) bool {
	return a.BadCertificate || a.TLS == "old" || a.TLS == "none"
}

// sounder keeps a sound version of TLS and else gives the current one.
func sounder(version string) string {
	if version == "1.2" {
		return version
	}
	return "1.3"
}

// AdviseDevice says what would raise the index of a device, the best gain for
// the least effort first.
func AdviseDevice(d DeviceInput) []Advice {
	return cured(deviceCures[:], d, nil, func(d DeviceInput) int {
		x, _ := Device(d)
		return x.Score
	})
}

// AdviseAccount says what would raise the index of an account. What needs an
// ability of the server (adv.implicittls, adv.oauth) or the administration of
// the own domain (adv.dmarc, adv.inbound, adv.dnssec) is left out unless able
// says that it can be followed; able may be nil.
func AdviseAccount(a AccountInput, able func(id string) bool) []Advice {
	return cured(accountCures[:], a, able, func(a AccountInput) int {
		x, _ := Account(a)
		return x.Score
	})
}

// cured ranks the cures of a table that gain something.
func cured[T any](table []cure[T], in T, able func(string) bool, score func(T) int) []Advice {
	before := score(in)
	out := []Advice{}
	for _, c := range table {
		if !c.fits(in) || c.asks && (able == nil || !able(c.id)) {
			continue
		}
		changed := in
		c.change(&changed)
		if gain := score(changed) - before; gain > 0 {
			out = append(out, Advice{ID: c.id, Gain: gain})
		}
	}
	slices.SortStableFunc(out, func(a, b Advice) int {
		return cmp.Or(cmp.Compare(b.Gain*Effort(a.ID), a.Gain*Effort(b.ID)), cmp.Compare(b.Gain, a.Gain))
	})
	return out
}

// Effort gives roughly how many minutes of the user's attention it takes to
// follow an advice, 1 for a setting or a key press, 0 for an advice nobody knows.
func Effort(id string) int {
	for _, r := range remedies {
		if r.id == id {
			return r.effort
		}
	}
	return max(effortIn(deviceCures[:], id), effortIn(accountCures[:], id))
}

func effortIn[T any](table []cure[T], id string) int {
	for _, c := range table {
		if c.id == id {
			return c.effort
		}
	}
	return 0
}
