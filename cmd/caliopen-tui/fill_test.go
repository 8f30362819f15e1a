package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHelpFitsATerminal(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"en", "fr", "it"} {
		for _, command := range []string{"import", "export", "search", "sync"} {
			got := run(t, "", "--lang", lang, "help", command)
			if got.code != exitDone {
				t.Fatalf("help %s: status %d", command, got.code)
			}
			text, _, _ := strings.Cut(got.out, "  -h, --help")
			for line := range strings.SplitSeq(text, "\n") {
				if !strings.HasPrefix(line, " ") && utf8.RuneCountInString(line) > 80 {
					t.Errorf("%s %s: %q is too wide", lang, command, line)
				}
			}
		}
	}
}
