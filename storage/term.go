package storage

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/caliopen/caliopen-tui/conversation"
)

// match gives the condition of one term.
func (c *compiler) match(n conversation.Node) (string, error) {
	switch n.Field {
	case "", "subject", "body", "file":
		return c.text(n)
	case "from", "to", "cc", "with":
		return c.party(n)
	case "is":
		return c.is(n)
	case "has":
		return c.has(n)
	}
	return c.value(n)
}

func (c *compiler) value(n conversation.Node) (string, error) {
	switch n.Field {
	case "list", "protocol":
		circles, err := c.circles(n)
		return c.say("+m.circle IN (SELECT value FROM json_each(?))", circles), err
	case "in":
		c.everywhere = true
		return c.place(n)
	case "account":
		accounts, err := c.accounts(n.Text)
		return c.say("+m.account IN (SELECT value FROM json_each(?))", accounts), err
	case "tag":
		tags, err := c.tags(n)
		return c.say("+m.tags IN (SELECT value FROM json_each(?))", tags), err
	case "date":
		return c.date(n), nil
	case "size":
		return c.say("+m.size BETWEEN ? AND ?", n.Min, n.Max), nil
	case "score":
		return c.say("+m.score BETWEEN ? AND ?", n.Min, n.Max), nil
	case "level":
		return c.say("(m.level <> '?' AND +m.score BETWEEN ? AND ?)", n.Min, n.Max), nil
	case "id":
		c.everywhere = true
		id := strings.Trim(n.Text, "<>")
		return c.say("(+m.key = ? OR +m.rfcid = ?)", id, id), nil
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
		return "+m.away = 3", nil
	}
	return "", fmt.Errorf("is:%s: %w", n.Text, conversation.ErrUsage)
}

func (c *compiler) has(n conversation.Node) (string, error) {
	if bit, ok := markOf(n); ok {
		return c.mark(bit), nil
	}
	return "", fmt.Errorf("has:%s: %w", n.Text, conversation.ErrUsage)
}

// markOf gives the mark that a term asks for.
func markOf(n conversation.Node) (bit int, ok bool) {
	bit, ok = map[string]int{
		"attachment": markFile, "link": markLink, "key": markKey, "invite": markInvite, "sealed": markSealed, "signed": markSigned,
	}[n.Text]
	return bit, ok
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

// role gives the condition on the role of a participant.
func role(field string) string {
	return map[string]string{"from": "p.role = 0", "to": "p.role = 1", "cc": "p.role IN (2, 3)", "with": "p.role < 4"}[field]
}

// partyList selects the messages that somebody takes part in.
func partyList(field string) string {
	return "SELECT p.message FROM party p WHERE p.address IN (SELECT value FROM json_each(?)) AND p.message >= :lo AND p.message < :hi AND " + role(field)
}

// pointMost is how many addresses may be asked for each message on its own.
const pointMost = 200

// party asks for somebody in a role.
func (c *compiler) party(n conversation.Node) (string, error) {
	who, err := c.addresses(n)
	if err != nil {
		return "", err
	}
	if c.pointwise && len(who) < pointMost {
		return c.say("EXISTS (SELECT 1 FROM party p WHERE p.address IN (SELECT value FROM json_each(?)) AND p.message = m.id AND "+role(n.Field)+")", who), nil
	}
	c.gathers = true
	return c.say(c.among+" IN ("+partyList(n.Field)+")", who), nil
}

// place asks for a folder by its name, the end of its path or its use, or for
// an account. What is being moved counts as being there already.
func (c *compiler) place(n conversation.Node) (string, error) {
	where, err := c.folders(n.Text)
	if err != nil {
		return "", err
	}
	if c.pointwise {
		return c.say(placed, where, where), nil
	}
	c.gathers = true
	return c.say("("+c.among+" IN ("+placeList+") AND "+placed+")", where, where, where, where), nil
}

// text asks for words in the index, or for the very characters where the index
// does not know them as words.
func (c *compiler) text(n conversation.Node) (string, error) {
	switch {
	case indexed(n):
		column, expr, _ := matchAll([]conversation.Node{n})
		return c.words(column, expr), nil
	case c.holding != nil:
		ids, err := c.holding(n)
		return c.say("m.id IN (SELECT value FROM json_each(?))", ids), err
	case hasCJK(n.Text):
		bigrams := bigramQuery(n.Text)
		return "(" + c.words("cjk", quoted(bigrams, len([]rune(bigrams)) == 1)) + " AND " + c.contains(n) + ")", nil
	}
	c.reads = true
	return c.contains(n), nil
}

// words asks the index for an expression: of one message where few lead, else
// of all of them.
func (c *compiler) words(column, expr string) string {
	from := "FROM " + c.schema + indexTable + " WHERE " + indexTable + matchColumn(column) + " MATCH ?"
	if c.pointwise {
		return c.say("EXISTS (SELECT 1 "+from+" AND rowid = m.id)", expr)
	}
	c.gathers = true
	return c.say(c.among+" IN (SELECT rowid "+from+" AND rowid >= :lo AND rowid < :hi)", expr)
}

// contains looks for the very characters in the texts.
func (c *compiler) contains(n conversation.Node) string {
	columns := []string{n.Field}
	if n.Field == "" {
		columns = []string{"body", "subject", "people", "file"}
	}
	text := strings.ToLower(n.Text)
	var either []string
	for _, column := range columns {
		if strings.ContainsFunc(text, unicode.IsLetter) {
			column = "lower(x." + column + ")"
		} else {
			column = "x." + column // nothing in it has a case
		}
		either = append(either, c.say("instr("+column+", ?) > 0", text))
	}
	return "EXISTS (SELECT 1 FROM doc x WHERE x.id = m.id AND (" + strings.Join(either, " OR ") + "))"
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
	var longest []rune
	for _, run := range strings.FieldsFunc(norm.NFC.String(s), func(r rune) bool { return !cjk(r) }) {
		if rs := []rune(run); len(rs) > len(longest) {
			longest = rs
		}
	}
	if len(longest) == 1 {
		return string(longest)
	}
	var b strings.Builder
	for i := range max(len(longest)-1, 0) {
		b.WriteString(string(longest[i:i+2]) + " ")
	}
	return strings.TrimSpace(b.String())
}

// quoted makes a phrase of the index's query language out of any text.
func quoted(s string, prefix bool) string {
	s = strings.NewReplacer(`"`, " ", "*", " ", "\x00", " ").Replace(s)
	return indexPhrase(strings.TrimSpace(s), prefix)
}

// asking is a phrase that the index is asked for, in a column or in all.
type asking struct {
	column, text string
	prefix       bool
}

// askings gives what the index is asked for one indexed term: any of them will
// do. Besides the words as they were typed there are those without what people
// write in more than one way, and those that stand in the column of odd words.
func askings(n conversation.Node) []asking {
	if hasCJK(n.Text) {
		text := bigramQuery(n.Text)
		return []asking{{"cjk", text, len([]rune(text)) == 1 || n.Prefix}}
	}
	typed := []asking{{n.Field, n.Text, n.Prefix}}
	if strings.ContainsFunc(n.Text, oddRune) {
		typed = append(typed, asking{n.Field, plainly(n.Text), n.Prefix})
	}
	if n.Field != "" && len(wordsOf(n.Text)) == 1 {
		typed = append(typed, asking{"cjk", oddMark + n.Field[:1] + plainly(n.Text), n.Prefix})
	}
	return typed
}
