package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/conversation"
)

// maxBody bounds a text read from a file or standard input.
const maxBody = 10 << 20

// patience is how long send waits for the server without --wait. The message
// is in the outbox then, and goes with the next sync.
const patience = 60 * time.Second

// sendFlags are the flags of send.
type sendFlags struct {
	to, cc, bcc, attach             []string
	subject, body, reply, via, from string
	at                              string
	confirmClear, dryRun, wait      bool
}

func (p *program) sendCommand() *cobra.Command {
	var f sendFlags
	c := p.command("send [WHO…]", cobra.ArbitraryArgs, func(ctx context.Context, args []string) error {
		f.to = append(f.to, args...)
		text, err := p.body(f.body)
		if err != nil {
			return err
		}
		need := sending
		if f.dryRun {
			need = reading
		}
		return p.with(need, func(ctx context.Context, a *app, _ []string) error {
			return p.send(ctx, a, f, text)
		})(ctx, args)
	})
	flags := c.Flags()
	flags.Var(several{&f.to}, "to", p.t("cli.send.to"))
	flags.Var(several{&f.cc}, "cc", p.t("cli.send.cc"))
	flags.Var(several{&f.bcc}, "bcc", p.t("cli.send.bcc"))
	flags.StringVar(&f.subject, "subject", "", p.t("cli.send.subject"))
	flags.StringVar(&f.body, "body-file", "", p.t("cli.send.body"))
	flags.Var(files{several{&f.attach}}, "attach", p.t("cli.send.attach"))
	flags.StringVar(&f.reply, "reply-to", "", p.t("cli.send.reply"))
	flags.StringVar(&f.via, "via", "auto", p.t("cli.send.via"))
	flags.StringVar(&f.from, "from", "", p.t("cli.send.from"))
	flags.StringVar(&f.at, "at", "", p.t("cli.send.at"))
	flags.BoolVar(&f.confirmClear, "confirm-clear", false, p.t("cli.send.confirm"))
	flags.BoolVar(&f.dryRun, "dry-run", false, p.t("cli.send.dry"))
	flags.BoolVar(&f.wait, "wait", false, p.t("cli.send.wait"))
	return c
}

// body reads the text of the message: a file, or standard input for "-" and
// when input is piped in.
func (p *program) body(file string) (string, error) {
	var r io.Reader
	switch {
	case file == "-" || file == "" && !p.keyboard:
		r = p.in
	case file == "":
		return "", nil
	default:
		f, err := os.Open(file)
		if err != nil {
			return "", fmt.Errorf("send: %w", err)
		}
		defer f.Close()
		r = f
	}
	data, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	if err != nil {
		return "", fmt.Errorf("send: read the text: %w", err)
	}
	if len(data) > maxBody {
		return "", usage("cli.send.long", "Limit", p.cat.Size(maxBody))
	}
	return strings.ToValidUTF8(strings.ReplaceAll(string(data), "\r\n", "\n"), "\uFFFD"), nil
}

func (p *program) send(ctx context.Context, a *app, f sendFlags, text string) error {
	d, err := p.draft(ctx, a, f, text)
	if err != nil {
		return err
	}
	if f.dryRun {
		choice, err := a.svc.Choose(ctx, d)
		if err != nil {
			return err
		}
		o := p.choice(&choice)
		o.DryRun = true
		return p.showSend(o, nil)
	}
	e, choice, err := a.svc.Send(ctx, d)
	o := p.choice(&choice)
	if err != nil {
		return p.stopped(o, err)
	}
	var waitErr error
	if d.At.After(p.now().Add(patience)) { // it waits in the outbox for a pass after that time
		o.At, o.leaves = when(d.At), p.cat.When(d.At, p.now())
	} else {
		e, waitErr = p.follow(ctx, a, e, f.wait)
	}
	o.ID, o.State = string(e.ID), sendState(e.State)
	if o.State == "failed" {
		failure := &conversation.Problem{Code: "cli.send.failed", Args: named([]any{"ID", o.ID, "Detail", p.problem(&e)}), Err: entryError(e)}
		return p.showSend(o, failure)
	}
	return p.showSend(o, waitErr)
}

// draft makes the draft that the flags describe. It is not kept: what stops a
// command leaves nothing behind.
func (p *program) draft(ctx context.Context, a *app, f sendFlags, text string) (conversation.Draft, error) {
	d := conversation.Draft{Kind: conversation.DraftNew}
	if f.reply != "" {
		id, err := a.svc.ResolveMessage(ctx, f.reply)
		if err != nil {
			return d, err
		}
		if d, err = a.svc.Reply(ctx, id, false); err != nil {
			return d, err
		}
		d.ID = ""
	}
	for _, list := range []struct {
		words []string
		into  *[]conversation.Recipient
	}{{f.to, &d.To}, {f.cc, &d.Cc}, {f.bcc, &d.Bcc}} {
		for _, word := range list.words {
			r, err := a.svc.Resolve(ctx, word)
			if err != nil {
				return d, err
			}
			*list.into = append(*list.into, r)
		}
	}
	if f.subject != "" {
		d.Subject = f.subject
	}
	d.Text, d.Via, d.From, d.ConfirmClear = text, f.via, f.from, f.confirmClear
	if f.at != "" {
		at, ok := conversation.ParseMoment(f.at, p.now(), p.cat.Lang())
		if !ok {
			return d, usage("cli.send.no_time", "Value", f.at)
		}
		if !at.After(p.now()) { // one digit wrong must not send at once what was to wait
			return d, usage("cli.send.past", "Time", p.cat.LongDate(at, p.now()))
		}
		d.At = at
	}
	for _, file := range f.attach {
		path, err := filepath.Abs(file)
		if err != nil {
			return d, fmt.Errorf("send: attach %s: %w", file, err)
		}
		d.Attach = append(d.Attach, path)
	}
	return d, nil
}

