package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/accounts"
	archives "github.com/caliopen/caliopen-tui/accounts/archive"
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// shownFailures is how many of the things that were not taken are named.
const shownFailures = 20

type importObject struct {
	New     int     `json:"new"`
	Known   int     `json:"known"`
	Failed  int     `json:"failed"`
	Skipped int     `json:"skipped,omitempty"` // files in a folder that are no mail
	Bytes   int64   `json:"bytes"`
	Seconds float64 `json:"seconds"`
	Error   string  `json:"error,omitempty"`
}

func (p *program) importCommand() *cobra.Command {
	var account string
	c := p.command("import KIND PATH", cobra.ExactArgs(2), func(ctx context.Context, args []string) error {
		kind, path := archives.Kind(args[0]), args[1]
		switch kind {
		case archives.Mbox, archives.Maildir, archives.EML:
			return p.with(sending, func(ctx context.Context, a *app, _ []string) error {
				return p.importMail(ctx, a, kind, path, account)
			})(ctx, nil)
		case "vcard":
			if account != "" {
				return usage("cli.archive.no_account", "Kind", string(kind))
			}
			return p.importCards(ctx, path)
		case "twitter", "facebook":
			return usage("cli.archive.not_yet", "Kind", string(kind))
		}
		return usage("cli.archive.kind", "Value", string(kind), "Known", "mbox, maildir, eml, vcard")
	})
	c.Long = filled(p.t("cli.import.long"))
	c.Flags().StringVar(&account, "account", "", p.t("cli.import.account"))
	return c
}

// importMail reads an archive into the account of archives. A name of an
// account puts its folders under that name.
func (p *program) importMail(ctx context.Context, a *app, kind archives.Kind, path, account string) error {
	folder := ""
	if account != "" {
		acc, ok := a.cfg.Account(account)
		if !ok {
			return missing(account)
		}
		if acc.Protocol() != conversation.Mail {
			return usage("cli.archive.not_mail", "Account", account)
		}
		folder = acc.Name
	}
	eng := engine.New(engine.Options{Store: a.db, Formats: a.formats(), Keys: a.ring, Now: a.now, Log: a.log})
	im := &archives.Import{Kind: kind, Path: path, Folder: folder}
	show, clear := p.reading(path)
	im.Report = show
	shown := 0
	im.Failed = func(f archives.Failure) {
		if shown++; shown <= shownFailures {
			clear()
			p.note(p.t("cli.import.failed", "Place", f.Place, "Why", p.t(f.Reason)))
		}
		a.log.Warn("import: not taken", "place", f.Place, "reason", f.Reason)
	}
	began := time.Now()
	sum, err := eng.Take(ctx, engine.Own{Account: accounts.Archive, Protocol: conversation.Mail, Addresses: a.ownAddresses()}, im)
	clear()
	if err == nil {
		// The search index was filled in a hurry; this brings it in order.
		_, err = a.db.Sweep(ctx, accounts.Archive)
	}
	return p.importDone(im.Tally(), sum.New, time.Since(began), path, err)
}

// ownAddresses gives the mail addresses of all accounts: an archive may hold
// what was written from any of them.
func (a *app) ownAddresses() []conversation.Address {
	var out []conversation.Address
	for _, acc := range a.accounts() {
		if acc.Protocol() == conversation.Mail {
			out = append(out, acc.Own()...)
		}
	}
	return out
}

// importDone writes the summary. What the store recognised, since it lies in
// another folder or came from a server, is as known as what was not handed over.
func (p *program) importDone(t archives.Tally, fresh int, took time.Duration, path string, err error) error {
	o := importObject{
		New: fresh, Known: t.Known + max(t.Handed-fresh, 0), Failed: t.Failed, Skipped: t.Skipped,
		Bytes: t.Bytes, Seconds: took.Round(time.Millisecond).Seconds(),
	}
	if err != nil {
		o.Known = t.Known // of the rest nobody knows
		err = archiveFault(path, err)
		o.Error = p.said(err)
	}
	if werr := p.showImport(o); werr != nil {
		return werr
	}
	switch {
	case err != nil && p.flags.json:
		return told{err}
	case err != nil:
		return err
	case t.Failed == 0:
		return nil
	case o.New+o.Known == 0:
		return &conversation.Problem{Code: "cli.import.none", Args: named([]any{"Count", t.Failed}), Err: conversation.ErrFault}
	}
	return &conversation.Problem{Code: "cli.import.partly", Args: named([]any{"Count", t.Failed}), Err: errPartly}
}

