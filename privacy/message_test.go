package privacy

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// golden is one row of the table that is the contract of the formula.
type golden struct {
	Name  string
	Facts Facts
	Want  struct {
		Score, Raw int
		Level      Level
		Factors    []Factor
		Caps       []Cap
	}
}

func goldenRows(t testing.TB) []golden {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []golden
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 40 {
		t.Fatalf("the golden table has %d rows, want 40", len(rows))
	}
	return rows
}

func TestGolden(t *testing.T) {
	for i, row := range goldenRows(t) {
		got := Message(row.Facts)
		if got.Score != row.Want.Score || got.Raw != row.Want.Raw || got.Level != row.Want.Level {
			t.Errorf("row %d %q: score %d raw %d %s, want %d %d %s", i+1, row.Name,
				got.Score, got.Raw, got.Level, row.Want.Score, row.Want.Raw, row.Want.Level)
		}
		if !slices.Equal(got.Factors, row.Want.Factors) {
			t.Errorf("row %d %q: factors\n%v, want\n%v", i+1, row.Name, got.Factors, row.Want.Factors)
		}
		if !slices.Equal(got.Caps, row.Want.Caps) {
			t.Errorf("row %d %q: caps %v, want %v", i+1, row.Name, got.Caps, row.Want.Caps)
		}
		if got.DecidedBy != decided(got.Score, got.Raw, row.Want.Caps) {
			t.Errorf("row %d %q: decided by %q", i+1, row.Name, got.DecidedBy)
		}
		if score, level := Score(row.Facts); score != got.Score || level != got.Level {
			t.Errorf("row %d %q: Score gives %d %s, Message %d %s", i+1, row.Name, score, level, got.Score, got.Level)
		}
	}
}

// decided names the first cap whose limit is the score, when the score was lowered.
func decided(score, raw int, caps []Cap) string {
	for _, c := range caps {
		if score < raw && c.Limit == score {
			return c.ID
		}
	}
	return ""
}

func TestFactorIDsBelongToTheirSlot(t *testing.T) {
	last := slot(0)
	for _, r := range factorRules {
		if r.slot < last {
			t.Errorf("%s stands after a rule of a later slot: it would never be looked at", r.id)
		}
		if r.points > r.max {
			t.Errorf("%s: %d points of %d", r.id, r.points, r.max)
		}
		last = r.slot
	}
}

func TestScoreDoesNotAllocate(t *testing.T) {
	f := goldenRows(t)[3].Facts
	if n := testing.AllocsPerRun(100, func() { Score(f) }); n != 0 {
		t.Errorf("Score allocates %v times", n)
	}
}

func BenchmarkMessage(b *testing.B) {
	f := goldenRows(b)[17].Facts
	b.ReportAllocs()
	for b.Loop() {
		Message(f)
	}
}

func BenchmarkScore(b *testing.B) {
	f := goldenRows(b)[17].Facts
	b.ReportAllocs()
	for b.Loop() {
		Score(f)
	}
}
