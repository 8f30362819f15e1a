package engine_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// lying is one mail in a folder of a boxServer.
type lying struct {
	raw   []byte
	flags accounts.Flags
}

// boxServer is a mail server in memory with folders and UIDs. A pass over it
// compares everything.
type boxServer struct {
	accounts.Transport
	folders  map[string]map[uint32]*lying
	validity map[string]uint32
	next     uint32
	busy     bool     // it asks to try acts later
	deaf     bool     // the answer to the next act is lost, and the connection with it
	away     bool     // it is not reached until the end of this pass
	during   func()   // happens once while an act is on its way
	log      []string // what acts did
}

func newBox() *boxServer {
	s := &boxServer{folders: map[string]map[uint32]*lying{}, validity: map[string]uint32{}, next: 1}
	for _, name := range []string{"INBOX", "Archive", "Trash", "Work"} {
		s.folders[name], s.validity[name] = map[uint32]*lying{}, 1
	}
	s.put("INBOX", &lying{raw: written(1, "ada@example.net", "the one").Raw})
	return s
}

func (*boxServer) Security() accounts.Security { return accounts.Security{TLS: "1.3", Verified: true} }
func (*boxServer) Limits() accounts.Limits     { return accounts.Limits{Files: -1} }
func (*boxServer) Close() error                { return nil }

func (s *boxServer) put(folder string, l *lying) {
	s.folders[folder][s.next] = l
	s.next++
}

// move moves everything, as another program would.
func (s *boxServer) move(from, to string) {
	for _, uid := range slices.Sorted(maps.Keys(s.folders[from])) {
		l := s.folders[from][uid]
		delete(s.folders[from], uid)
		s.put(to, l)
	}
}

// mails gives what lies where, with its flags.
func (s *boxServer) mails() (out []string) {
	for _, name := range slices.Sorted(maps.Keys(s.folders)) {
		for _, uid := range slices.Sorted(maps.Keys(s.folders[name])) {
			out = append(out, name+described(s.folders[name][uid].flags))
		}
	}
	return out
}

func described(f accounts.Flags) (out string) {
	for i, on := range []bool{f.Seen, f.Flagged, f.Answered} {
		if on {
			out += " " + []string{"seen", "flagged", "answered"}[i]
		}
	}
	for _, k := range f.Keywords {
		out += " " + k
	}
	return out
}

