package accounts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/caliopen/caliopen-tui/conversation"
)

// maxConfig bounds the configuration file: it is read whole.
const maxConfig = 1 << 20

// Config is the configuration file, config.toml. Every key is optional.
type Config struct {
	Lang              string            `toml:"lang,omitempty"`
	Theme             string            `toml:"theme,omitempty"`
	Glyphs            string            `toml:"glyphs,omitempty"`             // "unicode", "ascii", "" to find out
	HoldSeconds       *int              `toml:"hold-seconds,omitempty"`       // how long a message can be taken back
	PassphraseCommand string            `toml:"passphrase-command,omitempty"` // opens the encrypted file of secrets
	KeyPassphrase     string            `toml:"key-passphrase,omitempty"`     // who tells the passphrase of the own keys: "" asks, "keyring", or a command behind "command:"
	UnlockMinutes     *int              `toml:"unlock-minutes,omitempty"`     // own keys lock after so many minutes without use; 0 for never
	SealCache         bool              `toml:"seal-cache,omitempty"`         // every message is kept sealed at rest, not only those that came sealed
	DiscreetHeaders   bool              `toml:"discreet-headers,omitempty"`   // sealed mail shows as little as it can (RFC 9788, hcp_shy)
	FindKeys          []string          `toml:"find-keys,omitempty"`          // where keys are looked for: "wkd", "dane", "vks", "hkp", "keybase", or "none"; empty for wkd and dane
	Keyserver         string            `toml:"keyserver,omitempty"`          // for "vks" and "hkp", "" for the usual ones
	Proxy             string            `toml:"proxy,omitempty"`              // for looking up keys and policies: "socks5://127.0.0.1:9050"
	LocalChecks       *bool             `toml:"local-checks,omitempty"`       // DKIM is checked here where the provider tells nothing; it asks the sender's domain. Absent for yes
	Notify            string            `toml:"notify,omitempty"`             // how news are told: "" as the place can, "none", or a command behind "command:"
	Keys              map[string]string `toml:"keys,omitempty"`               // action = "keys"
	Accounts          []Account         `toml:"account,omitempty"`

	path   string              // the file it was read from
	places map[string]position // where its keys stand there
}

// maxSeconds bounds the durations of the configuration: a day.
const maxSeconds = 86400

// byteOrderMark is what some editors put before UTF-8.
const byteOrderMark = "\uFEFF"

// Account is one [[account]] of the configuration.
type Account struct {
	Name            string   `toml:"name"`
	Kind            string   `toml:"kind"` // "mail" or "mastodon"
	Address         string   `toml:"address,omitempty"`
	Aliases         []string `toml:"aliases,omitempty"` // more own addresses
	DisplayName     string   `toml:"display-name,omitempty"`
	IMAP            string   `toml:"imap,omitempty"`
	SMTP            string   `toml:"smtp,omitempty"`
	Server          string   `toml:"server,omitempty"` // Mastodon: "https://social.example"
	User            string   `toml:"user,omitempty"`   // "" for the address
	PasswordCommand string   `toml:"password-command,omitempty"`
	Secret          string   `toml:"secret,omitempty"`        // where it is kept: "keyring", "encrypted", "clear"
	OAuth           bool     `toml:"oauth,omitempty"`         // the secret is an OAuth 2.0 token
	CA              string   `toml:"ca,omitempty"`            // file of a private authority's certificates
	TrustedHosts    []string `toml:"trusted-hosts,omitempty"` // the provider's servers, as they name themselves in "Received: by"
	TrustedIDs      []string `toml:"trusted-ids,omitempty"`   // its authserv-ids (RFC 8601, 2.5)
	TrustedBelow    bool     `toml:"trusted-below,omitempty"` // its servers remove forged results and write theirs below their Received, as milters of Postfix do
	EnforcesTLS     bool     `toml:"enforces-tls,omitempty"`  // the user knows that the provider honours MTA-STS and DANE (RFC 8461, RFC 7672) when it sends
	Poll            int      `toml:"poll-seconds,omitempty"`
	Paused          bool     `toml:"paused,omitempty"`
	Without         []string `toml:"without,omitempty"`     // extensions left unused though the server offers them
	Identify        bool     `toml:"identify,omitempty"`    // the program tells its name after the login (RFC 2971)
	Connections     int      `toml:"connections,omitempty"` // at most so many at once, 0 for three

	Folders []FolderRule `toml:"folder,omitempty"` // how much of which folder is brought here
}

// Login gives the name to log in with.
func (a Account) Login() string {
	if a.User != "" {
		return a.User
	}
	return a.Address
}

// Protocol gives the protocol of the account.
func (a Account) Protocol() conversation.Protocol { return conversation.Protocol(a.Kind) }

// Own gives the account's own address and its aliases in canonical form.
func (a Account) Own() []conversation.Address {
	var own []conversation.Address
	for _, text := range append([]string{a.Address}, a.Aliases...) {
		switch {
		case text == "":
		case a.Protocol() == conversation.Mastodon:
			own = append(own, conversation.MastodonAddress(text, ""))
		default:
			own = append(own, conversation.MailAddress(text))
		}
	}
	return own
}

// Account finds an account by its name.
func (c *Config) Account(name string) (Account, bool) {
	for _, a := range c.Accounts {
		if strings.EqualFold(a.Name, name) {
			return a, true
		}
	}
	return Account{}, false
}

