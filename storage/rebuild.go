package storage

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// Parser reads a raw source as the account that received it would.
type Parser func(a conversation.AccountID, p conversation.Protocol, raw []byte, received time.Time) conversation.Parsed

const (
	settingEpoch   = "epoch"   // the last rebuild that was finished
	settingRebuild = "rebuild" // the one under way

	rebuildStep = 200
)

// Rebuild derives everything again from the raw sources: messages, grouping,
// sums and search index. What the user decided stays: joined contacts, acts,
// tags, drafts, outbox. It can be interrupted at any time; the next call goes
// on where it stopped.
func (d *DB) Rebuild(ctx context.Context, parse Parser, progress func(done, total int)) error {
	epoch, err := d.beginRebuild(ctx)
	if err != nil {
		return err
	}
	var total, done int
	if err := d.readers.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(epoch >= ?), 0) FROM message", epoch).Scan(&total, &done); err != nil {
		return wrap("rebuild", err)
	}
	for last := int64(0); ; {
		n, next, err := d.rebuildStep(ctx, epoch, last, parse)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		last, done = next, done+n
		if progress != nil {
			progress(min(done, total), total)
		}
	}
	if err := d.rebuildWitnesses(ctx, parse); err != nil {
		return err
	}
	return d.endRebuild(ctx, epoch)
}

func (d *DB) epoch(ctx context.Context) (int64, error) {
	var text string
	err := d.readers.QueryRowContext(ctx, "SELECT value FROM setting WHERE key IN (?, ?) ORDER BY key = ? DESC LIMIT 1", settingEpoch, settingRebuild, settingRebuild).Scan(&text)
	if ok, err := found(err); err != nil || !ok {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: setting %q: %w", ErrCorrupt, settingEpoch, err)
	}
	return n, nil
}

func (d *DB) beginRebuild(ctx context.Context) (epoch int64, err error) {
	err = d.write(ctx, "begin to rebuild", func(t *tx) error {
		var running string
		ok, err := t.get("SELECT value FROM setting WHERE key = ?", []any{settingRebuild}, &running)
		if err != nil {
			return err
		}
		epoch = t.writer.epoch
		if !ok {
			epoch++
		}
		t.writer.epoch = epoch
		return t.exec("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", settingRebuild, strconv.FormatInt(epoch, 10))
	})
	return epoch, err
}

type oldMessage struct {
	id, account, raw, received int64
	name                       conversation.AccountID
	protocol                   conversation.Protocol
	source                     oldSource
	head                       []byte
	parsed                     conversation.Parsed
	closed                     bool // the source cannot be read now
}

func scanOld(r *sql.Rows, m *oldMessage) error {
	return scanSource(r, &m.source, &m.id, &m.account, &m.raw, &m.received, &m.name, &m.protocol)
}

