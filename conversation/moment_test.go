package conversation_test

import (
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

func TestMomentsAsPeopleTypeThem(t *testing.T) {
	zone := time.FixedZone("there", 3600)
	now := time.Date(2026, 11, 22, 18, 30, 0, 0, zone) // a Sunday evening
	at := func(y int, m time.Month, d, h, min int) time.Time { return time.Date(y, m, d, h, min, 0, 0, zone) }
	for _, test := range []struct {
		text, lang string
		want       time.Time // zero for none
	}{
		{"2026-11-30 9:05", "en", at(2026, 11, 30, 9, 5)},
		{"2026-11-30", "en", at(2026, 11, 30, 9, 0)},
		{" 2026-11-30,  17 ", "fr", at(2026, 11, 30, 17, 0)},
		{"19:00", "en", at(2026, 11, 22, 19, 0)},
		{"7:15", "en", at(2026, 11, 23, 7, 15)},
		{"9h", "fr", at(2026, 11, 23, 9, 0)},
		{"9h45", "fr", at(2026, 11, 23, 9, 45)},
		{"30/11 9h", "fr", at(2026, 11, 30, 9, 0)},
		{"3.1.", "it", at(2027, 1, 3, 9, 0)},
		{"29/2", "fr", time.Time{}}, // 2027 has none
		{"3/1", "en", time.Time{}},
		{"+90m", "en", now.Add(90 * time.Minute)},
		{"+0m", "en", time.Time{}},
		{"2026-11-30T09:00:00Z", "fr", time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)},
		{"2026-13-01", "en", time.Time{}},
		{"25:00", "en", time.Time{}},
		{"soon", "en", time.Time{}},
		{"", "en", time.Time{}},
	} {
		got, ok := conversation.ParseMoment(test.text, now, test.lang)
		if ok != !test.want.IsZero() || ok && !got.Equal(test.want) {
			t.Errorf("%q in %s: %v, %v; want %v", test.text, test.lang, got, ok, test.want)
		}
	}
}
