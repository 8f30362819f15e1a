package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// conflict is a row of the table of conflicts: what the user did here while
// something happened there, and what has come of it in the end on both sides.
type conflict struct {
	name  string
	start accounts.Flags // of the mail in the inbox, on both sides
	here  []conversation.ActKind
	there func(*boxServer)
	end   string // "" for gone
	late  string // the same where the pass came first, when that differs
	kept  bool   // though the server has it no more: it is the last one there is
}

func flag(change func(*accounts.Flags)) func(*boxServer) {
	return func(s *boxServer) {
		for _, l := range s.folders["INBOX"] {
			change(&l.flags)
		}
	}
}

func acts(kinds ...conversation.ActKind) []conversation.ActKind { return kinds }

func conflicts() []conflict {
	seen, starred := accounts.Flags{Seen: true}, accounts.Flags{Flagged: true}
	return []conflict{
		{"nothing happened there", accounts.Flags{}, acts("read", "star", "tag"), func(*boxServer) {}, "INBOX seen flagged todo", "", false},
		{"read here, starred there", accounts.Flags{}, acts("read"), flag(func(f *accounts.Flags) { f.Flagged = true }), "INBOX seen flagged", "", false},
		{"starred here, read there", accounts.Flags{}, acts("star"), flag(func(f *accounts.Flags) { f.Seen = true }), "INBOX seen flagged", "", false},
		{"unread here, read there", seen, acts("unread"), flag(func(f *accounts.Flags) { f.Seen = true }), "INBOX", "", false},
		{"read and unread here, read there", accounts.Flags{}, acts("read", "unread"), flag(func(f *accounts.Flags) { f.Seen = true }), "INBOX", "", false},
		{"unstarred here, unstarred there", starred, acts("unstar"), flag(func(f *accounts.Flags) { f.Flagged = false }), "INBOX", "", false},
		{"read here, unstarred there", starred, acts("read"), flag(func(f *accounts.Flags) { f.Flagged = false }), "INBOX seen", "", false},
		{"tagged here, another tag there", accounts.Flags{}, acts("tag"), flag(func(f *accounts.Flags) { f.Keywords = []string{"other"} }), "INBOX other todo", "", false},
		{"archived here, read there", accounts.Flags{}, acts("archive"), flag(func(f *accounts.Flags) { f.Seen = true }), "Archive seen", "", false},
		{"deleted here, answered there", accounts.Flags{}, acts("delete"), flag(func(f *accounts.Flags) { f.Answered = true }), "Trash answered", "", false},
		{"read and archived here", accounts.Flags{}, acts("read", "archive"), func(*boxServer) {}, "Archive seen", "", false},
		{"archived, then starred here", accounts.Flags{}, acts("archive", "star"), func(*boxServer) {}, "Archive flagged", "", false},
		{"read here, deleted there for good", accounts.Flags{}, acts("read"), func(s *boxServer) { clear(s.folders["INBOX"]) }, "", "", false},
		{"archived here, deleted there for good", accounts.Flags{}, acts("archive"), func(s *boxServer) { clear(s.folders["INBOX"]) }, "", "", true},
		{"read here, moved to the trash there", accounts.Flags{}, acts("read"), func(s *boxServer) { s.move("INBOX", "Trash") }, "Trash", "Trash seen", false},
		{"archived here, moved elsewhere there", accounts.Flags{}, acts("archive"), func(s *boxServer) { s.move("INBOX", "Work") }, "Work", "Archive", false},
		{"deleted here, archived there", accounts.Flags{}, acts("delete"), func(s *boxServer) { s.move("INBOX", "Archive") }, "Archive", "Trash", false},
		{"deleted here and there", accounts.Flags{}, acts("delete"), func(s *boxServer) { s.move("INBOX", "Trash") }, "Trash", "", false},
		{"archived here and there", accounts.Flags{}, acts("archive"), func(s *boxServer) { s.move("INBOX", "Archive") }, "Archive", "", false},
		{"starred here, archived there", accounts.Flags{}, acts("star"), func(s *boxServer) { s.move("INBOX", "Archive") }, "Archive", "Archive flagged", false},
		{"read here, the folder was made anew there", accounts.Flags{}, acts("read"), func(s *boxServer) {
			s.validity["INBOX"] = 77
			s.move("INBOX", "INBOX")
		}, "INBOX seen", "", false},
		{"archived here, the folder was made anew there", accounts.Flags{}, acts("star", "archive"), func(s *boxServer) {
			s.validity["INBOX"] = 77
		}, "Archive flagged", "", false},
		{"read here, the folder was renamed there", accounts.Flags{}, acts("read"), func(s *boxServer) {
			s.folders["Letters"], s.validity["Letters"] = s.folders["INBOX"], 9
			delete(s.folders, "INBOX")
		}, "Letters seen", "", false},
		{"read here, the folder is gone there", accounts.Flags{}, acts("read"), func(s *boxServer) { delete(s.folders, "INBOX") }, "", "", false},
	}
}

