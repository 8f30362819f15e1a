package storage

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// SaveScore keeps the index of something on a day, in place of the one of that
// day. The object is a name of the caller's choice: "me", "device", "contact/…".
func (d *DB) SaveScore(ctx context.Context, object string, day time.Time, score int) error {
	return d.write(ctx, "keep an index", func(t *tx) error {
		return t.exec("INSERT OR REPLACE INTO score (object, day, score, level) VALUES (?, ?, ?, ?)",
			object, dayOf(day), score, string(privacy.LevelOf(score)))
	})
}

// Scores gives the indexes of something since a day, oldest first.
func (d *DB) Scores(ctx context.Context, object string, since time.Time) ([]conversation.Point, error) {
	from := int64(-1 << 62)
	if !since.IsZero() {
		from = dayOf(since)
	}
	ps, err := query(ctx, d.reader(ctx), scanPoint, "SELECT day, score FROM score WHERE object = ? AND day >= ? ORDER BY day", object, from)
	return ps, wrap("read the history of an index", err)
}

func scanPoint(r *sql.Rows, p *conversation.Point) error {
	var day int64
	err := r.Scan(&day, &p.Score)
	p.Day = time.Unix(day, 0).UTC()
	return err
}

// Levels counts the messages since a moment by their level.
func (d *DB) Levels(ctx context.Context, since time.Time) (map[privacy.Level]int, error) {
	type row struct {
		level privacy.Level
		n     int
	}
	rows, err := query(ctx, d.readers, func(r *sql.Rows, v *row) error { return r.Scan(&v.level, &v.n) },
		"SELECT level, count(*) FROM message WHERE id >= ? AND date >= ? AND away < 2 GROUP BY level", firstID(since), unix(since))
	out := make(map[privacy.Level]int, len(rows))
	for _, v := range rows {
		out[v.level] = v.n
	}
	return out, wrap("count levels", err)
}

// SentSince gives what was sent since a moment, newest first. A message to
// several people counts once, with one of them.
func (d *DB) SentSince(ctx context.Context, since time.Time) (ps []conversation.Past, err error) {
	err = d.read(ctx, "what was sent", func(q querier) error {
		at, err := query(ctx, q, scanContactAt, `SELECT m.id, coalesce((SELECT ca.address FROM circle_address ca JOIN address a ON a.id = ca.address
			WHERE ca.circle = m.circle ORDER BY a.own, a.id LIMIT 1), 0) FROM message m
			WHERE m.id >= ? AND m.date >= ? AND m.direction = 'out' AND m.away < 2`, firstID(since), unix(since))
		if err != nil {
			return err
		}
		slices.Reverse(at)
		ps, err = pasts(ctx, q, at)
		return err
	})
	return ps, err
}

// Traffic gives the n contacts with whom most messages were exchanged since a
// moment, the most first. Lists and what machines write do not count.
func (d *DB) Traffic(ctx context.Context, since time.Time, n int) ([]conversation.Traffic, error) {
	ts, err := query(ctx, d.readers, scanTraffic, `SELECT c.key, count(DISTINCT m.id) AS n FROM message m
		JOIN circle k ON k.id = m.circle AND k.list = '' JOIN circle_address ca ON ca.circle = m.circle
		JOIN address a ON a.id = ca.address AND a.own = 0 JOIN contact c ON c.id = a.contact AND c.key <> 'me'
		WHERE m.id >= ? AND m.date >= ? AND m.away < 2 AND m.marks & ? = 0
		GROUP BY c.id ORDER BY n DESC, max(m.id) DESC LIMIT ?`, firstID(since), unix(since), markBulk, n)
	return ts, wrap("count traffic", err)
}

func scanTraffic(r *sql.Rows, t *conversation.Traffic) error { return r.Scan(&t.Contact, &t.Messages) }
