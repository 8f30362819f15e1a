package privacy

// check is one row of a table of checks: a question about something that was
// measured, what each answer earns, and at most how much. An answer that is not
// among those of the table could not be had; such a row counts for nothing,
// neither for nor against.
type check[T any] struct {
	id, axis string
	max      int
	value    func(T) string
	points   map[string]int
}

// measure adds up a table: the factors that could be decided, the points earned
// as a share of them in percent, and how many points were decided.
func measure[T any](table []check[T], in T) (factors []Factor, raw, decided int) {
	sum := 0
	for _, c := range table {
		if p, known := c.points[c.value(in)]; known {
			factors = append(factors, Factor{ID: c.id, Axis: c.axis, Points: p, Max: c.max})
			sum += p
			decided += c.max
		}
	}
	if decided > 0 {
		raw = round(100 * float64(sum) / float64(decided))
	}
	return factors, raw, decided
}

// unchecked gives the catalogue keys of the rows that could not be decided.
func unchecked[T any](table []check[T], in T) []string {
	var out []string
	for _, c := range table {
		if _, known := c.points[c.value(in)]; !known {
			out = append(out, c.id+".unknown")
		}
	}
	return out
}
