package storage

import (
	"container/list"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"sync"
)

// inner is the sealed part of one message, opened.
type inner struct {
	id, serial int64
	head       head
	text       string
	extra      string // text of the attachments
	whole      bool   // text was opened too
}

func (p *inner) size() int {
	return 512 + len(p.text) + len(p.extra) + len(p.head.Excerpt) + len(p.head.Subject)
}

// openedMost bounds the text that is kept opened, in bytes.
const openedMost = 8 << 20

// openedParts remembers the parts opened last, so that scrolling to and fro
// need not open them again. It is emptied when the keys are locked.
type openedParts struct {
	mu    sync.Mutex
	byID  map[int64]*list.Element
	order *list.List // the last used first
	bytes int
}

func newOpenedParts() *openedParts {
	return &openedParts{byID: map[int64]*list.Element{}, order: list.New()}
}

func (o *openedParts) get(id, serial int64, whole bool) *inner {
	o.mu.Lock()
	defer o.mu.Unlock()
	e := o.byID[id]
	if e == nil {
		return nil
	}
	p := e.Value.(*inner)
	if p.serial != serial || whole && !p.whole {
		return nil
	}
	o.order.MoveToFront(e)
	return p
}

func (o *openedParts) put(p *inner) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if e := o.byID[p.id]; e != nil {
		o.drop(e)
	}
	o.byID[p.id] = o.order.PushFront(p)
	o.bytes += p.size()
	for o.bytes > openedMost && o.order.Len() > 1 {
		o.drop(o.order.Back())
	}
}

func (o *openedParts) drop(e *list.Element) {
	p := e.Value.(*inner)
	o.order.Remove(e)
	delete(o.byID, p.id)
	o.bytes -= p.size()
}

func (o *openedParts) clear() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.byID, o.bytes = map[int64]*list.Element{}, 0
	o.order.Init()
}

// spot names a sealed part: the message's row and key, and which writing of it.
type spot struct {
	id, serial int64
	key        string
}

// reveal opens the sealed parts of messages, bodies too when whole is set.
// What cannot be opened is missing in the answer: while the keys are locked
// that is everything, and a part that was tampered with stays closed.
func (d *DB) reveal(ctx context.Context, q querier, spots []spot, whole bool) (map[int64]*inner, error) {
	if len(spots) == 0 {
		return nil, nil
	}
	if !d.unlocked() {
		d.opened.clear()
		return nil, nil
	}
	out := make(map[int64]*inner, len(spots))
	var missing []spot
	for _, s := range spots {
		if p := d.opened.get(s.id, s.serial, whole); p != nil {
			out[s.id] = p
		} else {
			missing = append(missing, s)
		}
	}
	for chunk := range slices.Chunk(missing, 400) {
		if err := d.revealSome(ctx, q, chunk, whole, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type sealedRow struct {
	id, serial int64
	head, body []byte
}

func scanSealed(r *sql.Rows, s *sealedRow) error { return r.Scan(&s.id, &s.serial, &s.head, &s.body) }

func (d *DB) revealSome(ctx context.Context, q querier, spots []spot, whole bool, out map[int64]*inner) error {
	keys := make(map[int64]string, len(spots))
	ids := make([]any, len(spots))
	for i, s := range spots {
		keys[s.id], ids[i] = s.key, s.id
	}
	body := "NULL"
	if whole {
		body = "body"
	}
	rows, err := query(ctx, q, scanSealed, "SELECT message, serial, head, "+body+" FROM sealed WHERE message IN ("+marksFor(len(ids))+")", ids...)
	if err != nil {
		return err
	}
	for _, s := range rows {
		p, err := d.openPart(s, keys[s.id], whole)
		if err != nil {
			continue
		}
		d.opened.put(p)
		out[s.id] = p
	}
	return nil
}

func (d *DB) openPart(s sealedRow, key string, whole bool) (*inner, error) {
	p := &inner{id: s.id, serial: s.serial, whole: whole}
	data, err := d.open(s.head, "head", key)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &p.head); err != nil {
		return nil, err
	}
	if whole {
		text, err := d.open(s.body, "body", key)
		if err != nil {
			return nil, err
		}
		p.text, p.extra = cutExtra(string(text))
	}
	return p, nil
}

// revealRows opens the sealed ones among messages. Those that stay closed say
// so in their warnings.
func (d *DB) revealRows(ctx context.Context, q querier, rows []messageRow) error {
	var spots []spot
	for _, r := range rows {
		if r.serial != 0 {
			spots = append(spots, spot{r.id, r.serial, string(r.m.ID)})
		}
	}
	parts, err := d.reveal(ctx, q, spots, true)
	if err != nil || len(spots) == 0 {
		return err
	}
	for i := range rows {
		r := &rows[i]
		if r.serial == 0 {
			continue
		}
		if p := parts[r.id]; p != nil {
			p.head.fill(&r.m, r.parties)
			r.m.Text = p.text
		} else if !slices.Contains(r.m.Warnings, warnSealed) {
			r.m.Warnings = append(r.m.Warnings, warnSealed)
		}
	}
	return nil
}
