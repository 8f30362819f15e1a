package conversation

import (
	"math"
	"strconv"
	"strings"

	"github.com/caliopen/caliopen-tui/privacy"
)

// knownFields are the names before a colon, those that stand for another one
// (via, before, after, on, larger, smaller) included.
var knownFields = map[string]bool{
	"from": true, "to": true, "cc": true, "with": true, "subject": true, "body": true, "file": true,
	"list": true, "in": true, "account": true, "tag": true, "is": true, "has": true, "protocol": true, "via": true,
	"date": true, "before": true, "after": true, "on": true, "size": true, "larger": true,
	"smaller": true, "level": true, "score": true, "id": true, "saved": true,
}

// valueReader turns the text of a term into its meaning; at is the byte offset
// of the text within the query.
type valueReader func(p *queryParser, n Node, at int) (Node, error)

// fieldValues are the fields whose values are more than words.
var fieldValues = map[string]valueReader{
	"is":       wordReader(isWords),
	"has":      wordReader(hasWords),
	"protocol": readProtocol,
	"via":      readProtocol,
	"date":     readDate,
	"before":   readDate,
	"after":    readDate,
	"on":       readDate,
	"size":     rangeReader("size", readSize),
	"larger":   rangeReader(">", readSize),
	"smaller":  rangeReader("<", readSize),
	"score":    rangeReader("score", readScore),
	"level":    rangeReader("level", readLevel),
	"id":       readAsIs,
	"saved":    readAsIs,
}

// isWords and hasWords give the word that the store knows for each one typed.
var isWords = map[string]string{
	"unread": "unread", "read": "read", "starred": "starred", "flagged": "starred", "sent": "sent",
	"received": "received", "sealed": "sealed", "encrypted": "sealed", "signed": "signed",
	"clear": "clear", "draft": "draft",
}

var hasWords = map[string]string{
	"attachment": "attachment", "attach": "attachment", "link": "link", "key": "key", "invite": "invite",
}

func wordReader(known map[string]string) valueReader {
	return func(_ *queryParser, n Node, at int) (Node, error) {
		word, ok := known[strings.ToLower(n.Text)]
		if !ok {
			return Node{}, queryError(at, "query.unknown_word", "Field", n.Field, "Word", n.Text)
		}
		n.Text = word
		return n, nil
	}
}

func readAsIs(_ *queryParser, n Node, _ int) (Node, error) { return n, nil }

func readProtocol(_ *queryParser, n Node, _ int) (Node, error) {
	n.Field = "protocol"
	n.Text = strings.ToLower(n.Text)
	if n.Text == "masto" {
		n.Text = string(Mastodon)
	}
	return n, nil
}

// span is what one value covers: a size covers itself, a level its scores.
type span struct{ min, max int64 }

// rangeReader reads "N", "A..B", "<N", "<=N", ">N" and ">=N". The field "larger:N"
// is "size:>N", "smaller:N" is "size:<N".
func rangeReader(field string, value func(string) (span, bool)) valueReader {
	sign := ""
	if field == ">" || field == "<" {
		sign, field = field, "size"
	}
	return func(_ *queryParser, n Node, at int) (Node, error) {
		s, ok := readRange(sign+n.Text, value)
		if !ok {
			return Node{}, queryError(at, "query.bad_"+field, "Value", n.Text)
		}
		if field != "size" {
			s.max = min(s.max, 100)
		}
		if s.min > s.max {
			return Node{}, queryError(at, "query.empty_range", "Value", n.Text)
		}
		n.Field, n.Min, n.Max = field, s.min, s.max
		return n, nil
	}
}

func readRange(text string, value func(string) (span, bool)) (span, bool) {
	if from, to, ok := strings.Cut(text, ".."); ok {
		a, okA := value(from)
		b, okB := value(to)
		return span{min(a.min, b.min), max(a.max, b.max)}, okA && okB
	}
	sign := text[:len(text)-len(strings.TrimLeft(text, "<>="))]
	s, ok := value(text[len(sign):])
	switch sign {
	case "":
		return s, ok
	case "<":
		return span{0, s.min - 1}, ok && s.min > 0
	case "<=":
		return span{0, s.max}, ok
	case ">":
		return span{s.max + 1, math.MaxInt64}, ok && s.max < math.MaxInt64
	case ">=":
		return span{s.min, math.MaxInt64}, ok
	}
	return span{}, false
}

// readSize reads bytes, or a number with K, M or G (powers of 1024).
func readSize(text string) (span, bool) {
	text = strings.TrimSuffix(strings.ToUpper(text), "B")
	unit := int64(1)
	if text != "" {
		if i := strings.IndexByte("KMG", text[len(text)-1]); i >= 0 {
			unit = 1 << (10 * (i + 1))
			text = text[:len(text)-1]
		}
	}
	n, ok := digits(text, 9)
	return span{n * unit, n * unit}, ok
}

func readScore(text string) (span, bool) {
	n, ok := digits(text, 3)
	return span{n, n}, ok && n <= 100
}

func readLevel(text string) (span, bool) {
	l := privacy.Level(strings.ToUpper(text))
	s := span{101, -1}
	for score := range 101 {
		if privacy.LevelOf(score) == l {
			s.min, s.max = min(s.min, int64(score)), int64(score)
		}
	}
	return s, s.max >= 0
}

func digits(text string, most int) (int64, bool) {
	if text == "" || len(text) > most || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
