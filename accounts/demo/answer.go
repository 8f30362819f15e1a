package demo

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
	"github.com/caliopen/caliopen-tui/accounts/demo/postoffice"
	"github.com/caliopen/caliopen-tui/accounts/mime"
	"github.com/caliopen/caliopen-tui/conversation"
)

//go:embed story/answers.txt
var answersText string

// thinking is how long somebody takes to answer, when nothing else is said.
const thinking = 6 * time.Second

// answers gives what people say when the user writes to them: one text a line
// of answers.txt, behind the key of the person or a language and a bar. A text
// that begins with "masto:" or "mail:" comes over that channel, whatever the
// user wrote by.
func answers(p Person) []string {
	var own, common []string
	for _, line := range strings.Split(answersText, "\n") {
		key, text, ok := strings.Cut(line, "|")
		if !ok {
			continue
		}
		text = strings.ReplaceAll(strings.TrimSpace(text), `\n`, "\n")
		switch strings.TrimSpace(key) {
		case p.Key:
			own = append(own, text)
		case p.Lang:
			common = append(common, text)
		}
	}
	return append(own, common...)
}

// next gives a person's next answer to what was written over a channel ("mail"
// or "masto"), "" for somebody who never answers. Answers that change over to a
// channel are for whoever wrote by another one.
func (w *World) next(p Person, channel string) string {
	list := slices.DeleteFunc(answers(p), func(text string) bool { return strings.HasPrefix(text, channel+":") })
	if len(list) == 0 {
		return ""
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.turns[p.Key]
	w.turns[p.Key] = n + 1
	return list[n%len(list)]
}

// answerMail lets the people written to answer, after a while: one of a group
// to everybody, as people do.
func (w *World) answerMail(m postoffice.Mail) {
	msg, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		return
	}
	read := mime.WithKeys(w.ring, w.now).Parse(m.Raw, conversation.ParseContext{})
	subject := read.Message.Subject
	if !strings.HasPrefix(strings.ToLower(subject), "re:") {
		subject = "Re: " + subject
	}
	id := msg.Header.Get("Message-ID")
	for _, to := range m.To {
		p, ok := w.byMail(to)
		if !ok {
			continue
		}
		text := w.next(p, "mail")
		if text == "" {
			continue
		}
		le := &letter{
			from: named(to, p.Name), to: []string{named(m.From, MyName)}, cc: w.others(msg, to), subject: subject,
			answers: id, refs: []string{id},
		}
		options := maps.Clone(p.Options)
		if read.Private { // who is written to sealed answers so
			options["sealed"] = ""
		}
		time.AfterFunc(w.Thinking, func() { w.reply(p, options, le, to, m.From, text) })
		return
	}
}

// others gives the recipients of a mail besides the one who answers.
func (w *World) others(msg *mail.Message, but string) []string {
	var out []string
	for _, field := range []string{"To", "Cc"} {
		list, err := msg.Header.AddressList(field)
		if err != nil {
			continue // absent, or nobody to answer
		}
		for _, a := range list {
			if !strings.EqualFold(a.Address, but) {
				out = append(out, named(a.Address, a.Name))
			}
		}
	}
	return out
}

// reply sends one answer to the user, by the channel its text asks for. The
// demo ends when it likes; an answer that finds the office closed is lost.
func (w *World) reply(p Person, options map[string]string, le *letter, from, to, text string) {
	if rest, ok := strings.CutPrefix(text, "masto:"); ok {
		w.fedi.Post(p.Mastodon, strings.TrimSpace(rest), myMasto)
		return
	}
	text = strings.TrimSpace(text)
	le.at = w.now()
	le.id = fmt.Sprintf("<answer.%d@%s>", le.at.UnixNano(), from[strings.LastIndex(from, "@")+1:])
	le.line = &Line{Text: text, At: 1, Options: options}
	raw, err := w.wire(le, from)
	if err != nil {
		return
	}
	_ = w.file(le.line, to, from, raw, le.at)
}

func (w *World) byMail(address string) (Person, bool) {
	for _, p := range w.people {
		for _, a := range p.Mail {
			if strings.EqualFold(a, address) {
				return p, true
			}
		}
	}
	return Person{}, false
}

// answerPost lets one of the people mentioned answer, after a while.
func (w *World) answerPost(p fediverse.Post) {
	for _, to := range p.To {
		who, ok := w.byMastodon(to)
		if !ok {
			continue
		}
		text := w.next(who, "masto")
		if text == "" {
			continue
		}
		time.AfterFunc(w.Thinking, func() { w.replyPost(who, p.ID, text) })
		return
	}
}

// replyPost answers a status, or writes a mail when the text asks for it.
func (w *World) replyPost(who Person, id, text string) {
	if rest, ok := strings.CutPrefix(text, "mail:"); ok && len(who.Mail) > 0 {
		le := &letter{from: named(who.Mail[0], who.Name), to: []string{named(myMail, MyName)}}
		w.reply(who, who.Options, le, who.Mail[0], myMail, rest)
		return
	}
	w.fedi.Reply(who.Mastodon, id, text)
}

func (w *World) byMastodon(acct string) (Person, bool) {
	for _, p := range w.people {
		if p.Mastodon != "" && p.Mastodon == acct {
			return p, true
		}
	}
	return Person{}, false
}
