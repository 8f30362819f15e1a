package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// SetAside gives a damaged database another name in its folder and tells it, so
// that Open begins a new one. Nothing of it is deleted. "" means that there was
// none.
func SetAside(dir string, now time.Time) (string, error) {
	path := filepath.Join(dir, FileName)
	aside, err := setAside(path, "damaged", now)
	if err == nil && aside != "" {
		if _, serr := os.Lstat(path); serr == nil {
			err = os.Remove(path) // its other name
		}
	}
	return aside, wrap("set aside", err)
}

// Salvaged counts what could be read of a damaged database.
type Salvaged struct {
	Rows     int // of drafts, outbox, settings, keys and the like
	Contacts int // that the user had edited or joined
	Messages int // that are on no server
	Acts     int // that wait for a server
	Errors   []error
}

// kept are the tables that hold what no server has and no source tells, in the
// order in which they matter, with a condition for their rows. They are taken
// over row by row.
func kept() [][2]string {
	return [][2]string{
		{"outbox", ""},
		{"draft", ""},
		{"certificate", ""},
		{"binding", ""},
		{"peer", ""},
		{"signature", ""},
		{"setting", "key LIKE 'user.%'"},
		{"saved_search", ""},
		{"account", ""},
		{"muted", ""},
		{"best", ""},
		{"score", ""},
		{"policy", ""},
		{"lookup", ""},
		{"told", ""},
	}
}

// Salvage takes over from a damaged database what no server can give back, as
// far as it can be read: outbox and drafts, keys and what is known of them,
// settings, edited contacts, messages in local folders and sent ones that no
// server showed yet, and the acts that wait, which are done when the messages
// are here again. What stops the reading of one thing does not keep the others
// from being read; Errors tells of it. Only what cannot be written is an error.
func Salvage(ctx context.Context, damaged string, fresh *DB, parse Parser) (s Salvaged, err error) {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: damaged}).EscapedPath(), RawQuery: "_query_only=true"}
	pool := openPool(u.String())
	defer func() { _ = pool.Close() }()
	r := &rescue{ctx: ctx, from: pool, to: fresh, parse: parse, s: &s}
	for _, table := range kept() {
		if err := r.table(table[0], table[1]); err != nil {
			return s, err
		}
	}
	for _, step := range []func() error{r.messages, r.contacts, r.acts} {
		if err := step(); err != nil {
			return s, err
		}
	}
	return s, nil
}

// rescue is one run of Salvage.
type rescue struct {
	ctx   context.Context //nolint:containedctx // lives for one call
	from  *sql.DB
	to    *DB
	parse Parser
	s     *Salvaged
}

func (r *rescue) complain(what string, err error) {
	if err != nil {
		r.s.Errors = append(r.s.Errors, wrap("salvage "+what, err))
	}
}

// columns gives the columns of a table, without a number that only one
// database knows it by.
func (r *rescue) columns(q querier, table string) (map[string]bool, error) {
	names, err := query(r.ctx, q, scanOne[string], "SELECT name FROM pragma_table_info(?)", table)
	out := map[string]bool{}
	for _, n := range names {
		out[n] = table != "account" || n != "id"
	}
	return out, err
}

// table takes over the rows of a table. When it cannot be read on, it is read
// from its other end.
func (r *rescue) table(name, where string) error {
	theirs, err := r.columns(r.from, name)
	if err != nil {
		r.complain(name, err)
		return nil
	}
	ours, err := r.columns(r.to.readers, name)
	if err != nil {
		return wrap("salvage "+name, err)
	}
	var columns []string
	for c, wanted := range theirs {
		if wanted && ours[c] {
			columns = append(columns, c)
		}
	}
	if len(columns) == 0 {
		return nil
	}
	if where == "" {
		where = "1"
	}
	names := strings.Join(columns, ", ")
	text := "SELECT " + names + " FROM " + name + " WHERE " + where
	insert := "INSERT OR IGNORE INTO " + name + " (" + names + ") VALUES (" + marksFor(len(columns)) + ")"
	rows, err := r.rows(text, len(columns))
	if err != nil {
		r.complain(name, err)
		more, err := r.rows(text+" ORDER BY 1 DESC", len(columns))
		r.complain(name, err)
		rows = append(rows, more...)
	}
	return r.to.write(r.ctx, "salvage "+name, func(t *tx) error {
		for _, row := range rows {
			res, err := t.conn.ExecContext(t.ctx, insert, row...)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err == nil {
				r.s.Rows += int(n)
			}
		}
		return nil
	})
}

