package storage

import (
	"fmt"
	"math"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Bounds for what leads a search. So many messages are gathered and sorted in a
// moment; of very few, each is looked up in the index of words on its own.
const (
	fewMost  = 4000
	fewWords = 150
)

// few is a list of messages that some term of a query allows, as a select of
// their ids.
type few struct {
	sql  string
	args []any
	n    int
}

// column names what the list selects.
func (f few) column() string {
	if strings.HasPrefix(f.sql, "SELECT id") {
		return "id"
	}
	return "message"
}

// fewest gives the shortest list among the terms that every match must have,
// ok when one is short enough to lead the search.
func (c *compiler) fewest(ns []conversation.Node) (best few, ok bool, err error) {
	if c.q == nil || c.schema != "" {
		return few{}, false, nil
	}
	for _, n := range ns {
		f, listed, err := c.list(n)
		if err != nil {
			return few{}, false, err
		}
		if !listed {
			continue
		}
		args := append(append([]any{}, f.args...), fewMost+1)
		if err := c.q.QueryRowContext(c.ctx, whole("SELECT count(*) FROM (SELECT 1 FROM ("+f.sql+") LIMIT ?)"), args...).Scan(&f.n); err != nil {
			return few{}, false, fmt.Errorf("count: %w", err)
		}
		if f.n <= fewMost && (!ok || f.n < best.n) {
			best, ok = f, true
		}
	}
	return best, ok, nil
}

// list gives the messages that a term may mean, by an index. It may give more
// than the term means, never less.
func (c *compiler) list(n conversation.Node) (f few, ok bool, err error) {
	if n.Op != conversation.Match {
		return f, false, nil
	}
	switch n.Field {
	case "from", "to", "cc", "with":
		who, err := c.addresses(n)
		return few{sql: partyList(n.Field), args: []any{who}}, true, err
	case "in":
		where, err := c.folders(n.Text)
		return few{sql: placeList, args: []any{where, where}}, true, err
	case "tag":
		tags, err := c.tags(n)
		return few{sql: "SELECT id FROM message WHERE tags <> '' AND tags IN (SELECT value FROM json_each(?))", args: []any{tags}}, true, err
	case "list", "protocol":
		circles, err := c.circles(n)
		return few{sql: "SELECT id FROM message WHERE circle IN (SELECT value FROM json_each(?))", args: []any{circles}}, true, err
	case "size":
		return few{sql: "SELECT id FROM message WHERE size BETWEEN ? AND ?", args: []any{n.Min, n.Max}}, n.Max == math.MaxInt64, nil
	case "score", "level":
		return few{sql: "SELECT id FROM message WHERE score BETWEEN ? AND ?", args: []any{n.Min, n.Max}}, true, nil
	case "id":
		id := strings.Trim(n.Text, "<>")
		return few{sql: idList, args: []any{id, id, id}}, true, nil
	case "is", "has":
		return c.listState(n)
	}
	return f, false, nil
}

const (
	placeList = "SELECT message FROM location WHERE folder IN (SELECT value FROM json_each(?)) AND message >= :lo AND message < :hi" +
		" UNION ALL SELECT l.message FROM task k CROSS JOIN location l ON l.id = k.location WHERE k.target IN (SELECT value FROM json_each(?))"
	idList = "SELECT id FROM message WHERE key = ? UNION ALL SELECT id FROM message WHERE substr(rfcid, 1, 12) = substr(?, 1, 12) AND rfcid <> '' AND rfcid = ?"
)

func (c *compiler) listState(n conversation.Node) (f few, ok bool, err error) {
	switch n.Text {
	case "unread":
		return few{sql: "SELECT id FROM message WHERE read = 0"}, true, nil
	case "starred":
		return few{sql: "SELECT id FROM message WHERE starred = 1"}, true, nil
	case "draft":
		return few{sql: "SELECT id FROM message WHERE away = 3"}, true, nil
	}
	bit, ok := markOf(n)
	if !ok {
		return f, false, nil
	}
	marks, err := c.marked(bit)
	return few{sql: "SELECT id FROM message WHERE marks IN (SELECT value FROM json_each(?))", args: []any{marks}}, true, err
}
