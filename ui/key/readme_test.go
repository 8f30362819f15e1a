package key_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/lang"
)

var update = flag.Bool("update", false, "write the table of keys into README.md")

const (
	readme   = "../../README.md"
	tableTop = "<!-- keys -->\n"
	tableEnd = "<!-- /keys -->"
)

// The README lists the keys that there are; with -update it is written anew.
func TestTheReadmeListsTheKeysThatThereAre(t *testing.T) {
	cat, err := lang.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), tableTop)
	have, after, closed := strings.Cut(rest, tableEnd)
	if !ok || !closed {
		t.Fatalf("README.md lacks the marks %q and %q", tableTop, tableEnd)
	}
	m, _ := key.NewMap(key.Table(), nil)
	want := "\n" + key.Markdown(cat, m)
	if *update {
		if err := os.WriteFile(readme, []byte(before+tableTop+want+tableEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have != want {
		t.Errorf("the keys in README.md are not current: go test ./ui/key -update\n%s", want)
	}
}
