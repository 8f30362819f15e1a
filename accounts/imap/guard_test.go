package imap

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// through sends bytes through a guard and gives what came out.
func through(r io.Reader, max limits) ([]byte, error) {
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	return io.ReadAll(newGuard(client, r, max))
}

func TestGuard(t *testing.T) {
	max := limits{line: 2000, small: 100, literal: 5000, depth: 10}
	deep := strings.Repeat("(", 11)
	for name, tc := range map[string]struct {
		in string
		ok bool
	}{
		"answer":                    {"* 1 FETCH (UID 1 FLAGS (\\Seen) BODY[] {9}\r\n((((\r\n{99)\r\n", true},
		"large body":                {"* 12 FETCH (UID 1 BODY[] {4000}\r\n" + strings.Repeat("(", 4000) + ")\r\n", true},
		"body after a literal":      {"* 1 FETCH (BODY[HEADER] {3}\r\nabc BODY[] {3000}\r\n" + strings.Repeat("{9}\r\n", 600) + ")\r\n", true},
		"lower case":                {"* 1 fetch (uid 3 body[] {4000}\r\n" + strings.Repeat("(", 4000) + ")\r\n", true},
		"brackets in quotes":        {"* 1 FETCH (ENVELOPE (NIL \"" + deep + "\\\"{9999999}\" NIL))\r\n", true},
		"many short lines":          {strings.Repeat("* OK still here\r\n", 1000), true},
		"lone LF":                   {"* LIST () \"/\" {5}\ninbox\n" + strings.Repeat("* OK\n", 500), true},
		"nested":                    {"* 1 FETCH (BODYSTRUCTURE " + deep, false},
		"long line":                 {"* OK " + strings.Repeat("x", 2000), false},
		"huge body":                 {"* 1 FETCH (BODY[] {5001}\r\n", false},
		"huge anything":             {"* LIST () \"/\" {101}\r\n", false},
		"beyond 64 bit":             {"* 1 FETCH (BODY[] {99999999999999999999999999}\r\n", false},
		"literal in a text":         {"* OK BODY[] {4000}\r\n* 1 FETCH (BODYSTRUCTURE " + deep, false},
		"literal at the wrong spot": {"* 1 FETCH (ENVELOPE (BODY[] {4000}\r\n", false},
		"fetch in a text":           {"* OK x\r\n* OK * 1 FETCH (BODY[] {4000}\r\n", false},
		"literal glued":             {"* 1 FETCH (BODY[]{4000}\r\n", false},
		"nesting across a literal":  {"* 1 FETCH (" + strings.Repeat("({1}\r\nx", 11) + "\r\n", false},
		"line across literals":      {"* 1 FETCH (" + strings.Repeat("aaaaaaaaa {1}\r\nx", 200) + "\r\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := through(strings.NewReader(tc.in), max)
			if tc.ok && (err != nil || string(out) != tc.in) {
				t.Errorf("error %v, %d of %d bytes came through", err, len(out), len(tc.in))
			}
			if !tc.ok && !errors.Is(err, errLimit) {
				t.Errorf("error %v, want the limit", err)
			}
		})
	}
}

// How the network cuts the bytes into pieces must not matter.
func TestGuardInPieces(t *testing.T) {
	max := limits{line: 60, small: 8, literal: 40, depth: 3}
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.SampledFrom([]string{
			"* 1 FETCH (", "* OK ", "BODY[] ", "{20}\r\n", "{5}\r\n", "{50}\r\n", "(", ")", "\"", "\\", "\r\n", "\n", "\r", "abc ", "{", "}", "9",
		})).Draw(t, "answer")
		in := strings.Join(words, "")
		whole, wholeErr := through(strings.NewReader(in), max)
		single, singleErr := through(iotest.OneByteReader(strings.NewReader(in)), max)
		if errors.Is(wholeErr, errLimit) != errors.Is(singleErr, errLimit) {
			t.Fatalf("%q: %v in one piece, %v byte by byte", in, wholeErr, singleErr)
		}
		if wholeErr == nil && !bytes.Equal(whole, single) {
			t.Fatalf("%q: other bytes", in)
		}
	})
}

// FuzzGuard holds the guard against its promise: what comes through is what
// was sent, and no line outside a literal is longer or nested deeper than the
// limits.
func FuzzGuard(f *testing.F) {
	for _, seed := range []string{
		"* 1 FETCH (UID 1 BODY[] {9}\r\n((((\r\n{99)\r\n", "* OK {3}\r\n(((", "* 1 FETCH (BODY[] {999999}\r\n",
		"* LIST () \"/\" {3}\r\n\"(\\\r\n* BYE\r\n", strings.Repeat("(", 100), strings.Repeat("{1}\n", 50),
	} {
		f.Add([]byte(seed))
	}
	max := limits{line: 200, small: 16, literal: 100, depth: 4}
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := through(bytes.NewReader(in), max)
		if err == nil && !bytes.Equal(in, out) {
			t.Fatal("bytes were changed")
		}
		if err != nil && !errors.Is(err, errLimit) {
			t.Fatal(err)
		}
		// A run of brackets may only be longer than the depth inside literals
		// or quotes, which are bounded themselves.
		for _, line := range bytes.Split(out, []byte("\n")) {
			if len(line) > int(max.line+max.literal) {
				t.Fatalf("a line of %d bytes came through", len(line))
			}
		}
		if !bytes.ContainsAny(out, "{\"\\") && bytes.Contains(out, []byte("(((((")) {
			t.Fatal("nested too deeply")
		}
	})
}
