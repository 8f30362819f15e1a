package storage

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// SetOwn declares the own accounts and addresses, which all belong to "me".
// An address that is own no longer becomes a contact of its own.
func (d *DB) SetOwn(ctx context.Context, own []accounts.Own) error {
	return d.write(ctx, "declare own addresses", func(t *tx) error {
		me, err := t.me()
		if err != nil {
			return err
		}
		wanted, err := t.ownAddresses(own)
		if err != nil {
			return err
		}
		if err := t.keepFormer(own, wanted); err != nil {
			return err
		}
		changed, err := t.claim(me, wanted)
		if err != nil {
			return err
		}
		if len(changed) == 0 {
			return nil
		}
		clear(t.cache.addresses)
		if err := t.renameContact(me); err != nil {
			return err
		}
		return t.regroup(changed)
	})
}

// me gives the contact that the user is.
func (t *tx) me() (int64, error) {
	var id int64
	ok, err := t.get("SELECT id FROM contact WHERE key = ?", []any{string(conversation.Me)}, &id)
	if err != nil || ok {
		return id, err
	}
	return t.insert("INSERT INTO contact (key) VALUES (?)", string(conversation.Me))
}

func (t *tx) ownAddresses(own []accounts.Own) (map[int64]bool, error) {
	wanted := map[int64]bool{}
	for _, o := range own {
		account, err := t.account(o.Account)
		if err != nil {
			return nil, err
		}
		if err := t.exec("UPDATE account SET protocol = ?1, label = ?2 WHERE id = ?3 AND (protocol <> ?1 OR label <> ?2)", string(o.Protocol), o.Name, account); err != nil {
			return nil, err
		}
		for _, a := range o.Addresses {
			r, err := t.address(a, o.Name)
			if err != nil {
				return nil, err
			}
			wanted[r.id] = true
		}
	}
	return wanted, nil
}

// keepFormer adds the addresses of accounts that were removed while their
// messages were kept: who wrote those was, and stays, the user. It looks at
// messages only when an address is about to be let go.
func (t *tx) keepFormer(own []accounts.Own, wanted map[int64]bool) error {
	names := make([]conversation.AccountID, len(own))
	for i, o := range own {
		names[i] = o.Account
	}
	declared, err := json.Marshal(names)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	mine, err := collect(t, scanOne[int64], "SELECT id FROM address WHERE own = 1")
	if err != nil {
		return err
	}
	for _, id := range mine {
		if wanted[id] {
			continue
		}
		kept, err := t.get(`SELECT 1 FROM circle_address c JOIN message m ON m.circle = c.circle JOIN account a ON a.id = m.account
			WHERE c.address = ? AND a.name NOT IN (SELECT value FROM json_each(?)) LIMIT 1`, []any{id, string(declared)}, new(int))
		if err != nil {
			return err
		}
		if kept {
			wanted[id] = true
		}
	}
	return nil
}

// claim gives the wanted addresses to me and lets the others go that were
// mine by an account; it tells which changed hands.
func (t *tx) claim(me int64, wanted map[int64]bool) (changed []int64, err error) {
	lost, err := collect(t, scanMember, "SELECT a.id, a.protocol, a.ident, '' FROM address a WHERE a.own = 1")
	if err != nil {
		return nil, err
	}
	for _, m := range lost {
		if wanted[m.id] {
			continue
		}
		contact, _, err := t.newContact(m.a)
		if err != nil {
			return nil, err
		}
		if err := t.exec("UPDATE address SET own = 0, contact = ? WHERE id = ?", contact, m.id); err != nil {
			return nil, err
		}
		if err := t.renameContact(contact); err != nil {
			return nil, err
		}
		changed = append(changed, m.id)
	}
	for id := range wanted {
		moved, err := t.claimOne(me, id)
		if err != nil {
			return nil, err
		}
		if moved {
			changed = append(changed, id)
		}
	}
	return changed, nil
}

func (t *tx) claimOne(me, id int64) (bool, error) {
	var contact int64
	var mine bool
	if _, err := t.get("SELECT contact, own FROM address WHERE id = ?", []any{id}, &contact, &mine); err != nil {
		return false, err
	}
	if mine && contact == me {
		return false, nil
	}
	if err := t.exec("UPDATE address SET own = 1, contact = ? WHERE id = ?", me, id); err != nil {
		return false, err
	}
	return true, t.dropEmptyContact(contact)
}

// dropEmptyContact removes a contact that has no address left, or gives the
// rest of it its name anew.
func (t *tx) dropEmptyContact(contact int64) error {
	var n int
	if _, err := t.get("SELECT count(*) FROM address WHERE contact = ?", []any{contact}, &n); err != nil {
		return err
	}
	if n > 0 {
		return t.renameContact(contact)
	}
	return t.exec("DELETE FROM contact WHERE id = ? AND key <> 'me'", contact)
}
