package archive

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

// Whatever stands in an mbox, every byte belongs to one message, whatever
// pieces it is read in, and nothing is larger than the limit.
func FuzzSplitter(f *testing.F) {
	for _, s := range []string{
		"", line1, line1 + "Subject: a\n\none\n\n" + line1 + "Subject: b\n\n>From x\n", "From x\n\n\n", "\r\n" + line1 + "Content-Length: 3\n\nabc\n" + line1,
		line1 + "Content-Length: 99999999999\n\n", "From mboxrd@caliopen.invalid Mon Mar  2 10:00:00 2026\n>From \n\n", "From 1@x\nFrom: y\n\nFrom 2@x\nFrom: z\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 4 << 10
		read := func(r io.Reader) (out []letter, err error) {
			s := newSplitter(r, limit)
			for {
				l, err := s.read()
				if err != nil {
					return out, err
				}
				out = append(out, l)
			}
		}
		ls, err := read(bytes.NewReader(data))
		others, otherErr := read(iotest.OneByteReader(bytes.NewReader(data)))
		if len(ls) != len(others) || !errors.Is(err, otherErr) && !errors.Is(otherErr, err) {
			t.Fatalf("%d messages and %v, in pieces %d and %v", len(ls), err, len(others), otherErr)
		}
		var at int64
		for i, l := range ls {
			if i == 0 {
				at = l.offset
			}
			if l.offset != at || l.size <= 0 || len(l.raw) > limit || !bytes.Equal(l.raw, others[i].raw) {
				t.Fatalf("message %d: at %d, want %d; %d bytes of %d", i, l.offset, at, len(l.raw), l.size)
			}
			at += l.size
		}
		if len(ls) > 0 && at != int64(len(data)) {
			t.Fatalf("%d bytes of %d", at, len(data))
		}
	})
}

// Whatever stands in a file of Apple Mail, what is taken for the message stands
// in it, as long as its first line says.
func FuzzEMLX(f *testing.F) {
	for _, s := range []string{"3\nabc<plist><dict><key>flags</key><integer>1</integer></dict></plist>", "-1\n", "99\nabc", "0\n", "3", "3\nabc<key>flags<key>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		message, m, _, reason := readEMLX(data)
		if reason == "" && !bytes.Contains(data, message) {
			t.Fatalf("%q", message)
		}
		if reason != "" && (message != nil || m.flags.Flagged) {
			t.Fatalf("%q with %q", message, reason)
		}
	})
}
