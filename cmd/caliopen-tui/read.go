package main

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/conversation"
)

// defaultLimit is how many rows a list has unless --limit says otherwise.
const defaultLimit = 50

// reasonsWithin is how many messages back the reasons of a conversation's index
// are looked for: in a monologue longer than that they stay away.
const reasonsWithin = 30

func (p *program) conversationsCommand() *cobra.Command {
	var (
		limit  int
		kinds  []string
		unread bool
	)
	c := p.command("conversations [QUERY…]", cobra.ArbitraryArgs, p.with(reading, func(ctx context.Context, a *app, args []string) error {
		if err := positive(limit); err != nil {
			return err
		}
		w := conversation.Window{Limit: limit, Unread: unread}
		for _, k := range kinds {
			switch kind := conversation.Kind(k); kind {
			case conversation.KindPeople, conversation.KindList, conversation.KindBulk:
				w.Kinds = append(w.Kinds, kind)
			default:
				return usage("cli.kind", "Value", k)
			}
		}
		if text := strings.Join(args, " "); text != "" {
			q, err := a.svc.Query(text)
			if err != nil {
				return pointed(err, text)
			}
			if err := a.knowsPlaces(ctx, text); err != nil {
				return err
			}
			if err := a.indexPrivate(ctx); err != nil {
				return err
			}
			w.Query = q
		}
		page, err := a.svc.List(ctx, w)
		if err != nil {
			return err
		}
		return p.showConversations(ctx, a, page.Rows)
	}))
	c.Flags().IntVar(&limit, "limit", defaultLimit, p.t("cli.flag.limit"))
	c.Flags().Var(several{&kinds}, "kind", p.t("cli.flag.kind"))
	c.Flags().BoolVar(&unread, "unread", false, p.t("cli.flag.unread"))
	return c
}

func (p *program) showConversations(ctx context.Context, a *app, rows []conversation.Conversation) error {
	var lines [][]string
	for i := range rows {
		c := &rows[i]
		if p.flags.json {
			if err := a.reasons(ctx, c); err != nil {
				return err
			}
			if err := p.object(p.conversation(c)); err != nil {
				return err
			}
			continue
		}
		unread := ""
		if c.Unread > 0 {
			unread = p.cat.Number(c.Unread)
		}
		lines = append(lines, []string{string(c.ID), unread, badge(c.Index), p.cat.Date(c.LastDate, p.now()), c.Title, c.Excerpt})
	}
	return p.table(lines, 2)
}

// reasons completes the index of a conversation, of which the list knows only
// the score: it is that of the last message that came, or else of the last one.
func (a *app) reasons(ctx context.Context, c *conversation.Conversation) error {
	ms, _, _, err := a.svc.Messages(ctx, c.ID, conversation.Span{Limit: reasonsWithin})
	if err != nil {
		return err
	}
	for _, came := range []bool{true, false} {
		for i := range slices.Backward(ms) {
			if m := &ms[i]; m.Index.Score == c.Index.Score && (m.Direction == conversation.In || !came) {
				c.Index = withFacts(m)
				return nil
			}
		}
	}
	return nil
}

func (p *program) messagesCommand() *cobra.Command {
	var (
		limit  int
		before string
	)
	c := p.command("messages CONVERSATION", cobra.ExactArgs(1), p.with(reading, func(ctx context.Context, a *app, args []string) error {
		if err := positive(limit); err != nil {
			return err
		}
		span := conversation.Span{Limit: limit}
		if before != "" {
			t, err := parseDate(before)
			if err != nil {
				return err
			}
			span.Until = t
		}
		ms, _, _, err := a.svc.Messages(ctx, conversation.ConversationID(args[0]), span)
		if err != nil {
			return absent(err, args[0])
		}
		return p.showMessages(ms)
	}))
	c.Flags().IntVar(&limit, "limit", defaultLimit, p.t("cli.flag.limit"))
	c.Flags().StringVar(&before, "before", "", p.t("cli.flag.before"))
	return c
}

// parseDate reads a day, month, year or full moment.
func parseDate(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02", "2006-01", "2006"} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usage("cli.date", "Value", text)
}

