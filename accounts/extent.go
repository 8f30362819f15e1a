package accounts

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// Archive is the account that imports belong to. No server serves it, and none
// of the configuration can have its name: what a provider may be believed must
// never bear on a file, in which anybody can have written anything.
const Archive = "archive"

// Extent says how much of a folder is brought here. The zero value is all of it.
type Extent struct {
	None    bool // nothing: the folder is left alone
	Days    int  // only what the server got in so many days, 0 for all; what is here already stays
	Headers bool // only headers; the rest comes when a message is opened
}

// FolderRule is one [[account.folder]] of the configuration: how much of the
// folders it names is brought here. Of several that fit, the first one counts.
type FolderRule struct {
	Name string `toml:"name,omitempty"` // a folder, or a pattern as path.Match knows them ("Archive/*")
	Use  Use    `toml:"use,omitempty"`  // or what the folder is for, "junk"
	Keep string `toml:"keep"`           // "all", "none", "headers", "90 days", "headers 90 days"
}

// Quirks are an account's ways around a server that says it can do what it
// cannot, or wants something special.
type Quirks struct {
	Without  []string // extensions left unused though the server offers them: "condstore", "esearch", "idle", "move", "uidplus", "list-status", "special-use", "sasl-ir", "literal-"
	Identify bool     // ID (RFC 2971) is sent after the login: some servers open no folder before
	Lines    int      // connections at most, 0 for three: one that listens and two that work
}

// maxDays bounds how far back a rule reaches: a century.
const maxDays = 36525

// extensions are the words of "without".
func extensions() []string {
	return []string{
		"condstore", "enable", "esearch", "idle", "list-extended", "list-status", "literal-", "move",
		"quota", "sasl-ir", "special-use", "uidplus", "unselect",
	}
}

// Quirks gives what is configured of the server's oddities.
func (a Account) Quirks() Quirks {
	return Quirks{Without: a.Without, Identify: a.Identify, Lines: a.Connections}
}

// Extent tells how much of a folder is brought here: what the first rule that
// fits says, all of it without one.
func (a Account) Extent(name string, use Use) Extent {
	for _, r := range a.Folders {
		if r.fits(name, use) {
			e, _ := parseExtent(r.Keep) // checked when the configuration was read
			return e
		}
	}
	return Extent{}
}

// fits tells whether a rule is about a folder. Names are compared before they
// are taken for patterns: "[Gmail]/Spam" is one. The inbox has one name however
// it is written (RFC 9051, section 5.1).
func (r FolderRule) fits(name string, use Use) bool {
	if r.Use != UseNone && r.Use != use {
		return false
	}
	if r.Name == "" || r.Name == name {
		return r.Name != "" || r.Use != UseNone
	}
	if strings.EqualFold(r.Name, "INBOX") {
		return strings.EqualFold(name, "INBOX")
	}
	matched, err := path.Match(r.Name, name)
	return err == nil && matched
}

// parseExtent reads the value of keep.
func parseExtent(keep string) (e Extent, ok bool) {
	words := strings.Fields(keep)
	if len(words) > 0 && words[0] == "headers" {
		e.Headers, words = true, words[1:]
	}
	switch {
	case len(words) == 0:
		return e, e.Headers
	case len(words) == 1 && words[0] == "all":
		return e, !e.Headers
	case len(words) == 1 && words[0] == "none":
		return Extent{None: true}, !e.Headers
	case len(words) == 2 && (words[1] == "days" || words[1] == "day"):
		n, err := strconv.Atoi(words[0])
		e.Days = n
		return e, err == nil && n > 0 && n <= maxDays
	}
	return Extent{}, false
}

// checkQuirks looks at what is configured of the server and its folders.
func (a Account) checkQuirks() error {
	for _, w := range a.Without {
		if !slices.Contains(extensions(), w) {
			return a.fault("config.without", "without", w)
		}
	}
	if a.Connections < 0 || a.Connections > 3 {
		return a.fault("config.connections", "connections", strconv.Itoa(a.Connections))
	}
	for i, r := range a.Folders {
		at := "folder." + strconv.Itoa(i)
		if r.Name == "" && r.Use == UseNone {
			return a.fault("config.folder_which", at, "")
		}
		if _, err := path.Match(r.Name, ""); err != nil {
			return a.fault("config.folder_name", at+".name", r.Name)
		}
		if !slices.Contains([]Use{UseInbox, UseSent, UseDrafts, UseTrash, UseJunk, UseArchive, UseAll, UseNone}, r.Use) {
			return a.fault("config.folder_use", at+".use", string(r.Use))
		}
		if _, ok := parseExtent(r.Keep); !ok {
			return a.fault("config.folder_keep", at+".keep", r.Keep)
		}
	}
	return nil
}
