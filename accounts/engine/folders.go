package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// The parts of accounts.Mirror that need no parsing.

// Folders gives the folders as of the last pass. A server has no say about
// those of an import, nor an import about a server's.
func (m *mirror) Folders(ctx context.Context) ([]accounts.Folder, error) {
	all, err := m.w.o.Store.Folders(ctx, m.w.id())
	all = slices.DeleteFunc(all, func(f accounts.Folder) bool { return !m.ours(f) })
	for _, f := range all {
		if _, known := m.before[f.Name]; !known {
			m.before[f.Name] = f.ModSeq
		}
	}
	if m.imports != nil {
		for i := range all {
			all[i].Name = strings.TrimPrefix(all[i].Name, localPrefix)
		}
	}
	return all, err
}

// SaveFolder stores the state of a folder, after all that was added before, so
// that a crash in between never skips messages. Flags that were left for the
// next pass are asked for again then.
func (m *mirror) SaveFolder(ctx context.Context, f accounts.Folder) error {
	m.w.rests.proved(toFetch)
	if err := m.Flush(ctx); err != nil {
		return err
	}
	if m.imports != nil {
		m.imports[f.Name], f.Local = true, true
	}
	if m.held[f.Name] {
		f.ModSeq = min(f.ModSeq, m.before[f.Name])
	}
	f.Name = m.place(f.Name)
	return m.w.o.Store.SaveFolder(ctx, m.w.id(), f)
}

// DropFolder forgets a folder gone from the server.
func (m *mirror) DropFolder(ctx context.Context, name string) error {
	ch, err := m.w.o.Store.DropFolder(ctx, m.w.id(), m.place(name))
	if err == nil {
		m.touched(ch, func(*Summary) {})
	}
	return err
}

// Have lists the copies of a folder that are here.
func (m *mirror) Have(ctx context.Context, folder string, validity uint32) ([]accounts.Have, error) {
	m.w.rests.proved(toFetch)
	if err := m.Flush(ctx); err != nil {
		return nil, err
	}
	return m.w.o.Store.Have(ctx, m.w.id(), m.place(folder), validity)
}

// Reset drops the copies of a folder whose UIDVALIDITY changed.
func (m *mirror) Reset(ctx context.Context, folder string, validity uint32) error {
	return m.w.o.Store.Reset(ctx, m.w.id(), m.place(folder), validity)
}

// share is how many flags or losses are stored in one transaction, so that the
// user's acts get their turn while a whole folder changes.
const share = 1000

// SetFlags stores flags changed on the server. What an act has changed there in
// the course of this pass may be newer than what the pass was told, and is left
// for the next one.
func (m *mirror) SetFlags(ctx context.Context, folder string, validity uint32, changes []accounts.FlagChange) error {
	for some := range slices.Chunk(changes, share) {
		if err := m.setFlags(ctx, folder, validity, some); err != nil {
			return err
		}
	}
	return nil
}

func (m *mirror) setFlags(ctx context.Context, folder string, validity uint32, changes []accounts.FlagChange) error {
	acts := &m.w.acts
	acts.Lock() // none is noted as done between the look and the writing
	defer acts.Unlock()
	now := changes
	if len(acts.copies) > 0 {
		now = slices.DeleteFunc(slices.Clone(changes), func(c accounts.FlagChange) bool {
			return acts.copies[copyKey{folder, validity, c.UID, c.ID}]
		})
	}
	if len(now) < len(changes) {
		m.held[folder] = true
	}
	ch, err := m.w.o.Store.SetFlags(ctx, m.w.id(), m.place(folder), validity, now)
	if err == nil {
		m.touched(ch, func(s *Summary) { s.Changed += len(now) })
	}
	return err
}

// Remove forgets copies gone from the server.
func (m *mirror) Remove(ctx context.Context, folder string, validity uint32, uids []uint32, ids []string) error {
	for some := range slices.Chunk(uids, share) {
		if err := m.remove(ctx, folder, validity, some, nil); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(ids, share) {
		if err := m.remove(ctx, folder, validity, nil, some); err != nil {
			return err
		}
	}
	return nil
}

func (m *mirror) remove(ctx context.Context, folder string, validity uint32, uids []uint32, ids []string) error {
	ch, err := m.w.o.Store.Remove(ctx, m.w.id(), m.place(folder), validity, uids, ids)
	if err == nil {
		m.touched(ch, func(s *Summary) { s.Removed += len(uids) + len(ids) })
	}
	return err
}

// Adopt takes copies whose bytes are here already.
func (m *mirror) Adopt(ctx context.Context, copies []accounts.Copy) ([]accounts.Copy, error) {
	if err := m.Flush(ctx); err != nil { // what is still being stored counts
		return nil, err
	}
	if m.imports != nil {
		return copies, nil // a source has them at hand
	}
	unknown, ch, err := m.w.o.Store.Adopt(ctx, m.w.id(), copies)
	if err == nil {
		m.touched(ch, func(*Summary) {})
	}
	return unknown, err
}

// Quarantine notes a copy that could not be fetched.
func (m *mirror) Quarantine(ctx context.Context, c accounts.Copy, reason string) error {
	m.w.o.Log.Warn("message set aside", "account", m.w.id(), "folder", c.Folder, "uid", c.UID, "reason", reason)
	m.touched(Change{}, func(s *Summary) { s.Failed++ })
	c.Folder = m.place(c.Folder)
	return m.w.o.Store.Quarantine(ctx, m.w.id(), c, reason)
}

// Aside gives the copies in quarantine that are to be asked for again.
func (m *mirror) Aside(ctx context.Context) ([]accounts.Aside, error) {
	if m.imports != nil { // nothing is asked for again there
		return nil, nil
	}
	return m.w.o.Store.Aside(ctx, m.w.id())
}

// Progress tells the interface how far the pass is.
func (m *mirror) Progress(done, total int, detail string) {
	if m.imports != nil {
		return
	}
	m.w.rests.proved(toFetch)
	if done > 0 {
		m.w.rests.moved(toFetch)
	}
	var left time.Duration
	done, total, left = m.pace.add(time.Now(), done, total)
	m.w.set(func(s *conversation.Status) { s.Done, s.Total, s.Left, s.Detail = done, total, left, detail })
}

// changed publishes what a write touched.
func (w *worker) changed(ch Change) {
	if len(ch.Conversations) == 0 && ch.New == 0 {
		return
	}
	w.o.Publish(conversation.Event{Conversations: ch.Conversations, New: ch.Unread, Fresh: ch.Fresh})
}

// address gives the account's first own address.
func (w *worker) address() conversation.Address {
	if len(w.acc.Own.Addresses) == 0 {
		return conversation.Address{}
	}
	return w.acc.Own.Addresses[0]
}

// home gives the host of the account's own server, as names without one mean it.
func (w *worker) home() string { return w.address().Domain() }
