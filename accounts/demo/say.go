package demo

import (
	"fmt"
	"mime"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
	"github.com/caliopen/caliopen-tui/accounts/demo/postoffice"
)

// say makes one message of a story real.
func (w *World) say(l *Line, at time.Time) error {
	if l.Channel == "masto" {
		return w.post(l, at)
	}
	return w.mail(l, at)
}

// mailAddress resolves a key of a story to a mail address and a name.
func (w *World) mailAddress(key string) (address, name string, err error) {
	switch {
	case key == "me":
		return myMail, MyName, nil
	case key == "me.work":
		return myWork, MyName, nil
	case strings.Contains(key, "@"):
		return key, "", nil
	}
	base, which, _ := strings.Cut(key, ".")
	p, ok := w.people[base]
	n := 0
	if which != "" {
		n = int(which[0] - '1')
	}
	if !ok || p.address(n) == "" {
		return "", "", fmt.Errorf("nobody is called %q", key)
	}
	return p.address(n), p.Name, nil
}

// named gives an address as a header has it.
func named(address, name string) string {
	if name == "" {
		return address
	}
	switch enc := mime.QEncoding.Encode("utf-8", name); {
	case enc == name:
		name = `"` + name + `"`
	case strings.ContainsAny(name, "()<>@,;:[]"): // forbidden in a phrase, even encoded (RFC 2047, section 5)
		name = mime.BEncoding.Encode("utf-8", name)
	default:
		name = enc
	}
	return name + " <" + address + ">"
}

// mail files one mail: in Sent when the user wrote it, else in the inbox.
func (w *World) mail(l *Line, at time.Time) error {
	from, name, err := w.mailAddress(l.From)
	if err != nil {
		return err
	}
	if n, ok := l.Options["as"]; ok {
		name = strings.ReplaceAll(n, "_", " ")
	}
	if l.Has("raw") && l.Options["as"] != "" {
		name = unescape(name)
	}
	le := &letter{from: named(from, name), subject: l.Subject, at: at, line: l}
	var mine []string
	if le.to, mine, err = w.header(l.To, mine); err != nil {
		return err
	}
	if cc := l.Options["cc"]; cc != "" {
		if le.cc, mine, err = w.header(strings.Split(cc, ","), mine); err != nil {
			return err
		}
	}
	le.listAddress = l.To[0]
	w.thread(le, l, from)
	if l.Has("newkey") {
		w.ring.change(from)
	}
	raw, err := w.wire(le, from)
	if err != nil {
		return err
	}
	w.remember(l, le)
	if from == myMail || from == myWork {
		return w.office.Put(from, "Sent", raw, at, imap.FlagSeen)
	}
	if len(mine) == 0 { // over a list
		mine = []string{myMail}
	}
	for _, to := range mine {
		if err := w.file(l, to, from, raw, at); err != nil {
			return err
		}
	}
	return nil
}

// header resolves recipients, and collects which of them are the user.
func (w *World) header(keys []string, mine []string) (list, own []string, err error) {
	for _, k := range keys {
		a, n, err := w.mailAddress(k)
		if err != nil {
			return nil, nil, err
		}
		if a == myMail || a == myWork {
			mine = append(mine, a)
		}
		list = append(list, named(a, n))
	}
	return list, mine, nil
}

// thread gives the message its Message-ID and what it refers to.
func (w *World) thread(le *letter, l *Line, from string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, domain, _ := strings.Cut(from, "@")
	le.id = fmt.Sprintf("<%s.%d@%s>", l.Name, le.at.Unix(), domain)
	if l.Answers != "" {
		le.answers = w.ids[l.Answers]
		if le.answers != "" {
			le.refs = append(append([]string(nil), w.refs[l.Answers]...), le.answers)
		}
	}
}

// remember keeps what answers to a message refer to.
func (w *World) remember(l *Line, le *letter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids[l.Name], w.refs[l.Name] = le.id, le.refs
}

// path says how a mail came in, by the line's options and else the person's.
func (w *World) path(l *Line, from string, at time.Time) postoffice.Path {
	sender, _ := w.byMail(from)
	if _, ok := l.Options["list"]; ok {
		return overList(l.To[0], at)
	}
	option := func(name string) (string, bool) {
		if v, ok := l.Options[name]; ok {
			return v, true
		}
		v, ok := sender.Options[name]
		return v, ok
	}
	_, domain, _ := strings.Cut(from, "@")
	p := postoffice.Path{Host: "mail." + domain, From: domain, TLS: "TLSv1.3", DKIM: "pass", DMARC: "pass", At: at}
	switch v, _ := option("tls"); v {
	case "1.2":
		p.TLS = "TLSv1.2"
	case "none":
		p.TLS = ""
	}
	switch v, _ := option("dkim"); v {
	case "none":
		p.DKIM, p.DMARC, p.SPF = "", "", "none"
	case "fail":
		p.DKIM, p.DMARC = v, ""
	}
	if v, ok := option("dmarc"); ok {
		p.DMARC, p.SPF = v, "softfail"
	}
	_, own := option("same")
	p.Login = own && (domain == myMail[strings.Index(myMail, "@")+1:] || domain == myWork[strings.Index(myWork, "@")+1:])
	return p
}

// overList is the way of a mail that a list sends on: its server is the one
// that connects, and its signature says nothing of the author.
func overList(list string, at time.Time) postoffice.Path {
	_, domain, _ := strings.Cut(list, "@")
	return postoffice.Path{Host: "mail." + domain, From: domain, TLS: "TLSv1.3", DKIM: "pass", At: at}
}

// file delivers a received mail as the provider would have.
func (w *World) file(l *Line, to, from string, raw []byte, at time.Time) error {
	p := w.path(l, from, at)
	folder := "INBOX"
	if f := l.Options["folder"]; f != "" {
		folder = f
	}
	var flags []imap.Flag
	if l.At < 0 && !l.Has("unread") {
		flags = append(flags, imap.FlagSeen)
	}
	if l.Has("star") {
		flags = append(flags, imap.FlagFlagged)
	}
	return w.office.Put(to, folder, w.office.Stamped(to, raw, p), at, flags...)
}

// post publishes one private mention.
func (w *World) post(l *Line, at time.Time) error {
	from, err := w.acct(l.From)
	if err != nil {
		return err
	}
	var to []string
	for _, k := range l.To {
		a, err := w.acct(k)
		if err != nil {
			return err
		}
		to = append(to, "@"+a)
	}
	w.mu.Lock()
	parent := w.ids[l.Answers]
	w.mu.Unlock()
	p := w.fedi.Say(fediverse.Post{
		From: from, Text: strings.Join(to, " ") + " " + l.Text, Spoiler: l.Subject, InReplyTo: parent, Media: pictures(l, at), At: at,
	})
	w.mu.Lock()
	w.ids[l.Name] = p.ID
	w.mu.Unlock()
	return nil
}

// acct resolves a key of a story to a Mastodon account.
func (w *World) acct(key string) (string, error) {
	if key == "me" {
		return myMasto, nil
	}
	if p := w.people[key]; p.Mastodon != "" {
		return p.Mastodon, nil
	}
	return "", fmt.Errorf("nobody on Mastodon is called %q", key)
}
