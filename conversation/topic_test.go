package conversation_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	. "github.com/caliopen/caliopen-tui/conversation"
)

func TestTopic(t *testing.T) {
	tests := []struct{ subject, want string }{
		{"Dinner on Friday", "Dinner on Friday"},
		{"Re: Dinner", "Dinner"},
		{"RE: re: Fwd: Dinner", "Dinner"},
		{"AW: WG: Abendessen", "Abendessen"},
		{"TR : Dîner", "Dîner"},
		{"RÉP: Dîner", "Dîner"},
		{"R: I: Cena", "Cena"},
		{"RIF: Cena", "Cena"},
		{"SV: VS: Middag", "Middag"},
		{"Re[2]: Dinner", "Dinner"},
		{"Re(3): Dinner", "Dinner"},
		{"Re^2: Dinner", "Dinner"},
		{"回复：晚饭", "晚饭"},
		{"转发: 回复: 晚饭", "晚饭"},
		{"[garden] Re: Tomatoes", "Tomatoes"},
		{"Re: [garden] Tomatoes", "Tomatoes"},
		{"[garden]", "[garden]"},
		{"[urgent", "[urgent"},
		{"  Re:   two   spaces ", "two spaces"},
		{"Re: folded\r\n subject", "folded subject"},
		{"Report: first quarter", "Report: first quarter"},
		{"Regarding: us", "Regarding: us"},
		{"Re:", ""},
		{":", ":"},
		{"", ""},
	}
	for _, test := range tests {
		if got := Topic(test.subject); got != test.want {
			t.Errorf("Topic(%q) = %q, want %q", test.subject, got, test.want)
		}
	}
}

func TestAnswersKeepTheirTopic(t *testing.T) {
	prefix := rapid.SampledFrom([]string{"Re: ", "re:", "Fwd: ", "AW: ", "TR : ", "R: ", "[list] ", "Re[4]: "})
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "subject") + "x" // a list name alone is a topic of its own
		answered := strings.Join(rapid.SliceOfN(prefix, 0, 5).Draw(t, "prefixes"), "") + s
		if Topic(answered) != Topic(s) {
			t.Fatalf("%q and %q", Topic(answered), Topic(s))
		}
		if once := Topic(s); Topic(once) != once {
			t.Fatalf("%q is not its own topic", once)
		}
	})
}

func TestExcerpt(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"own words", "See you\nat eight.", "See you at eight."},
		{"top answer", "Yes!\n\nOn Monday, Zoé wrote:\n> Coming?", "Yes!"},
		{"answer below", "Le lundi, Zoé a écrit :\n\n> Tu viens ?\n\nOui, bien sûr.", "Oui, bien sûr."},
		{"greeting passed over", "Bonjour Zoé,\n\nla réunion est à huit heures.", "la réunion est à huit heures."},
		{"only a greeting", "Ciao!", "Ciao!"},
		{"greeting and quotation", "Hello Paul,\n> what?", "Hello Paul,"},
		{"a sentence that begins like one", "Hi, I am late, sorry for the wait you had,\nsee you", "Hi, I am late, sorry for the wait you had, see you"},
		{"signature", "Fine.\n-- \nZoé Martin\nCEO", "Fine."},
		{"divider", "Fine.\n-----Original Message-----\nFrom: x", "Fine."},
		{"only a quotation", "> Coming?\n> Tell me", "> Coming? > Tell me"},
		{"a colon is no introduction", "The list:\nbread\nmilk", "The list: bread milk"},
		{"nothing", " \n\t\n", ""},
		{"cut at a word", "one two three four five six seven", "one two three four…"},
		{"one long word", strings.Repeat("x", 40), strings.Repeat("x", 19) + "…"},
		{"Windows lines", "One\r\ntwo\r\n", "One two"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := 60
			if strings.HasPrefix(test.name, "cut") || strings.HasPrefix(test.name, "one long") {
				n = 20
			}
			if got := Excerpt(test.text, n); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestExcerptIsShortAndOnOneLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 50).Draw(t, "n")
		got := Excerpt(rapid.String().Draw(t, "text"), n)
		if len([]rune(got)) > n || strings.ContainsAny(got, "\r\n\t") {
			t.Fatalf("%q for %d", got, n)
		}
	})
}

// A text made to be slow must not be.
func TestExcerptOfHostileTextIsFast(t *testing.T) {
	for _, line := range []string{"a:\n", "Hi,\n", ">\n", "\n", "a:\n\n"} {
		Excerpt(strings.Repeat(line, 200_000), 200)
	}
}

func TestPromisesAttachment(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{"Please find attached the plan.", true},
		{"The attachment is large", true},
		{"Ci-joint le contrat.", true},
		{"Je vous joins le plan", true},
		{"Vedi in allegato il contratto", true},
		{"> see attached\nThanks!", false},
		{"unattached", false},
		{"We met on Friday", false},
		{"le disjoint", false},
		{"", false},
	}
	for _, test := range tests {
		if got := PromisesAttachment(test.text); got != test.want {
			t.Errorf("%q: %t", test.text, got)
		}
	}
}

func TestQuoting(t *testing.T) {
	if got, want := Quote("a\n\n> b\n"), "> a\n>\n>> b\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := WithoutQuotes("My word.\n\nZoé wrote:\n> secret\n> more\nThe end.\n"), "My word.\n\nThe end.\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`(\w+ ?\n?)+`).Draw(t, "secret")
		if got := strings.TrimSpace(WithoutQuotes("own\n" + Quote(secret))); got != "own" {
			t.Fatalf("left over: %q", got)
		}
	})
}

func TestFileName(t *testing.T) {
	tests := []struct{ name, want string }{
		{"plan.pdf", "plan.pdf"},
		{"../../etc/passwd", "passwd"},
		{`..\..\boot.ini`, "boot.ini"},
		{"/abs/olute.txt", "olute.txt"},
		{".bashrc", "bashrc"},
		{"-rf", "rf"},
		{"..", "attachment"},
		{"", "attachment"},
		{"nul", "attachment_nul"},
		{"COM1.txt", "attachment_COM1.txt"},
		{"a\x1b[31mb\n.txt", "a[31mb.txt"},
		{"invoice\u202efdp.exe", "invoicefdp.exe"},
		{"a\xffb", "a_b"},
		{"photo d’été.jpg", "photo d’été.jpg"},
		{"C:evil", "C_evil"},
		{strings.Repeat("é", 200) + ".pdf", strings.Repeat("é", 98) + ".pdf"},
	}
	for _, test := range tests {
		if got := FileName(test.name); got != test.want {
			t.Errorf("FileName(%q) = %q, want %q", test.name, got, test.want)
		}
	}
}

func FuzzFileName(f *testing.F) {
	for _, s := range []string{"../x", "con", "\u202e", "a/b\\c", strings.Repeat("🎉", 100)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := FileName(name)
		if got == "" || len(got) > 200 || strings.ContainsAny(got, "/\\\x00\n\x1b") || got[0] == '.' || got[0] == '-' {
			t.Fatalf("%q gives %q", name, got)
		}
		if again := FileName(got); again != got {
			t.Fatalf("%q gives %q, which gives %q", name, got, again)
		}
	})
}
