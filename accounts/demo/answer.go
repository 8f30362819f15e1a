package demo

import (
	_ "embed"
	"fmt"
	"mime"
	"net/mail"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
	"github.com/caliopen/caliopen-tui/accounts/demo/postoffice"
)

//go:embed story/answers.txt
var answersText string

// thinking is how long somebody takes to answer.
const thinking = 6 * time.Second

// answers gives what people say when the user writes to them: one text a line
// of answers.txt, behind the key of the person or a language and a bar.
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

// next gives a person's next answer, "" for somebody who never answers.
func (w *World) next(p Person) string {
	list := answers(p)
	if len(list) == 0 {
		return ""
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.turns[p.Key]
	w.turns[p.Key] = n + 1
	return list[n%len(list)]
}

// answerMail lets the people written to answer, after a while.
func (w *World) answerMail(m postoffice.Mail) {
	msg, err := mail.ReadMessage(strings.NewReader(string(m.Raw)))
	if err != nil {
		return
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil {
		subject = msg.Header.Get("Subject")
	}
	if !strings.HasPrefix(strings.ToLower(subject), "re:") {
		subject = "Re: " + subject
	}
	id := msg.Header.Get("Message-ID")
	for _, to := range m.To {
		p, ok := w.byMail(to)
		if !ok {
			continue
		}
		text := w.next(p)
		if text == "" {
			continue
		}
		time.AfterFunc(thinking, func() { w.reply(p, to, m.From, subject, id, text) })
	}
}

// reply sends one answer to the user.
func (w *World) reply(p Person, from, to, subject, id, text string) {
	at := w.now()
	le := &letter{
		from: named(from, p.Name), to: []string{named(to, MyName)}, subject: subject, at: at,
		id:      fmt.Sprintf("<answer.%d@%s>", at.UnixNano(), from[strings.LastIndex(from, "@")+1:]),
		answers: id, refs: []string{id}, line: &Line{Text: text, At: 1},
	}
	// The demo ends when it likes; an answer that finds the office closed is lost.
	_ = w.file(le.line, to, from, le.bytes(), at)
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

// answerPost lets the people mentioned answer, after a while.
func (w *World) answerPost(p fediverse.Post) {
	for _, to := range p.To {
		for _, who := range w.people {
			if who.Mastodon != to {
				continue
			}
			if text := w.next(who); text != "" {
				time.AfterFunc(thinking, func() { w.fedi.Reply(to, p.ID, text) })
			}
		}
	}
}
