package conversation

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of a query: far above what anybody types, low enough that no query
// costs memory or stack.
const (
	maxQueryBytes = 4096
	maxQueryDepth = 40
	maxQueryTerms = 200
)

// QueryError says what is wrong with a query and where. Code is a key of the
// catalogue, Args fill it in.
type QueryError struct {
	Pos  int // byte offset into the text
	Char int // the same in characters
	Code string
	Args map[string]any
}

// Error names the code and the place.
func (e *QueryError) Error() string {
	return fmt.Sprintf("query: %s at character %d", e.Code, e.Char+1)
}

// Unwrap makes a query that cannot be read a wrong usage.
func (e *QueryError) Unwrap() error { return ErrUsage }

// ParseQuery reads the search language. The time gives the meaning of relative
// dates and the time zone of all of them; lang ("en", "fr", "it") says in
// which order "03/04/2025" is read. Words for days and months are understood in
// all three languages. A text without terms gives a query that matches all.
func ParseQuery(text string, now time.Time, lang string) (*Query, error) {
	q, err := parseQuery(text, now, lang)
	var bad *QueryError
	if errors.As(err, &bad) {
		bad.Char = utf8.RuneCountInString(text[:bad.Pos])
	}
	return q, err
}

func parseQuery(text string, now time.Time, lang string) (*Query, error) {
	if len(text) > maxQueryBytes {
		return nil, queryError(maxQueryBytes, "query.too_long", "Limit", maxQueryBytes)
	}
	if i := invalidAt(text); i >= 0 {
		return nil, queryError(i, "query.encoding")
	}
	p := &queryParser{text: text, now: now, lang: lang}
	root, err := p.parseAll()
	if err != nil {
		return nil, err
	}
	return &Query{Root: root, Text: text}, nil
}

// Reason gives the error as a sentence of the catalogue; Pos in it counts
// characters from one, as people do.
func (e *QueryError) Reason() Reason {
	args := map[string]any{"Pos": e.Char + 1}
	maps.Copy(args, e.Args)
	return Reason{e.Code, args}
}

// queryError returns the interface, since a nil *QueryError in it is not nil.
func queryError(pos int, code string, args ...any) error {
	e := &QueryError{Pos: pos, Code: code}
	for i := 0; i+1 < len(args); i += 2 {
		if e.Args == nil {
			e.Args = map[string]any{}
		}
		e.Args[args[i].(string)] = args[i+1]
	}
	return e
}

func invalidAt(text string) int {
	for i, r := range text {
		if r == 0 {
			return i
		}
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return i
			}
		}
	}
	return -1
}

type queryParser struct {
	text  string
	pos   int
	depth int
	terms int
	now   time.Time
	lang  string
}

func (p *queryParser) parseAll() (Node, error) {
	p.skipSpace()
	if p.done() {
		return Node{Op: And}, nil
	}
	root, err := p.parseOr()
	if err != nil {
		return Node{}, err
	}
	if !p.done() { // only a ")" stops parseOr before the end
		return Node{}, queryError(p.pos, "query.unopened")
	}
	return root, nil
}

func (p *queryParser) parseOr() (Node, error) {
	if p.depth++; p.depth > maxQueryDepth {
		return Node{}, queryError(p.pos, "query.too_deep", "Limit", maxQueryDepth)
	}
	defer func() { p.depth-- }()
	node := Node{Op: Or, Pos: p.pos}
	for {
		kid, err := p.parseAnd()
		if err != nil {
			return Node{}, err
		}
		node.Kids = append(node.Kids, kid)
		if !p.eatOr() {
			return unwrapSingle(node), nil
		}
	}
}

func (p *queryParser) parseAnd() (Node, error) {
	node := Node{Op: And, Pos: p.pos}
	for !p.done() && p.text[p.pos] != ')' && !p.atOr() {
		kid, err := p.parseTerm()
		if err != nil {
			return Node{}, err
		}
		node.Kids = append(node.Kids, kid)
		p.skipSpace()
	}
	if len(node.Kids) == 0 {
		return Node{}, queryError(p.pos, "query.term_missing")
	}
	return unwrapSingle(node), nil
}

func unwrapSingle(n Node) Node {
	if len(n.Kids) == 1 {
		return n.Kids[0]
	}
	return n
}

func (p *queryParser) parseTerm() (Node, error) {
	if p.terms++; p.terms > maxQueryTerms {
		return Node{}, queryError(p.pos, "query.too_many", "Limit", maxQueryTerms)
	}
	switch p.text[p.pos] {
	case '-':
		return p.parseNot()
	case '(':
		return p.parseParens()
	case '"':
		return p.parsePhrase(Node{Op: Match, Pos: p.pos})
	}
	return p.parseWord()
}

