package servertest

import (
	"bytes"
	"time"
)

// answer passes one piece on, or does to it what the fault says.
func (r *relay) answer(b []byte, line bool) error {
	f, mine, lifted := r.fault()
	if !mine {
		return r.write(b)
	}
	if f.Kind == CutUp {
		return r.swallow(b, line)
	}
	cut, reached := r.reach(f, len(b))
	if !reached {
		return r.write(b)
	}
	switch f.Kind {
	case Reset, Finish, Blackhole:
		return r.end(f, b[:cut], lifted)
	case Stall:
		if err := r.write(b[:cut]); err != nil {
			return err
		}
		r.strike(true)
		pause(f.For, lifted)
		return r.write(b[cut:])
	case Meanwhile:
		r.strike(true)
		f.Do()
		return r.write(b)
	case Slow, Chop:
		return r.trickle(f, b, lifted)
	case Flip:
		return r.flip(f, b, cut)
	case Drop:
		return r.drop(f, b, cut)
	case Dup:
		return r.double(f, b, cut)
	case Inject, Bye:
		return r.say(f, b, line)
	case Rewrite:
		return r.rewrite(f, b, line)
	}
	return r.write(b)
}

// reach tells whether the point of the fault lies in the next n bytes or
// before them, and where in them it begins.
func (r *relay) reach(f Fault, n int) (cut int, reached bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f.Upon != nil && !r.upon {
		return 0, false
	}
	at := r.base + f.At - r.pos
	return int(max(at, 0)), at < int64(n)
}

// end ends the connection after some last bytes.
func (r *relay) end(f Fault, last []byte, lifted <-chan struct{}) error {
	err := r.write(last)
	if f.Kind == Blackhole {
		r.mu.Lock()
		r.dead = true
		r.mu.Unlock()
	}
	r.strike(true)
	switch f.Kind {
	case Blackhole:
		<-lifted
		return errCut // and still nobody is told
	case Reset:
		hang(r.client, true)
		hang(r.server, true)
	default:
		r.client.Close()
		r.server.Close()
	}
	if err == nil {
		err = errCut
	}
	return err
}

// trickle passes bytes on slowly, or each by itself.
func (r *relay) trickle(f Fault, b []byte, lifted <-chan struct{}) error {
	r.mu.Lock()
	begins := r.left == 0
	r.left = 1 // it never ends by itself
	r.mu.Unlock()
	if begins {
		r.strike(false)
	}
	const tick = 20 * time.Millisecond
	step := 1
	if f.Kind == Slow {
		step = max(1, f.Rate/int(time.Second/tick))
	}
	for len(b) > 0 {
		n := min(step, len(b))
		if err := r.write(b[:n]); err != nil {
			return err
		}
		if b = b[n:]; f.Kind == Slow {
			pause(tick, lifted)
		}
	}
	return nil
}

func (r *relay) flip(f Fault, b []byte, cut int) error {
	b = bytes.Clone(b)
	if f.Count == 0 {
		b[cut] ^= 1 << (f.At & 7)
		r.strike(true)
		return r.write(b)
	}
	r.mu.Lock()
	from := r.pos - r.base - f.At
	r.mu.Unlock()
	for i := cut; i < len(b); i++ {
		if (from+int64(i))%f.Count == 0 {
			b[i] ^= 1 << (i & 7)
			r.strike(false)
		}
	}
	r.mu.Lock()
	r.left = 1
	r.mu.Unlock()
	return r.write(b)
}

// drop leaves bytes out, over as many pieces as it takes.
func (r *relay) drop(f Fault, b []byte, cut int) error {
	r.mu.Lock()
	begins := r.left == 0
	if begins {
		r.left = max(f.Count, 1)
	}
	n := min(r.left, int64(len(b)-cut))
	r.left -= n
	over := r.left == 0
	r.mu.Unlock()
	if begins || over {
		r.strike(over)
	}
	return r.write(append(bytes.Clone(b[:cut]), b[cut+int(n):]...))
}

// double sends bytes twice, once all of them went by.
func (r *relay) double(f Fault, b []byte, cut int) error {
	r.mu.Lock()
	begins := r.want == 0
	if begins {
		r.want = max(f.Count, 1)
	}
	n := int(min(r.want, int64(len(b)-cut)))
	r.held = append(r.held, b[cut:cut+n]...)
	r.want -= int64(n)
	over, held := r.want == 0, r.held
	r.mu.Unlock()
	if begins || over {
		r.strike(over)
	}
	if !over {
		return r.write(b)
	}
	out := append(bytes.Clone(b[:cut+n]), held...)
	return r.write(append(out, b[cut+n:]...))
}

// say puts in lines of its own after an answer: behind a line that announces a
// literal they would be taken for that.
func (r *relay) say(f Fault, b []byte, line bool) error {
	if err := r.write(b); err != nil || !line || literal.Match(b) {
		return err
	}
	r.strike(true)
	if f.Kind == Inject {
		return r.write([]byte(f.Text))
	}
	if err := r.write([]byte("* BYE server going down\r\n")); err != nil {
		return err
	}
	r.client.Close()
	r.server.Close()
	return errCut
}

// rewrite changes every line in which there is what it looks for.
func (r *relay) rewrite(f Fault, b []byte, line bool) error {
	if !line || !f.Find.Match(b) {
		return r.write(b)
	}
	r.strike(!f.Always)
	return r.write(f.Find.ReplaceAll(b, []byte(f.Text)))
}

// swallow keeps back the answer to the command that armed the fault, and ends
// the connection then. Answers without tags, as in SMTP, are taken as they come.
func (r *relay) swallow(b []byte, line bool) error {
	r.mu.Lock()
	upon, tag := r.upon, r.tag
	r.mu.Unlock()
	if !upon {
		return r.write(b)
	}
	tagged := bytes.HasPrefix(b, []byte(tag+" "))
	if !line || !tagged && isTag(tag) {
		if bytes.HasPrefix(b, []byte("+ ")) { // the server asks for the rest of the command
			return r.write(b)
		}
		return nil
	}
	r.strike(true)
	hang(r.client, true)
	hang(r.server, false)
	return errCut
}

// isTag tells a tag of IMAP from the first word of a line of SMTP.
func isTag(word string) bool {
	for _, c := range word {
		if c >= '0' && c <= '9' {
			return true
		}
	}
	return false
}
