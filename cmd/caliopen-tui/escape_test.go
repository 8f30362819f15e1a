package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// JSON leaves DEL, the C1 controls and the format characters as they are, but a
// terminal obeys them: somebody may well look at --json on one.
func TestObjectEscapesWhatATerminalObeys(t *testing.T) {
	for in, want := range map[string]string{
		"Zoé <x> & 日本":   `"Zoé <x> & 日本"`,
		"a\x1b[2J\x7f":   `"a\u001b[2J\u007f"`,
		"\u009b2J":       `"\u009b2J"`,
		"x\u202efdp.exe": `"x\u202efdp.exe"`,
		"pay\u200bpal":   `"pay\u200bpal"`,
		"\U000e0041":     `"\udb40\udc41"`,
		"a\x9bb":         `"a\ufffdb"`,
	} {
		p := speaking(t, "en")
		var out bytes.Buffer
		p.out = &out
		if err := p.object(in); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != want+"\n" {
			t.Errorf("%q: got %s want %s", in, got, want)
		}
	}
}

func TestObjectEscapesAndLosesNothing(t *testing.T) {
	p := speaking(t, "en")
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.String().Draw(t, "text")
		var out bytes.Buffer
		p.out = &out
		if err := p.object(in); err != nil {
			t.Fatal(err)
		}
		for _, r := range bytes.TrimSuffix(out.Bytes(), []byte("\n")) {
			if r < ' ' || r == 0x7f {
				t.Fatalf("control %#x in %q", r, out.String())
			}
		}
		for _, r := range out.String() {
			if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) {
				t.Fatalf("%U in %q", r, out.String())
			}
		}
		var back string
		if err := json.Unmarshal(out.Bytes(), &back); err != nil || back != in {
			t.Fatalf("%q became %q: %v", in, back, err)
		}
	})
}
