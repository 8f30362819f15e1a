package mastodon

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/accounts"
)

// maxTree bounds a whole thread; Mastodon gives up to 4,096 statuses.
const maxTree = 32 << 20

// nextPage reads max_id of the link to the next page (RFC 8288). Only the id
// is used, never the address: it is the server's word about itself.
func nextPage(links []string) string {
	for _, l := range strings.Split(strings.Join(links, ","), ",") {
		address, rest, ok := strings.Cut(strings.TrimSpace(l), ">")
		if !ok || !strings.HasPrefix(address, "<") || !strings.Contains(rest, `rel="next"`) && !strings.Contains(rest, "rel=next") {
			continue
		}
		if u, err := url.Parse(address[1:]); err == nil {
			return u.Query().Get("max_id")
		}
	}
	return ""
}

// conversations lists the server's conversations, the newest first, until a
// whole page holds nothing new; then it goes on where the last pass stopped.
func (p *pass) conversations(ctx context.Context) error {
	max := ""
	for range maxPages {
		l, err := p.t.client.list(ctx, "/api/v1/conversations", nil, "", max)
		if errors.Is(err, errGone) {
			return nil // a server without conversations: the other sources remain
		}
		if err != nil {
			return err
		}
		changed, err := p.takePage(ctx, l)
		if err != nil {
			return err
		}
		again := l.next == max
		max = l.next
		if max == "" || again {
			p.cur.Older, p.cur.Done = "", true
			return p.save(ctx)
		}
		if p.cur.Older == "" && !p.cur.Done {
			p.cur.Older = max
		}
		if !changed {
			return p.rest(ctx)
		}
		if err := p.save(ctx); err != nil {
			return err
		}
	}
	return nil
}

// rest lists the conversations that no pass has come to yet.
func (p *pass) rest(ctx context.Context) error {
	for range maxPages {
		if p.cur.Done || p.cur.Older == "" {
			return nil
		}
		l, err := p.t.client.list(ctx, "/api/v1/conversations", nil, "", p.cur.Older)
		if err != nil {
			return err
		}
		if _, err := p.takePage(ctx, l); err != nil {
			return err
		}
		p.cur.Done = l.next == "" || l.next == p.cur.Older || len(l.items) == 0
		p.cur.Older = l.next
		if err := p.save(ctx); err != nil {
			return err
		}
	}
	return nil
}

