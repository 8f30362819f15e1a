package mime

import (
	"net/mail"
	"strings"
	"time"
)

// layouts are forms of dates seen in mails beside those of RFC 5322.
func layouts() []string {
	return []string{
		"2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05", "2 Jan 2006 15:04 -0700", "2 Jan 06 15:04:05 -0700",
		"2-Jan-2006 15:04:05 -0700", "2 January 2006 15:04:05 -0700", "Jan 2 2006 15:04:05 -0700",
		"Jan 2 15:04:05 2006 -0700", "Jan 2 15:04:05 2006", "Jan 2 15:04:05 -0700 2006", "2 Jan 2006",
		"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02T15:04:05-07:00", time.RFC3339, "2006-01-02",
		"2/1/2006 15:04:05", "2.1.2006 15:04:05", "Jan 2, 2006 15:04:05 -0700", "Jan 2, 2006 3:04:05 PM",
	}
}

// parseDate reads a Date field, tolerating what is seen.
func parseDate(s string) (time.Time, bool) {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || len(s) > 200 {
		return time.Time{}, false
	}
	if t, err := mail.ParseDate(s); err == nil {
		return t, sane(t)
	}
	s = tidyDate(s)
	for _, l := range layouts() {
		if t, err := time.Parse(l, s); err == nil {
			return t, sane(t)
		}
	}
	return time.Time{}, false
}

// tidyDate takes away comments, weekdays and names of zones.
func tidyDate(s string) string {
	if i := strings.IndexByte(s, '('); i >= 0 {
		s = strings.TrimSpace(s[:i])
	}
	if day, rest, ok := strings.Cut(s, " "); ok && weekday(day) {
		s = rest
	}
	for _, z := range []string{" GMT", " UTC", " UT", " Z", " +0000GMT"} {
		if rest, ok := strings.CutSuffix(s, z); ok {
			return rest + " +0000"
		}
	}
	return strings.Replace(s, " GMT+", " +", 1)
}

// weekday tells whether a word is the name of a day, in whatever language: it
// holds no digit and ends with a comma, or is one of the English ones.
func weekday(w string) bool {
	if strings.ContainsAny(w, "0123456789") {
		return false
	}
	if strings.HasSuffix(w, ",") || strings.HasSuffix(w, ".") {
		return true
	}
	switch strings.ToLower(w[:min(3, len(w))]) {
	case "mon", "tue", "wed", "thu", "fri", "sat", "sun":
		return true
	}
	return false
}

// sane tells whether a mail can be of that time.
func sane(t time.Time) bool { return t.Year() >= 1971 && t.Year() <= 9998 }

// dates gives the date of a message: the sender's word, unless it lies more
// than a day after the own server had the message; else the word of the last
// server; else the time of receipt.
func dates(h header, received time.Time, warn *warnings) time.Time {
	if t, ok := parseDate(h.get("date")); ok && !future(t, received) {
		return t.UTC()
	}
	warn.add(warnDate)
	if v := h.get("received"); v != "" {
		if t, ok := parseDate(v[strings.LastIndexByte(v, ';')+1:]); ok && !future(t, received) {
			return t.UTC()
		}
	}
	return received.UTC()
}

func future(t, received time.Time) bool {
	return !received.IsZero() && t.After(received.Add(24*time.Hour))
}
