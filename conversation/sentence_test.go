package conversation_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sources gives the package's own code.
func sources(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(data)
	}
	return b.String()
}

// Every code this package gives has a sentence, and there is no sentence that
// nothing gives.
func TestEveryCodeHasASentence(t *testing.T) {
	texts := map[string]any{}
	for _, name := range []string{"conversation", "query", "route-sealed"} {
		data, err := os.ReadFile("../ui/lang/locale/" + name + ".en.json")
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &texts); err != nil {
			t.Fatal(err)
		}
	}
	maps.DeleteFunc(texts, func(key string, _ any) bool { return strings.HasPrefix(key, "adv.") })
	codes := map[string]bool{"route.others": true}
	for _, m := range regexp.MustCompile(`"((?:route|warn|problem|query|draft)\.[a-z_]+)"`).FindAllStringSubmatch(sources(t), -1) {
		codes[m[1]] = true
	}
	for _, made := range []string{
		"route.line_auto", "route.line_pin", "route.line_override", "route.line_ask", "route.own_key_expired", "route.own_key_revoked", "route.key_since_year", "route.key_checked_year", "channel.intra",
		"query.bad_size", "query.bad_score", "query.bad_level",
	} {
		codes[made] = true
	}
	delete(codes, "route.line_")
	delete(codes, "query.bad_")
	delete(codes, "route.own_key_")
	for code := range codes {
		if _, ok := texts[code]; !ok {
			t.Errorf("%s has no sentence", code)
		}
	}
	for key := range texts {
		if !codes[key] {
			t.Errorf("nothing says %s", key)
		}
	}
}
