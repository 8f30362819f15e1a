package privacy

// The axes of an index.
const (
	axisReading = "reading"
	axisPerson  = "person"
	axisTraces  = "traces"
	axisCopies  = "copies"
)

// slot is a question with one answer: of the rules of one slot, the first that
// holds gives the factor.
type slot uint8

const (
	slotReading slot = iota
	slotForward
	slotQuantum
	slotPerson
	slotSubject
	slotPath
	slotHeaders
	slotDirect
	slotPadding
	slotRemote
	slotActive
	slotStored
	slots
)

// rule is one row of the table of factors. The table is data so that it can be
// read beside the specification, row by row.
type rule struct {
	slot   slot
	id     string
	axis   string
	points int
	max    int
	when   func(Facts) bool
}

// factorRules is the whole table of factors, in the order of the reasons. It is
// never written to.
var factorRules = [...]rule{
	{slotReading, "r.sealed", axisReading, 42, 42, sealed},
	{slotReading, "r.path.auth", axisReading, 28, 50, func(f Facts) bool { return f.Path == "auth" }},
	{slotReading, "r.path.tls", axisReading, 20, 50, func(f Facts) bool { return f.Path == "tls" }},
	{slotReading, "r.path.plain", axisReading, 0, 50, func(f Facts) bool { return f.Path == "plain" }},
	{slotReading, "r.path.unknown", axisReading, 10, 50, always},

	{slotForward, "r.forward", axisReading, 4, 4, func(f Facts) bool { return sealed(f) && f.FS == "full" }},
	{slotForward, "r.forward", axisReading, 2, 4, func(f Facts) bool { return sealed(f) && f.FS == "partial" }},
	{slotForward, "r.forward", axisReading, 0, 4, sealed},
	{slotQuantum, "r.quantum", axisReading, 4, 4, func(f Facts) bool { return sealed(f) && f.PQ }},
	{slotQuantum, "r.quantum", axisReading, 0, 4, sealed},

	{slotPerson, "p.verified", axisPerson, 20, 20, func(f Facts) bool { return f.Person == "verified" }},
	{slotPerson, "p.tofu", axisPerson, 12, 20, func(f Facts) bool { return f.Person == "tofu" }},
	{slotPerson, "p.dane", axisPerson, 10, 20, func(f Facts) bool { return f.Person == "dane" }},
	{slotPerson, "p.wkd", axisPerson, 9, 20, func(f Facts) bool { return f.Person == "wkd" }},
	{slotPerson, "p.new", axisPerson, 8, 20, func(f Facts) bool { return f.Person == "new" }},
	{slotPerson, "p.domain", axisPerson, 6, 20, func(f Facts) bool { return f.Person == "domain" }},
	{slotPerson, "p.gossip", axisPerson, 5, 20, func(f Facts) bool { return f.Person == "gossip" }},
	{slotPerson, "p.server", axisPerson, 4, 20, func(f Facts) bool { return f.Person == "server" }},
	{slotPerson, "p.none", axisPerson, 0, 20, always},

	{slotSubject, "t.subject", axisTraces, 6, 6, func(f Facts) bool { return f.Subject == "hidden" || f.Subject == "none" }},
	{slotSubject, "t.subject", axisTraces, 0, 6, always},
	{slotPath, "t.path", axisTraces, 6, 6, func(f Facts) bool { return f.Path == "tls" || f.Path == "auth" }},
	{slotPath, "t.path", axisTraces, 0, 6, func(f Facts) bool { return f.Path == "plain" }},
	{slotPath, "t.path", axisTraces, 3, 6, always},
	{slotHeaders, "t.headers", axisTraces, 3, 3, func(f Facts) bool { return f.Headers }},
	{slotHeaders, "t.headers", axisTraces, 0, 3, always},
	{slotDirect, "t.direct", axisTraces, 3, 3, func(f Facts) bool { return f.Direct }},
	{slotDirect, "t.direct", axisTraces, 0, 3, always},
	{slotPadding, "t.padding", axisTraces, 2, 2, func(f Facts) bool { return f.Padding }},
	{slotPadding, "t.padding", axisTraces, 0, 2, always},

	{slotRemote, "c.remote", axisCopies, 4, 4, func(f Facts) bool { return f.Remote == "" }},
	{slotRemote, "c.remote", axisCopies, 3, 4, func(f Facts) bool { return f.Remote == "blocked" }},
	{slotRemote, "c.remote", axisCopies, 0, 4, always},
	{slotActive, "c.active", axisCopies, 2, 2, func(f Facts) bool { return !f.Active }},
	{slotActive, "c.active", axisCopies, 0, 2, always},
	{slotStored, "c.stored", axisCopies, 4, 4, sealed},
	{slotStored, "c.stored", axisCopies, 0, 4, always},
}

