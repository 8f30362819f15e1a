package lang

import (
	"encoding/json"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func load(t testing.TB, lang string) *Catalogue {
	t.Helper()
	c, err := Load(lang)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func places(text string) []string {
	found := regexp.MustCompile(`\{\{\.?[^}]*\}\}`).FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestEveryLanguageHasEveryKeyWithTheSameArguments(t *testing.T) {
	english := load(t, "en").texts
	for _, l := range Languages() {
		texts := load(t, l).texts
		for key, want := range english {
			got, ok := texts[key]
			if !ok {
				t.Errorf("%s: %q is missing", l, key)
				continue
			}
			compare(t, l+" "+key, want, got)
		}
		for key := range texts {
			if _, ok := english[key]; !ok {
				t.Errorf("%s: %q exists in no English file", l, key)
			}
		}
	}
}

func compare(t *testing.T, where string, want, got entry) {
	t.Helper()
	if (want.forms == nil) != (got.forms == nil) {
		t.Errorf("%s: plural in one language only", where)
		return
	}
	if want.forms == nil {
		if got.text == "" {
			t.Errorf("%s: empty", where)
		}
		if a, b := places(want.text), places(got.text); !slices.Equal(a, b) {
			t.Errorf("%s: arguments %v, English has %v", where, b, a)
		}
		return
	}
	if got.forms["one"] == "" || got.forms["other"] == "" {
		t.Errorf("%s: a plural needs the forms one and other", where)
	}
	if a, b := places(want.forms["other"]), places(got.forms["other"]); !slices.Equal(a, b) {
		t.Errorf("%s: arguments %v, English has %v", where, b, a)
	}
}

func TestPlacesAreWellFormed(t *testing.T) {
	place := regexp.MustCompile(`^\{\{\.[A-Z][A-Za-z]*\}\}$`)
	for _, l := range Languages() {
		for key, e := range load(t, l).texts {
			all := e.text
			for _, form := range e.forms {
				all += " " + form
			}
			for _, p := range places(all) {
				if !place.MatchString(p) {
					t.Errorf("%s %s: place %q", l, key, p)
				}
			}
			if strings.Count(all, "{{") != strings.Count(all, "}}") {
				t.Errorf("%s %s: unbalanced braces", l, key)
			}
		}
	}
}

func TestNoKeyStandsInTwoFiles(t *testing.T) {
	for _, l := range Languages() {
		seen := map[string]string{}
		names, _ := fs.Glob(locales, "locale/*."+l+".json")
		for _, name := range names {
			data, err := locales.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var texts map[string]entry
			if err := json.Unmarshal(data, &texts); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for key := range texts {
				if other := seen[key]; other != "" {
					t.Errorf("%q stands in %s and %s", key, other, path.Base(name))
				}
				seen[key] = path.Base(name)
			}
		}
	}
}

func TestFrenchTypography(t *testing.T) {
	loose := regexp.MustCompile(` [:;!?»]( |$)|« |[a-zé]'[a-zé]`)
	for key, e := range load(t, "fr").texts {
		for _, text := range append([]string{e.text}, e.forms["one"], e.forms["other"]) {
			if at := loose.FindString(text); at != "" {
				t.Errorf("%s: %q in %q needs a no-break space or a curly apostrophe", key, at, text)
			}
		}
	}
}

func TestFill(t *testing.T) {
	args := map[string]any{"Name": "Zoé", "N": 3, "Trick": "{{.N}}"}
	for text, want := range map[string]string{
		"plain":               "plain",
		"{{.Name}} x{{.N}}":   "Zoé x3",
		"{{.Trick}}!":         "{{.N}}!",
		"{{.Missing}}.":       ".",
		"open {{.Name":        "open Name",
		"{{if .Name}}{{end}}": "{{if .Name}}{{end}}",
	} {
		if got := fill(text, args); got != want {
			t.Errorf("fill(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestUnknownKeyComesBack(t *testing.T) {
	if got := load(t, "fr").T("no.such.key", nil); got != "no.such.key" {
		t.Errorf("got %q", got)
	}
}

func TestMissingTextIsEnglish(t *testing.T) {
	c := load(t, "it")
	delete(c.texts, "date.today")
	if got := c.T("date.today", nil); got != "today" {
		t.Errorf("got %q", got)
	}
}

func TestPlural(t *testing.T) {
	forms := entry{forms: map[string]string{"one": "{{.Count}} message de {{.Who}}", "other": "{{.Count}} messages de {{.Who}}"}}
	who := map[string]any{"Who": "Léa"}
	for _, test := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 0, "0 messages de Léa"},
		{"en", 1, "1 message de Léa"},
		{"fr", 0, "0 message de Léa"},
		{"fr", 1, "1 message de Léa"},
		{"fr", 2, "2 messages de Léa"},
		{"fr", 1000000, "1\u00a0000\u00a0000 messages de Léa"},
		{"it", 0, "0 messages de Léa"},
		{"it", 12345, "12.345 messages de Léa"},
	} {
		c := load(t, test.lang)
		c.texts["test.plural"] = forms
		if got := c.N("test.plural", test.n, who); got != test.want {
			t.Errorf("%s %d: %q, want %q", test.lang, test.n, got, test.want)
		}
		if got := c.T("test.plural", map[string]any{"Count": test.n, "Who": "Léa"}); got != test.want {
			t.Errorf("%s %d by T: %q, want %q", test.lang, test.n, got, test.want)
		}
	}
}

func TestLoadRefusesUnknownLanguage(t *testing.T) {
	if _, err := Load("tlh"); err == nil {
		t.Error("no error")
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load(b, "fr")
	}
}
