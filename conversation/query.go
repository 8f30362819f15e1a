package conversation

import (
	"strings"
	"time"
)

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

// Facet is a way to narrow a search: a field of the search language with the
// values it has among the matches.
type Facet struct {
	Field  string // "with", "account", "year", "level", "has", "is", "tag"
	Values []FacetValue
	// Bounded says that only the newest matches were counted: the true numbers
	// are higher.
	Bounded bool
}

// FacetValue is one value of a facet.
type FacetValue struct {
	Term  string // the term that narrows the search to it: "with:ines@example.org", "on:2025", "level:A"
	Label string // what to show: a contact's name (unsanitised), a year, a level; for "has" and "is" the word itself
	Count int
}

// SavedSearch is a search the user gave a name; it shows as a view.
type SavedSearch struct {
	Name  string
	Query string
}

// FoundTopic is a subject that messages of a conversation share and a search
// asks for.
type FoundTopic struct {
	Subject      string // unsanitised, without "Re:"
	Conversation ConversationID
	Title        []string // names of those in the conversation, unsanitised
	Messages     int
	Last         time.Time
	Newest       MessageID
}

// Node is one node of a query's tree.
type Node struct {
	Op   Op
	Kids []Node

	// Field is "" for words anywhere (subject, names, body, attachments), else
	// one of: from to cc with subject body file list in account tag is has
	// protocol date size level score id saved. before:, after: and on: become
	// date; larger: and smaller: become size. The Service puts what saved: names
	// in its place.
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

// Narrow gives a query that asks for a term besides what a query asked for
// already. Alternatives are put in parentheses, since "or" binds less.
func Narrow(query, term string) string {
	query = strings.TrimSpace(query)
	if query == "" {
		return term
	}
	if q, err := ParseQuery(query, time.Time{}, ""); err == nil && q.Root.Op == Or {
		query = "(" + query + ")"
	}
	return query + " " + term
}
