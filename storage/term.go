package storage

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/caliopen/caliopen-tui/conversation"
)

// match gives the condition of one term.
func (c *compiler) match(n conversation.Node) (string, error) {
	switch n.Field {
	case "", "subject", "body", "file":
		return c.text(n)
	case "from":
		return c.party(n, "p.role = 0"), nil
	case "to":
		return c.party(n, "p.role = 1"), nil
	case "cc":
		return c.party(n, "p.role IN (2, 3)"), nil
	case "with":
		return c.party(n, "p.role < 4"), nil
	case "is":
		return c.is(n)
	case "has":
		return c.has(n)
	}
	return c.value(n)
}

func (c *compiler) value(n conversation.Node) (string, error) {
	switch n.Field {
	case "list":
		return c.say("m.circle IN (SELECT id FROM circle WHERE list <> '' AND instr(list, ?) > 0)", strings.ToLower(n.Text)), nil
	case "in":
		c.everywhere = true
		return c.place(n), nil
	case "account":
		return c.say("m.account IN (SELECT id FROM account WHERE lower(name) = ?)", strings.ToLower(n.Text)), nil
	case "tag":
		return c.say("instr(char(10) || lower(m.tags) || char(10), char(10) || ? || char(10)) > 0", strings.ToLower(n.Text)), nil
	case "protocol":
		return c.say("m.protocol = ?", strings.ToLower(n.Text)), nil
	case "date":
		return c.date(n), nil
	case "size":
		return c.say("m.size BETWEEN ? AND ?", n.Min, n.Max), nil
	case "score":
		return c.say("m.score BETWEEN ? AND ?", n.Min, n.Max), nil
	case "level":
		return c.say("(m.level <> '?' AND m.score BETWEEN ? AND ?)", n.Min, n.Max), nil
	case "id":
		c.everywhere = true
		id := strings.Trim(n.Text, "<>")
		return c.say("(m.key = ? OR m.rfcid = ?)", id, id), nil
	}
	return "", fmt.Errorf("field %q: %w", n.Field, conversation.ErrUsage)
}

func (c *compiler) is(n conversation.Node) (string, error) {
	switch n.Text {
	case "unread":
		return "m.read = 0", nil
	case "read":
		return "m.read = 1", nil
	case "starred":
		return "m.starred = 1", nil
	case "sent":
		return "m.direction = 'out'", nil
	case "received":
		return "m.direction = 'in'", nil
	case "sealed":
		return c.mark(markSealed), nil
	case "clear":
		return "NOT " + c.mark(markSealed), nil
	case "signed":
		return c.mark(markSigned), nil
	case "draft":
		c.everywhere = true
		return "m.away = 3", nil
	}
	return "", fmt.Errorf("is:%s: %w", n.Text, conversation.ErrUsage)
}

func (c *compiler) has(n conversation.Node) (string, error) {
	marks := map[string]int{"attachment": markFile, "link": markLink, "key": markKey, "invite": markInvite}
	if m, ok := marks[n.Text]; ok {
		return c.mark(m), nil
	}
	return "", fmt.Errorf("has:%s: %w", n.Text, conversation.ErrUsage)
}

func (c *compiler) mark(bit int) string {
	if c.schema != "" && bit&markInside != 0 {
		return c.say("EXISTS (SELECT 1 FROM priv.held h WHERE h.id = m.id AND h.marks & ? <> 0)", bit)
	}
	return c.say("(m.marks & ?) <> 0", bit)
}

// date bounds the ids, which are dates, so that only that part is looked at.
func (c *compiler) date(n conversation.Node) string {
	where := "1"
	if !n.Since.IsZero() {
		where += c.say(" AND m.id >= ? AND m.date >= ?", firstID(n.Since), n.Since.Unix())
	}
	if !n.Until.IsZero() {
		where += c.say(" AND m.date < ?", n.Until.Unix())
	}
	return "(" + where + ")"
}

// party asks for somebody in a role. An address means that address, a name
// means the contact with all his addresses, and "me" the user.
func (c *compiler) party(n conversation.Node, role string) string {
	who, args := "", []any(nil)
	switch {
	case fold(n.Text) == string(conversation.Me):
		who = "k.key = 'me'"
	case strings.Contains(n.Text, "@"):
		who, args = "instr(a.ident, ?) > 0", []any{strings.ToLower(n.Text)}
	default:
		who, args = matchFolded("k.folded", n.Text)
		who, args = "("+who+" OR k.key = ?)", append(args, n.Text)
	}
	return c.say(`m.id IN (SELECT p.message FROM party p WHERE `+role+` AND p.address IN
		(SELECT a.id FROM address a JOIN contact k ON k.id = a.contact WHERE `+who+`))`, args...)
}

// place asks for a folder by its name, the end of its path or its use, or for
// an account. What is being moved counts as being there already.
func (c *compiler) place(n conversation.Node) string {
	args := placedArgs(n.Text)
	const folders = "(" + placed + ")"
	return c.say("(m.folder IN "+folders+" OR m.id IN (SELECT l.message FROM location l WHERE l.folder IN "+folders+"))", append(args, args...)...)
}

func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// text asks for words in the index, or for the very characters where the index
// does not know them as words.
func (c *compiler) text(n conversation.Node) (string, error) {
	switch {
	case indexed(n):
		column, expr, _ := matchAll([]conversation.Node{n})
		return c.say("m.id IN (SELECT rowid FROM "+c.schema+indexTable+" WHERE "+indexTable+matchColumn(column)+" MATCH ?)", expr), nil
	case c.holding != nil:
		ids, err := c.holding(n)
		return c.say("m.id IN (SELECT value FROM json_each(?))", ids), err
	case hasCJK(n.Text):
		within := c.say("m.id IN (SELECT rowid FROM "+indexTable+" WHERE "+indexTable+".cjk MATCH ?)", quoted(bigramQuery(n.Text), false))
		return "(" + within + " AND " + c.contains(n) + ")", nil
	}
	return c.contains(n), nil
}

func (c *compiler) contains(n conversation.Node) string {
	column := n.Field
	if column == "" {
		column = "subject || char(10) || x.people || x.file || x.body"
	}
	return c.say("EXISTS (SELECT 1 FROM doc x WHERE x.id = m.id AND instr(lower(x."+column+"), ?) > 0)", strings.ToLower(n.Text))
}

// searchable tells whether the tokenizer finds any word in a text.
func searchable(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

func onlyCJK(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !cjk(r) })
}

// bigramQuery gives the bigrams of the longest run of a text; one character
// alone is all that a shorter one can ask for.
func bigramQuery(s string) string {
	longest := ""
	for _, run := range strings.FieldsFunc(s, func(r rune) bool { return !cjk(r) }) {
		if len(run) > len(longest) {
			longest = run
		}
	}
	return strings.TrimSpace(bigrams(longest))
}

// quoted makes a phrase of the index's query language out of any text.
func quoted(s string, prefix bool) string {
	s = strings.NewReplacer(`"`, " ", "*", " ", "\x00", " ").Replace(s)
	return indexPhrase(strings.TrimSpace(s), prefix)
}

// expression gives what the index is asked for one indexed term, and in which
// column, "" for all.
func expression(n conversation.Node) (column, expr string) {
	if !hasCJK(n.Text) {
		return n.Field, quoted(n.Text, n.Prefix)
	}
	single := len([]rune(n.Text)) == 1
	return "cjk", quoted(bigramQuery(n.Text), single || n.Prefix)
}
