package kit

import (
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/ui/safe"
)

func TestFrenchSignsStayWithTheirWords(t *testing.T) {
	for text, want := range map[string]string{
		"abcd efgh : ijkl":       "abcd|efgh :|ijkl",
		"abcd efgh !":            "abcd|efgh !",
		"abc def ?! gh":          "abc def ?!|gh",
		"abc « defg » hi":        "abc|« defg »|hi",
		"abcde à 19 h donc":      "abcde à|19 h donc",
		"abcdef 19 h 30":         "abcdef|19 h 30",
		"abcdefg 12 €":           "abcdefg|12 €",
		"abcdefg\u00a0hijk lm":   "abcdefg hi|jk lm", // no room for the whole: broken all the same
		"abcdef gh\u202fij":      "abcdef|gh ij",
		"abcdefgh :name: x":      "abcdefgh|:name: x",
		"abcdefgh 5 miles":       "abcdefgh 5|miles",
		"abcdefghij klmn ; opqr": "abcdefghij|klmn ;|opqr",
	} {
		got := Wrap(safe.Block(text), 10)
		if joined := strings.Join(got, "|"); joined != want {
			t.Errorf("%q in 10 columns: %q, want %q", text, joined, want)
		}
	}
}
