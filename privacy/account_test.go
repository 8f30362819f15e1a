package privacy

import (
	"testing"
	"time"
)

func TestAccount(t *testing.T) {
	best := AccountInput{TLS: "1.3", Auth: "oauth", Secret: "kept", Key: "published", DMARC: "reject", Inbound: "enforce", DNSSEC: "signed", ClientIP: "hidden"}
	unverified := best
	unverified.BadCertificate = true
	for _, c := range []struct {
		name    string
		in      AccountInput
		score   int
		level   Level
		by      string
		decided int
	}{
		{"everything right", best, 100, LevelA, "", 100},
		{"TLS 1.2, SCRAM, no key", AccountInput{TLS: "1.2", Auth: "scram", Secret: "kept", Key: "none", DMARC: "none", Inbound: "testing", DNSSEC: "unsigned", ClientIP: "hidden"}, 54, LevelC, "", 100},
		{"STARTTLS, password in a file", AccountInput{TLS: "1.2", StartTLS: true, Auth: "password", Secret: "file", Key: "none", DMARC: "quarantine", Inbound: "none", DNSSEC: "unsigned", ClientIP: "shown"}, 35, LevelD, "", 100},
		{"certificate not verified", unverified, 20, LevelE, "k.badcert", 100},
		{"Mastodon", AccountInput{TLS: "1.3", Auth: "oauth", Secret: "kept", NoSeal: true}, 60, LevelC, "k.noseal", 50},
		{"without TLS", AccountInput{TLS: "none", Auth: "password", Secret: "kept"}, 10, LevelE, "k.notls", 50},
		{"nothing known", AccountInput{}, 0, LevelE, "", 0},
	} {
		x, decided := Account(c.in)
		if x.Score != c.score || x.Level != c.level || x.DecidedBy != c.by || decided != c.decided {
			t.Errorf("%s: %d %s by %q of %d%%, want %d %s %q %d%%", c.name, x.Score, x.Level, x.DecidedBy, decided, c.score, c.level, c.by, c.decided)
		}
	}
}

func TestAccountChecksAreWorthAHundred(t *testing.T) {
	sum := 0
	for _, c := range accountChecks() {
		sum += c.max
		for value, p := range c.points {
			if p < 0 || p > c.max {
				t.Errorf("%s %s: %d of %d", c.id, value, p, c.max)
			}
		}
	}
	if sum != 100 {
		t.Errorf("%d points", sum)
	}
}

func TestOwner(t *testing.T) {
	for _, c := range []struct {
		name  string
		in    OwnerInput
		score int
		level Level
		by    string
	}{
		{"first day", OwnerInput{38, 100, 35, 60, 62, 62}, 58, LevelC, ""},
		{"after a month", OwnerInput{60, 88, 62, 100, 74, 74}, 76, LevelB, ""},
		{"all sealed", OwnerInput{78, 96, 82, 100, 90, 90}, 89, LevelA, ""},
		{"one naked key", OwnerInput{92, 98, 95, 30, 95, 95}, 60, LevelC, "k.device+30"},
		{"ignores the better channel", OwnerInput{50, 62, 70, 100, 80, 80}, 72, LevelB, ""},
		{"one bad account", OwnerInput{92, 98, 95, 100, 80, 20}, 60, LevelC, "k.account+40"},
	} {
		x := Owner(c.in)
		sum := 0
		for _, f := range x.Factors {
			sum += f.Points
		}
		if x.Score != c.score || x.Level != c.level || x.DecidedBy != c.by || sum != x.Raw {
			t.Errorf("%s: %d %s by %q (sum %d, raw %d), want %d %s %q", c.name, x.Score, x.Level, x.DecidedBy, sum, x.Raw, c.score, c.level, c.by)
		}
	}
}

func TestSent(t *testing.T) {
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	at := func(days, score int) PastScore { return PastScore{Date: now.AddDate(0, 0, -days), Score: score} }
	for _, c := range []struct {
		name string
		past []PastScore
		want int
		ok   bool
	}{
		{"none", nil, 0, false},
		{"too old", []PastScore{at(31, 80)}, 0, false},
		{"two weeks apart: two to one", []PastScore{at(14, 20), at(0, 80), at(40, 0)}, 60, true},
	} {
		if got, ok := Sent(c.past, now); got != c.want || ok != c.ok {
			t.Errorf("%s: %d %v, want %d %v", c.name, got, ok, c.want, c.ok)
		}
	}
}
