package privacy

// Message computes the index of one message: the factors of the state it is
// in, the caps that apply in that state (also those that do not lower the
// score), and the cap that decided. It is a pure function; Sentence and Advice
// are left to the caller, since they are worded at the edge.
func Message(f Facts) Index {
	x := Index{Version: Version, Factors: make([]Factor, 0, slots), Facts: &f}
	next := slot(0)
	for i := range factorRules {
		r := &factorRules[i]
		if r.slot < next || !r.when(f) {
			continue
		}
		next = r.slot + 1
		p := points(r, f)
		x.Factors = append(x.Factors, Factor{ID: r.id, Axis: r.axis, Points: p, Max: r.max})
		x.Raw += p
	}
	x.Caps = capsOf(f)
	x.Score, x.DecidedBy = capped(x.Raw, x.Caps)
	x.Level = LevelOf(x.Score)
	return x
}

// Score gives the score and the level alone, without allocating, for lists
// and for scoring a whole mailbox again.
func Score(f Facts) (int, Level) {
	sum, next := 0, slot(0)
	for i := range factorRules {
		r := &factorRules[i]
		if r.slot < next || !r.when(f) {
			continue
		}
		next = r.slot + 1
		sum += points(r, f)
	}
	for i := range capRules {
		if capRules[i].limit < sum && capRules[i].when(f) {
			sum = capRules[i].limit
		}
	}
	return sum, LevelOf(sum)
}

func points(r *rule, f Facts) int {
	if void(r.slot, f) {
		return 0
	}
	return r.points
}

func capsOf(f Facts) []Cap {
	cs := make([]Cap, 0, 4)
	for i := range capRules {
		if capRules[i].when(f) {
			cs = append(cs, Cap{ID: capRules[i].id, Limit: capRules[i].limit})
		}
	}
	return cs
}

// capped applies the caps to a sum. The cap that decided is the lowest one
// that lowers the score, the first listed when two are equal.
func capped(raw int, cs []Cap) (score int, by string) {
	score = raw
	for _, c := range cs {
		if c.Limit < score {
			score, by = c.Limit, c.ID
		}
	}
	return score, by
}
