package privacy

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func all(string) bool { return true }

func gainOf(as []Advice, id string) int {
	for _, a := range as {
		if a.ID == id {
			return a.Gain
		}
	}
	return 0
}

// TestGains holds the gains of the typical rows of the golden table.
func TestGains(t *testing.T) {
	rows := goldenRows(t)
	for _, c := range []struct {
		id        string
		row, gain int
	}{
		{"adv.encrypt", 4, 28},
		{"adv.encrypt", 3, 34},
		{"adv.encrypt", 1, 48},
		{"adv.encrypt", 6, 20},
		{"adv.verify", 13, 8},
		{"adv.verify", 34, 17},
		{"adv.verify", 36, 9},
		{"adv.verify", 12, 12},
		{"adv.hidesubject", 13, 6},
		{"adv.hidesubject", 15, 6},
		{"adv.shyheaders", 16, 3},
		{"adv.ac2", 37, 8},
		{"adv.blockremote", 5, 3},
		{"adv.requiretls", 4, 8},
		{"adv.requiretls", 1, 34},
		{"adv.requiretls", 9, 12},
		{"adv.owntls", 7, 18},
		{"adv.matrixe2ee", 25, 28},
		{"adv.omemo", 30, 40},
		{"adv.resolvekey", 18, 38},
		{"adv.resolvekey", 40, 49},
		{"adv.newkey", 19, 30},
	} {
		if got := gainOf(AdviseWith(rows[c.row-1].Facts, all), c.id); got != c.gain {
			t.Errorf("row %d %s: +%d, want +%d", c.row, c.id, got, c.gain)
		}
	}
}

func TestAdviseLeavesOutWhatNeedsTheServer(t *testing.T) {
	f := goldenRows(t)[3].Facts
	got := Advise(f)
	if len(got) != 1 || got[0] != (Advice{ID: "adv.encrypt", Gain: 28}) {
		t.Errorf("advice for row 4: %v", got)
	}
	with := AdviseWith(f, func(id string) bool { return id == "adv.requiretls" })
	want := []Advice{{ID: "adv.encrypt", Gain: 28}, {ID: "adv.requiretls", Gain: 8}} // 28/3 is more than 8/1
	if !slices.Equal(with, want) {
		t.Errorf("advice for row 4 with REQUIRETLS: %v, want %v", with, want)
	}
}

func TestBestGainForTheLeastEffortFirst(t *testing.T) {
	f := goldenRows(t)[12].Facts // TOFU, subject clear: +6 for 1, +8 for 2, +3 for 1
	var ids []string
	for _, a := range Advise(f) {
		ids = append(ids, a.ID)
	}
	if want := []string{"adv.hidesubject", "adv.verify", "adv.shyheaders"}; !slices.Equal(ids, want) {
		t.Errorf("order %v, want %v", ids, want)
	}
}

func TestNoAdviceToSealWhatIsSealedButNotOpened(t *testing.T) {
	f := Facts{Proto: "mail", E2E: "full", Path: "tls", OwnHop: true, Subject: "clear"}
	if got := Advise(f); len(got) != 0 {
		t.Errorf("advice %v", got)
	}
}

func TestAdviceAlwaysGains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		before, _ := Score(f)
		for _, a := range AdviseWith(f, all) {
			if a.Gain <= 0 || before+a.Gain > 100 {
				t.Fatalf("%v at %d for %+v", a, before, f)
			}
		}
	})
}
