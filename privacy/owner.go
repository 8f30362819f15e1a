package privacy

import (
	"slices"
	"time"
)

// OwnerInput is what the index of the user is computed from, each as a score.
type OwnerInput struct {
	Sent         int // what Sent gave: nobody is marked down for what others send
	Reach        int // mean of score over best score possible at the moment of sending
	Contacts     int // mean of the contacts' indexes, by traffic
	WorstDevice  int
	Accounts     int // mean of the accounts in use
	WorstAccount int
}

// Owner computes the index of the user.
func Owner(in OwnerInput) Index {
	x := Index{Version: Version, Caps: []Cap{
		{ID: "k.device+30", Limit: min(in.WorstDevice+30, 100)},
		{ID: "k.account+40", Limit: min(in.WorstAccount+40, 100)},
	}}
	sum, shown := 0, 0
	for _, part := range []struct {
		id     string
		axis   string
		weight int
		score  int
	}{
		{"u.sent", axisReading, 20, in.Sent},
		{"u.reach", axisReading, 20, in.Reach},
		{"u.contacts", axisPerson, 25, in.Contacts},
		{"u.device", axisCopies, 20, in.WorstDevice},
		{"u.accounts", axisTraces, 15, in.Accounts},
	} {
		sum += part.weight * part.score
		// Each part is rounded with the sum so far, so that the parts add up.
		points := round(float64(sum)/100) - shown
		shown += points
		x.Factors = append(x.Factors, Factor{ID: part.id, Axis: part.axis, Points: points, Max: part.weight})
	}
	x.Raw = shown
	x.Score, x.DecidedBy = capped(x.Raw, x.Caps)
	x.Level = LevelOf(x.Score)
	return x
}

// Sent gives the mean score of what was sent within thirty days, a message
// counting half as much as one two weeks younger. ok is false when there was
// none.
func Sent(past []PastScore, now time.Time) (score int, ok bool) {
	const span, halfLife = 30 * 24 * time.Hour, 14 * 24 * time.Hour
	past = slices.DeleteFunc(slices.Clone(past), func(p PastScore) bool { return now.Sub(p.Date) > span })
	slices.SortStableFunc(past, func(a, b PastScore) int { return b.Date.Compare(a.Date) })
	return fadingMean(past, now, halfLife)
}
