package storage

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Messages gives a span of a conversation, oldest first. What lies in the
// trash, among the junk or in a server's drafts is left out.
func (d *DB) Messages(ctx context.Context, id conversation.ConversationID, s conversation.Span) (ms []conversation.Message, before, after bool, err error) {
	err = d.read(ctx, fmt.Sprintf("messages of %q", id), func(q querier) error {
		conv, err := conversationRow(ctx, q, id)
		if err != nil {
			return err
		}
		l, err := newTimeline(ctx, q, conv)
		if err != nil {
			return err
		}
		ids, err := l.span(s)
		if err != nil {
			return err
		}
		if before, after, err = l.beyond(ids, s); err != nil {
			return err
		}
		ms, err = d.messagesWithText(ctx, q, ids)
		return err
	})
	return ms, before, after, err
}

// timeline walks the messages of a conversation by their ids, which go up with
// time. Each of its circles is asked for as many as are wanted, so that a page
// costs the same in a conversation of any length.
type timeline struct {
	ctx     context.Context //nolint:containedctx // lives for one call
	q       querier
	circles []int64
}

func newTimeline(ctx context.Context, q querier, conv int64) (*timeline, error) {
	circles, err := query(ctx, q, scanOne[int64], "SELECT id FROM circle WHERE conversation = ? AND messages > 0", conv)
	return &timeline{ctx, q, circles}, err
}

const noEnd = int64(1)<<62 - 1

func (l *timeline) span(s conversation.Span) ([]int64, error) {
	limit := s.Limit
	if limit <= 0 {
		limit = 1 << 30
	}
	end := noEnd
	if !s.Until.IsZero() {
		end = firstID(s.Until)
	}
	switch {
	case s.Around != "":
		return l.around(s.Around, limit)
	case s.After != "":
		from, err := l.rowOf(s.After)
		if err != nil {
			return nil, err
		}
		return l.walk(from, end, limit, true)
	case s.Before != "":
		to, err := l.rowOf(s.Before)
		if err != nil {
			return nil, err
		}
		return l.walk(0, min(to, end), limit, false)
	}
	return l.walk(0, end, limit, false)
}

func (l *timeline) around(m conversation.MessageID, limit int) ([]int64, error) {
	at, err := l.rowOf(m)
	if err != nil {
		return nil, err
	}
	older, err := l.walk(0, at, limit/2, false)
	if err != nil {
		return nil, err
	}
	newer, err := l.walk(at, noEnd, max(limit-1-len(older), 0), true)
	if err != nil {
		return nil, err
	}
	if missing := limit - 1 - len(newer) - len(older); missing > 0 && len(older) == limit/2 {
		if older, err = l.walk(0, at, len(older)+missing, false); err != nil {
			return nil, err
		}
	}
	return slices.Concat(older, []int64{at}, newer), nil
}

func (l *timeline) rowOf(m conversation.MessageID) (id int64, err error) {
	err = l.q.QueryRowContext(l.ctx, "SELECT id FROM message WHERE "+keyed, string(m)).Scan(&id)
	return id, err
}

// walk gives up to limit ids between two bounds (both exclusive), the lowest
// ones when up is set, else the highest; always in ascending order.
func (l *timeline) walk(from, to int64, limit int, up bool) ([]int64, error) {
	if limit <= 0 {
		return nil, nil
	}
	order := "DESC"
	if up {
		order = "ASC"
	}
	var all []int64
	for _, c := range l.circles {
		ids, err := query(l.ctx, l.q, scanOne[int64], "SELECT id FROM message WHERE circle = ? AND id > ? AND id < ? AND away < 2 ORDER BY id "+order+" LIMIT ?", c, from, to, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	slices.Sort(all)
	if len(all) <= limit {
		return all, nil
	}
	if up {
		return all[:limit], nil
	}
	return all[len(all)-limit:], nil
}

// beyond tells whether there is more before the first and after the last.
func (l *timeline) beyond(ids []int64, s conversation.Span) (before, after bool, err error) {
	low, high := noEnd, int64(0)
	switch {
	case len(ids) > 0:
		low, high = ids[0], ids[len(ids)-1]
	case s.After != "":
		low, err = l.rowOf(s.After)
		high, low = low, low+1
	case s.Before != "":
		high, err = l.rowOf(s.Before)
		low, high = high, high-1
	}
	if err != nil {
		return false, false, err
	}
	older, err := l.walk(0, low, 1, false)
	if err != nil {
		return false, false, err
	}
	newer, err := l.walk(high, noEnd, 1, true)
	return len(older) > 0, len(newer) > 0 && (len(ids) > 0 || s.After != "" || s.Before != ""), err
}

func (d *DB) messagesWithText(ctx context.Context, q querier, ids []int64) ([]conversation.Message, error) {
	var rows []messageRow
	for chunk := range slices.Chunk(ids, 500) {
		part, err := query(ctx, q, scanMessageText, "SELECT "+messageColumns+", d.body"+messageTables+"WHERE m.id IN ("+marksFor(len(chunk))+") ORDER BY m.id", anys(chunk)...)
		if err != nil {
			return nil, err
		}
		rows = append(rows, part...)
	}
	if err := d.revealRows(ctx, q, rows); err != nil {
		return nil, err
	}
	return name(ctx, q, rows)
}

// Message gives one message with its text.
func (d *DB) Message(ctx context.Context, id conversation.MessageID) (m conversation.Message, err error) {
	err = d.read(ctx, fmt.Sprintf("message %q", id), func(q querier) error {
		var row int64
		if err := q.QueryRowContext(ctx, "SELECT id FROM message WHERE "+keyed, string(id)).Scan(&row); err != nil {
			return err
		}
		ms, err := d.messagesWithText(ctx, q, []int64{row})
		if err == nil && len(ms) == 0 {
			err = sql.ErrNoRows
		}
		if err == nil {
			m = ms[0]
		}
		return err
	})
	return m, err
}

// Raw gives the raw source of a message.
func (d *DB) Raw(ctx context.Context, id conversation.MessageID) ([]byte, error) {
	return d.rawOf(ctx, fmt.Sprintf("raw source of %q", id), "SELECT r.packed, r.sealed, r.sha FROM message m JOIN raw r ON r.id = m.raw WHERE m."+keyed, string(id))
}

// RawAt gives the raw source of one copy, as that server has it.
func (d *DB) RawAt(ctx context.Context, a conversation.AccountID, folder string, uid uint32, remote string) ([]byte, error) {
	return d.rawOf(ctx, fmt.Sprintf("raw source of %s/%s/%d%s", a, folder, uid, remote), `SELECT r.packed, r.sealed, r.sha FROM location l JOIN raw r ON r.id = l.raw
		JOIN folder f ON f.id = l.folder JOIN account a ON a.id = f.account
		WHERE a.name = ? AND f.name = ? AND l.uid = ? AND l.remote = ? AND (l.uid <> 0 OR l.remote <> '') ORDER BY l.validity DESC LIMIT 1`, string(a), folder, uid, remote)
}

func (d *DB) rawOf(ctx context.Context, what, text string, args ...any) ([]byte, error) {
	var s source
	if err := d.readers.QueryRowContext(ctx, text, args...).Scan(&s.packed, &s.sealed, &s.sha); err != nil {
		return nil, wrap(what, err)
	}
	raw, err := d.unpack(s)
	return raw, wrap(what, err)
}
