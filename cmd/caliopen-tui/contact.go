package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/conversation"
)

func (p *program) contactCommand() *cobra.Command {
	show := p.command("show WHO", cobra.ExactArgs(1), p.with(reading, func(ctx context.Context, a *app, args []string) error {
		c, err := a.svc.Contact(ctx, args[0])
		if err != nil {
			return err
		}
		return p.showContact(&c)
	}))
	return p.group("contact", p.contactList(), show, p.contactAdd(), p.contactEdit(), p.contactMerge(), p.contactSplit(), p.contactImport(), p.contactExport())
}

func (p *program) contactList() *cobra.Command {
	var limit int
	c := p.command("list [TEXT]", cobra.MaximumNArgs(1), p.with(reading, func(ctx context.Context, a *app, args []string) error {
		text := ""
		if len(args) == 1 {
			text = args[0]
		}
		cs, err := a.svc.Contacts(ctx, text, limit)
		if err != nil {
			return err
		}
		var rows [][]string
		for i := range cs {
			if p.flags.json {
				if err := p.object(p.contact(&cs[i])); err != nil {
					return err
				}
				continue
			}
			rows = append(rows, contactRow(&cs[i]))
		}
		return p.table(rows, 1)
	}))
	c.Flags().IntVar(&limit, "limit", 1000, p.t("cli.flag.limit"))
	return c
}

func contactRow(c *conversation.Contact) []string {
	row := []string{string(c.ID), badge(c.Index), c.Name}
	for _, a := range c.Addresses {
		row = append(row, a.Address.String())
	}
	return row
}

func (p *program) showContact(c *conversation.Contact) error {
	if p.flags.json {
		return p.object(p.contact(c))
	}
	o := p.contact(c)
	if err := p.graded(o.Privacy, or(c.Name, string(c.ID))+": "+o.Privacy.Sentence); err != nil {
		return err
	}
	var rows [][]string
	for _, a := range c.Addresses {
		rows = append(rows, []string{"  " + a.Address.String(), a.Name, p.n("cli.contact.messages", a.Messages)})
	}
	if err := p.table(rows); err != nil {
		return err
	}
	rows = rows[:0]
	for _, ch := range o.Channels {
		rows = append(rows, []string{"  → " + ch.ID, badge(ch.Predicted), or(ch.Predicted.Sentence, ch.State)})
	}
	return p.table(rows, 1)
}

// contactFlags are the flags of "contact add" and "contact edit".
type contactFlags struct {
	name, notes, kind, pin string
	addresses              []string
}

func (f *contactFlags) register(p *program, c *cobra.Command) {
	c.Flags().StringVar(&f.name, "name", "", p.t("cli.contact.name"))
	c.Flags().StringVar(&f.notes, "notes", "", p.t("cli.contact.notes"))
	c.Flags().StringVar(&f.kind, "kind", "", p.t("cli.contact.kind"))
	c.Flags().StringVar(&f.pin, "pin", "", p.t("cli.contact.pin"))
	c.Flags().Var(several{&f.addresses}, "address", p.t("cli.contact.address"))
}

// apply changes what the flags name; the word "none" empties a choice.
func (f *contactFlags) apply(c *conversation.Contact) error {
	if f.name != "" {
		c.Name = f.name
	}
	switch f.notes {
	case "":
	case "none":
		c.Notes = ""
	default:
		c.Notes = f.notes
	}
	switch kind := conversation.Kind(f.kind); kind {
	case "":
	case "none":
		c.Kind = ""
	case conversation.KindPeople, conversation.KindBulk:
		c.Kind = kind
	default:
		return usage("cli.contact.bad_kind", "Value", f.kind)
	}
	switch pin := conversation.Protocol(f.pin); pin {
	case "":
	case "none":
		c.Pin = ""
	case conversation.Mail, conversation.Mastodon:
		c.Pin = pin
	default:
		return usage("cli.contact.bad_pin", "Value", f.pin)
	}
	for _, text := range f.addresses {
		a, err := conversation.ParseAddress(text)
		if err != nil {
			return usage("cli.contact.bad_address", "Value", text)
		}
		c.Addresses = append(c.Addresses, conversation.ContactAddress{Address: a})
	}
	return nil
}

func (p *program) contactAdd() *cobra.Command {
	var f contactFlags
	c := p.command("add [ADDRESS…]", cobra.ArbitraryArgs, p.with(working, func(ctx context.Context, a *app, args []string) error {
		f.addresses = append(f.addresses, args...)
		var c conversation.Contact
		if err := f.apply(&c); err != nil {
			return err
		}
		if c.Name == "" && len(c.Addresses) == 0 {
			return usage("cli.contact.empty")
		}
		return p.saveContact(ctx, a, c)
	}))
	f.register(p, c)
	return c
}

func (p *program) contactEdit() *cobra.Command {
	var f contactFlags
	c := p.command("edit WHO", cobra.ExactArgs(1), p.with(working, func(ctx context.Context, a *app, args []string) error {
		c, err := a.svc.Contact(ctx, args[0])
		if err != nil {
			return err
		}
		if err := f.apply(&c); err != nil {
			return err
		}
		return p.saveContact(ctx, a, c)
	}))
	f.register(p, c)
	return c
}

func (p *program) saveContact(ctx context.Context, a *app, c conversation.Contact) error {
	id, err := a.svc.SaveContact(ctx, c)
	if err != nil {
		return err
	}
	saved, err := a.svc.Contact(ctx, string(id))
	if err != nil {
		return fmt.Errorf("contact: %w", err)
	}
	return p.showContact(&saved)
}

func (p *program) contactMerge() *cobra.Command {
	return p.command("merge A B", cobra.ExactArgs(2), p.with(working, func(ctx context.Context, a *app, args []string) error {
		first, err := a.svc.Contact(ctx, args[0])
		if err != nil {
			return err
		}
		second, err := a.svc.Contact(ctx, args[1])
		if err != nil {
			return err
		}
		if err := a.svc.Join(ctx, first.ID, second.ID); err != nil {
			return err
		}
		joined, err := a.svc.Contact(ctx, string(first.ID))
		if err != nil {
			return err
		}
		return p.showContact(&joined)
	}))
}

func (p *program) contactSplit() *cobra.Command {
	return p.command("split WHO ADDRESS", cobra.ExactArgs(2), p.with(working, func(ctx context.Context, a *app, args []string) error {
		c, err := a.svc.Contact(ctx, args[0])
		if err != nil {
			return err
		}
		address, err := conversation.ParseAddress(args[1])
		if err != nil {
			return usage("cli.contact.bad_address", "Value", args[1])
		}
		id, err := a.svc.Split(ctx, c.ID, address)
		if err != nil {
			return err
		}
		apart, err := a.svc.Contact(ctx, string(id))
		if err != nil {
			return err
		}
		return p.showContact(&apart)
	}))
}
