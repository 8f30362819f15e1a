package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
)

func ids(as []conversation.Address) string {
	var out []string
	for _, a := range as {
		out = append(out, a.ID)
	}
	return strings.Join(out, " ")
}

func TestParseMailto(t *testing.T) {
	for _, test := range []struct {
		link, to, cc, subject, body, ignored string
	}{
		{"mailto:Lou@example.org", "lou@example.org", "", "", "", ""},
		{"MAILTO:lou@example.org,bo%40example.net?to=al@example.org", "lou@example.org bo@example.net al@example.org", "", "", "", ""},
		{"mailto:?cc=bo@example.org&subject=a+b%20c", "", "bo@example.org", "a+b c", "", ""},
		{"mailto:a@example.org?attach=~/.ssh/id_ed25519", "a@example.org", "", "", "", "attach"},
		{"mailto:a@example.org?Attach=x&attachment=y&file=z&insert=w&%61ttach=v", "a@example.org", "", "", "", "attach attachment file insert"},
		{"mailto:a@example.org?template=x&account=y&from=z@example.org&reply-to=q@example.org&bcc=s@example.org", "a@example.org", "", "", "", "template account from reply-to bcc"},
		{"mailto:a@example.org?body=Bcc:%20x@example.org%0D%0Ahello", "a@example.org", "", "", "Bcc: x@example.org\nhello", ""},
		{"mailto:a@example.org?body=%0d%0aBcc:x", "a@example.org", "", "", "\nBcc:x", ""},
		{"mailto:a@example.org?subject=%0aBcc:x@example.org", "a@example.org", "", "Bcc:x@example.org", "", ""},
		{"mailto:a@example.org%0d%0aBcc:x@example.org", "", "", "", "", "to"},
		{"mailto:a@example.org?subject=one&subject=two#part", "a@example.org", "", "two", "", ""},
		{"mailto:a@example.org?x-%1b]0;y=1", "a@example.org", "", "", "", "x- ]0;y"},
		{"mailto:@lou@social.example.org", "", "", "", "", "to"},
	} {
		l, err := ParseMailto(test.link)
		if err != nil {
			t.Errorf("%s: %v", test.link, err)
			continue
		}
		got := []string{ids(l.To), ids(l.Cc), l.Subject, l.Body, strings.Join(l.Ignored, " ")}
		if want := []string{test.to, test.cc, test.subject, test.body, test.ignored}; !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", test.link, got, want)
		}
	}
}

func TestParseMailtoRefuses(t *testing.T) {
	for _, link := range []string{
		"", "lou@example.org", "https://example.org", "mailto:%zz", "mailto:a@example.org?subject=%zz",
		"mailto:" + strings.Repeat("a", maxMailto),
	} {
		if _, err := ParseMailto(link); err == nil {
			t.Errorf("%.40q was taken", link)
		}
	}
}

func FuzzParseMailto(f *testing.F) {
	for _, seed := range []string{
		"mailto:a@example.org?subject=%0aBcc:x&body=%0d%0a.&attach=/etc/passwd", "mailto:,,,?&&=&to=", "mailto:%E2%80%AE@example.org",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, link string) {
		l, err := ParseMailto(link)
		if err != nil {
			return
		}
		one := append([]string{l.Subject, l.InReplyTo}, l.Ignored...)
		for _, a := range append(l.To, l.Cc...) {
			one = append(one, a.ID)
		}
		for _, s := range one {
			if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 }) {
				t.Errorf("%q holds a control character", s)
			}
		}
	})
}
