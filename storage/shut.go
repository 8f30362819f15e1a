package storage

import (
	"context"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// locked is the word of privacy.Security.Error for what a locked own key opens.
const locked = "locked"

// settingKeys holds the own keys with which all sealed messages were tried.
const settingKeys = "keys.tried"

// waits gives the mark of a message that was not opened. One that was tried, and
// that no own key opens, waits for nothing that the user could do by unlocking.
func waits(s privacy.Security) int {
	if s.Error == "" || s.Error == locked {
		return markWaiting
	}
	return markShut
}

// GiveUp notes why a waiting message cannot be opened with the own keys there
// are. It is tried again when there is another one.
func (d *DB) GiveUp(ctx context.Context, key conversation.MessageID, reason string) error {
	return d.write(ctx, "give up a sealed message", func(t *tx) error {
		var id, circle int64
		var data []byte
		ok, err := t.get("SELECT m.id, m.circle, d.detail FROM message m JOIN doc d ON d.id = m.id WHERE m.key = ? AND m.marks & 256 <> 0",
			[]any{string(key)}, &id, &circle, &data)
		if err != nil || !ok {
			return err
		}
		var seen detail
		if err := decodeDetail(data, &seen); err != nil {
			return err
		}
		if seen.Evidence == nil {
			seen.Evidence = &evidence{}
		}
		s := &seen.Evidence.Security
		if s.Error = reason; waits(*s) == markWaiting {
			return nil
		}
		t.delta(circle)
		f, x := t.db.opt.Score(*seen.Evidence)
		x.Facts = nil
		seen.Facts, seen.Index = facts(f), &x
		if data, err = seen.encode(); err != nil {
			return err
		}
		if err := t.exec("UPDATE doc SET detail = ? WHERE id = ?", data, id); err != nil {
			return err
		}
		return t.exec("UPDATE message SET marks = marks & ~256 | 512, score = ?, level = ? WHERE id = ?", x.Score, string(x.Level), id)
	})
}

// TryWith says which own keys can be used now. When one of them was not there
// before, what was given up waits again.
func (d *DB) TryWith(ctx context.Context, own []string) error {
	return d.write(ctx, "try sealed messages again", func(t *tx) error {
		var text string
		if _, err := t.get("SELECT value FROM setting WHERE key = ?", []any{settingKeys}, &text); err != nil {
			return err
		}
		known := strings.Fields(text)
		all := slices.Clone(known)
		for _, k := range own {
			if !slices.Contains(all, k) {
				all = append(all, k)
			}
		}
		if len(all) == len(known) {
			return nil
		}
		if err := t.exec("UPDATE message SET marks = marks & ~512 | 256 WHERE marks & 512 <> 0"); err != nil {
			return err
		}
		return t.exec("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", settingKeys, strings.Join(all, " "))
	})
}