func (p *program) showMessages(ms []conversation.Message) error {
	var lines [][]string
	for i := range ms {
		m := &ms[i]
		if p.flags.json {
			if err := p.object(p.message(m, false)); err != nil {
				return err
			}
			continue
		}
		lines = append(lines, p.messageRow(m, m.Excerpt))
	}
	return p.table(lines, 1)
}

func (p *program) messageRow(m *conversation.Message, text string) []string {
	from := called(m.Sender())
	if m.Direction == conversation.Out {
		from = p.t("cli.you")
	}
	if m.Subject != "" {
		text = m.Subject + " · " + text
	}
	return []string{string(m.ID), badge(m.Index), p.cat.Date(m.Date, p.now()), from, text}
}

func (p *program) showCommand() *cobra.Command {
	var raw, html, headers bool
	c := p.command("show MESSAGE", cobra.ExactArgs(1), p.with(reading, func(ctx context.Context, a *app, args []string) error {
		id, err := a.svc.ResolveMessage(ctx, args[0])
		if err != nil {
			return err
		}
		switch {
		case raw:
			data, err := a.svc.Raw(ctx, id)
			if err != nil {
				return err
			}
			return p.raw(data)
		case html:
			text, err := a.svc.HTML(ctx, id)
			if err != nil {
				return err
			}
			return p.raw([]byte(text))
		}
		return p.showOne(ctx, a, id, headers)
	}))
	c.Flags().BoolVar(&raw, "raw", false, p.t("cli.flag.raw"))
	c.Flags().BoolVar(&html, "html", false, p.t("cli.flag.html"))
	c.Flags().BoolVar(&headers, "headers", false, p.t("cli.flag.headers"))
	c.PreRunE = oneOf("raw", "html", "headers")
	return c
}

func (p *program) showOne(ctx context.Context, a *app, id conversation.MessageID, headers bool) error {
	m, err := p.opened(ctx, a, id)
	if err != nil {
		return err
	}
	head := ""
	if headers {
		data, err := a.svc.Raw(ctx, id)
		if err != nil {
			return err
		}
		head = header(data)
	}
	if p.flags.json {
		o := p.message(&m, true)
		o.Headers = head
		return p.object(o)
	}
	if headers {
		return p.block(head)
	}
	return p.writeMessage(&m)
}

// header gives the header of a mail.
func header(raw []byte) string {
	for _, gap := range []string{"\r\n\r\n", "\n\n"} {
		if i := bytes.Index(raw, []byte(gap)); i >= 0 {
			raw = raw[:i]
		}
	}
	return strings.ToValidUTF8(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\uFFFD")
}

// writeMessage writes a message as people read it. The badge stands in the
// first line, where no text of a message ever gets.
func (p *program) writeMessage(m *conversation.Message) error {
	ix := p.full(withFacts(m), p.otherSide(m))
	if err := p.graded(ix, ix.Sentence); err != nil {
		return err
	}
	var lines []string
	add := func(key, value string) {
		if value != "" {
			lines = append(lines, p.t(key, "Value", value))
		}
	}
	add("cli.show.from", names(m, conversation.From))
	add("cli.show.to", names(m, conversation.To))
	add("cli.show.cc", names(m, conversation.Cc))
	add("cli.show.date", p.cat.LongDate(m.Date, p.now()))
	add("cli.show.subject", m.Subject)
	for _, a := range m.Attachments {
		add("cli.show.attachment", a.Name+" ("+a.Type+", "+p.cat.Size(a.Size)+", "+a.Part+")")
	}
	for _, line := range lines {
		if err := p.line(line); err != nil {
			return err
		}
	}
	if err := p.block("\n" + m.Text); err != nil {
		return err
	}
	for _, odd := range m.Warnings {
		if p.cat.Has(odd) { // other codes are for the log
			p.note("! " + p.t(odd))
		}
	}
	return nil
}

func names(m *conversation.Message, r conversation.Role) string {
	var out []string
	for _, who := range m.With(r) {
		switch {
		case who.Name == "":
			out = append(out, who.Address.ID)
		default:
			out = append(out, who.Name+" <"+who.Address.ID+">")
		}
	}
	return strings.Join(out, ", ")
}
