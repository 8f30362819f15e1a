package storage

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// The index is built in steps, so that the processor is left to others again and
// again. A search waits for the step that is under way, so one is a matter of
// some tens of milliseconds. Each leaves a segment of the index, of which there
// can be so many only before all of them are joined at once: of very many
// messages, the later steps are larger.
const (
	insideStep   = 250
	insideBytes  = 512 << 10
	insideDouble = 300
)

// BuildPrivateIndex opens the sealed messages and indexes them in memory, the
// newest first. It is meant to run in the background after the keys were
// unlocked, and again after another process wrote; it gives ErrSealed when the
// keys are locked, or get locked meanwhile. Whatever was indexed by then is
// forgotten.
func (d *DB) BuildPrivateIndex(ctx context.Context) error {
	d.inside.building.Lock()
	defer d.inside.building.Unlock()
	err := d.buildInside(ctx)
	if err != nil && !d.unlocked() {
		d.DropPrivateIndex()
		err = conversation.ErrSealed
	}
	return wrap("build the private index", err)
}

func (d *DB) buildInside(ctx context.Context) error {
	if !d.unlocked() {
		return conversation.ErrSealed
	}
	if err := d.inside.begin(ctx); err != nil {
		return err
	}
	if d.inside.complete() {
		return d.catchUp(ctx)
	}
	upto, total, err := d.sealedMost(ctx)
	if err != nil {
		return err
	}
	d.inside.expect(total)
	var batch []secret
	for below, size, steps := noEnd, 0, 0; ; {
		began := time.Now()
		rows, err := query(ctx, d.readers, scanSecret, secretColumns+"WHERE z.message < ? ORDER BY z.message DESC LIMIT ?", below, insideStep)
		if err != nil {
			return err
		}
		opened, err := d.openSecrets(rows)
		if err != nil {
			return err
		}
		batch = append(batch, opened...)
		for _, s := range opened {
			size += len(s.words.body) + len(s.words.cjk)
		}
		if times := 1 << (steps / insideDouble); len(rows) == 0 || len(batch) >= times*insideStep || size >= times*insideBytes {
			if err := d.inside.add(ctx, batch); err != nil {
				return err
			}
			batch, size, steps = batch[:0], 0, steps+1
		}
		if len(rows) == 0 {
			return d.inside.finish(ctx, upto)
		}
		below = rows[len(rows)-1].id
		if err := rest(ctx, time.Since(began)/8); err != nil {
			return err
		}
	}
}

// rest leaves the processor to others for a moment.
func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *DB) sealedMost(ctx context.Context) (serial int64, n int, err error) {
	err = d.readers.QueryRowContext(ctx, "SELECT coalesce(max(serial), 0), count(*) FROM sealed").Scan(&serial, &n)
	return serial, n, err
}

func (x *inside) complete() bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.built
}

func (x *inside) expect(total int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.total = total
}

func (x *inside) finish(ctx context.Context, upto int64) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.pool == nil {
		return conversation.ErrSealed // dropped meanwhile
	}
	x.built, x.upto, x.total = true, upto, x.done
	clear(x.gone)
	for _, q := range insideCalm() {
		if _, err := x.conn.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("private index: %w", err)
		}
	}
	return nil
}

// follow takes in what another process sealed, when there is not much of it.
func (d *DB) follow(ctx context.Context) error {
	d.inside.mu.RLock()
	built, upto := d.inside.built, d.inside.upto
	d.inside.mu.RUnlock()
	if !built {
		return nil
	}
	var n int
	err := d.readers.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM sealed WHERE serial > ? LIMIT ?)", upto, insideStep+1).Scan(&n)
	if err != nil || n == 0 || n > insideStep || !d.inside.building.TryLock() {
		return err
	}
	defer d.inside.building.Unlock()
	return d.catchUp(ctx)
}

