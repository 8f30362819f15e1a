package screen

import "strings"

// Grouped writes a fingerprint in groups of four, as people read it aloud and
// compare it.
func Grouped(fingerprint string) string {
	var b strings.Builder
	for i, r := range fingerprint {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Tail gives the end of a fingerprint, some groups of four: enough to tell two
// keys apart at a glance, never enough to compare them.
func Tail(fingerprint string, groups int) string {
	if len(fingerprint) < 4*groups {
		return fingerprint
	}
	return ".." + Grouped(fingerprint[len(fingerprint)-4*groups:])
}
