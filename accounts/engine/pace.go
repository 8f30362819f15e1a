package engine

import "time"

// Bounds of the estimate of how long a pass will take.
const (
	paceOver  = time.Minute     // it goes by the messages of so long
	paceAfter = 5 * time.Second // and is told once so much is known
	paceSlack = 1.5             // it grows only when it was wrong by more than that
)

// pace estimates how long a pass will take at the rate of the last minute. What
// it gives counts down; it only goes up when it turns out well too short. All
// times are of the steady clock.
type pace struct {
	marks []mark // of the last minute, oldest first
	shown time.Duration
	done  int
}

type mark struct {
	at   time.Time
	done int
}

// add takes in how far the pass is. It gives how much is done, which never goes
// back, of how much, and the time left, 0 while that is not known.
func (p *pace) add(now time.Time, done, total int) (steady, of int, left time.Duration) {
	p.done = max(p.done, done)
	of = total
	if of > 0 {
		of = max(of, p.done)
	}
	p.remember(now)
	return p.done, of, p.left(now, of)
}

// remember notes a mark, one in half a second at most, and forgets old ones
// but for the last one before the minute.
func (p *pace) remember(now time.Time) {
	if n := len(p.marks); n > 1 && now.Sub(p.marks[n-2].at) < time.Second/2 {
		p.marks[n-1] = mark{now, p.done}
	} else {
		p.marks = append(p.marks, mark{now, p.done})
	}
	for len(p.marks) > 2 && now.Sub(p.marks[1].at) >= paceOver {
		p.marks = p.marks[1:]
	}
}

func (p *pace) left(now time.Time, total int) time.Duration {
	first := p.marks[0]
	took, got := now.Sub(first.at), p.done-first.done
	if total == 0 || took < paceAfter || got <= 0 {
		return 0
	}
	guess := time.Duration(float64(took) * float64(total-p.done) / float64(got))
	if guess > p.shown && float64(guess) <= float64(p.shown)*paceSlack {
		guess = p.shown // it stands rather than going up
	}
	p.shown = guess
	return guess
}
