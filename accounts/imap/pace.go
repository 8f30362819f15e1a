package imap

import "time"

const (
	// commandTime is how long one command that fetches messages should take: a
	// pass that breaks off loses no more than that, and whoever waits for the
	// connection gets it then.
	commandTime = 2 * time.Second
	fewest      = 10
	most        = 2000
	starting    = 200
)

// pace is how many messages are asked for in one command: as many as came in
// the time it should take, going by the last one.
type pace struct{ n, most int }

// newPace starts with a number that is right for most lines, or is also the
// bound when one is given.
func newPace(bound int) pace {
	if bound > 0 {
		return pace{min(starting, bound), bound}
	}
	return pace{starting, most}
}

// took notes how long a command took that n messages were asked for in.
func (p *pace) took(n int, d time.Duration) {
	fits := int(time.Duration(n) * commandTime / max(d, time.Millisecond))
	p.n = max(min(fits, 2*p.n, p.most), min(fewest, p.most))
}
