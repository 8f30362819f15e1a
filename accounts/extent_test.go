package accounts

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestExtent(t *testing.T) {
	t.Parallel()
	a := mail("lou")
	a.Folders = []FolderRule{
		{Name: "[Gmail]/All Mail", Keep: "headers 30 days"},
		{Name: "Archive/*", Keep: "headers"},
		{Name: "inbox", Keep: "90 days"},
		{Use: UseJunk, Keep: "none"},
		{Name: "Lists*", Use: UseArchive, Keep: "1 day"},
		{Name: "*", Use: UseTrash, Keep: "none"},
		{Name: "Junk", Keep: "headers"},
	}
	for _, c := range []struct {
		name string
		use  Use
		want Extent
	}{
		{"[Gmail]/All Mail", UseAll, Extent{Headers: true, Days: 30}}, // compared as a name, not as a pattern
		{"Archive/2019", UseNone, Extent{Headers: true}},
		{"Archive/2019/May", UseNone, Extent{}}, // "*" does not go down
		{"INBOX", UseInbox, Extent{Days: 90}},
		{"Junk", UseJunk, Extent{None: true}}, // the first rule that fits
		{"Junk", UseNone, Extent{Headers: true}},
		{"Lists", UseArchive, Extent{Days: 1}},
		{"Lists", UseNone, Extent{}}, // both have to fit
		{"Bin", UseTrash, Extent{None: true}},
		{"Work", UseNone, Extent{}},
	} {
		if got := a.Extent(c.name, c.use); got != c.want {
			t.Errorf("%s (%s): %+v, want %+v", c.name, c.use, got, c.want)
		}
	}
}

func TestQuirksAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lines, code, where string }{
		{"without = [\"condstore\", \"tls\"]\n", "config.without", "c.toml:11:1: "},
		{"connections = 4\n", "config.connections", "c.toml:11:1: "},
		{"connections = -1\n", "config.connections", "c.toml:11:1: "},
		{"[[account.folder]]\nname = \"A\"\nkeep = \"all\"\n[[account.folder]]\nuse = \"bin\"\nkeep = \"all\"\n", "config.folder_use", "c.toml:15:1: "},
		{"[[account.folder]]\nname = \"[\"\nkeep = \"all\"\n", "config.folder_name", "c.toml:12:1: "},
		{"[[account.folder]]\nname = \"A\"\nkeep = \"some\"\n", "config.folder_keep", "c.toml:13:1: "},
		{"[[account.folder]]\nname = \"A\"\nkeep = \"0 days\"\n", "config.folder_keep", "c.toml:13:1: "},
		{"[[account.folder]]\nname = \"A\"\nkeep = \"headers none\"\n", "config.folder_keep", "c.toml:13:1: "},
		{"[[account.folder]]\nname = \"A\"\n", "config.folder_keep", "c.toml:11:3: "},
		{"[[account.folder]]\nkeep = \"all\"\n", "config.folder_which", "c.toml:11:3: "},
	} {
		text := "[[account]]\nname = \"other\"\nkind = \"mastodon\"\nserver = \"https://social.example.org\"\n" +
			"[[account]]\nname = \"lou\"\nkind = \"mail\"\n" +
			"address = \"lou@example.org\"\nimap = \"imaps://mx.example.org\"\nsmtp = \"smtps://mx.example.org\"\n" + c.lines
		_, err := ParseConfig("c.toml", []byte(text))
		var p *Problem
		if !errors.As(err, &p) || p.Code != c.code {
			t.Errorf("%q: %v, want %s", c.lines, err, c.code)
			continue
		}
		if p.Args["Where"] != c.where {
			t.Errorf("%q: at %v, want %s", c.lines, p.Args["Where"], c.where)
		}
	}
}

// What is accepted as keep makes sense, and the check accepts nothing else.
func TestKeepIsUnderstoodOrRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		keep := rapid.StringMatching(`(headers )?(all|none|[0-9]{1,6} days?)?`).Draw(t, "keep")
		a := mail("lou")
		a.Folders = []FolderRule{{Name: "A", Keep: keep}}
		e, ok := parseExtent(keep)
		if err := a.Check(); (err == nil) != ok {
			t.Fatalf("%q: check %v, parse %v", keep, err, ok)
		}
		if ok && (e.Days < 0 || e.Days > maxDays || e.None && (e.Headers || e.Days > 0)) {
			t.Fatalf("%q: %+v", keep, e)
		}
	})
}

// Replacing an account takes the rules of its folders along, and leaves those
// of the next account and the comments alone.
func TestReplaceTakesFolderRulesAlong(t *testing.T) {
	t.Parallel()
	text := `# mine
[[account]]
name = "one"
kind = "mail"
[[account.folder]]
use = "junk"
keep = "none"

# the other
[[account]]
name = "two"
[[account.folder]]
name = "A"
keep = "headers"
`
	got := string(replaceBlock([]byte(text), 0, []byte("[[account]]\nname = \"new\"\n\n")))
	want := "# mine\n[[account]]\nname = \"new\"\n\n# the other\n[[account]]\nname = \"two\"\n[[account.folder]]\nname = \"A\"\nkeep = \"headers\"\n"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
