package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// Conversations lists a window of the conversations, newest first. Those whose
// newest message was archived are left out unless a query asks.
func (d *DB) Conversations(ctx context.Context, w conversation.Window) (p conversation.Page, err error) {
	err = d.read(ctx, "list conversations", func(q querier) error {
		where, args, err := d.windowFilter(ctx, q, w)
		if err != nil {
			return err
		}
		if err := q.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(unread), 0) FROM conversation v WHERE "+where, args...).Scan(&p.Total, &p.Unread); err != nil {
			return err
		}
		limit := w.Limit
		if limit <= 0 {
			limit = -1
		}
		p.Rows, err = conversations(ctx, q, "WHERE "+where+" ORDER BY v.last DESC, v.id DESC LIMIT ? OFFSET ?", append(args, limit, w.Offset)...)
		return err
	})
	return p, err
}

func (d *DB) windowFilter(ctx context.Context, q querier, w conversation.Window) (string, []any, error) {
	where := []string{"v.messages > 0"}
	var args []any
	if w.Query == nil {
		where = append(where, "v.archived = 0")
	}
	if w.Unread {
		where = append(where, "v.unread > 0")
	}
	if len(w.Kinds) > 0 {
		where = append(where, "v.kind IN ("+marksFor(len(w.Kinds))+")")
		for _, k := range w.Kinds {
			args = append(args, string(k))
		}
	}
	if w.Query != nil {
		s, err := compile(ctx, q, w.Query)
		if err != nil {
			return "", nil, err
		}
		where = append(where, "v.id IN (SELECT k.conversation FROM ("+s.circles()+") h JOIN circle k ON k.id = h.circle)")
		args = append(args, s.args...)
	}
	return strings.Join(where, " AND "), args, nil
}

// Conversation gives one conversation. The id of one that was joined to
// another, or split, leads to where it went.
func (d *DB) Conversation(ctx context.Context, id conversation.ConversationID) (c conversation.Conversation, err error) {
	err = d.read(ctx, fmt.Sprintf("conversation %q", id), func(q querier) error {
		row, err := conversationRow(ctx, q, id)
		if err != nil {
			return err
		}
		rows, err := conversations(ctx, q, "WHERE v.id = ?", row)
		if err == nil && len(rows) == 0 {
			err = sql.ErrNoRows
		}
		if err == nil {
			c = rows[0]
		}
		return err
	})
	return c, err
}

func conversationRow(ctx context.Context, q querier, id conversation.ConversationID) (int64, error) {
	var row int64
	err := q.QueryRowContext(ctx, "SELECT id FROM conversation WHERE key = ?", string(id)).Scan(&row)
	if errors.Is(err, sql.ErrNoRows) {
		err = q.QueryRowContext(ctx, "SELECT c.id FROM moved m JOIN conversation c ON c.key = m.new WHERE m.old = ?", string(id)).Scan(&row)
	}
	return row, err
}

type conversationScan struct {
	c        conversation.Conversation
	contacts []conversation.ContactID
	list     string
	parties  []participant
}

func scanConversation(r *sql.Rows, s *conversationScan) error {
	var contacts, channels string
	var date int64
	var data []byte
	c := &s.c
	if err := r.Scan(&c.ID, &c.Kind, &contacts, &s.list, &channels, &c.Messages, &c.Unread, &c.Starred, &c.Muted, &c.Draft,
		&c.LastID, &date, &c.Excerpt, &c.Subject, &data, &c.Index.Score, &c.Index.Level); err != nil {
		return err
	}
	c.LastDate, c.Index.Version = fromUnix(date), privacy.Version
	for p := range strings.SplitSeq(channels, ",") {
		if p != "" {
			c.Channels = append(c.Channels, conversation.Protocol(p))
		}
	}
	var det struct {
		Participants []participant `json:"p"`
		Warnings     []string      `json:"w"`
	}
	if err := json.Unmarshal(data, &det); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	s.parties = det.Participants
	c.Sealed = conversation.Unopened(det.Warnings)
	if err := json.Unmarshal([]byte(contacts), &s.contacts); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return nil
}

// conversations reads rows of the list. It touches as many rows as it gives.
func conversations(ctx context.Context, q querier, tail string, args ...any) ([]conversation.Conversation, error) {
	rows, err := query(ctx, q, scanConversation, `SELECT v.key, v.kind, v.contacts, v.list, v.channels, v.messages, v.unread, v.starred > 0,
		EXISTS (SELECT 1 FROM muted WHERE conversation = v.key),
		coalesce((SELECT substr(json_extract(r.data, '$.text'), 1, 80) FROM draft r WHERE r.conversation = v.key ORDER BY saved DESC LIMIT 1), ''),
		coalesce(l.key, ''), coalesce(l.date, 0), coalesce(l.excerpt, ''), coalesce(l.subject, ''), coalesce(d.detail, '{}'),
		coalesce(h.score, l.score, 0), coalesce(h.level, l.level, '?')
		FROM conversation v LEFT JOIN message l ON l.id = v.last LEFT JOIN doc d ON d.id = v.last LEFT JOIN message h ON h.id = v.heard `+tail, args...)
	if err != nil {
		return nil, err
	}
	return title(ctx, q, rows)
}

// title names the members and the conversations themselves.
func title(ctx context.Context, q querier, rows []conversationScan) ([]conversation.Conversation, error) {
	keys, ids := map[conversation.ContactID]bool{}, map[int64]bool{}
	for _, s := range rows {
		for _, c := range s.contacts {
			keys[c] = true
		}
		if len(s.parties) > 0 {
			ids[s.parties[0].Address] = true
		}
	}
	names, err := contactNames(ctx, q, keys)
	if err != nil {
		return nil, err
	}
	people, err := persons(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	out := make([]conversation.Conversation, len(rows))
	for i := range rows {
		s := &rows[i]
		for _, c := range s.contacts {
			s.c.Contacts = append(s.c.Contacts, conversation.Member{Contact: c, Name: names[c]})
		}
		if len(s.parties) > 0 {
			p := people[s.parties[0].Address]
			s.c.LastFrom = conversation.Member{Contact: p.contact, Name: p.name}
		}
		s.c.Title = titleOf(s)
		out[i] = s.c
	}
	return out, nil
}

func titleOf(s *conversationScan) string {
	if s.list != "" {
		return s.list
	}
	names := make([]string, 0, len(s.c.Contacts))
	for _, m := range s.c.Contacts {
		names = append(names, m.Name)
	}
	return strings.Join(names, ", ")
}

type contactName struct {
	key  conversation.ContactID
	name string
}

func scanContactName(r *sql.Rows, c *contactName) error { return r.Scan(&c.key, &c.name) }

func contactNames(ctx context.Context, q querier, keys map[conversation.ContactID]bool) (map[conversation.ContactID]string, error) {
	var args []any
	for k := range keys {
		args = append(args, string(k))
	}
	rows, err := query(ctx, q, scanContactName, `SELECT key, CASE WHEN name <> '' THEN name ELSE
		coalesce((SELECT ident FROM address WHERE contact = contact.id ORDER BY messages DESC, id LIMIT 1), '') END
		FROM contact WHERE key IN (`+marksFor(len(args))+`)`, args...)
	out := make(map[conversation.ContactID]string, len(rows))
	for _, r := range rows {
		out[r.key] = r.name
	}
	return out, err
}
