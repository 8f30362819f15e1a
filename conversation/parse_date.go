package conversation

import (
	"strings"
	"time"
)

// readDate turns before:, after:, on: and date: into a date with bounds. What
// is named covers a stretch of time (a year, a day); before: ends at its start,
// after: begins at its start, on: is the stretch itself.
func readDate(p *queryParser, n Node, at int) (Node, error) {
	first, last, ranged := strings.Cut(n.Text, "..")
	start, end, ok := p.stretch(first)
	if ranged && n.Field != "before" && n.Field != "after" {
		_, lastEnd, okLast := p.stretch(last)
		end, ok = lastEnd, ok && okLast
	} else if ranged {
		ok = false
	}
	if !ok {
		return Node{}, queryError(at, "query.bad_date", "Value", n.Text)
	}
	if !start.Before(end) {
		return Node{}, queryError(at, "query.empty_range", "Value", n.Text)
	}
	switch n.Field {
	case "before":
		n.Until = start
	case "after":
		n.Since = start
	default:
		n.Since, n.Until = start, end
	}
	n.Field = "date"
	return n, nil
}

// stretch gives the stretch of time a word names.
func (p *queryParser) stretch(word string) (start, end time.Time, ok bool) {
	word = strings.ToLower(word)
	if days, ok := dayWords[word]; ok {
		start = p.today().AddDate(0, 0, -days)
		return start, start.AddDate(0, 0, 1), true
	}
	if start, ok = p.ago(word); ok {
		return start, start.AddDate(0, 0, 1), true
	}
	return p.calendar(word)
}

// dayWords and unitWords are understood in whatever language the program
// speaks, so that a saved query keeps its meaning.
var dayWords = map[string]int{
	"today": 0, "aujourd'hui": 0, "aujourd’hui": 0, "oggi": 0,
	"yesterday": 1, "hier": 1, "ieri": 1,
}

var unitWords = map[string]byte{
	"d": 'd', "day": 'd', "days": 'd', "j": 'd', "jour": 'd', "jours": 'd', "g": 'd', "giorno": 'd', "giorni": 'd',
	"w": 'w', "week": 'w', "weeks": 'w', "semaine": 'w', "semaines": 'w', "settimana": 'w', "settimane": 'w',
	"m": 'm', "month": 'm', "months": 'm', "mois": 'm', "mese": 'm', "mesi": 'm',
	"y": 'y', "year": 'y', "years": 'y', "an": 'y', "ans": 'y', "année": 'y', "années": 'y', "anno": 'y', "anni": 'y',
}

// ago reads "3months": the day three months before today.
func (p *queryParser) ago(word string) (time.Time, bool) {
	unit := strings.TrimLeft(word, "0123456789")
	n64, ok := digits(word[:len(word)-len(unit)], 4)
	if !ok {
		return time.Time{}, false
	}
	n, today := int(n64), p.today()
	switch unitWords[unit] {
	case 'd':
		return today.AddDate(0, 0, -n), true
	case 'w':
		return today.AddDate(0, 0, -7*n), true
	case 'm':
		return monthsBefore(today, n), true
	case 'y':
		return monthsBefore(today, 12*n), true
	}
	return time.Time{}, false
}

// monthsBefore keeps to the month meant: one month before 31 March is the end
// of February, not 3 March.
func monthsBefore(day time.Time, n int) time.Time {
	first := time.Date(day.Year(), day.Month()-time.Month(n), 1, 0, 0, 0, 0, day.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day.Day(), last)-1)
}

func (p *queryParser) today() time.Time {
	y, m, d := p.now.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, p.now.Location())
}

// calendar reads 2025, 2025-03 and 2025-03-14, and days with slashes where the
// language says in which order they stand.
func (p *queryParser) calendar(word string) (start, end time.Time, ok bool) {
	parts := strings.Split(p.isoOrder(word), "-")
	if len(parts) > 3 || len(parts[0]) != 4 {
		return start, end, false
	}
	value := [3]int{0, 1, 1}
	for i, part := range parts {
		n, ok := digits(part, 4)
		if !ok {
			return start, end, false
		}
		value[i] = int(n)
	}
	start = time.Date(value[0], time.Month(value[1]), value[2], 0, 0, 0, 0, p.now.Location())
	if !sameDate(start, value) || value[0] == 0 {
		return start, end, false
	}
	step := [3][3]int{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}[len(parts)-1]
	return start, start.AddDate(step[0], step[1], step[2]), true
}

// sameDate refuses what time.Date would silently carry over, as 30 February.
// The hour may differ where a clock change skips midnight.
func sameDate(t time.Time, value [3]int) bool {
	y, m, d := t.Date()
	return y == value[0] && int(m) == value[1] && d == value[2]
}

// isoOrder turns 14/03/2025 into 2025-03-14 in French and Italian. In English
// the order differs between countries, so it is not guessed.
func (p *queryParser) isoOrder(word string) string {
	parts := strings.Split(word, "/")
	if len(parts) < 2 || len(parts) > 3 || p.lang == "en" || p.lang == "" {
		return word
	}
	if len(parts) == 2 {
		return parts[1] + "-" + parts[0]
	}
	return parts[2] + "-" + parts[1] + "-" + parts[0]
}
