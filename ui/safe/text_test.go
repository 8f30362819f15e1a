package safe

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"ascii", "Hello, world", "Hello, world"},
		{"accents", "Élodie à Gênes", "Élodie à Gênes"},
		{"overprint", "boss\rattacker", "boss attacker"},
		{"crlf is one space", "a\r\n\tb", "a b"},
		{"clear screen", "a\x1b[2Jb", "a␛[2Jb"},
		{"window title", "\x1b]0;x\a", "␛]0;x␇"},
		{"hyperlink", "\x1b]8;;file:///etc\x1b\\", "␛]8;;file:///etc␛\\"},
		{"clipboard", "\x1b]52;c;eA==\a", "␛]52;c;eA==␇"},
		{"device control", "\x1bPq\x1b\\", "␛Pq␛\\"},
		{"application command", "\x1b_Ga=T\x1b\\", "␛_Ga=T␛\\"},
		{"reset", "\x1bc", "␛c"},
		{"report", "\x1b[6n", "␛[6n"},
		{"backspace, nul, delete", "a\bb\x00c\x7f", "a␈b␀c␡"},
		{"C1 as UTF-8", "a\u009b2J\u009d0;x\u0090", "a\uFFFD2J\uFFFD0;x\uFFFD"},
		{"C1 as bytes", "a\x9b2J", "a\uFFFD2J"},
		{"overlong escape", "a\xc0\x9b", "a\uFFFD\uFFFD"},
		{"bidi override", "x.pdf\u202efdp.exe", "x.pdffdp.exe"},
		{"bidi isolates", "\u2066a\u2069\u200e\u200f\u061c", "a"},
		{"zero width", "pay\u200bpal\ufeff", "paypal"},
		{"tags", "a\U000E0041\U000E007F", "a"},
		{"braille blank", "a\u2800b", "a b"},
		{"no-break and wide space", "a\u00a0b\u3000c", "a b c"},
		{"private use", "a\ue0a0b\U000F0000", "a\uFFFDb\uFFFD"},
		{"line separators", "a\u2028b\u0085c", "a b c"},
		{"emoji family falls apart", "👨\u200d👩\u200d👧", "👨👩👧"},
		{"flag", "🇫🇷", "FR"},
		{"heart", "\u2764\ufe0f", "\u2764"},
		{"mark without base", "\u0301a", "a"},
		{"mark after space", "a \u0301", "a "},
		{"Devanagari", "नमस्ते", "नमस्ते"},
		{"surrogate", "a\xed\xa0\x80", "a\uFFFD\uFFFD\uFFFD"},
	} {
		if got := Line(c.in).String(); got != c.want {
			t.Errorf("%s: Line(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestBlock(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nb\nc\rd":     "a\nb\nc\nd",
		"a\tb":             "a       b",
		"19\u00a0h\u202f!": "19\u00a0h\u00a0!",
		"12345678\tb":      "12345678        b",
		"日本\tb":            "日本    b",
		"x\n\u0301y":       "x\ny",
		"\x1b[2J\nb":       "␛[2J\nb",
		"a\u2029b\fc\n":    "a\nb\nc\n",
	} {
		if got := Block(in).String(); got != want {
			t.Errorf("Block(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMarksAreFew(t *testing.T) {
	storm := "e" + strings.Repeat("\u0301", 5000) + "x" + strings.Repeat("\u20dd", 9)
	if got := utf8.RuneCountInString(Line(storm).String()); got != 2+2*maxMarks {
		t.Errorf("%d runes are left of a combining storm", got)
	}
}

func TestCleanTextIsNotCopied(t *testing.T) {
	s := strings.Repeat("Plain words.\n", 100)
	if n := testing.AllocsPerRun(10, func() { _ = Block(s) }); n != 0 {
		t.Errorf("Block of clean text allocates %v times", n)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "a\x1b[2J", "\u009b", "\x9b", "e\u0301\u0301", "\t\r\n", "\u202e", "\xe2\x80", "🇫🇷", "[A 98]", "[[A\u0301\t9]]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		check(t, Line(s).String(), false)
		check(t, Block(s).String(), true)
	})
}

// check holds the promise of the package, said without using its own tables.
func check(t *testing.T, out string, lines bool) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Fatalf("%q is not UTF-8", out)
	}
	for _, r := range out {
		if unicode.IsControl(r) && !(lines && r == '\n') || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Bidi_Control, r) ||
			unicode.Is(unicode.Co, r) || unicode.Is(unicode.Variation_Selector, r) || r == 0x2028 || r == 0x2029 {
			t.Fatalf("%U passed in %q", r, out)
		}
	}
	again := Line(out)
	if lines {
		again = Block(out)
	}
	if again.String() != out {
		t.Fatalf("not stable: %q becomes %q", out, again)
	}
}
