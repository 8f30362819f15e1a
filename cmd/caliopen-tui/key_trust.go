package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// fingerprintOf takes what people write into fingerprints out of one.
func fingerprintOf(text string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", ":", "", "\t", "", "0x", "", "0X", "").Replace(strings.TrimSpace(text)))
}

// comparisonObject is what two people compare.
type comparisonObject struct {
	Address         string   `json:"address"`
	Own             string   `json:"own"`
	OwnFingerprint  string   `json:"own_fingerprint"`
	PeerFingerprint string   `json:"fingerprint"`
	Words           []string `json:"words"`
	Link            string   `json:"link,omitempty"`
	Verified        bool     `json:"verified"`
}

func (p *program) keyVerify() *cobra.Command {
	return p.command("verify WHO [FINGERPRINT…]", cobra.MinimumNArgs(1), p.with(working, func(ctx context.Context, a *app, args []string) error {
		address, err := a.theAddress(ctx, args[0])
		if err != nil {
			return err
		}
		if len(args) > 1 {
			return p.verifyBy(ctx, a, address, fingerprintOf(strings.Join(args[1:], "")))
		}
		return p.verifyTogether(ctx, a, address)
	}))
}

// verifyBy takes the fingerprint that the user has from its holder.
func (p *program) verifyBy(ctx context.Context, a *app, address conversation.Address, fingerprint string) error {
	if err := a.svc.VerifyKey(ctx, address, fingerprint, "fingerprint"); err != nil {
		return err
	}
	k, err := a.keys.Find(ctx, fingerprint)
	if err != nil {
		return err
	}
	return p.showKey(a, &k)
}

// verifyTogether shows what both sides must find the same, and asks.
func (p *program) verifyTogether(ctx context.Context, a *app, address conversation.Address) error {
	c, err := a.svc.CompareKeys(ctx, address)
	if err != nil {
		return err
	}
	o := comparisonObject{
		Address: c.Peer.ID, Own: c.Own.ID, OwnFingerprint: c.OwnFingerprint, PeerFingerprint: c.PeerFingerprint,
		Words: c.Words, Link: c.Link,
	}
	if p.flags.json {
		return p.object(o)
	}
	if err := p.table([][]string{
		{c.Peer.ID, screen.Grouped(c.PeerFingerprint)},
		{c.Own.ID, screen.Grouped(c.OwnFingerprint)},
		{p.t("cli.key.words"), strings.Join(c.Words, "  ")},
	}); err != nil {
		return err
	}
	if !p.keyboard {
		return nil
	}
	answer, err := p.prompt(p.t("cli.key.same", "Address", c.Peer.ID))
	if err != nil {
		return err
	}
	if !strings.EqualFold(strings.TrimSpace(answer), p.t("cli.key.yes_word")) {
		p.note(p.t("cli.key.left"))
		return nil
	}
	return a.svc.VerifyKey(ctx, address, c.PeerFingerprint, "words")
}

// keyDecide is the user's word about a key that was not compared.
func (p *program) keyDecide(name string, choice conversation.KeyChoice) *cobra.Command {
	return p.command(name+" WHO [FINGERPRINT…]", cobra.MinimumNArgs(1), p.with(working, func(ctx context.Context, a *app, args []string) error {
		address, err := a.theAddress(ctx, args[0])
		if err != nil {
			return err
		}
		fingerprint := fingerprintOf(strings.Join(args[1:], ""))
		if fingerprint == "" {
			if fingerprint, err = a.undecided(ctx, address); err != nil {
				return err
			}
		}
		if err := a.svc.DecideKey(ctx, address, fingerprint, choice); err != nil {
			return err
		}
		k, err := a.keys.Find(ctx, fingerprint)
		if err != nil {
			return err
		}
		return p.showKey(a, &k)
	}))
}

// undecided gives the key of an address that a word is needed about: the new
// one where keys are in conflict, else the one in use.
func (a *app) undecided(ctx context.Context, address conversation.Address) (string, error) {
	peer, err := a.svc.PeerKey(ctx, address)
	if err != nil {
		return "", err
	}
	for _, fingerprint := range []string{peer.Conflict, peer.Fingerprint} {
		if fingerprint != "" {
			return fingerprint, nil
		}
	}
	return "", &conversation.Problem{Code: "cli.key.none", Args: named([]any{"Address", address.ID}), Err: conversation.ErrNotFound}
}
