package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/conversation"
)

// The bounds of a vCard file: larger ones are address books of companies, or
// an attack.
const (
	maxCards     = 50 << 20
	maxCardLines = 2000
)

// card is what is taken from one vCard (RFC 6350): a name and addresses.
type card struct {
	name      string
	notes     string
	addresses []conversation.Address
}

// readCards reads the cards of a file. Properties it does not know are passed
// over; a card without any address is left out.
func readCards(text string) []card {
	var (
		out   []card
		c     card
		lines int
	)
	for line := range strings.SplitSeq(unfold(text), "\n") {
		name, value := property(line)
		if lines++; lines > maxCardLines {
			name = "" // wait for the next card
		}
		switch name {
		case "BEGIN":
			c, lines = card{}, 0
		case "FN":
			c.name = oneLine(unescapeCard(value))
		case "NOTE":
			c.notes = strings.ToValidUTF8(unescapeCard(value), "\uFFFD")
		case "EMAIL", "IMPP", "SOCIALPROFILE", "X-SOCIALPROFILE":
			c.add(name, unescapeCard(value))
		case "END":
			if len(c.addresses) > 0 {
				out = append(out, c)
			}
			c = card{}
		}
	}
	return out
}

// unfold joins continued lines (RFC 6350, 3.2).
func unfold(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.NewReplacer("\n ", "", "\n\t", "").Replace(text)
}

// property takes a line apart; parameters and groups are not needed.
func property(line string) (name, value string) {
	head, value, ok := strings.Cut(line, ":")
	if !ok {
		return "", ""
	}
	head, _, _ = strings.Cut(head, ";")
	if i := strings.LastIndexByte(head, '.'); i >= 0 {
		head = head[i+1:]
	}
	return strings.ToUpper(strings.TrimSpace(head)), strings.TrimSpace(value)
}

func unescapeCard(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\,`, ",", `\;`, ";", `\n`, "\n", `\N`, "\n").Replace(s)
}

func escapeCard(s string) string {
	return strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`, "\r\n", `\n`, "\n", `\n`, "\r", "").Replace(s)
}

// add takes an address: mail from EMAIL, Mastodon from the page of a profile
// (RFC 9554, 3.4) or an "acct:" name (RFC 7565).
func (c *card) add(name, value string) {
	a, err := conversation.ParseAddress(value)
	if name != "EMAIL" {
		if acct, ok := strings.CutPrefix(value, "acct:"); ok {
			a, err = conversation.ParseAddress("@" + acct)
		} else if u, bad := url.Parse(value); bad == nil && u.Scheme == "https" && strings.HasPrefix(u.Path, "/@") {
			a, err = conversation.ParseAddress(u.Path[1:] + "@" + u.Host)
		} else {
			return // a way to write that this program does not speak
		}
	}
	if err == nil && a.ID == oneLine(a.ID) && !slices.Contains(c.addresses, a) {
		c.addresses = append(c.addresses, a)
	}
}

// writeCard gives a contact as a vCard 4.0.
func writeCard(c *conversation.Contact) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			b.WriteString(fold(name + ":" + escapeCard(value)))
		}
	}
	line("BEGIN", "VCARD")
	line("VERSION", "4.0")
	line("FN", or(c.Name, "?"))
	for _, a := range c.Addresses {
		switch user, _, _ := strings.Cut(strings.TrimPrefix(a.ID, "@"), "@"); a.Protocol {
		case conversation.Mail:
			line("EMAIL", a.ID)
		case conversation.Mastodon:
			line("SOCIALPROFILE;SERVICE-TYPE=Mastodon", "https://"+a.Domain()+"/@"+user)
		}
	}
	line("NOTE", c.Notes)
	line("END", "VCARD")
	return b.String()
}

// fold breaks a line after at most 75 bytes, never inside a character.
func fold(s string) string {
	var b strings.Builder
	room := 75
	for _, r := range s {
		n := len(string(r))
		if n > room {
			b.WriteString("\r\n ")
			room = 74
		}
		b.WriteRune(r)
		room -= n
	}
	return b.String() + "\r\n"
}

func (p *program) contactImport() *cobra.Command {
	return p.command("import FILE", cobra.ExactArgs(1), func(ctx context.Context, args []string) error {
		cards, err := p.readCardFile(args[0])
		if err != nil {
			return err
		}
		return p.with(working, func(ctx context.Context, a *app, _ []string) error {
			for _, c := range cards {
				if err := p.takeCard(ctx, a, c); err != nil {
					return err
				}
			}
			p.note(p.n("cli.contact.imported", len(cards)))
			return nil
		})(ctx, nil)
	})
}

func (p *program) readCardFile(name string) ([]card, error) {
	r := p.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("import: %w", err)
		}
		defer f.Close()
		r = f
	}
	data, err := io.ReadAll(io.LimitReader(r, maxCards+1))
	if err == nil && len(data) > maxCards {
		err = errors.New("larger than " + p.cat.Size(maxCards))
	}
	if err != nil {
		return nil, fmt.Errorf("import: %s: %w", name, err)
	}
	cards := readCards(string(data))
	if len(cards) == 0 {
		return nil, usage("cli.contact.no_cards", "File", name)
	}
	return cards, nil
}

// takeCard adds a card to the contact that has one of its addresses, or makes
// a contact of it.
func (p *program) takeCard(ctx context.Context, a *app, c card) error {
	known, err := a.cardContact(ctx, c)
	if err != nil {
		return err
	}
	if !p.flags.json {
		_, err := a.svc.SaveContact(ctx, known)
		return err
	}
	return p.saveContact(ctx, a, known)
}

// cardContact gives the contact that a card is of, with what the card says; it
// has no id when nobody has any of the addresses. The addresses of one card are
// one person's.
func (a *app) cardContact(ctx context.Context, c card) (conversation.Contact, error) {
	known := conversation.Contact{Name: c.name, Notes: c.notes}
	for _, address := range c.addresses {
		found, err := a.svc.Contact(ctx, address.ID)
		if errors.Is(err, conversation.ErrNotFound) {
			continue
		}
		if err != nil {
			return known, err
		}
		known = found
		known.Name = or(c.name, found.Name)
		break
	}
	for _, address := range c.addresses {
		has := func(k conversation.ContactAddress) bool { return k.Address == address }
		if !slices.ContainsFunc(known.Addresses, has) {
			known.Addresses = append(known.Addresses, conversation.ContactAddress{Address: address})
		}
	}
	return known, nil
}

func (p *program) contactExport() *cobra.Command {
	var vcard bool
	c := p.command("export", cobra.NoArgs, p.with(reading, func(ctx context.Context, a *app, _ []string) error {
		cs, err := a.svc.Contacts(ctx, "", 1<<20)
		if err != nil {
			return err
		}
		for i := range cs {
			if !vcard {
				err = p.object(p.contact(&cs[i]))
			} else {
				err = p.raw([]byte(writeCard(&cs[i])))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
	c.Flags().BoolVar(&vcard, "vcard", false, p.t("cli.contact.vcard"))
	return c
}
