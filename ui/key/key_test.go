package key_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/lang"
)

func contexts() []key.Context {
	seen := map[key.Context]bool{}
	var out []key.Context
	for _, a := range key.Table() {
		for _, c := range a.In {
			if !seen[c] {
				seen[c] = true
				out = append(out, c)
			}
		}
	}
	return out
}

func TestNoKeyMeansTwoThingsInOneContext(t *testing.T) {
	for _, c := range contexts() {
		owner := map[string]key.ID{}
		for _, a := range key.Table() {
			if !slices.Contains(a.In, c) {
				continue
			}
			for _, k := range a.Keys {
				if other, taken := owner[k]; taken {
					t.Errorf("%s: %q is both %s and %s", c, k, other, a.ID)
				}
				owner[k] = a.ID
			}
		}
		for k, id := range owner {
			for longer, other := range owner {
				if strings.HasPrefix(longer, k+" ") {
					t.Errorf("%s: %q (%s) hides the chord %q (%s)", c, k, id, longer, other)
				}
			}
		}
	}
}

func TestNoActionIsLost(t *testing.T) {
	m, unknown := key.NewMap(key.Table(), nil)
	if len(unknown) > 0 {
		t.Errorf("unknown without any of the user's own: %v", unknown)
	}
	for _, a := range key.Table() {
		for _, c := range a.In {
			got, ok, _ := m.Find([]key.Context{c}, a.Keys[0])
			if !ok || got.ID != a.ID {
				t.Errorf("%s: %q leads to %q, not to %s", c, a.Keys[0], got.ID, a.ID)
			}
		}
	}
}

// The bytes of an arrow key can arrive apart on a slow line.
func TestNothingIsTakenAwayByTheEndOfAnArrowKey(t *testing.T) {
	for _, a := range key.Table() {
		for _, k := range a.Keys {
			if a.Destroy && slices.Contains(strings.Split("A B C D H F O [", " "), strings.Fields(k)[0]) {
				t.Errorf("%s lies on %q", a.ID, k)
			}
		}
	}
	for _, id := range []key.ID{key.Archive, key.Delete, key.Discard, key.Remove} {
		i := slices.IndexFunc(key.Table(), func(a key.Action) bool { return a.ID == id })
		if i < 0 || !key.Table()[i].Destroy {
			t.Errorf("%s is not marked as taking something away", id)
		}
	}
}

func TestFieldsGetEveryKeyThatIsText(t *testing.T) {
	for _, a := range key.Table() {
		if !slices.Contains(a.In, key.Composer) && !slices.Contains(a.In, key.Setup) && !slices.Contains(a.In, key.Palette) {
			continue
		}
		for _, k := range a.Keys {
			if len([]rune(k)) == 1 || k == "space" {
				t.Errorf("%s: %q is text and would never arrive", a.ID, k)
			}
		}
	}
}

func TestEveryActionHasItsWords(t *testing.T) {
	for _, l := range lang.Languages() {
		cat, err := lang.Load(l)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range key.Table() {
			wanted := []string{a.Title()}
			if a.Hint > 0 {
				wanted = append(wanted, a.Short())
			}
			if ok, reason := a.Enabled(key.State{}); !ok {
				wanted = append(wanted, reason)
			}
			for _, c := range a.In {
				wanted = append(wanted, "context."+string(c))
			}
			for _, w := range wanted {
				if !cat.Has(w) {
					t.Errorf("%s: no text %q", l, w)
				}
			}
		}
	}
}

func TestOwnKeysReplaceAndUnknownNamesAreTold(t *testing.T) {
	m, unknown := key.NewMap(key.Table(), map[key.ID][]string{key.Archive: {"x"}, "arhcive": {"y"}})
	if len(unknown) != 1 || unknown[0] != "arhcive" {
		t.Errorf("unknown: %v", unknown)
	}
	if a, ok, _ := m.Find([]key.Context{key.List}, "x"); !ok || a.ID != key.Archive {
		t.Errorf("x leads to %q", a.ID)
	}
	if _, ok, _ := m.Find([]key.Context{key.List}, "e"); ok {
		t.Error("e still archives")
	}
	if keys := m.Keys([]key.Context{key.List}, key.Archive); len(keys) != 1 || keys[0] != "x" {
		t.Errorf("shown keys: %v", keys)
	}
}

func TestChords(t *testing.T) {
	m, _ := key.NewMap(key.Table(), nil)
	in := []key.Context{key.List, key.Global}
	if _, ok, more := m.Find(in, "g"); ok || !more {
		t.Errorf("g: found %v, more %v", ok, more)
	}
	for pressed, want := range map[string]key.ID{"g g": key.First, "g c": key.GoContacts, "g o": key.GoActivity} {
		if a, ok, _ := m.Find(in, pressed); !ok || a.ID != want {
			t.Errorf("%q leads to %q", pressed, a.ID)
		}
	}
	if n := len(m.Following(in, "g")); n != 9 {
		t.Errorf("g can be followed by %d actions", n)
	}
}

func TestOtherKeyboards(t *testing.T) {
	cases := []struct {
		pressed string
		base    rune
		want    string
	}{
		{"о", 0, "j"},
		{"О", 0, "J"},
		{"й", 0, "q"},
		{"ξ", 0, "j"},
		{"Ω", 0, "V"},
		{"ф", 'x', "x"},
		{"j", 'z', "j"},
		{"ctrl+d", 0, "ctrl+d"},
		{"李", 0, "李"},
	}
	for _, c := range cases {
		if got := key.Latin(c.pressed, c.base); got != c.want {
			t.Errorf("Latin(%q, %q) = %q, want %q", c.pressed, c.base, got, c.want)
		}
	}
}

func TestTheDocumentationListsEveryAction(t *testing.T) {
	cat, err := lang.Load("fr")
	if err != nil {
		t.Fatal(err)
	}
	m, _ := key.NewMap(key.Table(), nil)
	table := key.Markdown(cat, m)
	for _, a := range key.Table() {
		if !a.Hidden && !strings.Contains(table, cat.T(a.Title(), nil)) {
			t.Errorf("%s is missing", a.ID)
		}
	}
	if !strings.Contains(table, "| `r` |") || !strings.Contains(table, "`gg`") {
		t.Error("keys are not written as people read them")
	}
}
