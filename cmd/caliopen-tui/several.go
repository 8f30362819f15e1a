package main

import (
	"os"
	"strings"
)

// several is the value of a flag that takes several things: separated by commas,
// a line each, or the flag given again. A comma inside quotes or angle brackets
// belongs to the name or address it stands in (RFC 5322, 3.4), so that
// `"Doe, Bob" <bob@example.org>` is one person.
type several struct{ into *[]string }

// Set adds what one use of the flag gives.
func (l several) Set(text string) error {
	for _, word := range split(text) {
		if word = strings.TrimSpace(word); word != "" {
			*l.into = append(*l.into, word)
		}
	}
	return nil
}

// String gives the value as it could be written again; the help shows nothing
// for an empty one.
func (l several) String() string {
	if l.into == nil {
		return ""
	}
	return strings.Join(*l.into, ",")
}

// Type names the kind of value in the help.
func (several) Type() string { return "strings" }

// split cuts at commas outside quotes and angle brackets, and at the end of
// every line: no name goes on in another one, whatever opened before.
func split(text string) []string {
	var (
		out             []string
		start           int
		quoted, inside  bool
		escapes, closed = false, closers(text)
	)
	for i, r := range text {
		switch {
		case r == '\n' || r == '\r':
			out, start = append(out, text[start:i]), i+1
			quoted, inside, escapes = false, false, false
			continue
		case escapes:
			escapes = false
		case quoted:
			escapes, quoted = r == '\\', r != '"'
		case r == '"' && closed[i]:
			quoted = true
		case r == '<' && closed[i]:
			inside = true
		case r == '>':
			inside = false
		case r == ',' && !inside:
			out, start = append(out, text[start:i]), i+1
		}
	}
	return append(out, text[start:])
}

// closers tells which quotes and brackets find their end on the same line. One
// that does not is a character like any other, so that it swallows nobody.
func closers(text string) map[int]bool {
	out, offset := map[int]bool{}, 0
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		offset += strings.Index(text[offset:], line)
		for i, r := range line {
			end := map[rune]string{'"': `"`, '<': ">"}[r]
			out[offset+i] = end != "" && strings.Contains(line[i+1:], end)
		}
		offset += len(line)
	}
	return out
}

// files is several names of files, which may have commas and line ends in
// them: what names a file as it stands is that file.
type files struct{ several }

// Set adds one file, or several separated by commas.
func (f files) Set(text string) error {
	if _, err := os.Lstat(text); err == nil {
		*f.into = append(*f.into, text)
		return nil
	}
	return f.several.Set(text)
}
