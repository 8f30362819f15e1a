package accounts

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/conversation"
)

const sample = `# my accounts
lang = "fr"
hold-seconds = 5

# the house's mail
[[account]]
name = "home" # short
kind = "mail"
address = "lou@home.example.org"
imap = "imaps://mx.home.example.org"
smtp = "smtp+starttls://mx.home.example.org:587"
password-command = "pass show home"

# the social one
[[account]]
name = "social"
kind = "mastodon"
address = "@lou@social.example.org"
server = "https://social.example.org"
secret = "keyring"

# my keys
[keys]
archive = "e"
`

func mail(name string) Account {
	return Account{Name: name, Kind: "mail", Address: name + "@example.org", IMAP: "imaps://mx.example.org:993", SMTP: "smtps://mx.example.org:465", PasswordCommand: "true"}
}

func writeSample(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sub", "config.toml")
	if text != "" {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestParseConfig(t *testing.T) {
	c, err := ParseConfig("c", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	home, ok := c.Account("HOME")
	if !ok || home.Login() != "lou@home.example.org" || home.Protocol() != conversation.Mail || *c.HoldSeconds != 5 {
		t.Errorf("read %+v", c)
	}
	social, _ := c.Account("social")
	if own := social.Own(); len(own) != 1 || own[0].String() != "mastodon:@lou@social.example.org" {
		t.Errorf("own addresses %v", own)
	}
}

func TestConfigErrorsPointAtThePlace(t *testing.T) {
	for _, test := range []struct {
		text, code   string
		line, column int
	}{
		{"lang = \"fr\"\n\nlagn = \"it\"\n", "config.unknown_key", 3, 1},
		{"lang = \"fr\n", "config.syntax", 1, 11},
		{"[[account]]\nname = \"a\"\nkind = \"mail\"\npasword-command = \"x\"\n", "config.unknown_key", 4, 1},
		{"hold-seconds = \"x\"\n", "config.type", 1, 16},
		{"[[account]]\nname = \"a\"\nkind = \"mail\"\npoll-seconds = true\n", "config.type", 4, 16},
		{"theme = \"pink\"\n", "config.theme", 1, 1},
		{"notify = \"bell\"\n", "config.notify", 1, 1},
		{"notify = \"command: \"\n", "config.notify", 1, 1},
		{"\"lang\" = \"fr\"\n  glyphs = \"runes\"\n", "config.glyphs", 2, 3},
		{"# x\nhold-seconds = -5\n", "config.seconds", 2, 1},
		{"hold-seconds = 9000000000\n", "config.seconds", 1, 1},
		{"keyserver = \"http://keys.example\"\n", "config.keyserver", 1, 1},
		{"keyserver = \"keys.example\"\n", "config.keyserver", 1, 1},
		{"lang = \"fr\"\nkeyserver = \"https://\"\n", "config.keyserver", 2, 1},
		{"find-keys = [\"wkd\", \"wdk\"]\n", "config.find_keys", 1, 1},
		{"[[account]]\nname = \"s\"\nkind = \"mastodon\"\nserver = \"https://social.example.org\"\npoll-seconds = -1\n", "config.seconds", 5, 1},
	} {
		_, err := ParseConfig("c", []byte(test.text))
		var p *Problem
		if !errors.As(err, &p) || !errors.Is(err, ErrConfig) {
			t.Fatalf("%q: error %v", test.text, err)
		}
		if p.Code != test.code || p.Args["Line"] != test.line || p.Args["Column"] != test.column {
			t.Errorf("%q: %s %v", test.text, p.Code, p.Args)
		}
	}
}

func TestCheckRefusesBadAccounts(t *testing.T) {
	social := Account{Name: "s", Kind: "mastodon", Server: "https://social.example.org"}
	for name, change := range map[string]func() Account{
		"config.name":     func() Account { a := mail("a"); a.Name = "two words"; return a },
		"config.kind":     func() Account { a := mail("a"); a.Kind = "pigeon"; return a },
		"config.secret":   func() Account { a := mail("a"); a.Secret = "pocket"; return a },
		"config.address":  func() Account { a := mail("a"); a.Address = "nobody"; return a },
		"config.endpoint": func() Account { a := mail("a"); a.IMAP = "imap://mx.example.org"; return a },
		"config.server":   func() Account { a := social; a.Server = "http://social.example.org"; return a },
	} {
		var p *Problem
		if err := change().Check(); !errors.As(err, &p) || p.Code != name {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, name := range []string{"", "a/b", "-x", "auto", "archive", "Archive", "a\x1b[2J", strings.Repeat("x", 65), "\u202ex"} {
		a := social
		a.Name = name
		if a.Check() == nil {
			t.Errorf("name %q was taken", name)
		}
	}
	if err := social.Check(); err != nil {
		t.Error(err)
	}
	wrong := mail("a")
	wrong.IMAP = "smtps://mx.example.org"
	if wrong.Check() == nil {
		t.Error("an SMTP server was taken for IMAP")
	}
}

func TestMissingConfigIsEmpty(t *testing.T) {
	c, err := ReadConfig(filepath.Join(t.TempDir(), "none.toml"))
	if err != nil || len(c.Accounts) != 0 {
		t.Errorf("%v %v", c, err)
	}
}

func TestTwoAccountsOfOneName(t *testing.T) {
	path := writeSample(t, sample)
	if err := AddAccount(path, mail("Home")); err == nil {
		t.Error("a second account of that name was added")
	}
	if mustRead(t, path) != sample {
		t.Error("a refused change touched the file")
	}
}

func TestAddKeepsComments(t *testing.T) {
	path := writeSample(t, sample)
	if err := AddAccount(path, mail("new")); err != nil {
		t.Fatal(err)
	}
	text := mustRead(t, path)
	if !strings.HasPrefix(text, strings.TrimRight(sample, "\n")) || !strings.Contains(text, `name = 'new'`) {
		t.Errorf("file is now:\n%s", text)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v %v", info.Mode(), err)
	}
}

func TestRemoveKeepsTheRest(t *testing.T) {
	path := writeSample(t, sample)
	if err := RemoveAccount(path, "home"); err != nil {
		t.Fatal(err)
	}
	text := mustRead(t, path)
	for _, want := range []string{"# my accounts", "# the social one\n[[account]]\nname = \"social\"", "# my keys\n[keys]"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is gone:\n%s", want, text)
		}
	}
	if strings.Contains(text, "pass show home") {
		t.Error("the account is still there")
	}
	if err := RemoveAccount(path, "home"); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("second removal: %v", err)
	}
}

func TestReplaceInPlace(t *testing.T) {
	path := writeSample(t, sample)
	c, err := ReadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := c.Account("home")
	a.Paused = true
	if err := ReplaceAccount(path, a); err != nil {
		t.Fatal(err)
	}
	text := mustRead(t, path)
	if strings.Index(text, "paused = true") > strings.Index(text, "# the social one") || !strings.Contains(text, "# the house's mail") {
		t.Errorf("file is now:\n%s", text)
	}
}

// A multi-line string may hold what looks like a header; then comments are
// lost, but never an account.
func TestEditSurvivesTextThatLooksLikeAHeader(t *testing.T) {
	tricky := "[[account]]\nname = \"a\"\nkind = \"mastodon\"\nserver = \"https://s.example.org\"\ndisplay-name = \"\"\"\n[[account]]\n[x]\n\"\"\"\n" +
		"[[account]]\nname = \"b\"\nkind = \"mastodon\"\nserver = \"https://t.example.org\"\n"
	path := writeSample(t, tricky)
	if err := RemoveAccount(path, "b"); err != nil {
		t.Fatal(err)
	}
	c, err := ReadConfig(path)
	if err != nil || len(c.Accounts) != 1 || c.Accounts[0].Name != "a" || !strings.Contains(c.Accounts[0].DisplayName, "[x]") {
		t.Errorf("%+v %v", c, err)
	}
}

func TestEditsInAnyOrderKeepTheSet(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "x")
		if err != nil {
			rt.Fatal(err)
		}
		path := filepath.Join(dir, "config.toml")
		want := map[string]bool{}
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "name")
			if want[name] {
				err = RemoveAccount(path, name)
			} else {
				err = AddAccount(path, mail(name))
			}
			want[name] = !want[name]
			if err != nil {
				rt.Fatal(err)
			}
		}
		c, err := ReadConfig(path)
		if err != nil {
			rt.Fatal(err)
		}
		for _, name := range []string{"a", "b", "c"} {
			if _, ok := c.Account(name); ok != want[name] {
				rt.Fatalf("%s: there %v, want %v", name, ok, want[name])
			}
		}
	})
}

