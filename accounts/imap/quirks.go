package imap

import (
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts"
)

// hello is what tells a server's kind: how it greets, what it offers, and the
// name it is reached by.
type hello struct {
	host     string
	greeting string
	caps     []string
}

func (h hello) under(domains ...string) bool {
	host := strings.ToLower(h.host)
	return slices.ContainsFunc(domains, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
}

func (h hello) greets(word string) bool {
	return strings.Contains(strings.ToLower(h.greeting), word)
}

// profile is a kind of server known to say it can do what it cannot, or to want
// something special.
type profile struct {
	fits     func(h hello) bool
	without  []string // as in the configuration
	identify bool     // ID (RFC 2971) is sent after the login
	enable   string   // an extension that has to be enabled before a folder is opened
}

// profiles are the kinds of servers known. An entry needs somebody who met the
// server; what a server merely does badly belongs into the code that copes with
// any server doing so.
func profiles() []profile {
	return []profile{
		{
			// Coremail, as NetEase runs it: no folder opens before an ID ("Unsafe
			// Login", pimalaya/himalaya#651, OfflineIMAP/offlineimap#696), and an
			// initial response is refused though SASL-IR is offered
			// (pimalaya/himalaya#729).
			fits: func(h hello) bool {
				return h.under("163.com", "126.com", "yeah.net", "188.com", "netease.com") || h.greets("coremail")
			},
			without: []string{"sasl-ir"}, identify: true,
		},
		{
			// SmarterMail offers CONDSTORE, gives no modification sequences with
			// the messages and ignores CHANGEDSINCE (closeio/sync-engine#504).
			fits:    func(h hello) bool { return h.greets("smartermail") },
			without: []string{"condstore"},
		},
		{
			// iCloud tells HIGHESTMODSEQ only after ENABLE CONDSTORE, sent before
			// the first folder is opened (lswith/imap-mcp#8).
			fits:   func(h hello) bool { return h.under("mail.me.com", "mail.icloud.com") },
			enable: "CONDSTORE",
		},
	}
}

// traits are how one server is dealt with: what is known of its kind and what
// the user configured.
type traits struct {
	without  map[imap.Cap]bool
	identify bool
	enable   []string
}

func traitsOf(h hello, q accounts.Quirks) traits {
	t := traits{identify: q.Identify}
	words := slices.Clone(q.Without)
	for _, p := range profiles() {
		if !p.fits(h) {
			continue
		}
		words = append(words, p.without...)
		t.identify = t.identify || p.identify
		if p.enable != "" {
			t.enable = append(t.enable, p.enable)
		}
	}
	t.without = map[imap.Cap]bool{}
	for _, w := range words {
		c := imap.Cap(strings.ToUpper(w))
		t.without[c] = true
		switch c { // extensions that hold another one
		case imap.CapLiteralMinus:
			t.without[imap.CapLiteralPlus] = true
		case imap.CapCondStore:
			t.without["QRESYNC"] = true
		}
	}
	return t
}

// revision2 are the extensions that the second revision of IMAP includes
// (RFC 9051, appendix E) and this program may use.
var revision2 = []string{
	"UNSELECT", "UIDPLUS", "ESEARCH", "ENABLE", "IDLE", "SASL-IR", "LIST-EXTENDED", "LIST-STATUS", "MOVE", "LITERAL-",
}

// use gives what is used of what a server offers. It is the one place where an
// extension is left out: from here on it counts as not offered.
func (t traits) use(offered []string) []string {
	if len(t.without) > 0 && slices.Contains(offered, "IMAP4REV2") {
		// As one word it would bring back what is to be left out.
		offered = slices.DeleteFunc(slices.Clone(offered), func(c string) bool { return c == "IMAP4REV2" })
		offered = append(append(offered, "IMAP4REV1"), revision2...)
	}
	var out []string
	for _, c := range offered {
		if !t.without[imap.Cap(c)] && !slices.Contains(out, c) && !strings.ContainsFunc(c, notAtom) {
			out = append(out, c)
		}
	}
	return out
}

// notAtom tells what may not stand in an atom (RFC 9051, section 9).
func notAtom(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`(){%*"\]`, r) }

// capSet makes the set as the library names capabilities.
func capSet(caps []string) (set imap.CapSet, names []string) {
	set = imap.CapSet{}
	for _, c := range caps {
		if rest, ok := strings.CutPrefix(c, "IMAP4REV"); ok {
			c = "IMAP4rev" + rest
		}
		set[imap.Cap(c)] = struct{}{}
		names = append(names, c)
	}
	return set, names
}

// settle does what has to be done between the login and the first folder, and
// gives what the server offers now.
func (p *preamble) settle(t traits) ([]string, error) {
	if t.identify {
		// The name alone: neither version nor system are anybody's business.
		if _, err := p.command(`ID ("name" "Caliopen")`, nil, nil); err != nil {
			return nil, err
		}
	}
	caps, err := p.capabilities()
	if err != nil {
		return nil, err
	}
	caps = t.use(caps)
	for _, e := range t.enable {
		if !slices.Contains(caps, "ENABLE") || !slices.Contains(caps, e) {
			continue
		}
		if _, err := p.command("ENABLE "+e, nil, nil); err != nil {
			return nil, err
		}
	}
	return caps, nil
}