// follow waits until the entry is sent or refused. Without wait it gives up
// after a while, or when the server cannot be reached: the entry stays queued.
func (p *program) follow(ctx context.Context, a *app, e conversation.Entry, wait bool) (conversation.Entry, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	eng, err := a.serveOnly(ctx, e.Account)
	if err != nil {
		return e, err
	}
	events := a.svc.Events(ctx)
	served := make(chan struct{})
	go func() { defer close(served); eng.Run(ctx) }()
	defer func() { cancel(); <-served }()
	over := make(<-chan time.Time)
	if !wait {
		over = time.After(patience)
	}
	tick := time.NewTicker(500 * time.Millisecond) // another process may be the one that sends
	defer tick.Stop()
	for {
		now, done, err := a.outcome(ctx, e.ID, wait)
		if err != nil {
			return e, err
		}
		if done {
			return now, nil
		}
		select {
		case <-events:
		case <-tick.C:
		case <-over:
			return now, nil
		case <-ctx.Done():
			return now, ctx.Err()
		}
	}
}

// outcome gives an entry as it stands, and whether there is nothing more to wait
// for: neither for it nor for the sealed copies of its Bcc. Of several, one that
// failed is given, since that is what has to be known.
func (a *app) outcome(ctx context.Context, id conversation.EntryID, wait bool) (e conversation.Entry, done bool, err error) {
	if e, err = a.svc.OutboxEntry(ctx, id); err != nil || !tried(e, wait) || !e.Sealed {
		return e, err == nil && tried(e, wait), err
	}
	all, err := a.svc.Outbox(ctx)
	if err != nil {
		return e, false, err
	}
	for _, bcc := range all {
		switch {
		case bcc.Group != id:
		case !tried(bcc, wait):
			return e, false, nil
		case e.State == conversation.StateSent && bcc.State != conversation.StateSent:
			e = bcc
		}
	}
	return e, true, nil
}

// tried tells whether an entry came to something, or without wait whether that
// was tried once.
func tried(e conversation.Entry, wait bool) bool {
	return settled(e.State) || !wait && e.State == conversation.StateQueued && e.Attempts > 0
}

func settled(s conversation.State) bool {
	switch s {
	case conversation.StateSent, conversation.StateFailed, conversation.StateUnknown, conversation.StateCancelled:
		return true
	}
	return false
}

// sendState puts the states of the outbox into the words of the contract.
func sendState(s conversation.State) string {
	switch s {
	case conversation.StateSent:
		return "sent"
	case conversation.StateFailed, conversation.StateCancelled, conversation.StateUnknown:
		return "failed"
	}
	return "queued"
}

// entryError is the cause to judge a failed entry by.
func entryError(e conversation.Entry) error {
	return errors.New(e.Error)
}

// stopped tells that nothing was sent. A guard's word is a result, too: the
// candidates say what else could be done.
func (p *program) stopped(o sendObject, err error) error {
	if !errors.Is(err, conversation.ErrGuard) && !errors.Is(err, conversation.ErrNoChannel) && o.Decision != string(conversation.Stop) {
		return err
	}
	o.State = "stopped"
	return p.showSend(o, err)
}

// showSend writes the outcome. With a failure the object carries the error, so
// that the output stays a single object.
func (p *program) showSend(o sendObject, failure error) error {
	if p.flags.json {
		if failure == nil {
			return p.object(o)
		}
		o.Error = p.failure(failure)
		if err := p.object(o); err != nil {
			return err
		}
		return told{failure}
	}
	if o.Line != "" {
		if err := p.line(o.Line); err != nil {
			return err
		}
	}
	if o.DryRun || failure != nil {
		if err := p.showCandidates(o); err != nil {
			return err
		}
	}
	for _, w := range o.Warnings {
		p.note(w)
	}
	switch {
	case failure == nil && o.At != "":
		p.note(p.t("cli.send.later", "ID", o.ID, "Time", o.leaves))
	case failure == nil && o.State != "":
		p.note(p.t("cli.send."+o.State, "ID", o.ID))
	}
	return failure
}

func (p *program) showCandidates(o sendObject) error {
	var rows [][]string
	for _, c := range o.Candidates {
		approx := "≈"
		if c.Proven {
			approx = ""
		}
		rows = append(rows, []string{"  " + c.Channel.ID, approx + badge(c.Predicted), or(c.Rejected, c.Predicted.Sentence)})
	}
	return p.table(rows, 1)
}