// catchUp indexes what was sealed since the index was built. What this process
// sealed itself is there already.
func (d *DB) catchUp(ctx context.Context) error {
	d.inside.mu.RLock()
	from := d.inside.upto
	d.inside.mu.RUnlock()
	for {
		rows, err := query(ctx, d.readers, scanSecret, secretColumns+"WHERE z.serial > ? ORDER BY z.serial LIMIT ?", from, insideStep)
		if err != nil || len(rows) == 0 {
			return err
		}
		from = rows[len(rows)-1].serial
		opened, err := d.openSecrets(rows)
		if err == nil {
			err = d.inside.add(ctx, opened)
		}
		if err != nil {
			return err
		}
		d.inside.reached(from)
	}
}

func (x *inside) reached(serial int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.upto = max(x.upto, serial)
}

type secretRow struct {
	sealedRow
	key    string
	people string
}

const secretColumns = `SELECT z.message, z.serial, z.head, z.body, m.key, x.people FROM sealed z
	JOIN message m ON m.id = z.message JOIN doc x ON x.id = m.id `

func scanSecret(r *sql.Rows, s *secretRow) error {
	return r.Scan(&s.id, &s.serial, &s.head, &s.body, &s.key, &s.people)
}

// openSecrets opens messages to be indexed. One that cannot be opened though
// the keys are unlocked is left out: it was tampered with.
func (d *DB) openSecrets(rows []secretRow) ([]secret, error) {
	secrets := make([]secret, 0, len(rows))
	for _, r := range rows {
		p, err := d.openPart(r.sealedRow, r.key, true)
		if err == nil {
			secrets = append(secrets, secretOf(p, r.people))
			continue
		}
		if !d.unlocked() {
			return nil, conversation.ErrSealed
		}
	}
	return secrets, nil
}

// add indexes opened messages, but for those that changed since they were read.
func (x *inside) add(ctx context.Context, secrets []secret) error {
	slices.SortFunc(secrets, func(a, b secret) int { return cmp.Compare(a.id, b.id) }) // as the index wants them
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.pool == nil {
		return conversation.ErrSealed // dropped meanwhile
	}
	return x.put(ctx, secrets, func(s secret) bool {
		_, changed := x.gone[s.id]
		return !changed
	})
}

// secretOf gives what is indexed of an opened message. Addresses are known from
// outside.
func secretOf(p *inner, people string) secret {
	h := &p.head
	w := indexText{subject: h.Subject, people: people + strings.Join(h.Names, "\n"), body: p.text}
	for _, a := range h.Attachments {
		w.files += a.Name + "\n"
	}
	w.cjk = w.others(p.extra)
	return secret{id: p.id, serial: p.serial, marks: h.Marks, words: w}
}

// holding gives the sealed messages that hold a text as it stands, where no
// index of words can tell. Those that may are opened one after the other.
func (d *DB) holding(ctx context.Context, q querier, n conversation.Node) (string, error) {
	rows, err := query(ctx, q, scanSecret, secretColumns+"JOIN priv.held h ON h.id = z.message"+d.candidates(n), candidateArgs(n)...)
	if err != nil {
		return "", err
	}
	ids := []int64{}
	for _, r := range rows {
		p, err := d.openPart(r.sealedRow, r.key, true)
		if err == nil && secretOf(p, r.people).words.holds(n) {
			ids = append(ids, p.id)
		}
	}
	data, err := json.Marshal(ids)
	if err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	return string(data), nil
}

func (d *DB) candidates(n conversation.Node) string {
	if !hasCJK(n.Text) {
		return ""
	}
	return " WHERE z.message IN (SELECT rowid FROM priv." + indexTable + " WHERE " + indexTable + ".cjk MATCH ?)"
}

func candidateArgs(n conversation.Node) []any {
	if !hasCJK(n.Text) {
		return nil
	}
	return []any{quoted(bigramQuery(n.Text), len([]rune(bigramQuery(n.Text))) == 1)}
}

// holds tells whether a text stands in a field, in all of them for none.
func (w indexText) holds(n conversation.Node) bool {
	text := map[string]string{"subject": w.subject, "file": w.files, "body": w.body, "": w.subject + "\n" + w.people + w.files + w.body}[n.Field]
	return strings.Contains(asciiLower(text), strings.ToLower(n.Text))
}

// asciiLower does what SQLite's lower does, so that both find the same.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
