package lang

import (
	"strconv"
	"strings"
	"time"
)

// Number writes a whole number with the language's group marks.
func (c *Catalogue) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	if len(digits) < 5 { // four digits stay together, as all three languages allow
		return sign + digits
	}
	mark := c.T("number.group", nil)
	head := (len(digits)-1)%3 + 1
	out := digits[:head]
	for i := head; i < len(digits); i += 3 {
		out += mark + digits[i:i+3]
	}
	return sign + out
}

// Size writes a count of bytes with at most three digits ("84 kB", "1.4 MB").
func (c *Catalogue) Size(n int64) string {
	units := strings.Fields(c.T("size.units", nil))
	value, unit := float64(n), 0
	for value >= 999.5 && unit < len(units)-1 {
		value /= 1000
		unit++
	}
	decimals := 0
	if unit > 0 && value < 9.95 {
		decimals = 1
	}
	number := strconv.FormatFloat(value, 'f', decimals, 64)
	number = strings.Replace(number, ".", c.T("number.decimal", nil), 1)
	return c.T("size.text", map[string]any{"Number": number, "Unit": units[unit]})
}

// Date writes a moment in at most seven columns, as lists need it: the time
// for today, the day's name within the last week, day and month within the
// year, else year and month. The time zone is that of now.
func (c *Catalogue) Date(t, now time.Time) string {
	t = t.In(now.Location())
	switch days := daysBetween(t, now); {
	case t.IsZero():
		return ""
	case days == 0:
		return t.Format("15:04")
	case days > 0 && days < 7:
		return c.word("date.days", int(t.Weekday()))
	case days > -300 && days < 300:
		return c.T("date.short", map[string]any{"Day": t.Day(), "Month": c.word("date.months", int(t.Month())-1)})
	}
	return t.Format("2006-01")
}

// Day writes a day for the rules between messages: "today", "yesterday",
// "Thursday 19 November", with the year when it is another one.
func (c *Catalogue) Day(t, now time.Time) string {
	t = t.In(now.Location())
	switch daysBetween(t, now) {
	case 0:
		return c.T("date.today", nil)
	case 1:
		return c.T("date.yesterday", nil)
	}
	if t.Year() == now.Year() {
		return c.T("date.day", c.dateArgs(t))
	}
	return c.T("date.day_year", c.dateArgs(t))
}

// LongDate writes a moment in full: day, date, year and time.
func (c *Catalogue) LongDate(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return c.T("date.long", c.dateArgs(t.In(now.Location())))
}

// When writes a moment that is to come: "today 18:00", "Monday 30 November 9:00".
func (c *Catalogue) When(t, now time.Time) string {
	t = t.In(now.Location())
	args := map[string]any{"Time": t.Format("15:04")}
	switch daysBetween(t, now) {
	case 0:
		return c.T("when.today", args)
	case -1:
		return c.T("when.tomorrow", args)
	}
	args["Day"] = c.Day(t, now)
	return c.T("when.day", args)
}

func (c *Catalogue) dateArgs(t time.Time) map[string]any {
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = c.T("date.first", nil)
	}
	return map[string]any{
		"Weekday": c.word("date.days_long", int(t.Weekday())),
		"Day":     day,
		"Month":   c.word("date.months_long", int(t.Month())-1),
		"Year":    t.Year(),
		"Time":    t.Format("15:04"),
	}
}

// word gives one of the words that a text lists with spaces between them.
func (c *Catalogue) word(key string, i int) string {
	words := strings.Fields(c.T(key, nil))
	if i < 0 || i >= len(words) {
		return ""
	}
	return words[i]
}

// daysBetween counts calendar days from t to now; both in one zone.
func daysBetween(t, now time.Time) int {
	midnight := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(now).Sub(midnight(t)) / (24 * time.Hour))
}