func (p *program) showImport(o importObject) error {
	if p.flags.json {
		return p.object(o)
	}
	if o.Error != "" {
		return nil // said by the error itself
	}
	return p.line(p.t("cli.import.line", "New", p.cat.Number(o.New), "Known", p.cat.Number(o.Known), "Failed", p.cat.Number(o.Failed), "Size", p.cat.Size(o.Bytes)))
}

// archiveFault says better what is wrong with a file or a place for one.
func archiveFault(path string, err error) error {
	code, cause := "", err
	switch {
	case errors.Is(err, conversation.ErrReadOnly), errors.Is(err, conversation.ErrFull):
		return err // that is about the data folder
	case archives.IsForm(err):
		code, cause = "cli.archive.form", fmt.Errorf("%w: %w", conversation.ErrUsage, err)
	case errors.Is(err, fs.ErrNotExist):
		code = "cli.archive.missing"
	case errors.Is(err, fs.ErrExist):
		code, cause = "cli.archive.exists", fmt.Errorf("%w: %w", conversation.ErrUsage, err)
	case errors.Is(err, fs.ErrPermission):
		code = "cli.archive.denied"
	case fullDisk(err):
		code, cause = "cli.archive.full", fmt.Errorf("%w: %w", conversation.ErrFull, err)
	default:
		return err
	}
	return &conversation.Problem{Code: code, Args: named([]any{"Path", path}), Err: cause}
}

// reading shows on a terminal how much of an archive was read. clear takes the
// line away, so that something else can be written.
func (p *program) reading(path string) (show func(done, total int64), clear func()) {
	if !p.talk || p.flags.quiet {
		return nil, func() {}
	}
	var last time.Time
	show = func(done, total int64) {
		if time.Since(last) < 100*time.Millisecond {
			return
		}
		last = time.Now()
		text := p.t("cli.archive.progress", "Name", filepath.Base(path), "Done", p.cat.Size(done), "Total", p.cat.Size(total))
		_, _ = io.WriteString(p.err, "\r\x1b[K"+safe.Line(text).String())
	}
	return show, func() { _, _ = io.WriteString(p.err, "\r\x1b[K") }
}

// importCards takes the people of a vCard file in.
func (p *program) importCards(ctx context.Context, path string) error {
	began := time.Now()
	cards, err := p.readCardFile(path)
	if err != nil {
		return err
	}
	return p.with(working, func(ctx context.Context, a *app, _ []string) error {
		o := importObject{}
		for _, c := range cards {
			known, err := a.cardContact(ctx, c)
			if err == nil {
				_, err = a.svc.SaveContact(ctx, known)
			}
			switch {
			case err != nil:
				return err
			case known.ID == "":
				o.New++
			default:
				o.Known++
			}
		}
		o.Seconds = time.Since(began).Round(time.Millisecond).Seconds()
		if p.flags.json {
			return p.object(o)
		}
		p.note(p.n("cli.contact.imported", len(cards)))
		return nil
	})(ctx, nil)
}

// archiveReader reads what was imported: of the user's own addresses are those
// of all accounts, and no server is believed.
func (a *app) archiveReader() reader {
	var r reader
	r.judge = engine.Case{Own: a.ownAddresses(), Keys: a.ring}
	if len(r.judge.Own) > 0 {
		r.context.Own, r.context.Home = r.judge.Own[0], r.judge.Own[0].Domain()
	}
	return r
}

var _ engine.Source = (*archives.Import)(nil)
