package conversation_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	. "github.com/caliopen/caliopen-tui/conversation"
)

func TestMentions(t *testing.T) {
	allowed := []Address{zoeMasto, meMasto}
	tests := []struct {
		text string
		want []string
	}{
		{"hello", nil},
		{"@carol", []string{"@carol@social.example"}},
		{"do you know @carol@other.example?", []string{"@carol@other.example"}},
		{"@Carol@Other.Example.", []string{"@carol@other.example"}},
		{"@zoe@social.example hi", nil},
		{"@zoe hi", nil},
		{"@me too", nil},
		{"@zoe@elsewhere.example hi", []string{"@zoe@elsewhere.example"}},
		{"(@carol), @carol!", []string{"@carol@social.example"}},
		{"write to carol@example.org", nil},
		{"see https://other.example/@carol", nil},
		{"cats/@carol", []string{"@carol@social.example"}},
		{"a@b-@carol", []string{"@carol@social.example"}},
		{"é@carol", []string{"@carol@social.example"}},
		{"x@é@carol", []string{"@carol@social.example"}},
		{"@@carol", []string{"@carol@social.example"}},
		{"\n@carol\n", []string{"@carol@social.example"}},
		{"5 € @ 3", nil},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			var got []string
			for _, a := range Mentions(test.text, "social.example", allowed) {
				got = append(got, a.ID)
			}
			if fmt.Sprint(got) != fmt.Sprint(test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// After neutralising, a text mentions nobody but those allowed and reads the same.
func TestNeutraliseLeavesNoStrangerAndNoOtherChange(t *testing.T) {
	piece := rapid.SampledFrom([]string{"@", "@zoe", "@zoe@social.example", "@carol", "@carol@other.example", " ", ".", "-", "/", "x", "https://a.example/", "é", "\n", "_", "@a.b@c:8080"})
	allowed := []Address{zoeMasto}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(piece).Draw(t, "text"), "")
		got := Neutralise(text, "social.example", allowed)
		if left := Mentions(got, "social.example", allowed); len(left) > 0 {
			t.Fatalf("%q still mentions %v", got, left)
		}
		if strings.ReplaceAll(got, "\u200b", "") != text {
			t.Fatalf("%q became %q", text, got)
		}
		if len(Mentions(text, "social.example", allowed)) == 0 && got != text {
			t.Fatalf("%q needed nothing and became %q", text, got)
		}
	})
}
