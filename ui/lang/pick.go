package lang

import "strings"

// Pick gives the language to use: the one asked for, else the first that the
// environment names in the order of POSIX (LC_ALL, LC_MESSAGES, LANG) and that
// exists here, else English. It tells whether the one asked for exists.
func Pick(asked string, getenv func(string) string) (lang string, ok bool) {
	if asked != "" {
		found := match(asked)
		return orFallback(found), found != ""
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := getenv(name); value != "" {
			return orFallback(match(value)), true
		}
	}
	return Fallback, true
}

// match finds the language of a locale name ("fr_CA.UTF-8", "it", "C").
func match(locale string) string {
	base, _, _ := strings.Cut(locale, ".")
	base, _, _ = strings.Cut(base, "@")
	base, _, _ = strings.Cut(strings.ReplaceAll(base, "-", "_"), "_")
	for _, l := range Languages() {
		if strings.EqualFold(base, l) {
			return l
		}
	}
	return ""
}

func orFallback(lang string) string {
	if lang == "" {
		return Fallback
	}
	return lang
}
