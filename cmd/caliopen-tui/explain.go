package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/accounts/mime"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// maxMail bounds a mail file that inspect reads.
const maxMail = 200 << 20

type explainObject struct {
	Kind    string        `json:"kind"`
	ID      string        `json:"id,omitempty"`
	Name    string        `json:"name,omitempty"`
	Privacy privacy.Index `json:"privacy"`
}

func (p *program) explainCommand() *cobra.Command {
	return p.command("explain WHAT", cobra.ExactArgs(1), p.with(reading, func(ctx context.Context, a *app, args []string) error {
		e, err := a.svc.Explain(ctx, args[0])
		if err != nil {
			return err
		}
		o := explainObject{Kind: e.Kind}
		name := ""
		switch {
		case e.Message != nil:
			o.ID, name = string(e.Message.ID), p.otherSide(e.Message)
			e.Index = withFacts(e.Message)
			e.Index.Advice = e.Next // for the next time: this one has gone its way
		case e.Contact != nil:
			o.ID, o.Name, name = string(e.Contact.ID), e.Contact.Name, e.Contact.Name
		case e.Account != nil:
			o.ID, o.Name = string(e.Account.ID), e.Account.Address.ID
		}
		o.Privacy = p.full(e.Index, name)
		if e.Kind == "me" && !p.flags.json {
			o.Privacy.Advice = nil // told with names below
		}
		if p.flags.json {
			return p.object(o)
		}
		if err := p.writeIndex(o.Privacy, name); err != nil || e.Kind != "me" {
			return err
		}
		return p.writeSteps(ctx, a)
	}))
}

// writeSteps writes what the user can do next, with whom each is about.
func (p *program) writeSteps(ctx context.Context, a *app) error {
	o, err := a.svc.Privacy(ctx)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, s := range o.Steps {
		who := or(s.Name, or(s.Address.ID, string(s.Account)))
		text := p.cat.Factor(s.Advice.ID, who)
		if who != "" && !strings.Contains(text, who) {
			text = p.t("dash.step", "Name", who, "Text", text)
		}
		rows = append(rows, []string{"  +" + strconv.Itoa(s.Advice.Gain), text, s.Advice.ID})
	}
	return p.table(rows)
}

// writeIndex writes an index with its reasons: what counts, what bounds it,
// what would raise it.
func (p *program) writeIndex(ix privacy.Index, name string) error {
	if err := p.graded(ix, ix.Sentence); err != nil {
		return err
	}
	var rows [][]string
	for _, f := range ix.Factors {
		rows = append(rows, []string{"  " + strconv.Itoa(f.Points) + "/" + strconv.Itoa(f.Max), p.cat.Factor(f.Key(), name), f.ID})
	}
	for _, c := range ix.Caps {
		rows = append(rows, []string{"  ≤ " + strconv.Itoa(c.Limit), p.cat.Factor(c.ID, name), c.ID})
	}
	for _, a := range ix.Advice {
		rows = append(rows, []string{"  +" + strconv.Itoa(a.Gain), a.Text, a.ID})
	}
	return p.table(rows)
}

func (p *program) inspectCommand() *cobra.Command {
	var trust trace.Trust
	var keys []string
	c := p.command("inspect FILE…", cobra.MinimumNArgs(1), func(ctx context.Context, args []string) error {
		for _, names := range [][]string{trust.Hosts, trust.IDs, trust.TLSWriters, trust.Domains} {
			for i := range names {
				names[i] = strings.ToLower(names[i])
			}
		}
		return p.lend(ctx, keys, func(l *lent) error { return p.inspectAll(args, trust, l) })
	})
	c.Flags().Var(several{&keys}, "key-file", p.t("cli.inspect.keys"))
	c.Flags().Var(several{&trust.Hosts}, "trusted-host", p.t("cli.inspect.host"))
	c.Flags().Var(several{&trust.IDs}, "trusted-id", p.t("cli.inspect.id"))
	c.Flags().Var(several{&trust.TLSWriters}, "tls-writer", p.t("cli.inspect.tls"))
	c.Flags().Var(several{&trust.Domains}, "own-domain", p.t("cli.inspect.domain"))
	return c
}

// inspectAll reads mail files; one that cannot be read is no reason to leave
// the others.
func (p *program) inspectAll(names []string, trust trace.Trust, l *lent) error {
	lost := 0
	for _, name := range names {
		err := p.inspect(name, trust, l)
		if err != nil && len(names) == 1 {
			return err
		}
		if err != nil {
			p.note(p.cat.Error(err))
			lost++
		}
	}
	if lost > 0 {
		return &conversation.Problem{Code: "cli.inspect.partly", Args: named([]any{"Count", lost}), Err: errPartly}
	}
	return nil
}

// inspect reads one mail file with the own keyring. Nothing is stored.
func (p *program) inspect(name string, trust trace.Trust, l *lent) error {
	data, err := p.readMail(name)
	if err != nil {
		return err
	}
	m := readAlone(data, trust, l, p.now)
	if p.flags.json {
		o := p.message(&m, true)
		o.Read, o.Starred, o.Direction, o.File = nil, nil, "", name
		return p.object(o)
	}
	if err := p.writeMessage(&m); err != nil {
		return err
	}
	return p.writeIndex(p.full(withFacts(&m), p.otherSide(&m)), p.otherSide(&m))
}

func (p *program) readMail(name string) ([]byte, error) {
	r := p.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("inspect: %w", err)
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, usage("cli.inspect.folder", "File", name)
		}
		r = f
	}
	data, err := io.ReadAll(io.LimitReader(r, maxMail+1))
	if err != nil {
		return nil, fmt.Errorf("inspect: %s: %w", name, err)
	}
	if len(data) > maxMail {
		return nil, fmt.Errorf("inspect: %s: %w", name, errors.New("larger than "+p.cat.Size(maxMail)))
	}
	return data, nil
}

// readAlone parses and scores a mail outside any account. A file was fetched
// over no connection of ours, so that the own hop does not count against it;
// what servers wrote down is believed only when --trusted-host says so.
func readAlone(data []byte, trust trace.Trust, l *lent, now func() time.Time) conversation.Message {
	parsed := mime.WithKeys(l, now).Parse(data, conversation.ParseContext{})
	engine.Case{Trust: trust, OwnHop: true, Keys: l}.Decide(&parsed)
	return parsed.Message
}
