package mime

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"github.com/gogs/chardet"
	"golang.org/x/text/encoding/charmap"
)

// toUTF8 decodes text of a declared charset ("" when none was). Bytes that are
// valid UTF-8 beyond ASCII are UTF-8 whatever was declared, since other
// charsets hardly ever look like it; what is declared wrongly or not at all is
// guessed. Warnings may be nil.
func toUTF8(b []byte, declared string, warn *warnings) string {
	declared = strings.ToLower(strings.Trim(declared, " \"'"))
	if stateful(declared) {
		if s, ok := decode(b, declared); ok {
			return s
		}
	}
	if utf8.Valid(b) {
		return string(bytes.TrimPrefix(b, []byte("\uFEFF")))
	}
	if !vague(declared) {
		if s, ok := decode(b, declared); ok {
			return s
		}
	}
	if warn != nil {
		warn.add(warnCharset)
	}
	if mostly(b) {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return guess(b)
}

// stateful tells the charsets whose text is ASCII bytes, so that it looks like
// UTF-8 without being it.
func stateful(name string) bool {
	return strings.HasPrefix(name, "iso-2022-") || strings.HasPrefix(name, "hz") || strings.HasPrefix(name, "utf-16")
}

// vague tells the names that say nothing of bytes beyond ASCII.
func vague(name string) bool {
	switch name {
	case "", "us-ascii", "ascii", "utf-8", "utf8", "unknown-8bit", "x-unknown", "unknown", "8bit", "default", "none":
		return true
	}
	return false
}

func decode(b []byte, name string) (string, bool) {
	r, err := charset.Reader(name, bytes.NewReader(b))
	if err != nil || r == nil {
		return "", false
	}
	out, err := io.ReadAll(r)
	if err != nil {
		return "", false
	}
	return strings.ToValidUTF8(string(out), "\uFFFD"), true
}

// mostly tells whether text is UTF-8 with a few bytes broken, rather than
// another charset.
func mostly(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		b = b[n:]
	}
	return good >= bad
}

// maxGuess is how much of a text is looked at; guessing costs more than reading.
const maxGuess = 8 << 10

// minGuess is the least that guessing needs to be better than chance.
const minGuess = 60

// guess decodes text of an unknown charset, as the charset of western Europe
// when it cannot be told: that one has a character for nearly every byte.
func guess(b []byte) string {
	if len(b) >= minGuess {
		for _, name := range likely(b[:min(len(b), maxGuess)]) {
			if s, ok := decode(b, name); ok && !strings.Contains(s, "\uFFFD") {
				return s
			}
		}
	}
	s, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(s)
}

// minConfidence is the least of a hundred that a guess must be sure.
const minConfidence = 25

// likely gives the charsets that a text may be in, the most likely one first.
// The detector asks its experts all at once, and among equals the fastest one
// comes first: the names decide then, so that a mail reads the same each time.
func likely(b []byte) []string {
	all, err := chardet.NewTextDetector().DetectAll(b)
	if err != nil {
		return nil
	}
	slices.SortFunc(all, func(x, y chardet.Result) int {
		return cmp.Or(y.Confidence-x.Confidence, strings.Compare(x.Charset, y.Charset))
	})
	var names []string
	for _, r := range all {
		if name := strings.ToLower(r.Charset); r.Confidence >= minConfidence && !vague(name) {
			names = append(names, name)
		}
	}
	return names
}
