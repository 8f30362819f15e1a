package mime

import "testing"

func TestWhatASubjectCarries(t *testing.T) {
	for _, c := range []struct {
		outer, inner string
		want         bool
	}{
		{"...", "The plan", false},
		{"…", "The plan", false},
		{"[...]", "The plan", false},
		{"Re: [...]", "Re: The plan", false},
		{"", "The plan", false},
		{"Encrypted Message", "The plan", false},
		{"Encrypted Message", "A message for you", false},
		{"Encrypted Message", "Encrypted message", true},
		{"The plan", "The plan", true},
		{"Re: the PLAN", "The plan", true},
		{"The plan...", "The plan of Friday", true},
		{"Friday", "The plan of Friday", true},
		{"Fridays", "The plan of Friday", true},
		{"Holidays", "The plan of Friday", false},
		{"会议", "会议纪要", true},
		{"Hello", "", true},
		{"...", "", false},
	} {
		if got := carries(c.outer, c.inner); got != c.want {
			t.Errorf("%q outside, %q inside: %v", c.outer, c.inner, got)
		}
	}
}

// TestSubjectHidden goes by the two subjects, whatever the form of protection
// calls itself.
func TestSubjectHidden(t *testing.T) {
	f := reading(t, "alice")
	outside := func(subject string) string {
		return "From: alice@example.org\r\nTo: bob@example.org\r\nSubject: " + subject + "\r\nDate: Tue, 01 Dec 2026 09:30:00 +0000\r\n"
	}
	for _, c := range []struct {
		name, subject, params, fields string
		hidden                        bool
	}{
		{"cipher, dots", "[...]", cipher, full, true},
		{"cipher, the same outside", "The plan", cipher, full, false},
		{"cipher, half of it outside", "plan B", cipher, full, false},
		{"cipher, encoded outside", "=?utf-8?Q?The_plan?=", cipher, full, false},
		{"cipher, told by the sender", "[...]", cipher, full + "HP-Outer: Subject: plan\r\n", false},
		{"older, dots", "...", v1, full, true},
		{"older, words for it", "Encrypted Message", v1, full, true},
		{"older, the same outside", "The plan", v1, full, false},
		{"oldest, dots", "...", "x=y", full, true},
		{"no protection", "...", "x=y", "", false},
	} {
		p := bobs(t, f, outside(c.subject)+envelopeOf(sealing(t, "alice", inner(c.params, c.fields))))
		if s := p.Message.Evidence.Security; s.SubjectHidden != c.hidden || !s.Decrypted {
			t.Errorf("%s: hidden %v, %+v", c.name, s.SubjectHidden, s)
		}
	}
	p := bobs(t, f, outside("...")+signedBy(t, "alice", inner(cipher, full)))
	if p.Message.Evidence.Security.SubjectHidden {
		t.Error("signed only: hidden")
	}
}
