package storage

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

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
	return newestOf(ctx, q, ss, limit, scanOne[int64], func(selection) string { return "m.id" }, func(id int64) int64 { return id })
}

// newestOf reads something of each of the newest matches, of which at gives the
// message.
func newestOf[T any](ctx context.Context, q querier, ss []selection, limit int, scan func(*sql.Rows, *T) error, columns func(selection) string, at func(T) int64) ([]T, error) {
	var all []T
	for _, s := range ss {
		some, err := newestIn(ctx, q, s, limit, scan, columns(s))
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b T) int { return cmp.Compare(at(b), at(a)) })
	if limit >= 0 && len(all) > limit {
		all = all[:limit]
	}
	return all, nil
}

// newestIn goes back in time in strides that get longer, until there are enough
// matches: what a stride has to gather is as much as lies in it.
func newestIn[T any](ctx context.Context, q querier, s selection, limit int, scan func(*sql.Rows, *T) error, columns string) ([]T, error) {
	var all []T
	lo, hi := s.lo, s.hi
	stride := (hi - lo) / 256
	for {
		if limit < 0 || !s.strides || hi-lo <= stride {
			lo = s.lo
		} else {
			lo = hi - max(stride, 1)
		}
		left := limit
		if limit >= 0 {
			left = limit - len(all)
		}
		text := "SELECT " + columns + s.from + " WHERE " + s.where + " ORDER BY " + s.order + " DESC LIMIT ?"
		some, err := query(ctx, q, scan, within(text, lo, hi), append(slices.Clip(s.args), left)...)
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); lo <= s.lo || limit >= 0 && len(all) >= limit {
			return all, nil
		}
		hi, lo, stride = lo, s.lo, stride*4
	}
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
		h := conversation.Hit{Snippet: snippet(&m, ts)}
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
			if err := q.QueryRowContext(ctx, within("SELECT count(*)"+s.from+" WHERE "+s.where, s.lo, s.hi), s.args...).Scan(&some); err != nil {
				return err
			}
			n += some
		}
		return nil
	})
	return n, err
}

// selection is a compiled query. The full-text index leads where it can, since
// it gives its rows newest first without sorting; all else are conditions. The
// ids it looks at stand as :lo and :hi in it, which within fills in.
type selection struct {
	from    string
	where   string
	order   string
	marks   string // the marks of a match, those known from inside with them
	args    []any
	lo, hi  int64 // no match lies outside
	least   int64 // lo, were all texts read
	strides bool  // parts of it gather all there is between lo and hi
	reads   bool  // every text between lo and hi is read
}

// within bounds a statement to some ids, the upper one not included.
func within(text string, lo, hi int64) string {
	text = strings.ReplaceAll(text, ":lo", strconv.FormatInt(lo, 10))
	return strings.ReplaceAll(text, ":hi", strconv.FormatInt(hi, 10))
}

// whole bounds a statement to nothing.
func whole(text string) string { return within(text, 0, noEnd) }

// circles gives the circles that hold a match.
func (s selection) circles() string {
	return within("SELECT DISTINCT m.circle AS circle"+s.from+" WHERE "+s.where, s.lo, s.hi)
}

// compile gives the selections whose matches together are those of a query.
// With a private index there are two: what it holds is asked of it, by the same
// rules, and all else of the index on disk.
func (d *DB) compile(ctx context.Context, q querier, qu *conversation.Query, private bool) ([]selection, error) {
	memo := map[string]string{}
	s, err := compile(qu, &compiler{ctx: ctx, q: q, memo: memo})
	if err != nil {
		return nil, err
	}
	if s.lo, s.hi, err = spanOf(ctx, q, qu.Root); err != nil {
		return nil, err
	}
	if s.least = s.lo; s.reads {
		if s.lo, err = readFrom(ctx, q, s.lo, s.hi); err != nil {
			return nil, err
		}
	}
	if !private {
		return []selection{s}, nil
	}
	s.where += " AND (m.marks & ? = 0 OR NOT EXISTS (SELECT 1 FROM priv.held h WHERE h.id = m.id))"
	s.args = append(s.args, markPrivate)
	in, err := compile(qu, &compiler{
		ctx: ctx, q: q, memo: memo, schema: "priv.", holding: func(n conversation.Node) (string, error) { return d.holding(ctx, q, n) },
	})
	if err != nil {
		return nil, err
	}
	in.lo, in.hi, in.least = s.lo, s.hi, s.least
	in.where += " AND m.marks & ? <> 0"
	in.args = append(in.args, markPrivate)
	return []selection{s, in}, nil
}

