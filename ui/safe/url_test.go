package safe

import (
	"strings"
	"testing"
)

func TestURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://example.org/a?b=c#d":           "https://example.org/a?b=c#d",
		" HTTP://example.org/ ":                 "HTTP://example.org/",
		"mailto:zoe@example.org":                "mailto:zoe@example.org",
		"https://example.org/a;b\x1b\\\a\n":     "https://example.org/a%3Bb%1B%5C%07",
		"https://example.org/é\u009c":           "https://example.org/%C3%A9%C2%9C",
		"https://example.org/%20":               "https://example.org/%20",
		"javascript:alert(1)":                   "",
		"file:///etc/passwd":                    "",
		"data:text/html,x":                      "",
		"smb://host/share":                      "",
		"java\nscript:alert(1)":                 "",
		"https:":                                "",
		"https://":                              "",
		"//example.org":                         "",
		"-https://example.org":                  "",
		"https://a/" + strings.Repeat("x", 1e4): "",
		"https://a/" + strings.Repeat(";", 900): "",
	} {
		if got := URL(in); got != want {
			t.Errorf("URL(%.60q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzURL(f *testing.F) {
	f.Add("https://example.org/\x1b]0;x\a")
	f.Fuzz(func(t *testing.T, s string) {
		got := URL(s)
		if len(got) > maxURL {
			t.Fatalf("%d bytes", len(got))
		}
		for i := range len(got) {
			if got[i] <= ' ' || got[i] > '~' || got[i] == ';' {
				t.Fatalf("%q passed in %q", got[i], got)
			}
		}
	})
}
