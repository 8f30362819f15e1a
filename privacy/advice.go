package privacy

import (
	"cmp"
	"slices"
)

// remedy is one thing that can be done, as a change of facts. The gain of an
// advice is what the score becomes by that change alone.
type remedy struct {
	id     string
	effort int  // roughly minutes of the user's attention, 1 for a key press
	asks   bool // needs an ability of the servers or of the other side
	fits   func(Facts) bool
	change func(*Facts)
}

// remedies is the table of advice about a message; it is never written to.
var remedies = [...]remedy{
	{"adv.encrypt", 3, false, func(f Facts) bool { return f.Proto == "mail" && f.E2E != "full" && live(f) }, seal},
	{"adv.encrypt.key", 1, true, func(f Facts) bool { return f.Proto == "mail" && f.E2E != "full" && live(f) }, seal},
	{"adv.verify", 2, false, func(f Facts) bool { return sealed(f) && f.Problem == "" && f.Person != "verified" }, verify},
	{"adv.hidesubject", 1, false, func(f Facts) bool { return sealed(f) && f.Subject == "clear" }, func(f *Facts) { f.Subject = "hidden" }},
	{"adv.shyheaders", 1, false, func(f Facts) bool { return sealed(f) && f.Proto == "mail" && !f.Headers }, func(f *Facts) { f.Headers = true }},
	{"adv.ac2", 2, true, func(f Facts) bool { return sealed(f) && f.Proto == "intra" }, func(f *Facts) { f.FS, f.PQ = "full", true }},
	{"adv.blockremote", 1, false, func(f Facts) bool { return f.Remote == "loaded" }, func(f *Facts) { f.Remote = "blocked" }},
	{"adv.requiretls", 1, true, func(f Facts) bool { return f.Proto == "mail" && f.Path != "auth" }, func(f *Facts) { f.Path = "auth" }},
	{"adv.owntls", 3, false, func(f Facts) bool { return !f.OwnHop }, func(f *Facts) { f.OwnHop = true }},
	{"adv.matrixe2ee", 1, false, func(f Facts) bool { return f.Proto == "matrix" && f.E2E == "" && !f.Bridge }, sealMatrix},
	{"adv.omemo", 3, false, func(f Facts) bool { return f.Proto == "xmpp" && f.E2E == "" }, sealOMEMO},
	{"adv.resolvekey", 2, false, func(f Facts) bool { return f.Problem == "conflict" }, resolve},
	{"adv.newkey", 4, false, func(f Facts) bool { return sealed(f) && f.Crypto == "weak" }, func(f *Facts) { f.Crypto = "modern" }},
}

// Advise says what would raise the score of messages like this one, the best
// gain for the least effort first. What needs an ability of the servers or of
// the other side (adv.requiretls, adv.ac2), or a key that is known already
// (adv.encrypt.key), is left out; AdviseWith offers it.
func Advise(f Facts) []Advice {
	return AdviseWith(f, func(string) bool { return false })
}

// AdviseWith is Advise when more is known: able tells whether an advice that
// needs an ability of the servers or of the other side can be followed.
func AdviseWith(f Facts, able func(id string) bool) []Advice {
	before, _ := Score(f)
	type ranked struct {
		Advice
		effort int
	}
	var found []ranked
	for _, r := range remedies {
		if !r.fits(f) || r.asks && !able(r.id) {
			continue
		}
		if gain := after(f, r.change) - before; gain > 0 {
			found = append(found, ranked{Advice{ID: r.id, Gain: gain}, r.effort})
		}
	}
	slices.SortStableFunc(found, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.Gain*a.effort, a.Gain*b.effort), cmp.Compare(b.Gain, a.Gain))
	})
	out := make([]Advice, len(found))
	for i := range found {
		out[i] = found[i].Advice
	}
	return out
}

func after(f Facts, change func(*Facts)) int {
	change(&f)
	score, _ := Score(f)
	return score
}

// atLeast raises what is known of the person, never lowers it.
func atLeast(f *Facts, person string) {
	if personPoints(person) > personPoints(f.Person) {
		f.Person = person
	}
}

func personPoints(person string) int {
	for i := range factorRules {
		if factorRules[i].slot == slotPerson && factorRules[i].when(Facts{Person: person}) {
			return factorRules[i].points
		}
	}
	return 0
}

func seal(f *Facts) {
	f.E2E, f.Crypto = "full", "modern"
	atLeast(f, "new")
}

func sealMatrix(f *Facts) {
	f.E2E, f.Crypto, f.FS = "full", "modern", "partial"
	atLeast(f, "tofu")
}

func sealOMEMO(f *Facts) {
	f.E2E, f.Crypto, f.FS = "full", "modern", "full"
	atLeast(f, "tofu")
}

// verify is a key compared with its holder; what is signed by it counts too.
func verify(f *Facts) { f.Person = "verified" }

func resolve(f *Facts) { f.Problem, f.Person = "", "verified" }
