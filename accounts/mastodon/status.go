package mastodon

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

// fields is a JSON object whose members are read one by one, so that an odd
// one does not hide the others. A nil map is an empty object.
type fields map[string]json.RawMessage

func object(raw []byte) (fields, bool) {
	var f fields
	err := json.Unmarshal(raw, &f)
	return f, err == nil && f != nil
}

// text gives a member that is a string or a number; ids are strings on some
// servers and were numbers on others.
func (f fields) text(name string) string {
	var s string
	if json.Unmarshal(f[name], &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(f[name], &n) == nil {
		return n.String()
	}
	return ""
}

func (f fields) flag(name string) bool {
	var b bool
	return json.Unmarshal(f[name], &b) == nil && b
}

func (f fields) object(name string) fields {
	o, _ := object(f[name])
	return o
}

func (f fields) list(name string) []json.RawMessage {
	var l []json.RawMessage
	if json.Unmarshal(f[name], &l) != nil {
		return nil
	}
	return l
}

// time gives a member that is a time stamp (RFC 3339), zero when it is not or
// when it lies where no message can come from.
func (f fields) time(name string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, f.text(name))
	if err != nil || t.Year() < 1990 || t.Year() > 2200 {
		return time.Time{}
	}
	return t.UTC()
}

// head is what the sync has to know of a status.
type head struct {
	id, uri, edited, author, parent, visibility string
	created                                     time.Time
	raw                                         json.RawMessage
}

// headOf reads a status; without an id it is nothing that can be kept.
func headOf(raw json.RawMessage) (head, bool) {
	f, ok := object(raw)
	if !ok {
		return head{}, false
	}
	h := head{
		id: f.text("id"), uri: f.text("uri"), edited: f.text("edited_at"), author: f.object("account").text("id"),
		parent: f.text("in_reply_to_id"), visibility: f.text("visibility"), created: f.time("created_at"), raw: raw,
	}
	return h, h.id != ""
}

// mention is somebody a status names, and so reaches.
type mention struct {
	acct, user, url string
}

func (f fields) mentions() []mention {
	var out []mention
	list := f.list("mentions")
	for _, raw := range list[:min(len(list), maxMentions)] {
		o, ok := object(raw)
		if m := (mention{o.text("acct"), o.text("username"), o.text("url")}); ok && m.acct != "" {
			out = append(out, m)
		}
	}
	return out
}

// page gives the name by the address of the profile page, which is what the
// HTML of a status links to; its server may be called otherwise than the one
// in the account's name.
func (m mention) page() string {
	u, err := url.Parse(m.url)
	if err != nil || u.Host == "" {
		return ""
	}
	user := m.user
	if user == "" {
		user, _, _ = strings.Cut(m.acct, "@")
	}
	return "@" + user + "@" + u.Hostname()
}
