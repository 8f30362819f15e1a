package accounts

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
