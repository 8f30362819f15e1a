package key

import "strings"

// Words gives the texts of the catalogue.
type Words interface {
	T(key string, args map[string]any) string
}

// Markdown writes the table of keys for the documentation, one section a
// context, in the user's language.
func Markdown(words Words, m Map) string {
	var b strings.Builder
	for _, c := range contexts() {
		rows := section(words, m, c)
		if rows == "" {
			continue
		}
		b.WriteString("### " + words.T("context."+string(c), nil) + "\n\n")
		b.WriteString("| " + words.T("keys.keys", nil) + " | " + words.T("keys.action", nil) + " |\n| --- | --- |\n")
		b.WriteString(rows + "\n")
	}
	return b.String()
}

// contexts gives the contexts in the order of the documentation.
func contexts() []Context {
	return []Context{Global, List, Timeline, Composer, Review, Contacts, Contact, Privacy, Search, Activity, Accounts, Setup, Overlay, Palette, Picker, Question, Keys, Compare}
}

func section(words Words, m Map, c Context) string {
	var b strings.Builder
	for _, a := range m.Of([]Context{c}) {
		if a.Hidden || c != List && c != Palette && moves(a.ID) {
			continue // moving is alike in every list, and told once
		}
		keys := make([]string, len(a.Keys))
		for i, k := range a.Keys {
			keys[i] = "`" + strings.ReplaceAll(Show(k), "|", `\|`) + "`"
		}
		b.WriteString("| " + strings.Join(keys, " ") + " | " + words.T(a.Title(), nil) + " |\n")
	}
	return b.String()
}

func moves(id ID) bool {
	switch id {
	case Down, Up, First, Last, HalfDown, HalfUp, PageDown, PageUp:
		return true
	}
	return false
}
