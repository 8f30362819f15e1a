package conversation_test

import (
	"strings"
	"testing"

	. "github.com/caliopen/caliopen-tui/conversation"
)

func TestReplyTargets(t *testing.T) {
	listAddr := MailAddress("garden@lists.example")
	elsewhere := MailAddress("answers@else.example")
	own := func(a Address) bool { return a == meMail || a == meMasto }
	tests := []struct {
		name   string
		m      *Message
		all    bool
		to, cc string
	}{
		{"to the sender", msg(zoeMail, meMail, paulMail), false, "zoe@example.org", ""},
		{"to all", also(msg(zoeMail, meMail, paulMail), Cc, shopMail), true, "zoe@example.org", "paul@example.com no-reply@shop.example"},
		{"Reply-To wins", also(msg(zoeMail, meMail), ReplyTo, elsewhere), false, "answers@else.example", ""},
		{"Reply-To and all", also(msg(zoeMail, meMail, paulMail), ReplyTo, elsewhere), true, "answers@else.example", "paul@example.com"},
		{"everybody once", also(also(msg(zoeMail, meMail, zoeMail), Cc, zoeMail), Cc, paulMail), true, "zoe@example.org", "paul@example.com"},
		{"blind copies are not told", also(msg(zoeMail, meMail), Bcc, paulMail), true, "zoe@example.org", ""},
		{"my own message", also(msg(meMail, zoeMail), Cc, paulMail), false, "zoe@example.org", ""},
		{"my own message, all", also(msg(meMail, zoeMail), Cc, paulMail), true, "zoe@example.org", "paul@example.com"},
		{"my own, only to copies", also(msg(meMail, meMail), Cc, paulMail), true, "paul@example.com", ""},
		{"a note to myself", msg(meMail, meMail), false, "me@home.example", ""},
		{"list with its address in Reply-To: the author", list(also(msg(zoeMail, listAddr), ReplyTo, listAddr), "garden"), false, "zoe@example.org", ""},
		{"list, all: the list", list(also(msg(zoeMail, listAddr), ReplyTo, listAddr), "garden"), true, "garden@lists.example", ""},
		{"list without Reply-To, all", list(msg(zoeMail, listAddr), "garden"), true, "zoe@example.org", "garden@lists.example"},
		{"list, but the author asks elsewhere", list(also(msg(zoeMail, listAddr), ReplyTo, elsewhere), "garden"), false, "answers@else.example", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			to, cc := ReplyTargets(test.m, test.all, own)
			if addresses(to) != test.to || addresses(cc) != test.cc {
				t.Errorf("to %q cc %q, want %q and %q", addresses(to), addresses(cc), test.to, test.cc)
			}
		})
	}
}

func addresses(rs []Recipient) string {
	var out []string
	for _, r := range rs {
		out = append(out, r.Address.ID)
	}
	return strings.Join(out, " ")
}