// ReadConfig reads a configuration file. A file that does not exist is an
// empty configuration: the program then offers its first run.
func ReadConfig(path string) (*Config, error) {
	data, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Config{}, nil
	}
	if err != nil {
		return nil, err
	}
	return ParseConfig(path, data)
}

// readBounded reads a configuration file. What is no regular file is not even
// opened: opening a pipe waits for somebody to write into it.
func readBounded(path string) ([]byte, error) {
	if path == "" {
		return nil, problem("config.no_home", ErrConfig, nil)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, err
	case err != nil:
		return nil, unreadable(path, err)
	case info.IsDir():
		return nil, problem("config.folder", ErrConfig, map[string]any{"File": path})
	case !info.Mode().IsRegular():
		return nil, problem("config.irregular", ErrConfig, map[string]any{"File": path})
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	if len(data) > maxConfig {
		return nil, problem("config.large", ErrConfig, map[string]any{"File": path, "Limit": maxConfig >> 20})
	}
	return bytes.TrimPrefix(data, []byte(byteOrderMark)), nil
}

func unreadable(path string, err error) error {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err // the path is named already
	}
	return problem("config.unreadable", joinConfig(err), map[string]any{"File": path, "Detail": err.Error()})
}

// ParseConfig reads the text of a configuration file; path is named in errors.
// Keys it does not know are errors, so that a misspelt one is not passed over.
func ParseConfig(path string, data []byte) (*Config, error) {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	var c Config
	d := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return nil, decodeProblem(path, data, err)
	}
	c.path, c.places = path, positions(data)
	if err := c.checkValues(); err != nil {
		return nil, err
	}
	if err := c.checkAccounts(); err != nil {
		return nil, err
	}
	return &c, nil
}

// checkValues looks at the values outside the accounts.
func (c *Config) checkValues() error {
	switch {
	case !slices.Contains([]string{"", "dark", "light"}, c.Theme):
		return c.Fault("config.theme", "theme", c.Theme)
	case !slices.Contains([]string{"", "unicode", "ascii"}, c.Glyphs):
		return c.Fault("config.glyphs", "glyphs", c.Glyphs)
	case c.HoldSeconds != nil && (*c.HoldSeconds < 0 || *c.HoldSeconds > maxSeconds):
		return c.Fault("config.seconds", "hold-seconds", strconv.Itoa(*c.HoldSeconds))
	case !tells(c.Notify):
		return c.Fault("config.notify", "notify", c.Notify)
	case c.Keyserver != "" && !overTLS(c.Keyserver):
		return c.Fault("config.keyserver", "keyserver", c.Keyserver)
	}
	for _, m := range c.FindKeys {
		if !slices.Contains([]string{"wkd", "dane", "vks", "hkp", "keybase", "none"}, m) {
			return c.Fault("config.find_keys", "find-keys", m)
		}
	}
	return nil
}

// tells tells whether a text says how news are told.
func tells(text string) bool {
	command, own := strings.CutPrefix(text, "command:")
	return text == "" || text == "none" || own && strings.TrimSpace(command) != ""
}

// overTLS tells whether text is the address of a server that is reached over
// TLS: who listens must not learn for whom a key is looked.
func overTLS(text string) bool {
	u, err := url.Parse(text)
	return err == nil && strings.HasPrefix(text, "https://") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

func (c *Config) checkAccounts() error {
	seen := map[string]bool{}
	for i, a := range c.Accounts {
		at := "account." + strconv.Itoa(i)
		if err := a.Check(); err != nil {
			return c.located(err, at)
		}
		if a.Poll < 0 || a.Poll > maxSeconds {
			return c.Fault("config.seconds", at+".poll-seconds", strconv.Itoa(a.Poll))
		}
		key := strings.ToLower(a.Name)
		if seen[key] {
			return problem("config.twice", ErrConfig, map[string]any{"Account": a.Name, "File": c.where(at + ".name")})
		}
		seen[key] = true
	}
	return nil
}

// located adds the place in the file to a fault of an account.
func (c *Config) located(err error, account string) error {
	var p *Problem
	if !errors.As(err, &p) {
		return fmt.Errorf("config: %s: %w", c.where(account), err)
	}
	key, _ := p.Args["Key"].(string)
	args := maps.Clone(p.Args)
	args["Where"] = c.where(account+"."+key) + ": "
	return problem(p.Code, p.Err, args)
}

func decodeProblem(path string, data []byte, err error) error {
	var (
		strict *toml.StrictMissingError
		syntax *toml.DecodeError
	)
	switch {
	case errors.As(err, &strict) && len(strict.Errors) > 0:
		first := strict.Errors[0]
		line, column := first.Position()
		return problem("config.unknown_key", joinConfig(err), map[string]any{
			"File": path, "Line": line, "Column": column, "Key": strings.Join(first.Key(), "."),
		})
	case errors.As(err, &syntax):
		line, column := syntax.Position()
		var anything map[string]any
		if toml.Unmarshal(data, &anything) == nil { // well written, and not what the key takes
			return problem("config.type", ErrConfig, map[string]any{
				"File": path, "Line": line, "Column": column, "Key": strings.Join(syntax.Key(), "."),
			})
		}
		return problem("config.syntax", joinConfig(err), map[string]any{
			"File": path, "Line": line, "Column": column, "Detail": strings.TrimPrefix(syntax.Error(), "toml: "),
		})
	}
	return fmt.Errorf("config: %s: %w", path, joinConfig(err))
}

func joinConfig(err error) error {
	if err == nil {
		return ErrConfig
	}
	return errors.Join(ErrConfig, err)
}
