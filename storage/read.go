package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// querier is what reads: a snapshot, or the writing connection.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// read runs f on one consistent snapshot.
func (d *DB) read(ctx context.Context, what string, f func(q querier) error) error {
	t, err := d.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return wrap(what, err)
	}
	defer func() { _ = t.Rollback() }()
	return wrap(what, f(t))
}

func query[T any](ctx context.Context, q querier, scan func(*sql.Rows, *T) error, text string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, scan)
}

// marksFor gives the question marks for a list of values.
func marksFor(n int) string {
	return strings.TrimSuffix(strings.Repeat("?,", n), ",")
}

func anys[T any](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// messageColumns are those that scanMessage reads.
const messageColumns = `m.id, m.key, c.key, a.name, m.protocol, m.direction, m.date, m.received, m.subject, m.excerpt,
	m.read, m.starred, m.tags, coalesce(f.name, ''), m.size, m.rfcid, k.list, m.marks, d.detail, coalesce(z.serial, 0)`

const messageTables = ` FROM message m JOIN circle k ON k.id = m.circle JOIN conversation c ON c.id = k.conversation
	JOIN account a ON a.id = m.account JOIN doc d ON d.id = m.id LEFT JOIN folder f ON f.id = m.folder LEFT JOIN sealed z ON z.message = m.id `

// messageRow is a message whose participants are not named yet.
type messageRow struct {
	id      int64
	serial  int64 // of its sealed part, 0 for none
	m       conversation.Message
	parties []participant
}

func scanMessage(r *sql.Rows, row *messageRow, more ...any) error {
	m := &row.m
	var date, received int64
	var tags string
	var marks int
	var data []byte
	into := append([]any{
		&row.id, &m.ID, &m.Conversation, &m.Account, &m.Protocol, &m.Direction, &date, &received, &m.Subject, &m.Excerpt,
		&m.Read, &m.Starred, &tags, &m.Folder, &m.Size, &m.RFCID, &m.ListID, &marks, &data, &row.serial,
	}, more...)
	if err := r.Scan(into...); err != nil {
		return err
	}
	m.Date, m.Received, m.Tags = fromUnix(date), fromUnix(received), keywordList(tags)
	m.Invite, m.Bulk, m.Partial = marks&markInvite != 0, marks&markBulk != 0, marks&markPartial != 0
	var d detail
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("read message %s: %w: %w", m.ID, ErrCorrupt, err)
	}
	d.fill(m)
	row.parties = d.Participants
	return nil
}

// scanMessageText reads messageColumns and the body.
func scanMessageText(r *sql.Rows, row *messageRow) error { return scanMessage(r, row, &row.m.Text) }

type personRow struct {
	id      int64
	address conversation.Address
	contact conversation.ContactID
	name    string
}

func scanPerson(r *sql.Rows, p *personRow) error {
	return r.Scan(&p.id, &p.address.Protocol, &p.address.ID, &p.contact, &p.name)
}

// name fills in the participants of messages: addresses, contacts and names.
func name(ctx context.Context, q querier, rows []messageRow) ([]conversation.Message, error) {
	wanted := map[int64]bool{}
	for _, r := range rows {
		for _, p := range r.parties {
			wanted[p.Address] = true
		}
	}
	people, err := persons(ctx, q, wanted)
	if err != nil {
		return nil, err
	}
	out := make([]conversation.Message, len(rows))
	for i, r := range rows {
		out[i] = r.m
		out[i].Participants = participants(r.parties, people)
	}
	return out, nil
}

func participants(parties []participant, people map[int64]personRow) []conversation.Participant {
	var out []conversation.Participant
	for _, p := range parties {
		who := people[p.Address]
		out = append(out, conversation.Participant{
			Role: roleOf(p.Role), Address: who.address, Name: p.Name, Contact: who.contact, Display: who.name,
		})
	}
	return out
}

func persons(ctx context.Context, q querier, ids map[int64]bool) (map[int64]personRow, error) {
	out := make(map[int64]personRow, len(ids))
	var chunk []any
	flush := func() error {
		if len(chunk) == 0 {
			return nil
		}
		found, err := query(ctx, q, scanPerson, `SELECT a.id, a.protocol, a.ident, c.key, CASE WHEN c.name <> '' THEN c.name ELSE a.ident END
			FROM address a JOIN contact c ON c.id = a.contact WHERE a.id IN (`+marksFor(len(chunk))+`)`, chunk...)
		for _, p := range found {
			out[p.id] = p
		}
		chunk = chunk[:0]
		return err
	}
	for id := range ids {
		if chunk = append(chunk, id); len(chunk) == 500 {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	return out, flush()
}
