package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

func (p *program) keyCommand() *cobra.Command {
	return p.group("key", p.keyList(), p.keyGenerate(), p.keyImport(), p.keyExport(), p.keyFind(), p.keyVerify(),
		p.keyDecide("trust", conversation.KeyAccept), p.keyDecide("distrust", conversation.KeyRefuse),
		p.keyInvite(), p.keyJoin(), p.keyChange(), p.keyPublish())
}

// keyObject is a key as programs read it.
type keyObject struct {
	Fingerprint string          `json:"fingerprint"`
	Own         bool            `json:"own"`
	Secret      bool            `json:"secret"`
	Protected   bool            `json:"protected"`
	Locked      bool            `json:"locked"`
	UserIDs     []string        `json:"user_ids"`
	Addresses   []string        `json:"addresses"`
	Algorithm   string          `json:"algorithm,omitempty"`
	Created     string          `json:"created,omitempty"`
	Expires     string          `json:"expires,omitempty"`
	Expired     bool            `json:"expired"`
	Revoked     bool            `json:"revoked"`
	Weak        bool            `json:"weak"`
	Bindings    []bindingObject `json:"bindings"`
}

// bindingObject says what is known of a key in the hands of an address.
type bindingObject struct {
	Address     string `json:"address"`
	Person      string `json:"person,omitempty"`
	Source      string `json:"source"`
	Policy      string `json:"policy"`
	FirstSeen   string `json:"first_seen,omitempty"`
	LastSeen    string `json:"last_seen,omitempty"`
	Signatures  int    `json:"signatures"`
	Days        int    `json:"days"`
	VerifiedAt  string `json:"verified_at,omitempty"`
	VerifiedHow string `json:"verified_how,omitempty"`
}

func (p *program) key(a *app, k *conversation.Key) keyObject {
	o := keyObject{
		Fingerprint: k.Fingerprint, Own: k.Own, Secret: k.Secret, Protected: k.Protected, Locked: k.Locked,
		UserIDs: append([]string{}, k.UserIDs...), Addresses: []string{}, Algorithm: k.Algorithm,
		Created: when(k.Created), Expires: when(k.Expires), Expired: k.Expired, Revoked: k.Revoked, Weak: k.Weak,
		Bindings: []bindingObject{},
	}
	for _, address := range k.Addresses {
		o.Addresses = append(o.Addresses, address.ID)
	}
	for _, b := range k.Bindings {
		state := a.keys.State(b.Address, k.Fingerprint)
		o.Bindings = append(o.Bindings, bindingObject{
			Address: b.Address.ID, Person: state.Person, Source: string(b.Source), Policy: string(b.Policy),
			FirstSeen: when(b.FirstSeen), LastSeen: when(b.LastSeen), Signatures: b.Signatures, Days: b.Days,
			VerifiedAt: when(b.VerifiedAt), VerifiedHow: b.VerifiedHow,
		})
	}
	return o
}

func (p *program) keyList() *cobra.Command {
	return p.command("list [WHO]", cobra.MaximumNArgs(1), p.with(reading, func(ctx context.Context, a *app, args []string) error {
		keys, err := a.keysOf(ctx, args)
		if err != nil {
			return err
		}
		var rows [][]string
		for i := range keys {
			if p.flags.json {
				if err := p.object(p.key(a, &keys[i])); err != nil {
					return err
				}
				continue
			}
			rows = append(rows, p.keyRow(a, &keys[i]))
		}
		return p.table(rows)
	}))
}

// keysOf gives all keys, or those of one contact.
func (a *app) keysOf(ctx context.Context, args []string) ([]conversation.Key, error) {
	if len(args) == 0 {
		return a.svc.Keys(ctx)
	}
	c, err := a.svc.Contact(ctx, args[0])
	if err != nil {
		return nil, err
	}
	return a.svc.KeysOf(ctx, c.ID)
}

