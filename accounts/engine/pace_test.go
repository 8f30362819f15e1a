package engine

import (
	"testing"
	"time"
)

// At a steady pace the time left counts down and never up, and is right.
func TestPaceCountsDown(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var p pace
	const total, rate = 60_000, 100 // a second
	last := time.Duration(1<<63 - 1)
	for second := 0; second <= total/rate; second++ {
		uneven := (second % 7) * 30 // messages come in batches
		done, of, left := p.add(now.Add(time.Duration(second)*time.Second), min(second*rate+uneven, total), total)
		truth := time.Duration(total-done) * time.Second / rate
		if of != total || second < 5 && left != 0 {
			t.Fatalf("after %d s: of %d, left %v", second, of, left)
		}
		if second < 6 || done == total {
			continue
		}
		if left > last {
			t.Fatalf("after %d s it rose from %v to %v", second, last, left)
		}
		if off := (left - truth).Abs(); second > 60 && off > truth/4+10*time.Second {
			t.Fatalf("after %d s it is %v, in truth %v", second, left, truth)
		}
		last = left
	}
}

// What is done never goes back; the total may grow, and the estimate follows a
// server that became much slower.
func TestPaceFollows(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var p pace
	at := func(second, done, total int) (int, int, time.Duration) {
		return p.add(now.Add(time.Duration(second)*time.Second), done, total)
	}
	at(0, 0, 0)
	if done, of, left := at(5, 500, 0); done != 500 || of != 0 || left != 0 {
		t.Errorf("without a total: %d of %d, %v", done, of, left)
	}
	if _, _, left := at(10, 1000, 2000); left != 10*time.Second {
		t.Errorf("left %v, want 10 s", left)
	}
	if done, of, _ := at(11, 900, 950); done != 1000 || of != 1000 {
		t.Errorf("%d of %d, want 1000 of 1000", done, of)
	}
	for second := 12; second < 200; second++ {
		at(second, 1000+(second-11), 2000)
	}
	if _, _, left := at(200, 1190, 2000); left < 10*time.Minute || left > 20*time.Minute {
		t.Errorf("at one a second with 810 to go it says %v", left)
	}
}

// An interruption of some length does not make it jump.
func TestPaceStandsStill(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var p pace
	var before time.Duration
	for second := range 60 {
		_, _, before = p.add(now.Add(time.Duration(second)*time.Second), second*100, 20_000)
	}
	if _, _, left := p.add(now.Add(65*time.Second), 5950, 20_000); left > before {
		t.Errorf("from %v to %v after six seconds of silence", before, left)
	}
}
