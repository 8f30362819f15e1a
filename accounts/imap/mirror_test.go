package imap

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/caliopen/caliopen-tui/accounts"
)

// memory is a mirror in memory that also counts what is asked of it.
type memory struct {
	mu         sync.Mutex
	folders    map[string]accounts.Folder
	copies     map[copyKey]accounts.Copy
	quarantine map[copyKey]string
	due        bool      // all in quarantine are to be asked for again
	order      []copyKey // in which copies came
	writes     int
	removed    int
	adopted    int
	sources    map[source]accounts.Copy // whatever was here whole, by what it is recognised by
	told       [][2]int                 // progress, done and total
	onAdd      func(added int)
}

// source is what a message is recognised by.
type source struct {
	head string
	size int64
}

func newMemory() *memory {
	return &memory{
		folders:    map[string]accounts.Folder{},
		copies:     map[copyKey]accounts.Copy{},
		quarantine: map[copyKey]string{},
		sources:    map[source]accounts.Copy{},
	}
}

func (m *memory) Folders(context.Context) ([]accounts.Folder, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.SortedFunc(maps.Values(m.folders), func(a, b accounts.Folder) int { return cmp.Compare(a.Name, b.Name) }), nil
}

func (m *memory) SaveFolder(_ context.Context, f accounts.Folder) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.folders[f.Name] != f {
		m.writes++
	}
	m.folders[f.Name] = f
	return nil
}

func (m *memory) DropFolder(ctx context.Context, name string) error {
	m.mu.Lock()
	delete(m.folders, name)
	m.mu.Unlock()
	return m.Reset(ctx, name, 0)
}

func (m *memory) Have(_ context.Context, folder string, validity uint32) ([]accounts.Have, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []accounts.Have
	for k, c := range m.copies {
		if k.folder == folder && k.validity == validity {
			out = append(out, accounts.Have{UID: k.uid, Flags: c.Flags})
		}
	}
	slices.SortFunc(out, func(a, b accounts.Have) int { return cmp.Compare(a.UID, b.UID) })
	return out, nil
}

func (m *memory) Reset(_ context.Context, folder string, _ uint32) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.writes++
	maps.DeleteFunc(m.copies, func(k copyKey, _ accounts.Copy) bool { return k.folder == folder })
	return nil
}

func (m *memory) Add(_ context.Context, copies []accounts.Copy) error {
	m.mu.Lock()
	for _, c := range copies {
		k := copyKey{c.Folder, c.Validity, c.UID}
		if _, twice := m.copies[k]; twice && m.quarantine[k] == "" || c.UID == 0 || c.Raw == nil {
			m.mu.Unlock()
			return fmt.Errorf("bad copy %v", k)
		}
		c.Raw = bytes.Clone(c.Raw)
		m.copies[k] = c
		delete(m.quarantine, k)
		m.order = append(m.order, k)
		m.writes++
		if !c.Partial {
			head, _, _ := bytes.Cut(c.Raw, []byte("\r\n\r\n"))
			m.sources[source{string(head) + "\r\n\r\n", int64(len(c.Raw))}] = c
		}
	}
	n := len(m.copies)
	m.mu.Unlock()
	if m.onAdd != nil {
		m.onAdd(n)
	}
	return nil
}

func (m *memory) Flush(context.Context) error { return nil }

func (m *memory) SetFlags(_ context.Context, folder string, validity uint32, changes []accounts.FlagChange) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, ch := range changes {
		k := copyKey{folder, validity, ch.UID}
		c, ok := m.copies[k]
		if !ok {
			return fmt.Errorf("flags of unknown copy %v", k)
		}
		c.Flags = ch.Flags
		m.copies[k] = c
		m.writes++
	}
	return nil
}

func (m *memory) Remove(_ context.Context, folder string, validity uint32, uids []uint32, _ []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, u := range uids {
		delete(m.copies, copyKey{folder, validity, u})
		m.writes++
		m.removed++
	}
	return nil
}

func (m *memory) Quarantine(_ context.Context, c accounts.Copy, reason string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := copyKey{c.Folder, c.Validity, c.UID}
	m.quarantine[k] = reason
	if m.copies[k].Raw == nil {
		m.copies[k] = c
	}
	m.writes++
	return nil
}

func (m *memory) Aside(context.Context) (out []accounts.Aside, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, reason := range m.quarantine {
		if m.due {
			out = append(out, accounts.Aside{Copy: accounts.Copy{Folder: k.folder, Validity: k.validity, UID: k.uid}, Reason: reason})
		}
	}
	return out, nil
}

func (m *memory) Progress(done, total int, _ string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told = append(m.told, [2]int{done, total})
}

// in gives the copies of one folder by UID.
func (m *memory) in(folder string) map[uint32]accounts.Copy {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[uint32]accounts.Copy{}
	for k, c := range m.copies {
		if k.folder == folder {
			out[k.uid] = c
		}
	}
	return out
}

func (m *memory) written() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.writes
	m.writes = 0
	return n
}

func (m *memory) Adopt(_ context.Context, copies []accounts.Copy) (unknown []accounts.Copy, err error) {
	m.mu.Lock()
	defer func() {
		n := m.adopted
		m.mu.Unlock()
		if m.onAdd != nil {
			m.onAdd(n)
		}
	}()
	for _, c := range copies {
		known, ok := m.sources[source{string(c.Raw), c.Size}]
		if !ok {
			unknown = append(unknown, c)
			continue
		}
		c.Raw = known.Raw
		m.copies[copyKey{c.Folder, c.Validity, c.UID}] = c
		m.adopted++
		m.writes++
	}
	return unknown, nil
}