// void says that a slot's factor is named but earns nothing: a public message
// has no way to protect, a person in doubt proves nothing, and a path whose
// last piece is clear is not a protected path.
func void(s slot, f Facts) bool {
	switch s {
	case slotReading:
		return f.Public
	case slotPerson:
		return f.Problem != ""
	case slotPath:
		return !f.OwnHop
	}
	return false
}

// bound is one row of the table of caps.
type bound struct {
	id    string
	limit int
	when  func(Facts) bool
}

// capRules is the whole table of caps, in the order they are listed. A public
// or broken message has that cap alone: nothing else matters any more.
var capRules = [...]bound{
	{"k.public", 0, func(f Facts) bool { return f.Public }},
	{"k.broken", 0, func(f Facts) bool { return !f.Public && f.Crypto == "broken" }},
	{"k.badsig", 20, func(f Facts) bool { return live(f) && f.Problem == "badsig" }},
	{"k.forged", 20, func(f Facts) bool { return live(f) && f.Problem == "forged" }},
	{"k.fromsigner", 20, func(f Facts) bool { return live(f) && f.Problem == "fromsigner" }},
	{"k.conflict", 40, func(f Facts) bool { return live(f) && f.Problem == "conflict" }},
	{"k.weak", 40, func(f Facts) bool { return live(f) && f.Crypto == "weak" }},

	{"k.plainhop", 20, func(f Facts) bool { return open(f) && f.Path == "plain" }},
	{"k.unknownpath", 30, func(f Facts) bool { return open(f) && f.Path != "plain" && f.Path != "tls" && f.Path != "auth" }},
	{"k.opportunistic", 40, func(f Facts) bool { return open(f) && f.Path == "tls" }},
	{"k.providers", 60, func(f Facts) bool { return open(f) && f.Path == "auth" }},
	{"k.ownhop", 20, func(f Facts) bool { return open(f) && !f.OwnHop }},
	{"k.partial", 40, func(f Facts) bool { return open(f) && f.E2E == "partial" }},
	{"k.bridge", 40, func(f Facts) bool { return open(f) && f.Bridge }},
	{"k.mention", 40, func(f Facts) bool { return open(f) && f.Proto == "mastodon" }},

	{"k.device", 60, func(f Facts) bool { return sealed(f) && f.BadDevice }},
	{"k.unsigned", 70, func(f Facts) bool { return sealed(f) && f.Unsigned }},
	{"k.unverified", 80, func(f Facts) bool { return sealed(f) && f.Person != "verified" }},
	{"k.subject", 80, func(f Facts) bool { return sealed(f) && f.Subject != "hidden" && f.Subject != "none" }},
}

// sealed says that the message is proved to be sealed for its readers alone.
// A message whose sealing was never opened (Crypto unknown) is not: its form is
// a claim of whoever built it. A bridge opens every message it carries.
func sealed(f Facts) bool {
	return f.E2E == "full" && (f.Crypto == "modern" || f.Crypto == "weak") && !f.Bridge && !f.Public
}

// live says that the message has a score worth bounding.
func live(f Facts) bool { return !f.Public && f.Crypto != "broken" }

// open says that the path decides who can read the message.
func open(f Facts) bool { return live(f) && !sealed(f) }

func always(Facts) bool { return true }
