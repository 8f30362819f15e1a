package privacy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

func TestFactorKey(t *testing.T) {
	for want, f := range map[string]Factor{
		"t.subject":      {ID: "t.subject", Points: 6, Max: 6},
		"t.subject.no":   {ID: "t.subject", Max: 6},
		"c.remote.part":  {ID: "c.remote", Points: 3, Max: 4},
		"t.path.part":    {ID: "t.path", Points: 3, Max: 6},
		"r.path.tls":     {ID: "r.path.tls", Points: 20, Max: 50},
		"r.path.plain":   {ID: "r.path.plain", Max: 50},
		"p.new":          {ID: "p.new", Points: 8, Max: 20},
		"p.void":         {ID: "p.verified", Max: 20},
		"p.none":         {ID: "p.none", Max: 20},
		"n.best":         {ID: "n.best", Points: 23, Max: 60},
		"r.forward.part": {ID: "r.forward", Points: 2, Max: 4},
	} {
		if got := f.Key(); got != want {
			t.Errorf("%+v: %s, want %s", f, got, want)
		}
	}
}

func TestSentenceKey(t *testing.T) {
	unopened := mailEvidence(func(ev *Evidence) { ev.Security.Sealed = "full" })
	forged := unopened
	forged.Forged = true
	for want, x := range map[string]Index{
		"sealed.unopened": Message(FactsOf(unopened)),
		"k.forged":        Message(FactsOf(forged)),
		"level.D":         Message(FactsOf(mailEvidence(nil))),
		"k.ownhop":        Message(FactsOf(mailEvidence(func(ev *Evidence) { ev.OwnHop = false }))),
		"level.?":         {},
		"k.unverified":    {DecidedBy: "k.unverified", Level: LevelB},
	} {
		if got := x.SentenceKey(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// catalogue reads all texts of a language.
func catalogue(t *testing.T, lang string) map[string]any {
	t.Helper()
	names, err := filepath.Glob("../ui/lang/locale/*." + lang + ".json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no texts in %q: %v", lang, err)
	}
	texts := map[string]any{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &texts); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return texts
}

// TestEveryReasonHasWords holds that whatever an index may say has words in
// every language.
func TestEveryReasonHasWords(t *testing.T) {
	keys := map[string]bool{"sealed.unopened": true, "p.void": true}
	for _, r := range factorRules {
		keys[Factor{ID: r.id, Points: r.points, Max: r.max}.Key()] = true
	}
	keys[Factor{ID: "t.path", Max: 6}.Key()] = true
	for _, c := range capRules {
		keys[c.id] = true
	}
	for _, r := range remedies {
		keys[r.id] = true
	}
	for _, c := range accountChecks() {
		for _, p := range c.points {
			keys[Factor{ID: c.id, Points: p, Max: c.max}.Key()] = true
		}
	}
	for _, c := range accountCaps(AccountInput{BadCertificate: true, TLS: "none", NoSeal: true}) {
		keys[c.ID] = true
	}
	for _, in := range []ContactInput{{}, {Written: true, Verified: true, Second: true, Fresh: true, Mutual: true, Conflict: true}} {
		addKeys(keys, Contact(in))
	}
	addKeys(keys, Owner(OwnerInput{}))
	for _, lang := range []string{"en", "fr", "it"} {
		texts := catalogue(t, lang)
		for key := range keys {
			if texts[key] == nil {
				t.Errorf("%s: no words for %s", lang, key)
			}
		}
	}
}

func addKeys(keys map[string]bool, x Index) {
	for _, f := range x.Factors {
		keys[f.Key()] = true
	}
	for _, c := range x.Caps {
		keys[c.ID] = true
	}
}

func TestMessagesUseKnownKeys(t *testing.T) {
	texts := catalogue(t, "en")
	rapid.Check(t, func(t *rapid.T) {
		x := Message(anyFacts(t))
		for _, f := range x.Factors {
			if texts[f.Key()] == nil {
				t.Fatalf("no words for %s", f.Key())
			}
		}
		if texts[x.SentenceKey()] == nil {
			t.Fatalf("no words for %s", x.SentenceKey())
		}
	})
}
