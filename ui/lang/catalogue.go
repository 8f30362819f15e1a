package lang

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"

	"github.com/caliopen/caliopen-tui/conversation"
)

//go:embed locale/*.json
var locales embed.FS

// Fallback is the language of every text that the chosen one lacks.
const Fallback = "en"

// Languages gives the languages that the catalogue is complete in.
func Languages() []string { return []string{"en", "fr", "it"} }

// Catalogue gives texts in one language. It may be used by several goroutines.
type Catalogue struct {
	lang  string
	texts map[string]entry

	english func() map[string]entry // read only when a text is missing

	mu      sync.Mutex
	plurals map[string]*i18n.Localizer // by language, made at the first plural
	bundle  *i18n.Bundle
	known   map[string]bool // keys already in the bundle
}

// entry is one text: plain, or with the forms of a plural.
type entry struct {
	text  string
	forms map[string]string
}

// UnmarshalJSON reads a string or an object of plural forms.
func (e *entry) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		return json.Unmarshal(data, &e.forms)
	}
	if len(data) > 1 && !bytes.ContainsRune(data, '\\') { // nearly all: the start of the program waits for this
		e.text = string(data[1 : len(data)-1])
		return nil
	}
	return json.Unmarshal(data, &e.text)
}

// Load reads the catalogue of a language, one of Languages. Only that language
// is read: the start of the program must not pay for the others.
func Load(lang string) (*Catalogue, error) {
	texts, err := read(lang)
	if err != nil {
		return nil, err
	}
	c := &Catalogue{lang: lang, texts: texts, known: map[string]bool{}}
	c.english = sync.OnceValue(func() map[string]entry {
		fallback, err := read(Fallback)
		if err != nil {
			return nil // the files are embedded: only a broken build gets here
		}
		return fallback
	})
	return c, nil
}

// read merges all files of one language.
func read(lang string) (map[string]entry, error) {
	names, err := fs.Glob(locales, "locale/*."+lang+".json")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("lang: no catalogue for %q", lang)
	}
	texts := make(map[string]entry, 512)
	for _, name := range names {
		data, err := locales.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("lang: %w", err)
		}
		if err := json.Unmarshal(data, &texts); err != nil {
			return nil, fmt.Errorf("lang: %s: %w", name, err)
		}
	}
	return texts, nil
}

// Lang gives the language of the catalogue.
func (c *Catalogue) Lang() string { return c.lang }

// Has tells whether a key exists.
func (c *Catalogue) Has(key string) bool {
	_, _, ok := c.find(key)
	return ok
}

// T gives the text of a key with its arguments filled in. A text with plural
// forms takes its form from the argument "Count". An unknown key is given
// back as it is, so that a fault shows and nothing stops.
func (c *Catalogue) T(key string, args map[string]any) string {
	e, lang, ok := c.find(key)
	switch {
	case !ok:
		return key
	case e.forms != nil:
		return c.plural(key, e, lang, args["Count"], args)
	}
	return fill(e.text, args)
}

// N gives the text of a key in the plural form that n wants. The argument
// "Count" is n as people write it in this language.
func (c *Catalogue) N(key string, n int, args map[string]any) string {
	all := make(map[string]any, len(args)+1)
	for name, value := range args {
		all[name] = value
	}
	all["Count"] = n
	return c.T(key, all)
}

// Reason gives the sentence of a coded reason. Reasons and months among its
// arguments are put into words too.
func (c *Catalogue) Reason(r conversation.Reason) string {
	if r.Code == "" {
		return ""
	}
	args := make(map[string]any, len(r.Args))
	for name, value := range r.Args {
		switch v := value.(type) {
		case conversation.Reason:
			value = c.Reason(v)
		case time.Month:
			value = c.word("date.months_long", int(v)-1)
		}
		args[name] = value
	}
	return c.T(r.Code, args)
}

func (c *Catalogue) find(key string) (entry, string, bool) {
	if e, ok := c.texts[key]; ok {
		return e, c.lang, true
	}
	if c.lang == Fallback {
		return entry{}, "", false
	}
	e, ok := c.english()[key]
	return e, Fallback, ok
}

// fill puts the arguments into "{{.Name}}" places. Nothing else of Go's
// templates is understood, so a text can neither loop nor call anything.
func fill(text string, args map[string]any) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(text, "{{.")
		b.WriteString(before)
		if !open {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return b.String() + rest
		}
		if value, ok := args[strings.TrimSpace(name)]; ok {
			fmt.Fprint(&b, value)
		}
		text = after
	}
}

// plural chooses a form by the rules of the Unicode CLDR.
func (c *Catalogue) plural(key string, e entry, lang string, count any, args map[string]any) string {
	shown := make(map[string]any, len(args))
	for name, value := range args {
		shown[name] = value
	}
	if n, ok := count.(int); ok {
		shown["Count"] = c.Number(n)
	}
	form, err := c.form(key, e, lang, count)
	if err != nil {
		form = e.forms["other"]
	}
	return fill(form, shown)
}

// form asks the plural rules for the form of a count; its places are left
// untouched, since fill is the only one to fill them.
func (c *Catalogue) form(key string, e entry, lang string, count any) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bundle == nil {
		c.bundle = i18n.NewBundle(language.Make(Fallback))
		c.plurals = map[string]*i18n.Localizer{}
	}
	if !c.known[key] {
		if err := c.bundle.AddMessages(language.Make(lang), message(key, e.forms)); err != nil {
			return "", fmt.Errorf("lang: %s: %w", key, err)
		}
		c.known[key] = true
	}
	if c.plurals[lang] == nil {
		c.plurals[lang] = i18n.NewLocalizer(c.bundle, lang)
	}
	text, err := c.plurals[lang].Localize(&i18n.LocalizeConfig{
		MessageID: key, PluralCount: count, TemplateParser: template.IdentityParser{},
	})
	if text != "" {
		return text, nil
	}
	return "", fmt.Errorf("lang: %s: %w", key, err)
}

func message(key string, forms map[string]string) *i18n.Message {
	many := forms["many"]
	if many == "" {
		many = forms["other"] // "1 000 000 de messages" matters to few texts
	}
	return &i18n.Message{
		ID:   key,
		Zero: forms["zero"], One: forms["one"], Two: forms["two"],
		Few: forms["few"], Many: many, Other: forms["other"],
	}
}