// rows reads as many rows as it can.
func (r *rescue) rows(text string, columns int) (out [][]any, err error) {
	rows, err := r.from.QueryContext(r.ctx, text)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		row := make([]any, columns)
		into := make([]any, columns)
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return out, err
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// contacts says again what the user said of contacts.
func (r *rescue) contacts() error {
	type person struct {
		row int64
		c   conversation.Contact
	}
	people, err := query(r.ctx, r.from, func(rows *sql.Rows, p *person) error {
		return rows.Scan(&p.row, &p.c.Name, &p.c.Kind, &p.c.Pin, &p.c.Notes)
	}, `SELECT id, CASE WHEN named THEN name ELSE '' END, kind, pin, notes FROM contact c WHERE key <> 'me'
		AND (named OR kind <> '' OR pin <> '' OR notes <> '' OR (SELECT count(*) FROM address WHERE contact = c.id) > 1)`)
	r.complain("contacts", err)
	for _, p := range people {
		p.c.Addresses, err = query(r.ctx, r.from, func(rows *sql.Rows, a *conversation.ContactAddress) error {
			return rows.Scan(&a.Protocol, &a.ID, &a.Name)
		}, "SELECT protocol, ident, name FROM address WHERE contact = ? AND own = 0 ORDER BY id", p.row)
		r.complain("addresses", err)
		if len(p.c.Addresses) == 0 {
			continue
		}
		if _, err := r.to.SaveContact(r.ctx, p.c); err != nil {
			return err
		}
		r.s.Contacts++
	}
	return nil
}

// settingOwed holds acts that wait for messages which are not here again yet.
const settingOwed = "owed"

// acts notes what the user did to messages and no server was told.
func (r *rescue) acts() error {
	rows, err := r.rows(`SELECT DISTINCT k.kind, k.tag, m.key, k.act FROM task k JOIN location l ON l.id = k.location JOIN message m ON m.id = l.message
		WHERE k.state = 'pending' ORDER BY k.id`, 4)
	r.complain("acts", err)
	var owed []conversation.Act
	for _, row := range rows {
		owed = append(owed, conversation.Act{
			Kind: conversation.ActKind(text(row[0])), Tag: text(row[1]), Messages: []conversation.MessageID{conversation.MessageID(text(row[2]))},
		})
	}
	r.s.Acts = len(owed)
	if len(owed) == 0 {
		return nil
	}
	return r.to.write(r.ctx, "salvage acts", func(t *tx) error { return t.owe(owed) })
}

func text(v any) string {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	s, _ := v.(string)
	return s
}

// owe keeps acts for messages that are not here.
func (t *tx) owe(acts []conversation.Act) error {
	if len(acts) == 0 {
		return t.exec("DELETE FROM setting WHERE key = ?", settingOwed)
	}
	data, err := json.Marshal(acts)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	return t.exec("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", settingOwed, string(data))
}

// payOwed does the acts that waited for their message and can be done now. It is
// tried at the end of each pass.
func (t *tx) payOwed() error {
	var data string
	ok, err := t.get("SELECT value FROM setting WHERE key = ?", []any{settingOwed}, &data)
	if err != nil || !ok {
		return err
	}
	var owed, left []conversation.Act
	if err := json.Unmarshal([]byte(data), &owed); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	for _, a := range owed {
		here, err := t.get("SELECT 1 FROM message WHERE "+keyed, []any{string(a.Messages[0])}, new(int))
		if err != nil {
			return err
		}
		if !here {
			left = append(left, a)
			continue
		}
		if _, err := t.act(a); err != nil {
			return err
		}
	}
	if len(left) == len(owed) {
		return nil
	}
	return t.owe(left)
}