// takePage takes what is new in a page of conversations and tells whether
// there was anything.
func (p *pass) takePage(ctx context.Context, l listing) (changed bool, err error) {
	for _, f := range l.items {
		id := f.text("id")
		last, ok := headOf(f["last_status"])
		th := p.cur.Threads[id]
		if id == "" || th == nil && !ok {
			continue // nothing is left in it
		}
		if ok && th != nil && th.Last == last.id && th.Edited == last.edited && th.Unread == f.flag("unread") {
			continue
		}
		changed = true
		if err := p.refresh(ctx, id, last, f.flag("unread")); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// refresh looks at the statuses of one conversation. The zero last status
// means that the server has none any more.
func (p *pass) refresh(ctx context.Context, id string, last head, unread bool) error {
	th := p.cur.Threads[id]
	if th == nil {
		th = &thread{}
	}
	list, err := p.statuses(ctx, th, last)
	if err != nil {
		return err
	}
	if err := p.add(ctx, list, unseen(list, p.me.id, unread)); err != nil {
		return err
	}
	if th.Unread && !unread {
		if err := p.read(ctx, th.IDs); err != nil {
			return err
		}
	}
	if err := p.missing(ctx, th, list); err != nil {
		return err
	}
	th.Last, th.Edited, th.Unread, th.IDs = last.id, last.edited, unread, nil
	th.At, th.Checked = last.created.Unix(), p.t.conf.Clock().Unix()
	for _, h := range list {
		if h.visibility == "direct" {
			th.IDs = append(th.IDs, h.id)
		}
	}
	p.cur.Threads[id] = th
	return nil
}

// statuses gives the statuses around the last one, oldest first. A first
// status that nobody can have answered yet is alone.
func (p *pass) statuses(ctx context.Context, th *thread, last head) ([]head, error) {
	if last.id == "" {
		return nil, nil
	}
	if last.parent == "" && len(th.IDs) == 0 {
		return []head{last}, nil
	}
	list, root, err := p.t.client.around(ctx, last)
	if err != nil || root.id == last.id || len(lost(th, list)) == 0 {
		return list, err
	}
	// Other branches of the thread hang on its first status only.
	more, _, err := p.t.client.around(ctx, root)
	if err != nil {
		return nil, err
	}
	for _, h := range more {
		if !slices.ContainsFunc(list, func(x head) bool { return x.id == h.id }) {
			list = append(list, h)
		}
	}
	return list, nil
}

// around gives a status with those above and below it, and the topmost one.
func (c *client) around(ctx context.Context, h head) (list []head, root head, err error) {
	var tree struct {
		Ancestors   []json.RawMessage `json:"ancestors"`
		Descendants []json.RawMessage `json:"descendants"`
	}
	ctx = context.WithValue(ctx, answerLimit{}, int64(maxTree))
	_, err = c.get(ctx, "/api/v1/statuses/"+url.PathEscape(h.id)+"/context", nil, &tree)
	switch {
	case errors.Is(err, errGone):
		return nil, h, nil
	case err != nil && stuck(err):
		return []head{h}, h, nil // the others come by the mentions and the own statuses
	}
	for _, raw := range slices.Concat(tree.Ancestors, []json.RawMessage{h.raw}, tree.Descendants) {
		if x, ok := headOf(raw); ok {
			list = append(list, x)
		}
	}
	if len(list) > 0 {
		root = list[0]
	}
	return list, root, err
}

// unseen makes the rule for what is read: in a conversation marked unread, all
// that others wrote since one's own last word is not.
func unseen(list []head, me string, unread bool) func(head) bool {
	answered := slices.DeleteFunc(slices.Clone(list), func(h head) bool { return h.author != me })
	if !unread {
		return func(head) bool { return true }
	}
	if len(answered) == 0 {
		return func(head) bool { return false }
	}
	word := slices.MaxFunc(answered, func(a, b head) int { return cmp.Compare(a.created.UnixNano(), b.created.UnixNano()) })
	return func(h head) bool { return h.created.Before(word.created) }
}

// read marks what was read elsewhere.
func (p *pass) read(ctx context.Context, ids []string) error {
	var changes []accounts.FlagChange
	for _, id := range ids {
		if f, ok := p.have[id]; ok && !f.Seen {
			f.Seen = true
			p.have[id] = f
			changes = append(changes, accounts.FlagChange{ID: id, Flags: f})
		}
	}
	if len(changes) == 0 {
		return nil
	}
	if err := p.m.Flush(ctx); err != nil {
		return err
	}
	return p.m.SetFlags(ctx, FolderName, p.folder.Validity, changes)
}

// missing verifies the statuses that were in a conversation and are no longer.
func (p *pass) missing(ctx context.Context, th *thread, list []head) error {
	var ids []string
	for _, id := range lost(th, list) {
		if _, ok := p.have[id]; ok {
			ids = append(ids, id)
		}
	}
	return p.verify(ctx, ids)
}

func lost(th *thread, list []head) []string {
	return slices.DeleteFunc(slices.Clone(th.IDs), func(id string) bool {
		return slices.ContainsFunc(list, func(h head) bool { return h.id == id })
	})
}

// recheck looks again at a few conversations that seem quiet: an edit or a
// deletion in the middle does not move a conversation up.
func (p *pass) recheck(ctx context.Context) error {
	now := p.t.conf.Clock().Unix()
	var due []string
	for _, id := range p.cur.byAge() {
		th := p.cur.Threads[id]
		if len(th.IDs) > 0 && now-th.Checked > recheckAfter && now-th.At < recheckUntil {
			due = append(due, id)
		}
	}
	slices.SortStableFunc(due, func(a, b string) int { return cmp.Compare(p.cur.Threads[a].Checked, p.cur.Threads[b].Checked) })
	for _, id := range due[:min(len(due), maxRecheck)] {
		th := p.cur.Threads[id]
		last, err := p.t.client.status(ctx, th.Last)
		if err != nil && stuck(err) {
			th.Checked = now
			continue
		}
		if err != nil && !errors.Is(err, errGone) {
			return err
		}
		if err := p.refresh(ctx, id, last, th.Unread); err != nil {
			return err
		}
	}
	return nil
}
