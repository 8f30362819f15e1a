package imap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

func TestSieve(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"* VANISHED (EARLIER) 1:5\r\n* 3 EXISTS\r\n":                               "* 3 EXISTS\r\n",
		"* XFOO\r\nT1 OK done\r\n":                                                 "T1 OK done\r\n",
		"* 3 XFOO bar\r\n* 3 recent\r\n":                                           "* 3 recent\r\n",
		"\x00\x01garbage\r\n* ok fine\r\n":                                         "* ok fine\r\n",
		"* XFOO {5}\r\n* 1 F more\r\n* 1 EXISTS\r\n":                               "* 1 EXISTS\r\n",
		"* 1 FETCH (BODY[] {14}\r\n* XFOO in it\r\n UID 3)\r\n* XFOO\r\n":          "* 1 FETCH (BODY[] {14}\r\n* XFOO in it\r\n UID 3)\r\n",
		"* 1 FETCH (BODY[] {0}\r\n BODY[HEADER] {3}\r\n* X)\r\n* XFOO\r\n+ go\r\n": "* 1 FETCH (BODY[] {0}\r\n BODY[HEADER] {3}\r\n* X)\r\n+ go\r\n",
		"* OK [UIDNEXT 0] none\r\n* OK [UIDNEXT 10] next\r\n":                      "* OK [UIDNEXT 10] next\r\n",
		"* OK [HIGHESTMODSEQ 0]\r\n* OK [UIDVALIDITY 0] x\r\n":                     "* OK [UIDVALIDITY 0] x\r\n",
		"* FLAGS (\\Seen)\r\n* BAD alone\r\n":                                      "* FLAGS (\\Seen)\r\n* BAD alone\r\n",
		"\r\n* 1 EXISTS\r\n":                                                       "* 1 EXISTS\r\n",
		"* 1 EXISTS":                                                               "* 1 EXISTS", // cut
		"* LIST () \"/\" \"" + strings.Repeat("x", 50000) + "\"\r\n* XFOO " + strings.Repeat("y", 50000) + " {4}\r\nabc\r\nrest\r\nT2 OK\r\n": "* LIST () \"/\" \"" + strings.Repeat("x", 50000) + "\"\r\nT2 OK\r\n",
	} {
		for name, r := range map[string]io.Reader{
			"whole": strings.NewReader(in), "bytes": iotest.OneByteReader(strings.NewReader(in)), "late end": iotest.DataErrReader(strings.NewReader(in)),
		} {
			got, err := io.ReadAll(newSieve(r))
			if err != nil || string(got) != want {
				t.Errorf("%s: %.80q: got %.120q (%d bytes), %v", name, in, got, len(got), err)
			}
		}
	}
}

func TestSieveIsBounded(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]io.Reader{
		"many": strings.NewReader(strings.Repeat("* XFOO\r\n", 1<<18)), "long": strings.NewReader("* XFOO " + strings.Repeat("y", 2<<20)),
		"literal": strings.NewReader("* XFOO {9000000000}\r\n" + strings.Repeat("y", 2<<20)),
	} {
		if n, err := io.Copy(io.Discard, newSieve(in)); n > 0 || !errors.Is(err, errLimit) {
			t.Errorf("%s: %d bytes, %v", name, n, err)
		}
	}
}

// Answers that the parser knows pass byte for byte, in whatever pieces they come.
func TestSieveChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var in bytes.Buffer
		for range rapid.IntRange(1, 8).Draw(t, "answers") {
			in.WriteString(rapid.SampledFrom([]string{"* 1 FETCH (UID 2", "* LIST () NIL", "T7 OK", "* ESEARCH (TAG \"T7\")", "+ "}).Draw(t, "head"))
			for range rapid.IntRange(0, 3).Draw(t, "literals") {
				body := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "body")
				in.WriteString(fmt.Sprintf(" {%d}\r\n", len(body)))
				in.Write(body)
			}
			in.WriteString(" end)\r\n")
		}
		got, err := io.ReadAll(newSieve(iotest.HalfReader(bytes.NewReader(in.Bytes()))))
		if err != nil || !bytes.Equal(got, in.Bytes()) {
			t.Fatalf("%q became %q, %v", in.Bytes(), got, err)
		}
	})
}

// What servers say besides, when a folder is opened and in the middle of
// messages, keeps nothing from arriving and costs no connection.
func TestUnknownAnswersCostNothing(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{
		"* VANISHED 1:3", "* VANISHED (EARLIER) 41,43:116", "* XFOO", "* 3 XFOO", "* BAD internal", "* NO careful", "* OK [ALERT] disk", "* OK [UIDNEXT 0]",
		"* OK [HIGHESTMODSEQ 0]", "* XLIST (\\Inbox) \"/\" INBOX", "* LSUB () \"/\" INBOX", "garbage", "\x00\x01\x02", "* OK [XCODE something] ok", "* XFOO {3}\r\nabc",
	} {
		s := newScript(t)
		s.uids = numbers(1, 5)
		for _, open := range []string{"SELECT", "EXAMINE"} {
			s.answers[open] = func(w io.Writer, _ string) string { s.selected(w); io.WriteString(w, odd+"\r\n"); return "" }
		}
		s.answers["UID FETCH"] = func(w io.Writer, args string) string {
			s.fetch(w, args, func(w io.Writer, _ int, uid uint32) bool {
				if uid == 3 {
					io.WriteString(w, odd+"\r\n")
				}
				return false
			})
			return ""
		}
		m := newMemory()
		if err := newClient(t, s.start()).Sync(t.Context(), m); err != nil || len(m.copies) != 5 || s.logins != 1 {
			t.Errorf("%q: %d messages, %d logins, %v", odd, len(m.copies), s.logins, err)
		}
	}
}
