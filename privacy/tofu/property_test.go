package tofu

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func drawSight(t *rapid.T) Sight {
	sources := []Source{Join, Import, DANE, WKD, Signature, Header, Server, Gossip, Attachment, Keyserver, Keybase, "?"}
	n := rapid.IntRange(0, 4).Draw(t, "signatures")
	return Sight{
		Fingerprint: rapid.SampledFrom([]string{"A", "B", "C", "D"}).Draw(t, "key"),
		Source:      rapid.SampledFrom(sources).Draw(t, "source"),
		Date:        day(rapid.IntRange(1, 9).Draw(t, "day")),
		Signatures:  n,
		Days:        rapid.IntRange(0, n).Draw(t, "days"),
		Certified:   rapid.IntRange(0, 9).Draw(t, "certified") == 0,
		Together:    rapid.IntRange(0, 9).Draw(t, "together") == 0,
	}
}

// drawSet makes a set as sights and decisions in any order can.
func drawSet(t *rapid.T) Set {
	var s Set
	for range rapid.IntRange(0, 12).Draw(t, "steps") {
		x := drawSight(t)
		switch rapid.IntRange(0, 8).Draw(t, "step") {
		case 0:
			s = s.Verify(x.Fingerprint, "words", x.Date)
		case 1:
			s = s.Accept(x.Fingerprint, x.Date)
		case 2:
			s = s.Refuse(x.Fingerprint)
		case 3:
			s = s.Keep()
		case 4:
			s = s.Forget(x.Fingerprint)
		default:
			s = s.See(x)
		}
	}
	return s
}

func usable(s Set, key string) bool {
	return slices.ContainsFunc(s.Usable(""), func(b Binding) bool { return b.Fingerprint == key })
}

func TestOnlyTheUserEndsAConflict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, x := drawSet(t), drawSight(t)
		x.Certified = false
		if x.Source == Import {
			x.Source = Header
		}
		after := s.See(x)
		for _, b := range s {
			if b.Policy == Waiting && usable(after, b.Fingerprint) {
				t.Fatalf("%+v made the undecided %s usable", x, b.Fingerprint)
			}
			if b.Policy == Refused && usable(after, b.Fingerprint) {
				t.Fatalf("%+v brought the refused %s back", x, b.Fingerprint)
			}
		}
	})
}

func TestWhatOthersDoLowersNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, x := drawSet(t), drawSight(t)
		after := s.See(x)
		for _, b := range s {
			old, now := s.State(b.Fingerprint), after.State(b.Fingerprint)
			if old.Person == "verified" && now != old {
				t.Fatalf("%+v made %+v of the verified %s", x, now, b.Fingerprint)
			}
			if usable(s, b.Fingerprint) && !usable(after, b.Fingerprint) {
				t.Fatalf("%+v took away %s", x, b.Fingerprint)
			}
		}
		before := s.Usable("")
		first := after.Usable("")
		if len(before) > 0 && !before[0].Decided.IsZero() && x.Source != Import && first[0].Fingerprint != before[0].Fingerprint {
			t.Fatalf("%+v replaced what the user decided: %s by %s", x, before[0].Fingerprint, first[0].Fingerprint)
		}
	})
}

func TestSeeingAgainChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, x := drawSet(t), drawSight(t)
		once := s.See(x)
		if twice := once.See(x); !slices.Equal(once, twice) {
			t.Fatalf("%+v: %+v, then %+v", x, once, twice)
		}
	})
}

func TestAStrangeKeyIsNeverEstablishedBesideAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t)
		x := drawSight(t)
		x.Fingerprint, x.Certified, x.Together = "M", false, false
		if x.Source == Import || len(s.Usable("")) == 0 {
			return
		}
		after := s.See(x)
		if usable(after, "M") {
			t.Fatalf("%+v is sealed to beside %s", x, keys(s.Usable("")))
		}
		if st := after.State("M"); !st.Conflict {
			t.Fatalf("what %+v signs is not told apart: %+v", x, st)
		}
	})
}
