package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAListSplitsWherePeopleMeanIt(t *testing.T) {
	for _, test := range []struct {
		given []string
		want  []string
	}{
		{[]string{"a@b.example\nd@e.example"}, []string{"a@b.example", "d@e.example"}},
		{[]string{"a@b.example\r\n\r\nd@e.example\n"}, []string{"a@b.example", "d@e.example"}},
		{[]string{"a@b.example, d@e.example", "f@g.example"}, []string{"a@b.example", "d@e.example", "f@g.example"}},
		{[]string{`"Doe, Bob" <b@x.example>,c@x.example`}, []string{`"Doe, Bob" <b@x.example>`, "c@x.example"}},
		{[]string{`"Doe \", Bob" <b@x.example>,c`}, []string{`"Doe \", Bob" <b@x.example>`, "c"}},
		{[]string{`Bob <"a,b"@x.example>,c`}, []string{`Bob <"a,b"@x.example>`, "c"}},
		{[]string{`5" <a@x.example>,c`}, []string{`5" <a@x.example>`, "c"}},
		{[]string{`a<b,c`}, []string{`a<b`, "c"}},
		{[]string{"\"a\nb\",c"}, []string{`"a`, `b"`, "c"}},
		{[]string{",, ,"}, nil},
	} {
		var got []string
		for _, text := range test.given {
			if err := (several{&got}).Set(text); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, want %q", test.given, got, test.want)
		}
	}
}

// Nothing but separators and the space around a word may get lost.
func TestAListLosesNothing(t *testing.T) {
	bare := func(s string) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(",\r\n ", r) {
				return -1
			}
			return r
		}, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a,"<>\\ @\n\r]{0,30}`).Draw(t, "text")
		if got := strings.Join(split(text), ""); bare(got) != bare(text) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

func TestSendReachesEverybodyNamed(t *testing.T) {
	box := seed(t)
	for _, args := range [][]string{
		{"--to", "zoe@example.org\nbo@example.org"},
		{"--to", `"Doe, Zoe" <zoe@example.org>`, "--cc", "<bo@example.org>"},
	} {
		r := box.run(t, "hello", append([]string{"send", "--subject", "s", "--via", "home", "--confirm-clear"}, args...)...)
		rows := box.objects(t, "outbox", "list")
		if len(rows) == 0 {
			t.Fatalf("%v: nothing waits: %d %s", args, r.code, r.err)
		}
		for _, row := range rows {
			text := strings.ToLower(strings.Join(texts(row), " "))
			if !strings.Contains(text, "zoe") || !strings.Contains(text, "bo") {
				t.Errorf("%v: %v", args, row)
			}
		}
	}
}

// texts gives all strings inside a value of JSON.
func texts(v any) (out []string) {
	switch v := v.(type) {
	case string:
		out = append(out, v)
	case []any:
		for _, e := range v {
			out = append(out, texts(e)...)
		}
	case map[string]any:
		for _, e := range v {
			out = append(out, texts(e)...)
		}
	}
	return out
}

func TestFilesMayHaveCommasInTheirNames(t *testing.T) {
	dir := t.TempDir()
	odd := filepath.Join(dir, "plan, final.txt")
	if err := os.WriteFile(odd, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, text := range []string{odd, "a.txt,b.txt"} {
		if err := (files{several{&got}}).Set(text); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{odd, "a.txt", "b.txt"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
