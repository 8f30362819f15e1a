package pgpmime

import (
	"bytes"
	"fmt"
	"strings"
)

// Fold makes a line of a value of words that may be parted anywhere between
// them. It is false for one that cannot be written.
func Fold(name, value string) (Line, bool) {
	var b strings.Builder
	column := len(name) + 1
	for i, word := range strings.Fields(value) {
		if i > 0 && column+1+len(word) > 76 {
			b.WriteString("\r\n")
			column = 0
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
		column += 1 + len(word)
	}
	l := Line{Name: name, Value: b.String()}
	return l, l.Value != "" && l.fit()
}

// text gives the whole line with its end.
func (l Line) text() string {
	if strings.HasPrefix(l.Value, "\r\n") {
		return l.Name + ":" + l.Value + "\r\n"
	}
	return l.Name + ": " + l.Value + "\r\n"
}

// String gives the field as it stands in a header, with its line end.
func (l Line) String() string { return l.text() }

// fit tells whether a line is one field and nothing more: its line ends are
// folds (RFC 5322, 2.2.3), with something else than blanks behind them.
func (l Line) fit() bool {
	if l.Name == "" || strings.ContainsFunc(l.Name, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }) {
		return false
	}
	for _, v := range []string{l.Value, l.Bare} {
		for i, line := range strings.Split(v, "\r\n") {
			blank := strings.Trim(line, " \t") == ""
			if strings.ContainsAny(line, "\r\n\x00") || len(line) > 900 || i > 0 && (blank || line[0] != ' ' && line[0] != '\t') {
				return false
			}
		}
	}
	return true
}

func fitLines(lists ...[]Line) error {
	for _, list := range lists {
		for _, l := range list {
			if !l.fit() {
				return fmt.Errorf("pgpmime: %q: %w", l.Name, ErrLine)
			}
		}
	}
	return nil
}

func writeLines(b *bytes.Buffer, lines []Line) {
	for _, l := range lines {
		b.WriteString(l.text())
	}
}
