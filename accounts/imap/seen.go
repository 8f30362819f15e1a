package imap

import (
	"context"
	"sync"

	"github.com/caliopen/caliopen-tui/accounts"
)

// seen is what passes made of the folders. Watch begins after a pass; what came
// in between would else be noticed at the next pass only.
type seen struct {
	mu      sync.Mutex
	folders map[string]mailStatus // as of the last complete pass over each
	told    map[string]mailStatus // what news were already told about
}

func (s *seen) note(f accounts.Folder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.folders == nil {
		s.folders = map[string]mailStatus{}
	}
	s.folders[f.Name] = mailStatus{f.Validity, f.UIDNext, f.Messages, f.ModSeq}
}

func (s *seen) forget(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.folders, name)
}

// missed tells whether a folder is not any more as the last pass left it. A
// folder that was not brought up to date, whatever the reason, is none of
// Watch's business; and a difference that another pass did not take away is
// not worth a third one, or the two would go on for ever.
func (s *seen) missed(now map[string]mailStatus) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	missed := false
	for name, is := range now {
		was, known := s.folders[name]
		if !known || was.next == 0 || is == (mailStatus{}) || s.told[name] == is || was.sameAs(is) {
			continue
		}
		if s.told == nil {
			s.told = map[string]mailStatus{}
		}
		s.told[name] = is
		missed = true
	}
	return missed
}

// sameAs compares what both know.
func (s mailStatus) sameAs(o mailStatus) bool {
	if s.modSeq == 0 || o.modSeq == 0 {
		s.modSeq, o.modSeq = 0, 0
	}
	if o.next == 0 { // some servers do not tell
		s.next = 0
	}
	return s == o
}

// noting is a mirror that remembers what became of the folders.
type noting struct {
	accounts.Mirror
	seen *seen
}

// noted makes m remember what becomes of the folders, without taking anything
// from it that it can do besides.
func (s *seen) noted(m accounts.Mirror) accounts.Mirror {
	n := noting{m, s}
	if p, ok := m.(accounts.Pager); ok {
		return struct {
			noting
			accounts.Pager
		}{n, p}
	}
	return n
}

// Folders gives the folders as the last pass left them.
func (n noting) Folders(ctx context.Context) ([]accounts.Folder, error) {
	folders, err := n.Mirror.Folders(ctx)
	for _, f := range folders {
		n.seen.note(f)
	}
	return folders, err
}

// SaveFolder stores a folder's state.
func (n noting) SaveFolder(ctx context.Context, f accounts.Folder) error {
	err := n.Mirror.SaveFolder(ctx, f)
	if err == nil {
		n.seen.note(f)
	}
	return err
}

// DropFolder forgets a folder.
func (n noting) DropFolder(ctx context.Context, name string) error {
	n.seen.forget(name)
	return n.Mirror.DropFolder(ctx, name)
}