func TestSymbolicLinkStays(t *testing.T) {
	path := writeSample(t, sample)
	link := filepath.Join(t.TempDir(), "config.toml")
	if err := os.Symlink(path, link); err != nil {
		t.Skip("no symbolic links here")
	}
	if err := AddAccount(link, mail("new")); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(mustRead(t, path), "new@example.org") {
		t.Error("the file behind the link was not changed")
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("[[account]]\nname='\\u001b'"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConfig("c", data)
		if (c == nil) == (err == nil) {
			t.Errorf("config %v, error %v", c, err)
		}
		if err != nil && !errors.Is(err, ErrConfig) {
			t.Errorf("not a configuration error: %v", err)
		}
	})
}

func TestParseEndpoint(t *testing.T) {
	for text, want := range map[string]string{
		"imaps://MX.example.org":           "imaps://mx.example.org:993",
		"imap+starttls://mx.example.org":   "imap+starttls://mx.example.org:143",
		"smtps://mx.example.org:4650":      "smtps://mx.example.org:4650",
		"smtp+starttls://[::1]:25":         "smtp+starttls://[::1]:25",
		"imap://mx.example.org":            "",
		"imaps://":                         "",
		"imaps://u:p@mx.example.org":       "",
		"imaps://mx.example.org/INBOX":     "",
		"imaps://mx.example.org:0":         "",
		"imaps://mx.example.org:70000":     "",
		"imaps://mx.example.org:993?tls=0": "",
		"mx.example.org":                   "",
	} {
		e, err := ParseEndpoint(text)
		if (err == nil) != (want != "") || err == nil && e.String() != want {
			t.Errorf("%q: %v %v", text, e, err)
		}
	}
}
