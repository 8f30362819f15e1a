package storage

import (
	"database/sql"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// What away tells of a message.
const (
	awayNot = iota
	awayArchive
	awayTrash
	awayDraft
	awayHidden // see DB.Hide
)

// state is what the copies of a message say of it together.
type state struct {
	away          int
	read, starred bool
	folder        int64
	tags          []string
}

// effect is one copy as the user sees it: what the server said, and over that
// the acts that were not replayed yet.
type effect struct {
	location int64
	flags    int
	keywords []string
	use      string
	folder   int64
	put      int
	local    bool // no server has it: what is done to it is done
}

func (e effect) away() int {
	switch {
	case e.put != 0:
		return e.put
	case e.flags&bitDraft != 0 || e.use == string(accounts.UseDrafts):
		return awayDraft
	case e.use == string(accounts.UseTrash) || e.use == string(accounts.UseJunk):
		return awayTrash
	case e.use == string(accounts.UseArchive) || e.use == string(accounts.UseAll):
		return awayArchive
	}
	return awayNot
}

// merge gives the state of a message: read when all its copies are, starred
// when one is, as visible as the most visible, with the tags of all.
func merge(copies []effect) state {
	s := state{away: awayHidden + 1, read: true}
	for _, e := range copies {
		s.read = s.read && e.flags&bitSeen != 0
		s.starred = s.starred || e.flags&bitFlagged != 0
		if a := e.away(); a < s.away {
			s.away, s.folder = a, e.folder
		}
		for _, k := range e.keywords {
			if visibleTag(k) && !slices.Contains(s.tags, k) {
				s.tags = append(s.tags, k)
			}
		}
	}
	slices.Sort(s.tags)
	return s
}

// visibleTag leaves out keywords that are switches of mail programs.
func visibleTag(k string) bool { return k != "" && k[0] != '$' && k[0] != '\\' }

// effects gives the copies of a message with the pending acts applied.
func (t *tx) effects(msg int64) ([]effect, error) {
	copies, err := collect(t, scanEffect, `SELECT l.id, l.flags, l.keywords, f.use, l.folder, l.put, f.local
		FROM location l JOIN folder f ON f.id = l.folder WHERE l.message = ? ORDER BY l.id`, msg)
	if err != nil {
		return nil, err
	}
	for i := range copies {
		if err := t.applyPending(&copies[i]); err != nil {
			return nil, err
		}
	}
	return copies, nil
}

func scanEffect(r *sql.Rows, e *effect) error {
	var keywords string
	err := r.Scan(&e.location, &e.flags, &keywords, &e.use, &e.folder, &e.put, &e.local)
	e.keywords = keywordList(keywords)
	return err
}

type pendingRow struct {
	kind, tag string
	target    int64
	use       string
}

func scanPending(r *sql.Rows, p *pendingRow) error {
	return r.Scan(&p.kind, &p.tag, &p.target, &p.use)
}

func (t *tx) applyPending(e *effect) error {
	return each(t, scanPending, func(p pendingRow) error {
		e.apply(p)
		return nil
	}, `SELECT k.kind, k.tag, k.target, coalesce(f.use, '') FROM task k LEFT JOIN folder f ON f.id = k.target
		WHERE k.location = ? AND k.state = 'pending' ORDER BY k.id`, e.location)
}

// apply does to a copy what an act says.
func (e *effect) apply(p pendingRow) {
	switch conversation.ActKind(p.kind) {
	case conversation.ActRead:
		e.flags |= bitSeen
	case conversation.ActUnread:
		e.flags &^= bitSeen
	case conversation.ActStar:
		e.flags |= bitFlagged
	case conversation.ActUnstar:
		e.flags &^= bitFlagged
	case conversation.ActTag:
		if !slices.Contains(e.keywords, p.tag) {
			e.keywords = append(slices.Clone(e.keywords), p.tag)
		}
	case conversation.ActUntag:
		e.keywords = slices.DeleteFunc(slices.Clone(e.keywords), func(k string) bool { return k == p.tag })
	case conversation.ActArchive, conversation.ActDelete:
		e.move(p)
	}
}

func (e *effect) move(p pendingRow) {
	if p.target != 0 {
		e.folder, e.use = p.target, p.use
	}
	if e.put == awayHidden {
		return // wherever it lies
	}
	if p.target != 0 {
		e.put = awayNot
		return
	}
	e.put = awayArchive
	if conversation.ActKind(p.kind) == conversation.ActDelete {
		e.put = awayTrash
	}
}

func (t *tx) loadState(id int64, s *state) error {
	var tags string
	_, err := t.get("SELECT away, read, starred, folder, tags FROM message WHERE id = ?", []any{id},
		&s.away, &s.read, &s.starred, &s.folder, &tags)
	s.tags = keywordList(tags)
	return err
}

// refresh derives the state of a message from its copies and keeps the sums of
// its circle. A message without any copy keeps the state it had.
func (t *tx) refresh(id int64) error {
	copies, err := t.effects(id)
	if err != nil || len(copies) == 0 {
		return err
	}
	var old state
	if err := t.loadState(id, &old); err != nil {
		return err
	}
	var circle int64
	var dir conversation.Direction
	if _, err := t.get("SELECT circle, direction FROM message WHERE id = ?", []any{id}, &circle, &dir); err != nil {
		return err
	}
	s := merge(copies)
	s.read = s.read || dir == conversation.Out // servers do not always mark what was sent as seen
	if sameState(s, old) {
		return nil
	}
	t.enter(circle, id, dir, old, -1)
	t.enter(circle, id, dir, s, 1)
	if old.away < awayTrash && s.away >= awayTrash {
		t.delta(circle).look = true
	}
	return t.exec("UPDATE message SET away = ?, read = ?, starred = ?, folder = ?, tags = ? WHERE id = ?",
		s.away, s.read, s.starred, s.folder, keywordText(s.tags), id)
}

func sameState(a, b state) bool {
	return a.away == b.away && a.read == b.read && a.starred == b.starred && a.folder == b.folder && slices.Equal(a.tags, b.tags)
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func fromUnix(s int64) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}