func (p *queryParser) parseNot() (Node, error) {
	start := p.pos
	p.pos++
	if p.done() || p.text[p.pos] == '-' || p.text[p.pos] == ')' || p.spaceHere() {
		return Node{}, queryError(start, "query.lone_minus")
	}
	kid, err := p.parseTerm()
	if err != nil {
		return Node{}, err
	}
	return Node{Op: Not, Kids: []Node{kid}, Pos: start}, nil
}

func (p *queryParser) parseParens() (Node, error) {
	start := p.pos
	p.pos++
	p.skipSpace()
	node, err := p.parseOr()
	if err != nil {
		return Node{}, err
	}
	if p.done() {
		return Node{}, queryError(start, "query.unclosed_paren")
	}
	p.pos++
	return node, nil
}

// parsePhrase reads a quoted text into a node whose field may be set already.
// There is no escape: a quotation mark is nothing one can search for.
func (p *queryParser) parsePhrase(n Node) (Node, error) {
	start := p.pos
	end := strings.IndexByte(p.text[start+1:], '"')
	if end < 0 {
		return Node{}, queryError(start, "query.unclosed_quote")
	}
	n.Text = strings.TrimSpace(p.text[start+1 : start+1+end])
	n.Phrase = true
	p.pos = start + end + 2
	if n.Text == "" {
		return Node{}, queryError(start, "query.empty_phrase")
	}
	return p.finish(n, start+1)
}

func (p *queryParser) parseWord() (Node, error) {
	n := Node{Op: Match, Pos: p.pos}
	field, ok := p.fieldHere()
	if ok {
		if !knownFields[field] {
			return Node{}, queryError(p.pos, "query.unknown_field", "Field", field)
		}
		n.Field = field
		p.pos += len(field) + 1
		if !p.done() && p.text[p.pos] == '"' {
			return p.parsePhrase(n)
		}
	}
	start := p.pos
	n.Text = p.takeWord()
	if n.Text == "" {
		return Node{}, queryError(start, "query.value_missing", "Field", field)
	}
	return p.finish(n, start)
}

// finish gives the value of a term its meaning.
func (p *queryParser) finish(n Node, at int) (Node, error) {
	if convert, ok := fieldValues[n.Field]; ok {
		return convert(p, n, at)
	}
	return withPrefix(n, at)
}

// withPrefix reads the star at the end of a word.
func withPrefix(n Node, at int) (Node, error) {
	if n.Phrase {
		return n, nil
	}
	i := strings.IndexByte(n.Text, '*')
	switch {
	case i < 0:
		return n, nil
	case i == 0 || i < len(n.Text)-1:
		return Node{}, queryError(at+i, "query.star")
	}
	n.Text, n.Prefix = n.Text[:i], true
	return n, nil
}

// fieldHere gives the name before a colon. A colon behind anything but letters
// ("12:30") or before "//" (an address of the web) makes no field.
func (p *queryParser) fieldHere() (string, bool) {
	rest := p.text[p.pos:]
	i := 0
	for i < len(rest) && asciiLetter(rest[i]) {
		i++
	}
	if i == 0 || i >= len(rest) || rest[i] != ':' || strings.HasPrefix(rest[i:], "://") {
		return "", false
	}
	return strings.ToLower(rest[:i]), true
}

func asciiLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func (p *queryParser) takeWord() string {
	start := p.pos
	for !p.done() && !p.spaceHere() && !strings.ContainsRune(`()"`, rune(p.text[p.pos])) {
		_, size := utf8.DecodeRuneInString(p.text[p.pos:])
		p.pos += size
	}
	return p.text[start:p.pos]
}

func (p *queryParser) done() bool { return p.pos >= len(p.text) }

func (p *queryParser) spaceHere() bool {
	r, _ := utf8.DecodeRuneInString(p.text[p.pos:])
	return unicode.IsSpace(r)
}

func (p *queryParser) skipSpace() {
	for !p.done() && p.spaceHere() {
		_, size := utf8.DecodeRuneInString(p.text[p.pos:])
		p.pos += size
	}
}

func (p *queryParser) atOr() bool {
	save := p.pos
	word := p.takeWord()
	p.pos = save
	return strings.EqualFold(word, "or")
}

func (p *queryParser) eatOr() bool {
	if p.done() || !p.atOr() {
		return false
	}
	p.takeWord()
	p.skipSpace()
	return true
}