// rebuildStep parses some messages without holding the lock, then stores them
// unless they were changed meanwhile.
func (d *DB) rebuildStep(ctx context.Context, epoch, last int64, parse Parser) (n int, next int64, err error) {
	old, err := query(ctx, d.readers, scanOld, `SELECT m.id, m.account, m.raw, m.received, a.name, m.protocol, `+sourceColumns+` FROM message m
		JOIN account a ON a.id = m.account JOIN raw r ON r.id = m.raw WHERE m.id > ? AND m.epoch < ? ORDER BY m.id LIMIT ?`, last, epoch, rebuildStep)
	if err != nil || len(old) == 0 {
		return 0, last, wrap("rebuild", err)
	}
	for i := range old {
		if err := d.readAgain(&old[i], parse); err != nil {
			return 0, last, wrap("rebuild", err)
		}
	}
	err = d.write(ctx, "rebuild", func(t *tx) error {
		for i := range old {
			if err := t.rebuildOne(&old[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return len(old), old[len(old)-1].id, err
}

// readAgain parses a stored message.
func (d *DB) readAgain(m *oldMessage, parse Parser) error {
	raw, err := d.unpack(m.source.source)
	if errors.Is(err, conversation.ErrSealed) {
		m.closed = true
		return nil
	}
	if err != nil {
		return err
	}
	m.parsed = parse(m.name, m.protocol, raw, fromUnix(m.received))
	if m.source.partial {
		headerOnly(&m.parsed, m.source.size)
	}
	if m.source.bare && m.protocol == conversation.Mail {
		m.head = headOfMail(raw)
	}
	return nil
}

func (t *tx) rebuildOne(m *oldMessage) error {
	var same bool
	ok, err := t.get("SELECT raw = ? FROM message WHERE id = ?", []any{m.raw, m.id}, &same)
	if err != nil || !ok || !same {
		return err
	}
	if m.closed {
		return t.exec("UPDATE message SET epoch = ? WHERE id = ?", t.epoch, m.id)
	}
	if err := t.reseal(m.raw, m.source.source); err != nil {
		return err
	}
	if m.head != nil {
		if err := t.exec("UPDATE raw SET head = ? WHERE id = ?", m.head, m.raw); err != nil {
			return err
		}
	}
	return t.rederive(m)
}

// reseal keeps a raw source sealed or not, as is wanted now.
func (t *tx) reseal(id int64, s source) error {
	wanted := t.db.opt.SealAll && t.db.ready()
	if wanted == s.sealed {
		return nil
	}
	if s.sealed {
		packed, err := t.db.open(s.packed, "raw", hex.EncodeToString(s.sha))
		if err != nil {
			return err
		}
		return t.exec("UPDATE raw SET packed = ?, sealed = 0 WHERE id = ?", packed, id)
	}
	kept, err := t.db.keepSource(s.packed, s.sha)
	if err != nil {
		return err
	}
	return t.exec("UPDATE raw SET packed = ?, sealed = ? WHERE id = ?", kept.packed, kept.sealed, id)
}

// keepForecast leaves a sent message the facts it was sent with. They were
// known when its way was chosen, and no copy of it says them again.
func (t *tx) keepForecast(id int64, m *conversation.Message) error {
	if m.Direction != conversation.Out || m.Facts.Path != "" {
		return nil
	}
	var data []byte
	ok, err := t.get("SELECT detail FROM doc WHERE id = ?", []any{id}, &data)
	if err != nil || !ok {
		return err
	}
	var d detail
	if err := decodeDetail(data, &d); err != nil || d.Facts.Path == "" || d.Evidence != nil && d.Evidence.Transport.Predicted {
		return err
	}
	m.Facts = privacy.Facts(d.Facts)
	m.Index = privacy.Message(m.Facts)
	return nil
}

// rebuildWitnesses reads the other copies of messages again, of which there are
// few, and only then compares them with those that stand for their messages.
func (d *DB) rebuildWitnesses(ctx context.Context, parse Parser) error {
	type found struct {
		testimony
		name     conversation.AccountID
		protocol conversation.Protocol
		source   oldSource
	}
	scan := func(r *sql.Rows, f *found) error {
		return scanSource(r, &f.source, &f.message, &f.account, &f.raw, &f.received, &f.name, &f.protocol)
	}
	for last := int64(0); ; {
		some, err := query(ctx, d.readers, scan, `SELECT w.message, w.account, w.raw, w.received, a.name, m.protocol, `+sourceColumns+` FROM witness w
			JOIN message m ON m.id = w.message JOIN account a ON a.id = w.account JOIN raw r ON r.id = w.raw
			WHERE w.message = (SELECT min(message) FROM witness WHERE message > ?) ORDER BY w.account, w.raw`, last)
		if err != nil || len(some) == 0 {
			return wrap("rebuild", err)
		}
		last = some[0].message
		err = d.write(ctx, "rebuild", func(t *tx) error {
			for _, f := range some {
				raw, err := d.unpack(f.source.source)
				if errors.Is(err, conversation.ErrSealed) {
					continue
				}
				if err != nil {
					return err
				}
				p := parse(f.name, f.protocol, raw, fromUnix(f.received))
				if err := t.hear(f.message, f.account, f.raw, "", &p); err != nil {
					return err
				}
			}
			return t.elect(last)
		})
		if err != nil {
			return err
		}
	}
}

// endRebuild removes what no message needs any more and counts everything.
func (d *DB) endRebuild(ctx context.Context, epoch int64) error {
	err := d.write(ctx, "finish the rebuild", func(t *tx) error {
		if err := t.recount(); err != nil {
			return err
		}
		if err := t.exec("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", settingEpoch, strconv.FormatInt(epoch, 10)); err != nil {
			return err
		}
		return t.exec("DELETE FROM setting WHERE key = ?", settingRebuild)
	})
	if err != nil {
		return err
	}
	return d.Reindex(ctx)
}

// recount groups every circle again and derives all sums from the messages.
func (t *tx) recount() error {
	if err := t.reviewReach(); err != nil {
		return err
	}
	for _, q := range []string{
		"DELETE FROM circle_address WHERE circle IN (SELECT id FROM circle c WHERE NOT EXISTS (SELECT 1 FROM message WHERE circle = c.id))",
		"DELETE FROM circle WHERE NOT EXISTS (SELECT 1 FROM message WHERE circle = circle.id)",
		`UPDATE circle SET (messages, unread, starred, last, heard) = (SELECT count(*), coalesce(sum(m.read = 0), 0), coalesce(sum(m.starred), 0),
			coalesce(max(m.id), 0), coalesce(max(CASE WHEN m.direction = 'in' THEN m.id END), 0) FROM message m WHERE m.circle = circle.id AND m.away < 2)`,
	} {
		if err := t.exec(q); err != nil {
			return err
		}
	}
	clear(t.circles)
	t.cache = newCache()
	if err := each(t, scanOne[int64], t.regroupCircle, "SELECT id FROM circle"); err != nil {
		return err
	}
	if err := t.settle(); err != nil {
		return err
	}
	return t.exec("DELETE FROM conversation WHERE NOT EXISTS (SELECT 1 FROM circle WHERE conversation = conversation.id)")
}
