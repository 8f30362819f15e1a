package main

import (
	"slices"
	"testing"
)

func TestWhatNoKeyOpensIsTriedOnce(t *testing.T) {
	var tr trials
	all := func() []int64 { return []int64{9, 7, 3} }
	if got := tr.fresh("A", all()); len(got) != 3 {
		t.Fatalf("%v to be tried at first", got)
	}
	tr.note("A", 9, 3)
	if got := tr.fresh("A", all()); !slices.Equal(got, []int64{7}) {
		t.Errorf("%v to be tried again", got)
	}
	if got := tr.fresh("A B", all()); len(got) != 3 {
		t.Errorf("only %v to be tried with another key", got)
	}
	tr.note("A B", 7)
	if got := tr.fresh("A B", all()); !slices.Equal(got, []int64{9, 3}) {
		t.Errorf("%v left after one was tried with another key", got)
	}
}

func TestOpeningRunsOnceAtATime(t *testing.T) {
	var tr trials
	runs, inside := 0, false
	tr.single(func() {
		if runs++; inside {
			t.Fatal("twice at a time")
		}
		inside = true
		if runs == 1 {
			for range 5 {
				tr.single(func() { t.Fatal("beside another") })
			}
		}
		inside = false
	})
	if runs != 2 {
		t.Errorf("%d runs", runs)
	}
	tr.single(func() { runs++ })
	if runs != 3 {
		t.Error("not run any more")
	}
}
