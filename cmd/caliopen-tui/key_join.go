package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/accounts/join"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/securejoin"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// inviteObject is an invitation as programs read it.
type inviteObject struct {
	Address     string `json:"address"`
	Fingerprint string `json:"fingerprint"`
	Link        string `json:"link"`
}

func (p *program) keyInvite() *cobra.Command {
	return p.command("invite [ADDRESS]", cobra.MaximumNArgs(1), p.with(working, func(ctx context.Context, a *app, args []string) error {
		own, err := a.ownAddress(args)
		if err != nil {
			return err
		}
		if err := p.unlock(ctx, a); err != nil {
			return err
		}
		i, err := a.desk.Invite(ctx, own, a.nameOf(own))
		if errors.Is(err, join.ErrOwn) {
			return &conversation.Problem{Code: "cli.key.no_own", Args: named([]any{"Address", own.ID}), Err: conversation.ErrNotFound}
		}
		if err != nil {
			return err
		}
		if p.flags.json {
			return p.object(inviteObject{Address: own.ID, Fingerprint: i.Fingerprint, Link: i.Link()})
		}
		return p.showInvite(a, i.Link())
	}))
}

// showInvite writes the link, and on a terminal that can draw it the QR code.
func (p *program) showInvite(a *app, link string) error {
	if err := p.line(link); err != nil {
		return err
	}
	if p.terminal && !p.plainGlyphs(a.cfg) {
		if err := p.code(link); err != nil {
			return err
		}
	}
	p.note(p.t("join.hand_over"))
	return nil
}

// border is the empty border that a QR code needs (ISO/IEC 18004), in modules.
const border = 4

// code draws a QR code with half blocks, two modules a row, dark on light
// whatever the colours of the terminal. One that does not fit is left out: a
// broken code helps nobody.
func (p *program) code(text string) error {
	m, err := securejoin.Matrix(text)
	if err != nil {
		return err
	}
	if p.width > 0 && p.width < len(m)+2*border {
		return nil
	}
	for _, row := range blocks(m) {
		if _, err := fmt.Fprintln(p.out, "\x1b[30;107m"+row+"\x1b[0m"); err != nil {
			return outputError(err)
		}
	}
	return nil
}

// blocks writes modules as text, dark ones as ink, with the border around.
func blocks(m [][]bool) []string {
	dark := func(x, y int) bool { return x >= 0 && y >= 0 && y < len(m) && x < len(m[y]) && m[y][x] }
	var rows []string
	for y := -border; y < len(m)+border; y += 2 {
		var b strings.Builder
		for x := -border; x < len(m)+border; x++ {
			switch upper, lower := dark(x, y), dark(x, y+1); {
			case upper && lower:
				b.WriteRune('█')
			case upper:
				b.WriteRune('▀')
			case lower:
				b.WriteRune('▄')
			default:
				b.WriteByte(' ')
			}
		}
		rows = append(rows, b.String())
	}
	return rows
}

// joinObject says what a link came to.
type joinObject struct {
	Address     string `json:"address,omitempty"`
	Fingerprint string `json:"fingerprint"`
	State       string `json:"state"` // "sent", "queued"; of a fingerprint alone "same", "other"
}

func (p *program) keyJoin() *cobra.Command {
	return p.command("join LINK|FILE.png [ADDRESS]", cobra.RangeArgs(1, 2), p.with(sending, func(ctx context.Context, a *app, args []string) error {
		own, err := a.ownAddress(args[1:])
		if err != nil {
			return err
		}
		text, err := linkOf(args[0])
		if err != nil {
			return err
		}
		if err := p.unlock(ctx, a); err != nil {
			return err
		}
		got, err := a.followAs(ctx, own, text)
		if err != nil {
			return err
		}
		o := joinObject{Address: got.Address.ID, Fingerprint: got.Fingerprint, State: "other"}
		switch {
		case got.Sent:
			o.State = p.sentJoin(ctx, a, own, got.Address)
		case got.Same:
			o.State = "same"
		}
		return p.showJoin(o)
	}))
}

// linkOf gives the link that a word is, or that stands in the QR code of a
// picture.
func linkOf(word string) (string, error) {
	if !strings.HasSuffix(strings.ToLower(word), ".png") {
		return word, nil
	}
	f, err := os.Open(word)
	if err != nil {
		return "", fmt.Errorf("key: %w", err)
	}
	defer f.Close()
	text, err := securejoin.DecodePNG(f)
	if err != nil {
		return "", joinProblem(err)
	}
	return text, nil
}

// sentJoin waits for the first mail to leave. One that cannot go now goes with
// the next sync.
func (p *program) sentJoin(ctx context.Context, a *app, own, to conversation.Address) string {
	entries, err := a.svc.Outbox(ctx)
	if err != nil {
		return "queued"
	}
	for i := range entries {
		e := entries[i]
		account, _ := a.accountOf(own)
		if e.Group != joinGroup || e.Account != account || e.State != conversation.StateQueued || e.Recipients[0] != to {
			continue
		}
		now, err := p.follow(ctx, a, e, false)
		if err != nil {
			a.log.Warn("the first mail of an invitation waits", "err", err)
		}
		return sendState(now.State)
	}
	return "queued"
}

func (p *program) showJoin(o joinObject) error {
	if p.flags.json {
		return p.object(o)
	}
	key := "cli.key.join." + o.State
	if o.Address == "" {
		key = "cli.key.join.nobody"
	}
	return p.line(p.t(key, "Address", o.Address, "Fingerprint", screen.Grouped(o.Fingerprint)))
}