// dateSlack is how far behind its date an id can lie: only so many fit into a
// second. It leaves room for ten million messages of one moment.
const dateSlack = 7 * 24 * time.Hour

// spanOf gives the ids that matches can have: those that are there, within the
// dates that a query names.
func spanOf(ctx context.Context, q querier, n conversation.Node) (lo, hi int64, err error) {
	if err := q.QueryRowContext(ctx, "SELECT coalesce(min(id), 0), coalesce((SELECT max(id) FROM message), 0) + 1 FROM message").Scan(&lo, &hi); err != nil {
		return 0, 0, fmt.Errorf("look for the newest: %w", err)
	}
	for _, k := range conjuncts(n) {
		if k.Op != conversation.Match || k.Field != "date" {
			continue
		}
		if !k.Since.IsZero() {
			lo = max(lo, firstID(k.Since))
		}
		if !k.Until.IsZero() {
			hi = min(hi, firstID(k.Until.Add(dateSlack)))
		}
	}
	return lo, max(hi, lo), nil
}

// readMost is how many messages, the newest ones, are looked through for
// characters that are no word, when nothing else in the query leads to fewer:
// no index knows them, and reading half a million texts takes seconds.
const readMost = 5000

// readFrom gives the first id that is looked at in such a search.
func readFrom(ctx context.Context, q querier, lo, hi int64) (int64, error) {
	var id int64
	_, err := found(q.QueryRowContext(ctx, "SELECT id FROM message WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET ?", hi, readMost-1).Scan(&id))
	if err != nil {
		return 0, fmt.Errorf("look how far to read: %w", err)
	}
	return max(lo, id), nil
}

// conjuncts are the terms that every match must meet.
func conjuncts(n conversation.Node) []conversation.Node {
	if n.Op == conversation.And {
		return n.Kids
	}
	return []conversation.Node{n}
}

func compile(qu *conversation.Query, c *compiler) (selection, error) {
	best, short, err := c.fewest(conjuncts(qu.Root))
	if err != nil {
		return selection{}, err
	}
	lead, rest := leads(qu.Root)
	s := selection{from: " FROM message m", order: "m.id", marks: "m.marks"}
	switch {
	case c.schema != "" && len(lead) == 0:
		s.from, s.order = " FROM priv.held held CROSS JOIN message m ON m.id = held.id", "held.id"
	case len(lead) == 0 && short, short && best.n <= fewWords:
		lead, rest, c.pointwise = nil, conjuncts(qu.Root), true
		s.from = " FROM (SELECT DISTINCT * FROM (" + whole(best.sql) + ")) few CROSS JOIN message m ON m.id = few." + best.column()
		c.args = append(c.args, best.args...)
	}
	if c.schema != "" {
		s.marks = "m.marks | (SELECT h.marks FROM priv.held h WHERE h.id = m.id)"
	}
	c.id, c.among = s.order, s.order
	if len(lead) > 0 {
		rest = append(c.lead(&s, lead), rest...)
	}
	where, err := c.all(rest)
	if err != nil {
		return s, err
	}
	s.where += c.id + " >= :lo AND " + c.id + " < :hi AND " + where
	if !c.everywhere {
		s.where += " AND m.away < 2"
	}
	s.args, s.strides, s.reads = c.args, c.gathers, c.reads && len(lead) == 0 && !c.pointwise
	return s, nil
}

// lead has the index of words lead, and gives what it leaves to the rest.
func (c *compiler) lead(s *selection, lead []conversation.Node) []conversation.Node {
	column, expr, left := matchAll(lead)
	s.order = indexTable + ".rowid"
	s.from = " FROM " + c.schema + indexTable + " CROSS JOIN message m ON m.id = " + s.order
	s.where = indexTable + matchColumn(column) + " MATCH ? AND "
	c.args = append(c.args, expr)
	c.id, c.among = s.order, "+"+s.order // else the index would be asked for each one in a list
	return left
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
	for _, k := range conjuncts(n) {
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
	ctx        context.Context //nolint:containedctx // lives for one call
	q          querier
	args       []any
	everywhere bool   // the query says itself which folders it means
	pointwise  bool   // few messages lead: each is looked at on its own
	gathers    bool   // some condition gathers all messages it means
	reads      bool   // characters are looked for that are no word
	id, among  string // the id of a match, as it is compared, and as it is looked for in a list
	memo       map[string]string
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
		reads := c.reads
		s, err := c.all(n.Kids)
		c.reads = reads // what lacks them is soon found
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
