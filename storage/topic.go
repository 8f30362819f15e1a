package storage

import (
	"context"
	"database/sql"
	"slices"

	"github.com/caliopen/caliopen-tui/conversation"
)

// topicsSearched is how many of the newest messages whose subject matches are
// looked through for topics.
const topicsSearched = 1000

// Topics gives the topics whose subject holds the words of a search, the one
// last written about first. Where a search asks for no words, there are none.
func (d *DB) Topics(ctx context.Context, qu *conversation.Query, limit int) (ts []conversation.FoundTopic, err error) {
	root, words := bySubject(qu.Root)
	if !words {
		return nil, nil
	}
	err = d.search(ctx, "topics", func(q querier, private bool) error {
		ss, err := d.compile(ctx, q, &conversation.Query{Root: root, Text: qu.Text}, private)
		if err != nil {
			return err
		}
		ids, err := newest(ctx, q, ss, topicsSearched)
		if err != nil {
			return err
		}
		rows, err := d.topicRows(ctx, q, ids)
		if err != nil {
			return err
		}
		ts, err = d.topics(ctx, q, rows, limit)
		return err
	})
	return ts, err
}

// bySubject asks for the words of a query in subjects alone; words tells
// whether there are any. What must not be in a message stays as it is.
func bySubject(n conversation.Node) (_ conversation.Node, words bool) {
	switch n.Op {
	case conversation.And, conversation.Or:
		n.Kids = slices.Clone(n.Kids)
		for i, k := range n.Kids {
			var some bool
			n.Kids[i], some = bySubject(k)
			words = words || some
		}
	case conversation.Match:
		if words = n.Field == "" || n.Field == "subject"; words {
			n.Field = "subject"
		}
	case conversation.Not:
	}
	return n, words
}

// topicRow is one message with its subject.
type topicRow struct {
	spot
	conv    int64
	subject string
	date    int64
}

func scanTopic(r *sql.Rows, t *topicRow) error {
	return r.Scan(&t.id, &t.key, &t.serial, &t.conv, &t.subject, &t.date)
}

func (d *DB) topicRows(ctx context.Context, q querier, ids []int64) ([]topicRow, error) {
	var rows []topicRow
	for chunk := range slices.Chunk(ids, 500) {
		some, err := query(ctx, q, scanTopic, `SELECT m.id, m.key, coalesce(z.serial, 0), k.conversation, m.subject, m.date FROM message m
			JOIN circle k ON k.id = m.circle LEFT JOIN sealed z ON z.message = m.id
			WHERE m.id IN (`+marksFor(len(chunk))+") ORDER BY m.id DESC", anys(chunk)...)
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	var spots []spot
	for _, r := range rows {
		if r.serial != 0 {
			spots = append(spots, r.spot)
		}
	}
	parts, err := d.reveal(ctx, q, spots, false)
	for i := range rows {
		if p := parts[rows[i].id]; p != nil {
			rows[i].subject = p.head.Subject
		}
	}
	return rows, err
}

// topics puts the messages of one conversation with the same heading together.
func (d *DB) topics(ctx context.Context, q querier, rows []topicRow, limit int) ([]conversation.FoundTopic, error) {
	type heading struct {
		conv  int64
		topic string
	}
	at := map[heading]int{}
	var ts []conversation.FoundTopic
	var convs []int64
	for _, r := range rows { // newest first
		subject := conversation.Topic(r.subject)
		h := heading{r.conv, fold(subject)}
		i, ok := at[h]
		if !ok {
			if i = len(ts); subject == "" || limit > 0 && i >= limit {
				continue
			}
			at[h] = i
			ts = append(ts, conversation.FoundTopic{Subject: subject, Last: fromUnix(r.date), Newest: conversation.MessageID(r.key)})
			convs = append(convs, r.conv)
		}
		ts[i].Messages++
	}
	return ts, d.nameTopics(ctx, q, ts, convs)
}

// nameTopics says to which conversations topics belong.
func (d *DB) nameTopics(ctx context.Context, q querier, ts []conversation.FoundTopic, convs []int64) error {
	known := map[int64]conversation.Conversation{}
	for i, id := range convs {
		c, ok := known[id]
		if !ok {
			rows, err := d.conversations(ctx, q, "WHERE v.id = ?", id)
			if err != nil {
				return err
			}
			if len(rows) > 0 {
				c = rows[0]
			}
			known[id] = c
		}
		ts[i].Conversation = c.ID
		for _, m := range c.Contacts {
			ts[i].Title = append(ts[i].Title, m.Name)
		}
		if len(ts[i].Title) == 0 && c.Title != "" {
			ts[i].Title = []string{c.Title}
		}
	}
	return nil
}
