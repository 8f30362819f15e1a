package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/caliopen/caliopen-tui/accounts"
)

// Bounds of one pass.
const (
	pageSize     = 40
	maxPages     = 500 // of one list, against a server that never comes to an end
	backfill     = 5   // pages of the past of one source
	maxVerify    = 20  // statuses asked for one by one
	maxRecheck   = 3   // quiet conversations looked through for edits
	recheckAfter = 10 * 60
	recheckUntil = 14 * 24 * 3600
)

// pass is one run of Sync.
type pass struct {
	t      *Transport
	m      accounts.Mirror
	me     self
	folder accounts.Folder
	cur    *cursor
	have   map[string]accounts.Flags
	added  map[string]bool
	count  int
}

// Sync brings the mirror up to date from four places, since none of them has
// everything: what streams told, the conversations with the thread of each,
// the mentions, and the own statuses.
func (t *Transport) Sync(ctx context.Context, m accounts.Mirror) error {
	me, err := t.login(ctx)
	if err != nil {
		return err
	}
	p := &pass{t: t, m: m, me: me, added: map[string]bool{}, have: map[string]accounts.Flags{}}
	if err := p.open(ctx); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{p.heeded, p.conversations, p.optional(p.mentions), p.optional(p.own), p.recheck} {
		if err = step(ctx); err != nil {
			break
		}
	}
	// What a broken pass got is kept, and so is the place it came to.
	if saved := p.save(context.WithoutCancel(ctx)); err == nil {
		err = saved
	}
	p.remember()
	return err
}

// open reads the state of the folder and what is here.
func (p *pass) open(ctx context.Context) error {
	folders, err := p.m.Folders(ctx)
	if err != nil {
		return err
	}
	p.folder = accounts.Folder{Name: FolderName}
	for _, f := range folders {
		if f.Name == FolderName {
			p.folder = f
		}
	}
	p.cur = readCursor(p.folder.Cursor)
	if err := p.m.SaveFolder(ctx, p.folder); err != nil {
		return err
	}
	have, err := p.m.Have(ctx, FolderName, p.folder.Validity)
	for _, h := range have {
		p.have[h.ID] = h.Flags
	}
	if len(p.have) == 0 && p.cur.Count > 0 {
		p.cur = readCursor("") // the local copies are gone: all is fetched again
	}
	return err
}

// save waits until everything is stored before it moves the cursor on.
func (p *pass) save(ctx context.Context) error {
	if err := p.m.Flush(ctx); err != nil {
		return err
	}
	p.cur.Count = len(p.have)
	p.folder.Cursor = p.cur.String()
	p.folder.Messages = uint32(len(p.have))
	return p.m.SaveFolder(ctx, p.folder)
}

// remember tells Watch what is here.
func (p *pass) remember() {
	known := make(map[string]bool, len(p.have))
	for id := range p.have {
		known[id] = true
	}
	lasts := make(map[string]bool, len(p.cur.Threads))
	for _, th := range p.cur.Threads {
		lasts[th.Last] = true
	}
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	p.t.known, p.t.lasts = known, lasts
}

// add takes the private statuses among some that are new or were edited. Seen
// tells whether one from somebody else has been read.
func (p *pass) add(ctx context.Context, list []head, seen func(head) bool) error {
	var copies []accounts.Copy
	for _, h := range list {
		flags, known := p.have[h.id]
		if h.visibility != "direct" || p.added[h.id] || known && p.cur.Edits[h.id] == h.edited {
			continue
		}
		if !known {
			flags = accounts.Flags{Seen: h.author == p.me.id || seen(h)}
		}
		received := h.created
		if received.IsZero() {
			received = p.t.conf.Clock().UTC()
		}
		copies = append(copies, accounts.Copy{Folder: FolderName, Validity: p.folder.Validity, ID: h.id, Flags: flags, Received: received, Raw: h.raw})
		p.added[h.id], p.have[h.id] = true, flags
		if h.edited != "" {
			p.cur.Edits[h.id] = h.edited
		}
	}
	if len(copies) == 0 {
		return nil
	}
	p.count += len(copies)
	p.m.Progress(p.count, 0, "")
	return p.m.Add(ctx, copies)
}

// forget removes a status that is gone from the server.
func (p *pass) forget(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	for _, id := range ids {
		delete(p.have, id)
		delete(p.cur.Edits, id)
	}
	if err := p.m.Flush(ctx); err != nil {
		return err
	}
	return p.m.Remove(ctx, FolderName, p.folder.Validity, nil, ids)
}

// verify asks for single statuses: those gone are removed here too, those
// changed are taken again. The token was proved good in this pass, so "not
// found" is not the answer to a stranger.
func (p *pass) verify(ctx context.Context, ids []string) error {
	var gone []string
	for _, id := range ids[:min(len(ids), maxVerify)] {
		h, err := p.t.client.status(ctx, id)
		switch {
		case errors.Is(err, errGone):
			gone = append(gone, id)
		case stuck(err):
			p.t.conf.Log.Warn("a status cannot be read", "account", p.t.conf.Account, "err", err)
		case err != nil:
			return errors.Join(p.forget(ctx, gone), err)
		default:
			if err := p.add(ctx, []head{h}, func(head) bool { return true }); err != nil {
				return err
			}
		}
	}
	return p.forget(ctx, gone)
}

