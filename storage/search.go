package storage

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Search gives the newest messages that match a query, with the place of the
// match. Without a limit all are given.
func (d *DB) Search(ctx context.Context, qu *conversation.Query, limit int) (hits []conversation.Hit, err error) {
	if limit <= 0 {
		limit = -1
	}
	err = d.search(ctx, "search", func(q querier, private bool) error {
		ss, err := d.compile(ctx, q, qu, private)
		if err != nil {
			return err
		}
		ids, err := newest(ctx, q, ss, limit)
		if err != nil {
			return err
		}
		hits, err = d.hitsOf(ctx, q, ids, wanted(qu))
		return err
	})
	return hits, err
}

// newest gives the newest matches of all selections, of which no two give the
// same message.
func newest(ctx context.Context, q querier, ss []selection, limit int) ([]int64, error) {
	var all []int64
	for _, s := range ss {
		ids, err := query(ctx, q, scanOne[int64], "SELECT m.id"+s.from+" WHERE "+s.where+" ORDER BY "+s.order+" DESC LIMIT ?", append(s.args, limit)...)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	slices.SortFunc(all, func(a, b int64) int { return cmp.Compare(b, a) })
	if limit >= 0 && len(all) > limit {
		all = all[:limit]
	}
	return all, nil
}

// hitsOf reads messages and finds the places that matched.
func (d *DB) hitsOf(ctx context.Context, q querier, ids []int64, ts []term) ([]conversation.Hit, error) {
	slices.Sort(ids)
	ms, err := d.messagesWithText(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	hits := make([]conversation.Hit, 0, len(ms))
	for _, m := range slices.Backward(ms) {
		h := conversation.Hit{Snippet: snippet(m.Text, m.Excerpt, ts)}
		m.Text = ""
		h.Message = m
		hits = append(hits, h)
	}
	return hits, nil
}

// Count tells how many messages match a query.
func (d *DB) Count(ctx context.Context, qu *conversation.Query) (n int, err error) {
	err = d.search(ctx, "count", func(q querier, private bool) error {
		ss, err := d.compile(ctx, q, qu, private)
		if err != nil {
			return err
		}
		for _, s := range ss {
			var some int
			if err := q.QueryRowContext(ctx, "SELECT count(*)"+s.from+" WHERE "+s.where, s.args...).Scan(&some); err != nil {
				return err
			}
			n += some
		}
		return nil
	})
	return n, err
}

// selection is a compiled query. The full-text index leads where it can, since
// it gives its rows newest first without sorting; all else are conditions.
type selection struct {
	from  string
	where string
	order string
	marks string // the marks of a match, those known from inside with them
	args  []any
}

// circles gives the circles that hold a match.
func (s selection) circles() string {
	return "SELECT DISTINCT m.circle AS circle" + s.from + " WHERE " + s.where
}

// compile gives the selections whose matches together are those of a query.
// With a private index there are two: what it holds is asked of it, by the same
// rules, and all else of the index on disk.
func (d *DB) compile(ctx context.Context, q querier, qu *conversation.Query, private bool) ([]selection, error) {
	s, err := compile(qu, &compiler{})
	if err != nil || !private {
		return []selection{s}, err
	}
	s.where += " AND (m.marks & ? = 0 OR NOT EXISTS (SELECT 1 FROM priv.held h WHERE h.id = m.id))"
	s.args = append(s.args, markPrivate)
	in, err := compile(qu, &compiler{schema: "priv.", holding: func(n conversation.Node) (string, error) { return d.holding(ctx, q, n) }})
	if err != nil {
		return nil, err
	}
	in.where += " AND m.marks & ? <> 0"
	in.args = append(in.args, markPrivate)
	return []selection{s, in}, nil
}

func compile(qu *conversation.Query, c *compiler) (selection, error) {
	lead, rest := leads(qu.Root)
	s := selection{from: " FROM message m", order: "m.id", marks: "m.marks"}
	if c.schema != "" {
		s.marks = "m.marks | (SELECT h.marks FROM priv.held h WHERE h.id = m.id)"
		s.from, s.order = " FROM priv.held held CROSS JOIN message m ON m.id = held.id", "held.id"
	}
	if len(lead) > 0 {
		column, expr, left := matchAll(lead)
		s.from = " FROM " + c.schema + indexTable + " CROSS JOIN message m ON m.id = " + indexTable + ".rowid"
		s.where, s.order = indexTable+matchColumn(column)+" MATCH ? AND ", indexTable+".rowid"
		c.args = append(c.args, expr)
		rest = append(rest, left...)
	}
	where, err := c.all(rest)
	if err != nil {
		return s, err
	}
	s.where += where
	if !c.everywhere {
		s.where += " AND m.away < 2"
	}
	s.args = c.args
	return s, nil
}

// matchColumn names what MATCH is asked of: one column, or the whole index.
// The whole is a hidden column with the name of the table.
func matchColumn(column string) string {
	if column == "" {
		return "." + indexTable
	}
	return "." + column
}

// leads takes the words that every match must have out of a query.
func leads(n conversation.Node) (lead, rest []conversation.Node) {
	kids := []conversation.Node{n}
	if n.Op == conversation.And {
		kids = n.Kids
	}
	for _, k := range kids {
		if leading(k) {
			lead = append(lead, k)
		} else {
			rest = append(rest, k)
		}
	}
	return lead, rest
}

// leading tells whether one expression of the index can stand for a node.
func leading(n conversation.Node) bool {
	switch n.Op {
	case conversation.Match:
		return indexed(n)
	case conversation.Or:
		return indexOr && len(n.Kids) > 0 && !slices.ContainsFunc(n.Kids, func(k conversation.Node) bool { return !leading(k) })
	case conversation.And, conversation.Not:
	}
	return false
}

// indexed tells whether the index alone answers a term.
func indexed(n conversation.Node) bool {
	switch n.Field {
	case "":
		return searchable(n.Text) && (!hasCJK(n.Text) || onlyCJK(n.Text))
	case "subject", "body", "file":
		return searchable(n.Text) && !hasCJK(n.Text)
	}
	return false
}

// compiler turns nodes into conditions on the message m.
type compiler struct {
	args       []any
	everywhere bool // the query says itself which folders it means
	schema     string
	holding    func(conversation.Node) (string, error) // what is asked of the inside of sealed messages
}

func (c *compiler) all(ns []conversation.Node) (string, error) { return c.join(ns, " AND ", "1") }

func (c *compiler) join(ns []conversation.Node, with, none string) (string, error) {
	out := ""
	for _, n := range ns {
		s, err := c.node(n)
		if err != nil {
			return "", err
		}
		if out != "" {
			out += with
		}
		out += s
	}
	if out == "" {
		return none, nil
	}
	return out, nil
}

func (c *compiler) node(n conversation.Node) (string, error) {
	switch n.Op {
	case conversation.And:
		s, err := c.all(n.Kids)
		return "(" + s + ")", err
	case conversation.Or:
		s, err := c.join(n.Kids, " OR ", "0")
		return "(" + s + ")", err
	case conversation.Not:
		s, err := c.all(n.Kids)
		return "NOT (" + s + ")", err
	case conversation.Match:
		return c.match(n)
	}
	return "", fmt.Errorf("node of kind %d: %w", n.Op, conversation.ErrUsage)
}

// say adds arguments and gives the condition they belong to.
func (c *compiler) say(where string, args ...any) string {
	c.args = append(c.args, args...)
	return where
}
