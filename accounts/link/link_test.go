package link

import (
	"errors"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
)

func TestParse(t *testing.T) {
	for address, want := range map[string]Endpoint{
		"imaps://mail.example.org":               {"imap", "mail.example.org", 993, false},
		"imaps://mail.example.org:1993":          {"imap", "mail.example.org", 1993, false},
		"imap+starttls://mail.example.org":       {"imap", "mail.example.org", 143, true},
		"imap+starttls://[::1]:1143":             {"imap", "::1", 1143, true},
		"imaps://127.0.0.1:993/":                 {"imap", "127.0.0.1", 993, false},
		"imap://mail.example.org":                {},
		"smtps://mail.example.org":               {},
		"mail.example.org:993":                   {},
		"imaps://":                               {},
		"imaps://user:word@mail.example.org":     {},
		"imaps://mail.example.org:0":             {},
		"imaps://mail.example.org:99999":         {},
		"imaps://mail.example.org/folder":        {},
		"imaps://mail.example.org:993\r\nX: y":   {},
		"imap+starttls+plain://mail.example.org": {},
		"":                                       {},
	} {
		got, err := Parse("imap", address)
		if got.Host != "" && err == nil && got != want || (err == nil) != (want.Host != "") {
			t.Errorf("%q: %+v, error %v; want %+v", address, got, err, want)
		}
	}
	if e, err := Parse("smtp", "smtp+starttls://h.example"); err != nil || e.Port != 587 || e.HostPort() != "h.example:587" {
		t.Errorf("%+v, %v", e, err)
	}
	if e, err := Parse("smtp", "smtps://h.example"); err != nil || e.Port != 465 {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestChoose(t *testing.T) {
	for _, tc := range []struct {
		offered string
		oauth   bool
		want    string
	}{
		{"PLAIN LOGIN SCRAM-SHA-1 SCRAM-SHA-256", false, "SCRAM-SHA-256"},
		{"scram-sha-1 plain", false, "SCRAM-SHA-1"},
		{"LOGIN PLAIN", false, "PLAIN"},
		{"LOGIN XOAUTH2", false, "LOGIN"},
		{"PLAIN LOGIN", true, ""}, // a token is not a password
		{"XOAUTH2 PLAIN", true, "XOAUTH2"},
		{"XOAUTH2 OAUTHBEARER", true, "OAUTHBEARER"},
		{"XOAUTH2 OAUTHBEARER", false, ""},
		{"DIGEST-MD5 CRAM-MD5 ANONYMOUS EXTERNAL", false, ""},
		{"", false, ""},
	} {
		name, x, err := Choose(strings.Fields(tc.offered), Login{User: "u", Secret: "s", OAuth: tc.oauth})
		if name != tc.want || (err == nil) != (tc.want != "") || (x == nil) == (tc.want != "") {
			t.Errorf("%q: %q, error %v; want %q", tc.offered, name, err, tc.want)
		}
		if err != nil && !errors.Is(err, accounts.ErrUnsupported) {
			t.Errorf("%q: error %v", tc.offered, err)
		}
	}
	for _, l := range []Login{{User: "", Secret: "s"}, {User: "a\x00b", Secret: "s"}, {User: "a", Secret: "s\r\nQUIT"}} {
		if _, _, err := Choose([]string{"PLAIN"}, l); !errors.Is(err, accounts.ErrAuth) {
			t.Errorf("%+v: error %v", l, err)
		}
	}
}

func TestExchanges(t *testing.T) {
	l := Login{User: "zoé,=x@example.org", Secret: "tok", OAuth: true, Host: "mx.example.org", Port: 993}
	_, x, _ := Choose([]string{"XOAUTH2"}, l)
	if _, first, _ := x.Start(); string(first) != "user=zoé,=x@example.org\x01auth=Bearer tok\x01\x01" {
		t.Errorf("XOAUTH2: %q", first)
	}
	if reply, err := x.Next([]byte(`{"status":"401"}`)); err != nil || reply == nil || len(reply) != 0 {
		t.Errorf("XOAUTH2 after a refusal: %q, %v", reply, err)
	}
	_, x, _ = Choose([]string{"OAUTHBEARER"}, l)
	if _, first, _ := x.Start(); string(first) != "n,a=zoé=2C=3Dx@example.org,\x01host=mx.example.org\x01port=993\x01auth=Bearer tok\x01\x01" {
		t.Errorf("OAUTHBEARER: %q", first)
	}
	_, x, _ = Choose([]string{"LOGIN"}, Login{User: "u", Secret: "s"})
	if _, first, _ := x.Start(); first != nil {
		t.Errorf("LOGIN begins with %q", first)
	}
	for i, want := range []string{"u", "s"} {
		if reply, err := x.Next([]byte("whatever it is called:")); string(reply) != want || err != nil {
			t.Errorf("LOGIN question %d: %q, %v", i, reply, err)
		}
	}
	if reply, err := x.Next(nil); err == nil {
		t.Errorf("LOGIN question 3: %q", reply)
	}
}

// The negotiator would search for ever in some of these, or reckon for hours.
func TestScramChallenges(t *testing.T) {
	for _, challenge := range []string{
		"", ",", ",,,", "r=", "r=x", "r=x,s=QUJD", "r=x,s=QUJD,i=", "r=x,s=QUJD,i=0", "r=x,s=QUJD,i=-1", "r=x,s=QUJD,i=abc",
		"r=x,s=QUJD,i=2000001", "r=x,s=QUJD,i=2000000000", "r=x,s=QUJD,i=99999999999999999999", "r=x,s=QUJD,i=4096,", "r=x,s=QUJD,i=4096,x",
		"m=y,r=x,s=QUJD,i=4096", "s=QUJD,r=x,i=4096", "r=other,s=QUJD,i=4096", "v=abc",
	} {
		_, x, err := Choose([]string{"SCRAM-SHA-256"}, Login{User: "u", Secret: "s"})
		if err != nil {
			t.Fatal(err)
		}
		_, first, _ := x.Start()
		_, nonce, _ := strings.Cut(string(first), "r=")
		challenge = strings.Replace(challenge, "r=x", "r="+nonce+"x", 1) // so that nothing else is wrong
		if reply, err := x.Next([]byte(challenge)); err == nil {
			t.Errorf("%q was answered by %q", challenge, reply)
		}
		if x.Proved() {
			t.Errorf("%q counts as proof", challenge)
		}
	}
}

// A server that cannot sign does not know the password.
func TestScramNeedsTheSignature(t *testing.T) {
	_, x, _ := Choose([]string{"SCRAM-SHA-256"}, Login{User: "u", Secret: "s"})
	_, first, err := x.Start()
	if err != nil {
		t.Fatal(err)
	}
	_, nonce, _ := strings.Cut(string(first), "r=")
	if _, err := x.Next([]byte("r=" + nonce + "more,s=QUJD,i=4096")); err != nil {
		t.Fatal(err)
	}
	if x.Proved() {
		t.Error("proved before the signature")
	}
	if _, err := x.Next([]byte("v=" + strings.Repeat("A", 43) + "=")); err == nil || x.Proved() {
		t.Errorf("a wrong signature: error %v", err)
	}
}
