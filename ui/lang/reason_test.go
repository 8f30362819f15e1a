package lang

import (
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// A line is made of words that are reasons themselves.
func TestReasonsInsideReasons(t *testing.T) {
	line := func(key conversation.Reason) conversation.Reason {
		args := map[string]any{"Channel": conversation.Reason{Code: "channel.mail.sealed"}, "Address": "zoe@example.org", "Level": "B", "Approx": "", "Score": 76}
		if key.Code != "" {
			args["Key"] = key
		}
		return conversation.Reason{Code: "route.line_auto", Args: args}
	}
	since := conversation.Reason{Code: "route.key_since", Args: map[string]any{"Month": time.March}}
	checked := conversation.Reason{Code: "route.key_checked_year", Args: map[string]any{"Month": time.August, "Year": 2024}}
	for _, test := range []struct {
		lang string
		key  conversation.Reason
		want string
	}{
		{"en", since, "→ sealed mail · zoe@example.org · B 76 · key known since March"},
		{"fr", since, "→ mail scellé · zoe@example.org · B 76 · clé connue depuis mars"},
		{"it", checked, "→ mail sigillata · zoe@example.org · B 76 · chiave verificata in agosto 2024"},
		{"en", conversation.Reason{}, "→ sealed mail · zoe@example.org · B 76"},
	} {
		if got := load(t, test.lang).Reason(line(test.key)); got != test.want {
			t.Errorf("%s: %q, want %q", test.lang, got, test.want)
		}
	}
}