// Whatever happens on both sides, both end up the same: once, in one place.
func TestConflicts(t *testing.T) {
	t.Parallel()
	for _, c := range conflicts() {
		for _, late := range []bool{false, true} {
			name, want := c.name, c.end
			if late {
				name += ", and the pass came first"
				if c.late != "" {
					want = c.late
				}
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				for _, l := range b.box.folders["INBOX"] {
					l.flags = c.start
				}
				b.sync()
				b.id = all(t, b.db)[0].ID
				b.act(c.here...)
				c.there(b.box)
				b.box.busy = late
				b.sync()
				b.box.busy = false
				for range 4 {
					b.sync()
				}
				if c.kept {
					b.keepsLast()
					return
				}
				b.agree(want)
			})
		}
	}
}

// keepsLast checks that the message is still here, archived, and nowhere else.
func (b *bench) keepsLast() {
	b.t.Helper()
	if here := b.here(); len(here) != 1 || len(b.box.mails()) != 0 {
		b.t.Errorf("here is %q, there %q", here, b.box.mails())
	}
}

// agree checks that both sides have the same.
func (b *bench) agree(want string) {
	b.t.Helper()
	there := b.box.mails()
	if got := strings.Join(there, "; "); got != want {
		b.t.Errorf("the server has %q, want %q", got, want)
	}
	for i := range there { // that it was answered is not shown
		there[i] = strings.ReplaceAll(there[i], " answered", "")
	}
	if here := b.here(); !slices.Equal(here, there) {
		b.t.Errorf("here is %q, there %q", here, there)
	}
	if left, err := b.db.Tasks(b.t.Context(), "home"); err != nil || len(left) > 0 {
		b.t.Errorf("acts are left: %v (%v)", left, err)
	}
}

// What is undone is undone on both sides, whenever it was.
func TestUndoAroundReplay(t *testing.T) {
	t.Parallel()
	for _, kind := range acts("read", "star", "archive", "delete", "tag") {
		t.Run(string(kind)+" before", func(t *testing.T) {
			b := newBench(t)
			b.sync()
			b.id = all(t, b.db)[0].ID
			b.act(kind)
			b.undo()
			b.sync()
			b.sync()
			if len(b.box.log) != 0 {
				t.Errorf("the server was asked for %v", b.box.log)
			}
			b.agree("INBOX")
		})
		t.Run(string(kind)+" during", func(t *testing.T) {
			b := newBench(t)
			b.sync()
			b.id = all(t, b.db)[0].ID
			b.act(kind)
			b.box.during = b.undo
			for range 4 {
				b.sync()
			}
			b.agree("INBOX")
		})
		t.Run(string(kind)+" after", func(t *testing.T) {
			b := newBench(t)
			b.sync()
			b.id = all(t, b.db)[0].ID
			b.act(kind)
			b.sync()
			b.undo()
			for range 4 {
				b.sync()
			}
			b.agree("INBOX")
		})
	}
}

// What is undone when nobody knows whether the server did it is undone on both
// sides, too.
func TestUndoAfterALostAnswer(t *testing.T) {
	t.Parallel()
	for _, kind := range acts("read", "star", "archive", "delete", "tag") {
		for name, trouble := range map[string]func(*boxServer){
			"done":     func(s *boxServer) { s.deaf = true },
			"not done": func(s *boxServer) { s.busy = true },
		} {
			t.Run(string(kind)+" "+name, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				b.sync()
				b.id = all(t, b.db)[0].ID
				b.act(kind)
				trouble(b.box)
				b.sync()
				b.box.busy = false
				b.undo()
				for range 6 {
					b.sync()
				}
				b.agree("INBOX")
			})
		}
	}
}
