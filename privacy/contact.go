package privacy

import (
	"math"
	"slices"
	"time"
)

// ContactInput is what the index of a contact is computed from.
type ContactInput struct {
	Best     int  // the predicted score of the best channel to the contact
	Practice int  // what Practice gave
	Written  bool // there were messages, so that Practice means something
	Verified bool // a key of the contact was compared with its holder
	Second   bool // a second, independent channel is known
	Fresh    bool // the key was seen lately
	Mutual   bool // both sides wish to seal when possible
	Conflict bool // a key changed and the user has not decided
}

// Contact computes the index of a contact: six tenths what the best channel
// would give, a quarter what is really done, the rest what is known. A contact
// nobody has written to is judged by the channel alone.
func Contact(in ContactInput) Index {
	known := knowledge(in)
	sum := 0.85 * float64(in.Best)
	if in.Written {
		sum = 0.60*float64(in.Best) + 0.25*float64(in.Practice)
	}
	for _, f := range known {
		sum += float64(f.Points)
	}
	raw := round(sum)
	x := Index{Version: Version, Raw: raw, Caps: []Cap{}, Factors: append(shares(in, raw, known), known...)}
	if in.Conflict {
		x.Caps = append(x.Caps, Cap{ID: "k.conflict", Limit: 40})
	}
	x.Score, x.DecidedBy = capped(x.Raw, x.Caps)
	x.Level = LevelOf(x.Score)
	return x
}

func knowledge(in ContactInput) []Factor {
	fs := []Factor{
		{ID: "n.verified", Axis: axisPerson, Max: 6},
		{ID: "n.second", Axis: axisPerson, Max: 3},
		{ID: "n.fresh", Axis: axisPerson, Max: 3},
		{ID: "n.mutual", Axis: axisPerson, Max: 3},
	}
	for i, have := range []bool{in.Verified, in.Second, in.Fresh, in.Mutual} {
		if have {
			fs[i].Points = fs[i].Max
		}
	}
	return fs
}

// shares tells the points of the channel and of the practice. They are rounded
// together, so that the points shown always add up to the sum shown.
func shares(in ContactInput, raw int, known []Factor) []Factor {
	rest := raw
	for _, f := range known {
		rest -= f.Points
	}
	if !in.Written {
		return []Factor{{ID: "n.best", Axis: axisReading, Points: rest, Max: 85}}
	}
	practice := round(0.25 * float64(in.Practice))
	return []Factor{
		{ID: "n.best", Axis: axisReading, Points: rest - practice, Max: 60},
		{ID: "n.practice", Axis: axisReading, Points: practice, Max: 25},
	}
}

func round(x float64) int { return int(math.Floor(x + 0.5)) }

// PastScore is the score of an earlier message, in either direction.
type PastScore struct {
	Date  time.Time
	Score int
	// Doubtful is set when the message may not be from the contact at all
	// (forged, bad signature, From is not the signer). Such messages do not
	// count, so that a stranger's forgery cannot lower a contact.
	Doubtful bool
}

// Doubtful tells whether facts say that a message may not be from whom it names.
func Doubtful(f Facts) bool {
	return f.Problem == "forged" || f.Problem == "fromsigner" || f.Problem == "badsig"
}

const (
	practiceLast     = 20
	practiceHalfLife = 30 * 24 * time.Hour
)

// Practice gives the mean score of the last twenty messages exchanged, a
// message counting half as much as one a month younger. ok is false when there
// was none.
func Practice(past []PastScore, now time.Time) (score int, ok bool) {
	past = slices.DeleteFunc(slices.Clone(past), func(p PastScore) bool { return p.Doubtful })
	slices.SortStableFunc(past, func(a, b PastScore) int { return b.Date.Compare(a.Date) })
	return fadingMean(past[:min(len(past), practiceLast)], now, practiceHalfLife)
}

// fadingMean is the mean of scores that count less with age. A date in the
// future counts as now.
func fadingMean(past []PastScore, now time.Time, halfLife time.Duration) (int, bool) {
	if len(past) == 0 {
		return 0, false
	}
	newest := past[0].Date
	if newest.After(now) {
		newest = now
	}
	var sum, weights float64
	for _, p := range past {
		// Ages are taken from the newest message: the ratios stay the same, and
		// the weights of a long silence do not vanish.
		age := max(0, newest.Sub(p.Date))
		w := math.Exp2(-age.Hours() / halfLife.Hours())
		sum += w * float64(p.Score)
		weights += w
	}
	return round(sum / weights), true
}
