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
	err = d.listed(ctx, w, func(q querier, private bool) error {
		where, args, err := d.windowFilter(ctx, q, w, private)
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
		p.Rows, err = d.conversations(ctx, q, "WHERE "+where+" ORDER BY v.last DESC, v.id DESC LIMIT ? OFFSET ?", append(args, limit, w.Offset)...)
		return err
	})
	return p, err
}

// listed reads a snapshot for a window, with the private index where the window
// has a query.
func (d *DB) listed(ctx context.Context, w conversation.Window, f func(q querier, private bool) error) error {
	const what = "list conversations"
	if w.Query != nil {
		return d.search(ctx, what, f)
	}
	return d.read(ctx, what, func(q querier) error { return f(q, false) })
}

func (d *DB) windowFilter(ctx context.Context, q querier, w conversation.Window, private bool) (string, []any, error) {
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
		ss, err := d.compile(ctx, q, w.Query, private)
		if err != nil {
			return "", nil, err
		}
		circles := make([]string, len(ss))
		for i, s := range ss {
			circles[i] = s.circles()
			args = append(args, s.args...)
		}
		where = append(where, "v.id IN (SELECT k.conversation FROM ("+strings.Join(circles, " UNION ")+") h JOIN circle k ON k.id = h.circle)")
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
		rows, err := d.conversations(ctx, q, "WHERE v.id = ?", row)
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
	last     spot // the newest message, when it is sealed at rest
	draft    lockedDraft
	unopened bool // its warnings say so
}

func scanConversation(r *sql.Rows, s *conversationScan) error {
	var contacts, channels string
	var draft sql.NullString
	var date int64
	var data []byte
	c := &s.c
	if err := r.Scan(&c.ID, &c.Kind, &contacts, &s.list, &channels, &c.Messages, &c.Unread, &c.Starred, &c.Muted, &draft,
		&c.LastID, &date, &c.Excerpt, &c.Subject, &data, &c.Index.Score, &c.Index.Level,
		&s.last.id, &s.last.serial, &s.draft.place, &s.draft.data); err != nil {
		return err
	}
	c.Draft = draft.String
	s.last.key = string(c.LastID)
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
	s.unopened = conversation.Unopened(det.Warnings)
	c.Sealed = s.unopened
	if err := json.Unmarshal([]byte(contacts), &s.contacts); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return nil
}

// conversations reads rows of the list. It touches as many rows as it gives.
func (d *DB) conversations(ctx context.Context, q querier, tail string, args ...any) ([]conversation.Conversation, error) {
	rows, err := query(ctx, q, scanConversation, `SELECT v.key, v.kind, v.contacts, v.list, v.channels, v.messages, v.unread, v.starred > 0,
		EXISTS (SELECT 1 FROM muted WHERE conversation = v.key),
		CASE WHEN r.place = '' THEN substr(json_extract(r.data, '$.text'), 1, 80) ELSE '' END,
		coalesce(l.key, ''), coalesce(l.date, 0), coalesce(l.excerpt, ''), coalesce(l.subject, ''), coalesce(d.detail, '{}'),
		coalesce(h.score, l.score, 0), coalesce(h.level, l.level, '?'),
		v.last, coalesce(z.serial, 0), coalesce(r.place, ''), CASE WHEN r.place <> '' THEN r.data END
		FROM conversation v LEFT JOIN message l ON l.id = v.last LEFT JOIN doc d ON d.id = v.last LEFT JOIN message h ON h.id = v.heard
		LEFT JOIN sealed z ON z.message = v.last
		LEFT JOIN draft r ON r.key = (SELECT key FROM draft WHERE conversation = v.key ORDER BY saved DESC LIMIT 1) `+tail, args...)
	if err != nil {
		return nil, err
	}
	if err := d.revealList(ctx, q, rows); err != nil {
		return nil, err
	}
	return title(ctx, q, rows)
}

// revealList opens what the rows of a list show of sealed messages and drafts.
func (d *DB) revealList(ctx context.Context, q querier, rows []conversationScan) error {
	var spots []spot
	for i := range rows {
		s := &rows[i]
		if s.draft.place != "" {
			s.c.Draft = d.draftExcerpt(s.draft)
		}
		if s.last.serial != 0 {
			s.c.Sealed = true
			spots = append(spots, s.last)
		}
	}
	parts, err := d.reveal(ctx, q, spots, false)
	for i := range rows {
		s := &rows[i]
		if p := parts[s.last.id]; p != nil {
			s.c.Subject, s.c.Excerpt, s.c.Sealed = p.head.Subject, p.head.Excerpt, s.unopened
		}
	}
	return err
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
