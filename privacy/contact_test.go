package privacy

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestContact(t *testing.T) {
	for _, c := range []struct {
		name  string
		in    ContactInput
		score int
		level Level
	}{
		{"only a mail address", ContactInput{Best: 38, Practice: 38, Written: true}, 32, LevelD},
		{"same provider and a Mastodon name", ContactInput{Best: 50, Practice: 42, Written: true, Second: true}, 44, LevelC},
		{"key known, still written to in clear", ContactInput{Best: 76, Practice: 38, Written: true, Fresh: true}, 58, LevelC},
		{"mutual, sealed habit", ContactInput{Best: 76, Practice: 74, Written: true, Fresh: true, Mutual: true}, 70, LevelB},
		{"same, key verified", ContactInput{Best: 84, Practice: 78, Written: true, Fresh: true, Mutual: true, Verified: true}, 82, LevelA},
		{"intra verified and Matrix", ContactInput{Best: 97, Practice: 92, Written: true, Fresh: true, Mutual: true, Verified: true, Second: true}, 96, LevelA},
		{"key changed", ContactInput{Best: 40, Practice: 76, Written: true, Conflict: true}, 40, LevelD},
		{"found by WKD", ContactInput{Best: 73, Fresh: true}, 65, LevelB},
		{"nothing known", ContactInput{}, 0, LevelE},
	} {
		x := Contact(c.in)
		if x.Score != c.score || x.Level != c.level {
			t.Errorf("%s: %d %s, want %d %s", c.name, x.Score, x.Level, c.score, c.level)
		}
	}
	if x := Contact(ContactInput{Best: 40, Practice: 76, Written: true, Conflict: true}); x.DecidedBy != "k.conflict" {
		t.Errorf("decided by %q", x.DecidedBy)
	}
}

func TestContactAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := ContactInput{
			Best: rapid.IntRange(0, 100).Draw(t, "best"), Practice: rapid.IntRange(0, 100).Draw(t, "practice"),
			Written: rapid.Bool().Draw(t, "w"), Verified: rapid.Bool().Draw(t, "v"), Second: rapid.Bool().Draw(t, "s"),
			Fresh: rapid.Bool().Draw(t, "f"), Mutual: rapid.Bool().Draw(t, "m"), Conflict: rapid.Bool().Draw(t, "c"),
		}
		x := Contact(in)
		sum := 0
		for _, f := range x.Factors {
			sum += f.Points
			if f.Points < 0 || f.Points > f.Max {
				t.Fatalf("%+v for %+v", f, in)
			}
		}
		if sum != x.Raw || x.Raw > 100 || x.Score > x.Raw {
			t.Fatalf("sum %d raw %d score %d for %+v", sum, x.Raw, x.Score, in)
		}
		better := in
		better.Verified, better.Conflict = true, false
		if Contact(better).Score < x.Score {
			t.Fatalf("a verified key lowered %+v", in)
		}
	})
}

func TestPractice(t *testing.T) {
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	ago := func(days, score int) PastScore {
		return PastScore{Date: now.AddDate(0, 0, -days), Score: score}
	}
	var many []PastScore
	for i := range 30 {
		many = append(many, ago(0, 10))
		if i >= 10 {
			many[i].Date = now.Add(-time.Minute)
			many[i].Score = 50
		}
	}
	for _, c := range []struct {
		name string
		past []PastScore
		want int
		ok   bool
	}{
		{"none", nil, 0, false},
		{"one", []PastScore{ago(400, 76)}, 76, true},
		{"same age", []PastScore{ago(3, 40), ago(3, 80)}, 60, true},
		{"a month apart: two to one", []PastScore{ago(30, 20), ago(0, 80)}, 60, true},
		{"two months apart: four to one", []PastScore{ago(60, 20), ago(0, 80)}, 68, true},
		{"a long silence weighs the same", []PastScore{ago(3630, 20), ago(3600, 80)}, 60, true},
		{"from the future: as now", []PastScore{ago(-9000, 80), ago(30, 20)}, 60, true},
		{"forgeries do not count", []PastScore{ago(0, 76), {Date: now, Score: 20, Doubtful: true}}, 76, true},
		{"only forgeries", []PastScore{{Date: now, Score: 20, Doubtful: true}}, 0, false},
		{"only the last twenty", many, 30, true},
	} {
		if got, ok := Practice(c.past, now); got != c.want || ok != c.ok {
			t.Errorf("%s: %d %v, want %d %v", c.name, got, ok, c.want, c.ok)
		}
	}
}
