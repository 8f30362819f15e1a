package mastodon

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// cut makes one line of at most n characters.
func cut(s string, n int) string {
	// What lies far behind the limit is not even looked at.
	if len(s) > 8*n {
		s = strings.ToValidUTF8(s[:8*n], "")
	}
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

func quoted(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(raw)
}
