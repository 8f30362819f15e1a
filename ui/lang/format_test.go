package lang

import (
	"testing"
	"time"
)

func TestSize(t *testing.T) {
	for _, test := range []struct {
		n      int64
		en, fr string
	}{
		{0, "0 B", "0\u00a0o"},
		{999, "999 B", "999\u00a0o"},
		{1000, "1.0 kB", "1,0\u00a0ko"},
		{9949, "9.9 kB", "9,9\u00a0ko"},
		{9950, "10 kB", "10\u00a0ko"},
		{84123, "84 kB", "84\u00a0ko"},
		{999_600, "1.0 MB", "1,0\u00a0Mo"},
		{1_440_000, "1.4 MB", "1,4\u00a0Mo"},
		{25_000_000_000_000_000, "25000 TB", "25000\u00a0To"},
	} {
		if got := load(t, "en").Size(test.n); got != test.en {
			t.Errorf("%d: %q, want %q", test.n, got, test.en)
		}
		if got := load(t, "fr").Size(test.n); got != test.fr {
			t.Errorf("%d: %q, want %q", test.n, got, test.fr)
		}
	}
}

func TestDate(t *testing.T) {
	zone := time.FixedZone("test", 2*3600)
	now := time.Date(2026, 3, 18, 14, 0, 0, 0, zone) // a Wednesday
	for _, test := range []struct {
		t          time.Time
		en, fr, it string
	}{
		{now.Add(-time.Hour), "13:00", "13:00", "13:00"},
		{time.Date(2026, 3, 17, 22, 30, 0, 0, time.UTC), "00:30", "00:30", "00:30"},
		{time.Date(2026, 3, 17, 21, 30, 0, 0, time.UTC), "Tue", "mar", "mar"},
		{now.AddDate(0, 0, -6), "Thu", "jeu", "gio"},
		{now.AddDate(0, 0, -7), "11 Mar", "11 mars", "11 mar"},
		{now.AddDate(0, 0, 1), "19 Mar", "19 mars", "19 mar"},
		{now.AddDate(-1, 0, 0), "2025-03", "2025-03", "2025-03"},
		{time.Time{}, "", "", ""},
	} {
		for lang, want := range map[string]string{"en": test.en, "fr": test.fr, "it": test.it} {
			if got := load(t, lang).Date(test.t, now); got != want {
				t.Errorf("%s %v: %q, want %q", lang, test.t, got, want)
			}
		}
	}
}

func TestShortDatesFitSevenColumns(t *testing.T) {
	now := time.Date(2026, 12, 31, 12, 0, 0, 0, time.UTC)
	for _, l := range Languages() {
		for d := range 400 {
			if got := []rune(load(t, l).Date(now.AddDate(0, 0, -d), now)); len(got) > 7 {
				t.Fatalf("%s: %q is too wide", l, string(got))
			}
		}
	}
}

func TestDayAndLongDate(t *testing.T) {
	now := time.Date(2026, 3, 18, 14, 0, 0, 0, time.UTC)
	first := time.Date(2026, 2, 1, 9, 5, 0, 0, time.UTC)
	for _, test := range []struct{ lang, today, yesterday, day, older, long string }{
		{"en", "today", "yesterday", "Sunday 1 February", "Saturday 1 February 2025", "Sunday 1 February 2026, 09:05"},
		{"fr", "aujourd’hui", "hier", "dimanche 1er février", "samedi 1er février 2025", "dimanche 1er février 2026 à 09:05"},
		{"it", "oggi", "ieri", "domenica 1º febbraio", "sabato 1º febbraio 2025", "domenica 1º febbraio 2026, ore 09:05"},
	} {
		c := load(t, test.lang)
		for got, want := range map[string]string{
			c.Day(now, now):                     test.today,
			c.Day(now.AddDate(0, 0, -1), now):   test.yesterday,
			c.Day(first, now):                   test.day,
			c.Day(first.AddDate(-1, 0, 0), now): test.older,
			c.LongDate(first, now):              test.long,
		} {
			if got != want {
				t.Errorf("%s: %q, want %q", test.lang, got, want)
			}
		}
	}
}

func TestWordListsAreWhole(t *testing.T) {
	for _, l := range Languages() {
		c := load(t, l)
		for key, n := range map[string]int{"date.days": 7, "date.days_long": 7, "date.months": 12, "date.months_long": 12, "size.units": 5} {
			if c.word(key, n-1) == "" || c.word(key, n) != "" {
				t.Errorf("%s %s: not %d words", l, key, n)
			}
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1234: "1234", 12345: "12,345", -1234567: "-1,234,567", 100000: "100,000"} {
		if got := load(t, "en").Number(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestPick(t *testing.T) {
	for _, test := range []struct {
		asked string
		env   map[string]string
		want  string
		ok    bool
	}{
		{"fr", nil, "fr", true},
		{"FR", nil, "fr", true},
		{"de", nil, "en", false},
		{"", nil, "en", true},
		{"", map[string]string{"LANG": "it_IT.UTF-8"}, "it", true},
		{"", map[string]string{"LANG": "it_IT.UTF-8", "LC_MESSAGES": "fr_CA"}, "fr", true},
		{"", map[string]string{"LC_MESSAGES": "fr_CA", "LC_ALL": "C"}, "en", true},
		{"", map[string]string{"LANG": "de_DE@euro"}, "en", true},
		{"it", map[string]string{"LC_ALL": "fr_FR"}, "it", true},
		{"", map[string]string{"LANG": "frisian"}, "en", true},
	} {
		got, ok := Pick(test.asked, func(name string) string { return test.env[name] })
		if got != test.want || ok != test.ok {
			t.Errorf("%q %v: %s %v", test.asked, test.env, got, ok)
		}
	}
}
