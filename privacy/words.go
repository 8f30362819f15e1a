package privacy

import "strings"

// Key gives the catalogue key of the words for a factor. They depend on what
// was earned: "t.subject" says that the subject is hidden, "t.subject.no" that
// it is not, and "c.remote.part" that the half of it is true. Factors that
// share one scale with others ("p.new" of all persons, "r.path.tls" of all
// paths) say what they are whatever they earn, except that a person in doubt
// ("p.void") proves nothing.
func (f Factor) Key() string {
	switch {
	case strings.HasPrefix(f.ID, "p."):
		if f.Points == 0 && f.ID != "p.none" {
			return "p.void"
		}
		return f.ID
	case strings.HasPrefix(f.ID, "r.path."), strings.HasPrefix(f.ID, "u."), f.ID == "n.best", f.ID == "n.practice":
		return f.ID
	case f.Points == 0:
		return f.ID + ".no"
	case f.Points < f.Max:
		return f.ID + ".part"
	}
	return f.ID
}

// SentenceKey gives the catalogue key of the sentence of an index: that of the
// cap that decided, else that of the level. A message that claims to be sealed
// and was not opened has a sentence of its own where only its path was judged,
// since that of clear mail would mislead.
func (x Index) SentenceKey() string {
	switch x.DecidedBy {
	case "", "k.plainhop", "k.unknownpath", "k.opportunistic", "k.providers", "k.ownhop":
		if x.Facts != nil && x.Facts.Unopened() {
			return "sealed.unopened"
		}
	}
	switch {
	case x.DecidedBy != "":
		return x.DecidedBy
	case x.about("u."):
		return "index.me"
	case x.about("d."):
		return "index.device"
	case x.Level == "":
		return "level." + string(LevelUnknown)
	}
	return "level." + string(x.Level)
}

// about tells whether the factors of an index are those of the user ("u."), of
// a device ("d.") or of an account ("s."): their level is no word about who can
// read a message.
func (x Index) about(prefix string) bool {
	return len(x.Factors) > 0 && strings.HasPrefix(x.Factors[0].ID, prefix)
}

// Unopened tells that a message claims to be sealed and that nothing of it has
// been opened, so that the claim could not be checked.
func (f Facts) Unopened() bool { return f.E2E == "full" && f.Crypto == "" && !f.Public && !f.Bridge }
