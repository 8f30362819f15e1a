package conversation

import (
	"strings"
	"time"
)

// morning is the hour of a day that was named without one.
const morning = 9

// ParseMoment reads a moment to come as people type it: a date with or without
// a time ("2026-11-30 9:00", in French and Italian "30/11 9h" too), a time
// alone, which is the next one, a while from now ("+90m"), or RFC 3339. What
// says no zone is meant in that of now.
func ParseMoment(text string, now time.Time, lang string) (time.Time, bool) {
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, ",", " ")), " ")
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, true
	}
	text = strings.ToLower(text)
	if while, ahead := strings.CutPrefix(text, "+"); ahead {
		d, err := time.ParseDuration(while)
		return now.Add(d), err == nil && d > 0
	}
	date, clock, both := strings.Cut(text, " ")
	if !both && !strings.ContainsAny(date, "-/.") {
		date, clock = "", date
	}
	hour, minute := morning, 0
	if clock != "" {
		t, err := parseAny(strings.Replace(strings.TrimSuffix(clock, "h"), "h", ":", 1), now, "15:04", "15")
		if err != nil {
			return time.Time{}, false
		}
		hour, minute = t.Hour(), t.Minute()
	}
	day, ok := now, clock != ""
	if date != "" {
		day, ok = parseDay(date, now, lang)
	}
	at := time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, now.Location())
	if date == "" && !at.After(now) {
		at = time.Date(day.Year(), day.Month(), day.Day()+1, hour, minute, 0, 0, now.Location())
	}
	return at, ok
}

func parseAny(text string, now time.Time, layouts ...string) (t time.Time, err error) {
	for _, layout := range layouts {
		if t, err = time.ParseInLocation(layout, text, now.Location()); err == nil {
			return t, nil
		}
	}
	return t, err
}

// parseDay reads a day; without a year it is the next one of that name. The
// day stands first where the language writes it so; elsewhere such a date
// could be read in two ways and is none.
func parseDay(text string, now time.Time, lang string) (time.Time, bool) {
	if t, err := parseAny(text, now, "2006-1-2"); err == nil {
		return t, true
	}
	if lang == "en" {
		return time.Time{}, false
	}
	text = strings.Trim(strings.ReplaceAll(text, ".", "/"), "/")
	if t, err := parseAny(text, now, "2/1/2006", "2/1/06"); err == nil {
		return t, true
	}
	t, err := parseAny(text+"/2000", now, "2/1/2006") // a leap year, so that 29 February is a day
	if err != nil {
		return time.Time{}, false
	}
	year := now.Year()
	if t.Month() < now.Month() || t.Month() == now.Month() && t.Day() < now.Day() {
		year++
	}
	next := time.Date(year, t.Month(), t.Day(), 0, 0, 0, 0, now.Location())
	return next, next.Day() == t.Day()
}