func (s *boxServer) Sync(ctx context.Context, m accounts.Mirror) error {
	if s.away {
		s.away = false
		return accounts.ErrOffline
	}
	known, err := m.Folders(ctx)
	if err != nil {
		return err
	}
	for _, f := range known {
		if s.folders[f.Name] == nil {
			if err := m.DropFolder(ctx, f.Name); err != nil {
				return err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.folders)) {
		i := slices.IndexFunc(known, func(f accounts.Folder) bool { return f.Name == name })
		if i >= 0 && known[i].Validity != s.validity[name] {
			if err := m.Reset(ctx, name, s.validity[name]); err != nil {
				return err
			}
		}
		if err := s.folder(ctx, m, name); err != nil {
			return err
		}
	}
	return nil
}

func (s *boxServer) folder(ctx context.Context, m accounts.Mirror, name string) error {
	use := map[string]accounts.Use{"INBOX": accounts.UseInbox, "Archive": accounts.UseArchive, "Trash": accounts.UseTrash}[name]
	v := s.validity[name]
	if err := m.SaveFolder(ctx, accounts.Folder{Name: name, Use: use, Validity: v}); err != nil {
		return err
	}
	have, err := m.Have(ctx, name, v)
	if err != nil {
		return err
	}
	var gone []uint32
	known := map[uint32]bool{}
	for _, h := range have {
		known[h.UID] = true
		if l := s.folders[name][h.UID]; l == nil {
			gone = append(gone, h.UID)
		} else if err := m.SetFlags(ctx, name, v, []accounts.FlagChange{{UID: h.UID, Flags: l.flags}}); err != nil {
			return err
		}
	}
	for uid, l := range s.folders[name] {
		if !known[uid] {
			c := written(1, "ada@example.net", "")
			c.Folder, c.Validity, c.UID, c.Raw, c.Flags = name, v, uid, l.raw, l.flags
			if err := m.Add(ctx, []accounts.Copy{c}); err != nil {
				return err
			}
		}
	}
	if err := m.Flush(ctx); err != nil {
		return err
	}
	return m.Remove(ctx, name, v, gone, nil)
}

func (s *boxServer) Apply(_ context.Context, tasks []accounts.Task) (done []int64, err error) {
	if s.busy {
		return nil, accounts.ErrTemporary
	}
	for _, t := range tasks {
		if err := s.act(t); err != nil {
			return done, err
		}
		if s.deaf {
			s.deaf, s.away = false, true
			return done, accounts.ErrOffline
		}
		s.log = append(s.log, string(t.Kind))
		if s.during != nil {
			s.during()
			s.during = nil
		}
		done = append(done, t.ID)
	}
	return done, nil
}

func (s *boxServer) act(t accounts.Task) error {
	folder, ok := s.folders[t.Folder]
	switch {
	case !ok:
		return fmt.Errorf("%q: %w", t.Folder, accounts.ErrFolder)
	case s.validity[t.Folder] != t.Validity:
		return fmt.Errorf("%w: %w", accounts.ErrStale, accounts.ErrRefused)
	}
	l := folder[t.UID]
	if l == nil { // a server does not mind
		return nil
	}
	switch t.Kind {
	case conversation.ActRead, conversation.ActUnread:
		l.flags.Seen = t.Kind == conversation.ActRead
	case conversation.ActStar, conversation.ActUnstar:
		l.flags.Flagged = t.Kind == conversation.ActStar
	case conversation.ActUntag:
		l.flags.Keywords = slices.DeleteFunc(l.flags.Keywords, func(k string) bool { return k == t.Tag })
	case conversation.ActTag:
		l.flags.Keywords = append(l.flags.Keywords, t.Tag)
	case conversation.ActArchive, conversation.ActDelete:
		delete(folder, t.UID)
		if t.Target != t.Folder { // else a server may well take it as deleted for good
			s.put(t.Target, l)
		}
	}
	return nil
}

// bench is a program and its server at the beginning of a conflict.
type bench struct {
	t   *testing.T
	box *boxServer
	db  *storage.DB
	eng *engine.Engine
	id  conversation.MessageID
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, box: newBox(), db: openStore(t)}
	b.eng = over(b.db)
	own := accounts.Own{Account: "home", Protocol: conversation.Mail, Addresses: []conversation.Address{conversation.MailAddress("kim@example.com")}}
	if err := b.eng.Add(t.Context(), engine.Account{Own: own, Transport: b.box}); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) sync() {
	b.t.Helper()
	if sum := b.eng.SyncOnce(b.t.Context(), nil)[0]; sum.Err != nil && !b.box.busy && !errors.Is(sum.Err, accounts.ErrOffline) {
		b.t.Fatal(sum.Err)
	}
}

func (b *bench) act(kinds ...conversation.ActKind) {
	b.t.Helper()
	for _, k := range kinds {
		a := conversation.Act{Kind: k, Messages: []conversation.MessageID{b.id}}
		if k == conversation.ActTag {
			a.Tag = "todo"
		}
		if _, err := b.db.Act(b.t.Context(), a); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b *bench) undo() {
	b.t.Helper()
	if _, err := b.db.UndoLast(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// here gives what the user sees of the message, in the words of the server.
func (b *bench) here() (out []string) {
	b.t.Helper()
	m, err := b.db.Message(b.t.Context(), b.id)
	if err != nil {
		return nil
	}
	return []string{m.Folder + described(accounts.Flags{Seen: m.Read, Flagged: m.Starred, Keywords: m.Tags})}
}
