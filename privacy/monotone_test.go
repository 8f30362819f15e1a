package privacy

import (
	"testing"

	"pgregory.net/rapid"
)

// better lists, for each field, the single steps by which it improves. Where
// two values cannot be compared (a gossiped key and a domain's word say
// different things, but earn what they earn) the order is that of the points.
var better = map[string][][2]string{
	"E2E":     {{"partial", ""}, {"", "full"}, {"partial", "full"}},
	"Crypto":  {{"broken", "weak"}, {"broken", ""}, {"weak", "modern"}, {"", "modern"}},
	"FS":      {{"", "partial"}, {"partial", "full"}},
	"Person":  {{"", "server"}, {"server", "gossip"}, {"gossip", "domain"}, {"domain", "new"}, {"new", "wkd"}, {"wkd", "dane"}, {"dane", "tofu"}, {"tofu", "verified"}},
	"Problem": {{"badsig", "conflict"}, {"forged", "conflict"}, {"fromsigner", "conflict"}, {"conflict", ""}},
	"Path":    {{"plain", ""}, {"", "tls"}, {"tls", "auth"}},
	"Subject": {{"clear", "hidden"}, {"clear", "none"}, {"hidden", "none"}, {"none", "hidden"}},
	"Remote":  {{"loaded", "blocked"}, {"blocked", ""}},
}

func words(f *Facts) map[string]*string {
	return map[string]*string{
		"E2E": &f.E2E, "Crypto": &f.Crypto, "FS": &f.FS, "Person": &f.Person,
		"Problem": &f.Problem, "Path": &f.Path, "Subject": &f.Subject, "Remote": &f.Remote,
	}
}

// flags gives the yes-or-no fields; the value is the better one.
func flags(f *Facts) map[*bool]bool {
	return map[*bool]bool{
		&f.PQ: true, &f.Unsigned: false, &f.OwnHop: true, &f.Headers: true, &f.Direct: true,
		&f.Padding: true, &f.Active: false, &f.BadDevice: false, &f.Bridge: false, &f.Public: false,
	}
}

func anyFacts(t *rapid.T) Facts {
	f := Facts{Proto: rapid.SampledFrom([]string{"mail", "mastodon", "matrix", "xmpp", "signal", "intra"}).Draw(t, "Proto")}
	for name, steps := range better {
		var values []string
		for _, s := range steps {
			values = append(values, s[0], s[1])
		}
		*words(&f)[name] = rapid.SampledFrom(values).Draw(t, name)
	}
	for b := range flags(&f) {
		*b = rapid.Bool().Draw(t, "flag")
	}
	return f
}

// TestImprovingOneFactNeverLowersTheScore tries, from random facts, every single
// improvement of every field.
func TestImprovingOneFactNeverLowersTheScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		before, _ := Score(f)
		for name, steps := range better {
			for _, s := range steps {
				g := f
				w := words(&g)[name]
				if *w != s[0] {
					continue
				}
				*w = s[1]
				notLower(t, before, f, g)
			}
		}
		g := f
		for b, good := range flags(&g) {
			was := *b
			*b = good
			notLower(t, before, f, g)
			*b = was
		}
	})
}

func notLower(t *rapid.T, before int, f, g Facts) {
	if after, _ := Score(g); after < before {
		t.Fatalf("%d became %d\nfrom %+v\nto   %+v", before, after, f, g)
	}
}

func TestScoreAndMessageAgreeEverywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		x := Message(f)
		score, level := Score(f)
		if score != x.Score || level != x.Level {
			t.Fatalf("Score %d %s, Message %d %s for %+v", score, level, x.Score, x.Level, f)
		}
		sum := 0
		for _, p := range x.Factors {
			sum += p.Points
		}
		if sum != x.Raw || x.Score > x.Raw || x.Score < 0 || x.Raw > 100 {
			t.Fatalf("raw %d, sum %d, score %d for %+v", x.Raw, sum, x.Score, f)
		}
		if (x.DecidedBy != "") != (x.Score < x.Raw) {
			t.Fatalf("decided by %q with score %d of %d", x.DecidedBy, x.Score, x.Raw)
		}
	})
}

// TestPromises checks what the index promises of every message: not sealed is
// never better than C, not verified never A, an unknown way at most 30.
func TestPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		score, level := Score(f)
		switch {
		case (f.E2E != "full" || f.Crypto == "") && score > 60:
			t.Fatalf("not sealed, yet %d: %+v", score, f)
		case f.Person != "verified" && level == LevelA:
			t.Fatalf("not verified, yet A: %+v", f)
		case f.E2E == "" && f.Path == "" && score > 30:
			t.Fatalf("unknown path, yet %d: %+v", score, f)
		case f.Problem != "" && score > 40, f.Public && score > 0:
			t.Fatalf("%d: %+v", score, f)
		}
	})
}
