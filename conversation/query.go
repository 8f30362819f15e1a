package conversation

import "time"

// Op is the kind of a node of a query.
type Op int

// The kinds of node. And, Or and Not have Kids; Match has the other fields.
const (
	And Op = iota
	Or
	Not
	Match
)

// Query is a parsed search: the tree, and the text it was read from.
type Query struct {
	Root Node
	Text string
}

// Node is one node of a query's tree.
type Node struct {
	Op   Op
	Kids []Node

	// Field is "" for words anywhere (subject, names, body, attachment names),
	// else one of: from to cc with subject body file list in tag is has
	// protocol date size level score id. before:, after: and on: become date;
	// larger: and smaller: become size.
	Field  string
	Text   string // as typed, unquoted
	Phrase bool   // "a phrase"
	Prefix bool   // pre*
	// Since and Until bound a date (Since inclusive, Until exclusive, zero for
	// open); Min and Max bound size, score and level (both inclusive; a level
	// is given as the scores it spans).
	Since, Until time.Time
	Min, Max     int64
	Pos          int // byte offset of the term in the query's text
}
