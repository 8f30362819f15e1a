package servertest

import (
	"fmt"
	"regexp"
	"time"
)

// Kind is a way in which a connection goes wrong.
type Kind string

// The kinds of faults. All but Refuse, CutUp and Deny befall what the server
// says, from an offset of its bytes on.
const (
	None      Kind = "none"      // everything is passed on
	Reset     Kind = "rst"       // both sides are reset
	Finish    Kind = "fin"       // both sides are closed in good order
	Blackhole Kind = "blackhole" // nothing moves any more, nothing is closed
	Stall     Kind = "stall"     // nothing moves for a while
	Slow      Kind = "slow"      // so many bytes a second and no more
	Chop      Kind = "chop"      // one byte in a packet
	Flip      Kind = "flip"      // one bit is wrong, once or every so many bytes
	Inject    Kind = "inject"    // something is said between two lines
	Drop      Kind = "drop"      // some bytes are left out
	Dup       Kind = "dup"       // some bytes come twice
	Bye       Kind = "truncbye"  // the server says goodbye after the line, and closes
	Rewrite   Kind = "rewrite"   // lines are changed, literals are left alone
	CutUp     Kind = "cutup"     // the server acts on a command, and its answer is lost
	Deny      Kind = "deny"      // a command is answered with no, and does not reach the server
	Refuse    Kind = "refuse"    // connections are closed at once
	Meanwhile Kind = "meanwhile" // something is done, and then all goes on
)

// Fault is one fault at one point of the talk, the same each time.
type Fault struct {
	Kind Kind
	At   int64 // bytes of the server before it, counted from the beginning of the connection or from Upon
	Conn int   // the connection it befalls, counted from 1 since it was armed; 0 for any
	// Upon is the command that arms it, without tag; nil for the beginning of
	// the connection.
	Upon   *regexp.Regexp
	For    time.Duration  // Stall: how long
	Rate   int            // Slow: bytes a second
	Count  int64          // Drop and Dup: how many bytes; Flip: bytes between two flips, 0 for one flip
	Text   string         // Inject: the lines; Rewrite: the replacement; Deny: what follows the NO
	Find   *regexp.Regexp // Rewrite: what is replaced
	Do     func()         // Meanwhile: what is done
	Always bool           // befalls every connection, not only the first one
}

// String names the fault, for whoever has to find out what it broke.
func (f Fault) String() string {
	s := fmt.Sprintf("%s at %d", f.Kind, f.At)
	if f.Conn != 0 {
		s += fmt.Sprintf(" of connection %d", f.Conn)
	}
	if f.Upon != nil {
		s += fmt.Sprintf(" upon %s", f.Upon)
	}
	if f.Text != "" || f.Find != nil {
		s += fmt.Sprintf(" %v %.60q", f.Find, f.Text)
	}
	return s
}
