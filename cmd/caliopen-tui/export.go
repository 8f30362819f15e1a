package main

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	archives "github.com/caliopen/caliopen-tui/accounts/archive"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

type exportObject struct {
	Messages int     `json:"messages"`
	Failed   int     `json:"failed"`
	Skipped  int     `json:"skipped,omitempty"` // what is no mail
	Bytes    int64   `json:"bytes"`
	Seconds  float64 `json:"seconds"`
	Error    string  `json:"error,omitempty"`
}

func (p *program) exportCommand() *cobra.Command {
	var force bool
	c := p.command("export KIND PATH [QUERY…]", cobra.MinimumNArgs(2), func(ctx context.Context, args []string) error {
		kind, path, text := archives.Kind(args[0]), args[1], strings.Join(args[2:], " ")
		if path == "" || path == "-" && kind != archives.Mbox && kind != "vcard" {
			return usage("cli.export.stream", "Kind", string(kind))
		}
		switch kind {
		case archives.Mbox, archives.Maildir, archives.EML:
			return p.with(reading, func(ctx context.Context, a *app, _ []string) error {
				return p.exportMail(ctx, a, kind, path, text, force)
			})(ctx, nil)
		case "vcard":
			return p.with(reading, func(ctx context.Context, a *app, _ []string) error {
				return p.exportCards(ctx, a, path, text, force)
			})(ctx, nil)
		}
		return usage("cli.archive.kind", "Value", string(kind), "Known", "mbox, maildir, eml, vcard")
	})
	c.Long = filled(p.t("cli.export.long"))
	c.Flags().BoolVar(&force, "force", false, p.t("cli.export.force"))
	return c
}

// exportMail writes the mails that a query finds, oldest first; without a query
// all of them.
func (p *program) exportMail(ctx context.Context, a *app, kind archives.Kind, path, text string, force bool) error {
	began := time.Now()
	q, err := a.exported(ctx, text)
	if err != nil {
		return err
	}
	if path == "-" && p.terminal {
		return usage("cli.export.terminal")
	}
	w, err := p.archiveAt(kind, path, force)
	if err != nil {
		return archiveFault(path, err)
	}
	o := exportObject{}
	show, clear := p.counting()
	err = a.db.Walk(ctx, q, func(k storage.Kept, total int) error {
		show(o.Messages+o.Failed+o.Skipped, total)
		return p.take(w, k, &o)
	})
	clear()
	if err == nil {
		err = w.Commit()
	} else {
		w.Abort()
	}
	o.Seconds = time.Since(began).Round(time.Millisecond).Seconds()
	return p.exportDone(o, path, err)
}

// exported reads the query of an export, nil for none.
func (a *app) exported(ctx context.Context, text string) (*conversation.Query, error) {
	if text == "" {
		return nil, nil
	}
	q, err := a.svc.Query(text)
	if err != nil {
		return nil, pointed(err, text)
	}
	if err := a.knowsPlaces(ctx, text); err != nil {
		return nil, err
	}
	return q, a.indexPrivate(ctx)
}

func (p *program) archiveAt(kind archives.Kind, path string, force bool) (archives.Writer, error) {
	if path == "-" {
		return archives.Stream(p.out), nil
	}
	return archives.Create(kind, path, force)
}

// take writes one message. What is no mail has no form in these archives; of
// what is not here whole, half would not read back to the same.
func (p *program) take(w archives.Writer, k storage.Kept, o *exportObject) error {
	switch {
	case k.Protocol != conversation.Mail:
		o.Skipped++
		return nil
	case k.Err != nil:
		o.Failed++
		p.note(p.t("cli.export.failed", "ID", string(k.ID), "Why", p.said(k.Err)))
		return nil
	case k.Partial:
		o.Failed++
		p.note(p.t("cli.export.failed", "ID", string(k.ID), "Why", p.t("archive.partial")))
		return nil
	}
	o.Messages++
	o.Bytes += int64(len(k.Raw))
	return w.Put(archives.Message{ID: string(k.ID), Raw: k.Raw, At: k.At, Seen: k.Read, Flagged: k.Starred, Tags: k.Tags})
}

// exportDone writes the summary, beside the result when that goes to standard
// output.
func (p *program) exportDone(o exportObject, path string, err error) error {
	if err != nil {
		err = archiveFault(path, err)
		o.Error = p.said(err)
	}
	text := p.t("cli.export.line", "Messages", p.cat.Number(o.Messages), "Failed", p.cat.Number(o.Failed), "Skipped", p.cat.Number(o.Skipped), "Size", p.cat.Size(o.Bytes))
	switch {
	case path == "-" && err == nil:
		p.note(text)
	case path == "-":
	case p.flags.json:
		if werr := p.object(o); werr != nil {
			return werr
		}
		if err != nil {
			err = told{err}
		}
	case err == nil:
		if werr := p.line(text); werr != nil {
			return werr
		}
	}
	if err == nil && o.Failed > 0 {
		return &conversation.Problem{Code: "cli.export.partly", Args: named([]any{"Count", o.Failed}), Err: errPartly}
	}
	return err
}

// counting shows on a terminal how many messages were written.
func (p *program) counting() (show func(done, total int), clear func()) {
	if !p.talk || p.flags.quiet {
		return func(int, int) {}, func() {}
	}
	var last time.Time
	return func(done, total int) {
		if time.Since(last) < 100*time.Millisecond {
			return
		}
		last = time.Now()
		text := p.t("cli.export.progress", "Done", p.cat.Number(done), "Total", p.cat.Number(total))
		_, _ = io.WriteString(p.err, "\r\x1b[K"+safe.Line(text).String())
	}, func() { _, _ = io.WriteString(p.err, "\r\x1b[K") }
}

// exportCards writes contacts as vCards: those whose name or address holds the
// words, or all.
func (p *program) exportCards(ctx context.Context, a *app, path, text string, force bool) error {
	cs, err := a.svc.Contacts(ctx, text, 1<<20)
	if err != nil {
		return err
	}
	var b strings.Builder
	for i := range cs {
		b.WriteString(writeCard(&cs[i]))
	}
	if path == "-" {
		return p.raw([]byte(b.String()))
	}
	if err := archives.WriteFile(path, []byte(b.String()), force); err != nil {
		return archiveFault(path, err)
	}
	p.note(p.n("cli.export.cards", len(cs)))
	return nil
}
