package pgpmime

import "testing"

// A subject that anybody can read outside is not hidden, whatever it looks
// like there.
func TestSubjectOutside(t *testing.T) {
	for _, c := range []struct {
		name, inside, outside string
		hidden                bool
	}{
		{"a word in its place", "The plan", "Subject: ...\r\n", true},
		{"the usual words in its place", "The plan", "Subject: Encrypted Message\r\n", true},
		{"none", "The plan", "", true},
		{"none inside", "", "Subject: The plan\r\n", true},
		{"the same", "The plan", "Subject: The plan\r\n", false},
		{"folded", "The plan", "Subject: The\r\n  plan\r\n", false},
		{"encoded", "The plan", "Subject: =?utf-8?Q?The=20plan?=\r\n", false},
		{"encoded in another way", "=?utf-8?B?w4l0w6k=?= 2026", "Subject: =?iso-8859-1?Q?=C9t=E9?= 2026\r\n", false},
		{"encoded inside", "=?utf-8?Q?The=20plan?=", "Subject: The plan\r\n", false},
		{"other letters", "The plan", "Subject: the PLAN!\r\n", false},
		{"marked by a server", "The plan", "Subject: [SPAM] The plan\r\n", false},
		{"the answer to it", "Re: The plan", "Subject: The plan\r\n", false},
		{"a second copy", "The plan", "Subject: ...\r\nThread-Topic: The plan\r\n", false},
		{"in any field", "The plan", "Subject: ...\r\nComments: The plan\r\n", false},
		{"a short one is in many words", "ok", "Subject: ...\r\nX-Mailer: Tokyo\r\n", true},
	} {
		r := reader{root: read([]byte("From: alice@example.org\r\n" + c.outside + "\r\n"))}
		if got := r.subjectHidden(read([]byte("Subject: " + c.inside + "\r\n\r\n"))); got != c.hidden {
			t.Errorf("%s: hidden %v", c.name, got)
		}
	}
	r := reader{root: read([]byte("Subject: ...\r\n\r\n"))}
	r.out.Outer = []Field{{"Subject", "The plan"}}
	if r.subjectHidden(read([]byte("Subject: The plan\r\n\r\n"))) {
		t.Error("by the sender's own word it stands outside")
	}
}
