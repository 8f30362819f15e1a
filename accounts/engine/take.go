package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/accounts"
)

// Source hands messages over that come from no server: an archive, a folder of
// files. It calls the mirror as a transport does, a folder by SaveFolder before
// the first message of it.
type Source interface {
	Sync(ctx context.Context, m accounts.Mirror) error
}

// localPrefix keeps the names of folders that no server has apart from those
// that a server may come to have.
const localPrefix = "local:"

// Take brings the messages of a source into an account, into folders that no
// server has and no sync touches. The account need not be one that is served.
// Nothing is learned from what is imported, and no provider is believed in it:
// whoever wrote a file can have written anything into it. Progress is the
// source's own affair.
func (e *Engine) Take(ctx context.Context, own Own, source Source) (Summary, error) {
	w := newWorker(&e.o, Account{Own: e.ownOf(own), Transport: nowhere{}})
	m := newImport(ctx, w)
	err := w.safely("import", func() error { return source.Sync(ctx, m) })
	m.close()
	if ferr := m.failed(); err == nil {
		err = ferr
	}
	sum := m.sum()
	sum.Account, sum.Err = own.Account, err
	return sum, err
}

// ownOf gives an account with the addresses of all accounts served, since an
// archive may hold what was written from any of them.
func (e *Engine) ownOf(own Own) Own {
	e.mu.Lock()
	defer e.mu.Unlock()
	if w := e.workers[own.Account]; w != nil {
		own = w.acc.Own
	}
	own.Addresses = slices.Clone(own.Addresses)
	for _, other := range e.own() {
		for _, a := range other.Addresses {
			if !slices.Contains(own.Addresses, a) {
				own.Addresses = append(own.Addresses, a)
			}
		}
	}
	return own
}

// newImport gives the mirror of a source that is no server.
func newImport(ctx context.Context, w *worker) *mirror {
	j := &judge{w: w, foreign: true}
	j.refresh()
	m := assemble(ctx, w, j)
	m.imports = map[string]bool{}
	m.start()
	return m
}

// place gives the name under which a folder of the pass is stored.
func (m *mirror) place(name string) string {
	if m.imports == nil {
		return name
	}
	return localPrefix + name
}

// ours tells whether a stored folder belongs to this kind of pass.
func (m *mirror) ours(f accounts.Folder) bool {
	return (m.imports != nil) == (f.Local || strings.HasPrefix(f.Name, localPrefix))
}

// settled gives a copy the name of the folder under which it is stored, which is
// made when the source told nothing of it.
func (m *mirror) settled(ctx context.Context, c accounts.Copy) (accounts.Copy, error) {
	if m.imports == nil {
		return c, nil
	}
	if !m.imports[c.Folder] {
		err := m.SaveFolder(ctx, accounts.Folder{Name: c.Folder, Validity: c.Validity})
		if err != nil {
			return c, fmt.Errorf("engine: folder %q: %w", c.Folder, err)
		}
	}
	c.Folder = m.place(c.Folder)
	return c, nil
}

// nowhere is the transport of an import: there is no server.
type nowhere struct{ accounts.Transport }

func (nowhere) Security() accounts.Security { return accounts.Security{} }
func (nowhere) Limits() accounts.Limits     { return accounts.Limits{Files: -1} }
func (nowhere) Close() error                { return nil }