func (p *program) keyRow(a *app, k *conversation.Key) []string {
	whose := ""
	if k.Own {
		whose = p.t("cli.key.own")
	}
	states := []string{}
	for _, s := range []struct {
		is  bool
		key string
	}{{k.Locked, "cli.key.locked"}, {k.Expired, "cli.key.expired"}, {k.Revoked, "cli.key.revoked"}, {k.Weak, "cli.key.weak"}} {
		if s.is {
			states = append(states, p.cat.T(s.key, nil))
		}
	}
	names := make([]string, 0, len(k.Bindings))
	for _, b := range k.Bindings {
		names = append(names, b.Address.ID+" ("+p.person(a, b.Address, k.Fingerprint)+")")
	}
	for _, address := range k.Addresses {
		if len(k.Bindings) == 0 {
			names = append(names, address.ID)
		}
	}
	return []string{screen.Grouped(k.Fingerprint), whose, k.Algorithm, strings.Join(states, " "), strings.Join(names, ", ")}
}

// person names what is known of a key in the hands of an address.
func (p *program) person(a *app, address conversation.Address, fingerprint string) string {
	state := a.keys.State(address, fingerprint)
	switch {
	case state.Bad:
		return p.t("cli.key.refused")
	case state.Conflict:
		return p.t("cli.key.conflict")
	case state.Person == "":
		return p.t("cli.key.unknown")
	}
	return p.cat.Factor("p."+state.Person, address.ID)
}

// mailOf reads an address that a key can belong to.
func mailOf(text string) (conversation.Address, error) {
	a, err := conversation.ParseAddress(text)
	if err != nil || a.Protocol != conversation.Mail {
		return a, usage("cli.key.address", "Value", text)
	}
	return a, nil
}

// theAddress gives the one mail address that a word means: an address, or that
// of a contact with one, or with one that a key is known for.
func (a *app) theAddress(ctx context.Context, who string) (conversation.Address, error) {
	if address, err := mailOf(who); err == nil {
		return address, nil
	}
	c, err := a.svc.Contact(ctx, who)
	if err != nil {
		return conversation.Address{}, err
	}
	var found, keyed []conversation.Address
	for _, address := range c.Addresses {
		if address.Protocol != conversation.Mail {
			continue
		}
		found = append(found, address.Address)
		if k := a.keys.Peer(conversation.Address{}, address.Address); k.Fingerprint != "" || k.Conflict != "" {
			keyed = append(keyed, address.Address)
		}
	}
	if len(keyed) == 1 {
		return keyed[0], nil
	}
	if len(found) != 1 {
		return conversation.Address{}, usage("cli.key.which", "Name", c.Name)
	}
	return found[0], nil
}

func (p *program) keyFind() *cobra.Command {
	return p.command("find WHO", cobra.ExactArgs(1), p.with(sending, func(ctx context.Context, a *app, args []string) error {
		address, err := a.theAddress(ctx, args[0])
		if err != nil {
			return err
		}
		if err := p.warnOfStrangers(a, address); err != nil {
			return err
		}
		sights, err := a.find(ctx, address)
		if err != nil {
			return err
		}
		if len(sights) == 0 {
			return &conversation.Problem{Code: "cli.key.not_found", Args: named([]any{"Address", address.ID}), Err: conversation.ErrNotFound}
		}
		changed, err := a.keys.Learn(ctx, sights)
		if err != nil {
			return err
		}
		if err := a.rejudge(ctx, changed); err != nil {
			return err
		}
		return p.showKeys(ctx, a, sights)
	}))
}

func (p *program) showKeys(ctx context.Context, a *app, sights []conversation.KeySight) error {
	shown := map[string]bool{}
	for _, s := range sights {
		if shown[s.Fingerprint] {
			continue
		}
		shown[s.Fingerprint] = true
		k, err := a.keys.Find(ctx, s.Fingerprint)
		if err != nil {
			return err
		}
		if err := p.showKey(a, &k); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) showKey(a *app, k *conversation.Key) error {
	if p.flags.json {
		return p.object(p.key(a, k))
	}
	return p.table([][]string{p.keyRow(a, k)})
}
