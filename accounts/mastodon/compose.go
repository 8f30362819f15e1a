package mastodon

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/caliopen/caliopen-tui/conversation"
)

// wire is a message in the outbox: what will be posted, and whom it is for.
type wire struct {
	Status      string   `json:"status"`
	Visibility  string   `json:"visibility"`
	InReplyToID string   `json:"in_reply_to_id,omitempty"`
	InReplyTo   string   `json:"in_reply_to_uri,omitempty"` // looked up when the id is not known
	SpoilerText string   `json:"spoiler_text,omitempty"`
	Recipients  []string `json:"recipients"` // "@zoe@social.example"
	Media       []file   `json:"media,omitempty"`
}

type file struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Data []byte `json:"data"`
}

// Compose writes the post that will be handed over: every recipient named in
// front, nobody else named anywhere, and never another visibility than direct.
// A warning line is set only when the user gave a new message a subject: the
// subject that an answer inherits is not something to hide a text behind.
func (Format) Compose(o conversation.Outgoing) (conversation.Composed, error) {
	if len(o.Bcc) > 0 {
		return conversation.Composed{}, &Refusal{Code: "mastodon.hidden", kind: conversation.ErrUsage}
	}
	to, err := recipients(o)
	if err != nil {
		return conversation.Composed{}, err
	}
	home := o.From.Address.Domain()
	w := wire{Visibility: "direct", Recipients: []string{}}
	var b strings.Builder
	for _, a := range to {
		w.Recipients = append(w.Recipients, a.ID)
		b.WriteString(a.ID + " ")
	}
	b.WriteString(conversation.Neutralise(clean(o.Text), home, to))
	w.Status = strings.TrimRight(b.String(), " \n")
	w.InReplyToID, w.InReplyTo = parent(o)
	if o.Reply == nil && o.InReplyTo == "" {
		w.SpoilerText = conversation.Neutralise(cut(clean(o.Subject), 200), home, nil)
	}
	for _, f := range o.Attach {
		w.Media = append(w.Media, file(f))
	}
	raw, err := json.Marshal(w)
	if err != nil {
		return conversation.Composed{}, fmt.Errorf("mastodon: compose: %w", err)
	}
	return conversation.Composed{Wire: raw}, nil
}

// nameRE is what servers take for a full account name; anything else in its
// place could name somebody else.
var nameRE = compiled(`^@[a-z0-9_]+([a-z0-9_.-]*[a-z0-9_])?@[\p{L}\p{N}]([\p{L}\p{N}.-]*[\p{L}\p{N}])?(:[0-9]+)?$`)

// recipients gives everybody to be named, oneself left out. A note to oneself
// names nobody.
func recipients(o conversation.Outgoing) ([]conversation.Address, error) {
	var out []conversation.Address
	for _, p := range slices.Concat(o.To, o.Cc) {
		if p.Address.Protocol != conversation.Mastodon || !nameRE().MatchString(p.Address.ID) {
			return nil, fmt.Errorf("mastodon: %q is no account: %w", p.Address.ID, conversation.ErrUsage)
		}
		if p.Address != o.From.Address && !slices.Contains(out, p.Address) {
			out = append(out, p.Address)
		}
	}
	if len(o.To)+len(o.Cc) == 0 {
		return nil, fmt.Errorf("mastodon: no recipient: %w", conversation.ErrUsage)
	}
	return out, nil
}

// clean takes out what is no text: control characters other than line ends.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r >= 0x20 && r != 0x7f && (r < 0x80 || r > 0x9f) {
			return r
		}
		return -1
	}, s)
}

// parent names the status answered: by its id on the own server when the
// message answered was read here, else by its uri.
func parent(o conversation.Outgoing) (id, uri string) {
	if r := o.Reply; r != nil && r.Protocol == conversation.Mastodon {
		if r.Account == o.Account && len(r.References) > 0 {
			return r.References[0], ""
		}
		return "", r.RFCID
	}
	switch {
	case o.Reply != nil: // an answer to a message of another channel
		return "", ""
	case strings.HasPrefix(o.InReplyTo, "https://"):
		return "", o.InReplyTo
	case idRE().MatchString(o.InReplyTo):
		return o.InReplyTo, ""
	}
	return "", "" // a Message-ID of mail is nobody's business here
}

// idRE is what ids of statuses look like: numbers or ULIDs.
var idRE = compiled(`^[0-9A-Za-z]+$`)

var (
	urlRE  = compiled(`https?://[^\s<>"]+`)
	acctRE = compiled(`(@[A-Za-z0-9_]+)@[\p{L}\p{N}.-]+`)
)

// Length counts the characters of a text as servers do: a link counts 23, and
// of a name the server does not count.
func Length(text string) int {
	text = urlRE().ReplaceAllString(text, strings.Repeat("x", 23))
	text = acctRE().ReplaceAllString(text, "$1")
	return utf8.RuneCountInString(text)
}

// compiled makes an expression when it is first wanted: the start of the
// program does not wait for it.
func compiled(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