// stuck tells whether the same call would fail the same way for ever. What
// fails so is left as it is here, and the pass goes on.
func stuck(err error) bool {
	return errors.Is(err, accounts.ErrRefused) || errors.Is(err, errOdd)
}

// optional makes a source that a server lacks, or a token has no right to, no
// reason to stop.
func (p *pass) optional(step func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		err := step(ctx)
		if stuck(err) || errors.Is(err, errGone) {
			p.t.conf.Log.Warn("a list cannot be read", "account", p.t.conf.Account, "err", err)
			return nil
		}
		return err
	}
}

// heeded looks at what the streams named since the last pass.
func (p *pass) heeded(ctx context.Context) error {
	p.t.mu.Lock()
	var ids []string
	for id := range p.t.noted {
		if _, ok := p.have[id]; ok {
			ids = append(ids, id)
		}
	}
	p.t.noted = map[string]bool{}
	p.t.mu.Unlock()
	slices.Sort(ids)
	return p.verify(ctx, ids)
}

func (c *client) status(ctx context.Context, id string) (head, error) {
	var raw json.RawMessage
	if _, err := c.get(ctx, "/api/v1/statuses/"+url.PathEscape(id), nil, &raw); err != nil {
		return head{}, err
	}
	h, ok := headOf(raw)
	if !ok {
		return head{}, fmt.Errorf("mastodon: status %s: %w", id, errOdd)
	}
	return h, nil
}

// mentions takes what conversations leave out of what others wrote.
func (p *pass) mentions(ctx context.Context) error {
	first := p.cur.Mention.Newest == ""
	seen := func(head) bool { return first }
	query := url.Values{"types[]": {"mention"}}
	return p.walk(ctx, "/api/v1/notifications", query, &p.cur.Mention, func(l listing) error {
		var list []head
		for _, f := range l.items {
			if h, ok := headOf(f["status"]); ok && f.text("type") == "mention" {
				list = append(list, h)
			}
		}
		return p.add(ctx, list, seen)
	})
}

// own takes what conversations leave out of what was written from here.
func (p *pass) own(ctx context.Context) error {
	query := url.Values{"exclude_reblogs": {"true"}}
	path := "/api/v1/accounts/" + url.PathEscape(p.me.id) + "/statuses"
	return p.walk(ctx, path, query, &p.cur.Own, func(l listing) error {
		var list []head
		for _, raw := range l.raws {
			if h, ok := headOf(raw); ok {
				list = append(list, h)
			}
		}
		return p.add(ctx, list, func(head) bool { return true })
	})
}

// walk reads a list from its newest end to what is known, then some pages of
// its past. The place is moved only when what lies before it was taken.
func (p *pass) walk(ctx context.Context, path string, query url.Values, s *source, take func(listing) error) error {
	first := s.Newest == ""
	newest, max := "", ""
	for range maxPages {
		l, err := p.t.client.list(ctx, path, query, s.Newest, max)
		if err != nil {
			return err
		}
		if newest == "" && len(l.items) > 0 {
			newest = l.items[0].text("id")
		}
		if err := take(l); err != nil {
			return err
		}
		if first {
			s.Older, s.Done = l.next, l.next == ""
		}
		if first || l.next == "" || l.next == max {
			break
		}
		max = l.next
	}
	if newest != "" {
		s.Newest = newest
	}
	return p.past(ctx, path, query, s, take)
}

func (p *pass) past(ctx context.Context, path string, query url.Values, s *source, take func(listing) error) error {
	for range backfill {
		if s.Done || s.Older == "" {
			return nil
		}
		l, err := p.t.client.list(ctx, path, query, "", s.Older)
		if err != nil {
			return err
		}
		if err := take(l); err != nil {
			return err
		}
		s.Done = l.next == "" || l.next == s.Older || len(l.items) == 0
		s.Older = l.next
	}
	return nil
}

// listing is one page of a list.
type listing struct {
	items []fields
	raws  []json.RawMessage
	next  string // max_id of the next page, "" at the end
}

func (c *client) list(ctx context.Context, path string, query url.Values, since, max string) (listing, error) {
	q := url.Values{"limit": {strconv.Itoa(pageSize)}}
	for k, v := range query {
		q[k] = v
	}
	if since != "" {
		q.Set("since_id", since)
	}
	if max != "" {
		q.Set("max_id", max)
	}
	var l listing
	a, err := c.get(ctx, path, q, &l.raws)
	if err != nil {
		return l, err
	}
	for _, raw := range l.raws {
		f, _ := object(raw)
		l.items = append(l.items, f)
	}
	l.next = nextPage(a.head.Values("Link"))
	return l, nil
}
