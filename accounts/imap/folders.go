package imap

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"

	"github.com/emersion/go-imap/v2"

	"github.com/caliopen/caliopen-tui/accounts"
)

// mailbox is a folder as the server lists it.
type mailbox struct {
	name   string
	use    accounts.Use
	status mailStatus // zero when the server does not tell it with the list
}

// mailStatus is what tells whether anything changed in a folder.
type mailStatus struct {
	validity, next, messages uint32
	modSeq                   uint64
}

func statusOf(d *imap.StatusData) mailStatus {
	if d == nil || d.NumMessages == nil {
		return mailStatus{}
	}
	return mailStatus{d.UIDValidity, uint32(d.UIDNext), *d.NumMessages, d.HighestModSeq}
}

func (s *session) statusItems() *imap.StatusOptions {
	return &imap.StatusOptions{
		NumMessages: true, UIDNext: true, UIDValidity: true,
		HighestModSeq: s.caps.Has(imap.CapCondStore),
	}
}

// list gives the folders that can hold messages, in the order in which they
// are brought up to date.
func (s *session) list(ctx context.Context) ([]mailbox, error) {
	if err := s.leave(ctx); err != nil {
		return nil, err
	}
	var found []*imap.ListData
	err := s.do(ctx, "list", func() (err error) {
		found, err = s.c.List("", "*", s.listOptions()).Collect()
		return err
	})
	if err != nil {
		return nil, err
	}
	if s.traits.without[imap.CapSpecialUse] {
		for _, d := range found {
			d.Attrs = slices.DeleteFunc(d.Attrs, func(a imap.MailboxAttr) bool { return specialUses()[a] != "" })
		}
	}
	return arrange(found), nil
}

// listOptions asks for special use and status along with the list, where the
// server says it can (RFC 6154, RFC 5819).
func (s *session) listOptions() *imap.ListOptions {
	var options *imap.ListOptions
	if s.plain {
		return nil
	}
	if s.caps.Has(imap.CapListStatus) || s.caps.Has(imap.CapSpecialUse) && s.caps.Has(imap.CapListExtended) {
		options = &imap.ListOptions{ReturnSpecialUse: s.caps.Has(imap.CapSpecialUse)}
		if s.caps.Has(imap.CapListStatus) {
			options.ReturnStatus = s.statusItems()
		}
	}
	return options
}

// leave closes the open folder, without expunging: the status of a folder that
// is open tells what this session knows of it, not what is new.
func (s *session) leave(ctx context.Context) error {
	if s.folder == "" {
		return nil
	}
	writable := s.writable
	s.folder, s.writable = "", false
	err := s.do(ctx, "leave folder", func() error {
		switch {
		case s.caps.Has(imap.CapUnselect):
			return s.c.Unselect().Wait()
		case writable: // CLOSE would expunge
			return s.c.Noop().Wait()
		}
		return s.c.UnselectAndExpunge().Wait() // nothing is expunged from a folder opened read-only
	})
	if err != nil && lost(err) {
		return err
	}
	return nil
}

// arrange leaves out what cannot be opened and what was named twice, finds out
// what each folder is for, and puts what the user waits for first.
func arrange(found []*imap.ListData) []mailbox {
	var out []mailbox
	seen := map[string]bool{}
	used := map[accounts.Use]bool{}
	for _, d := range found {
		if !selectable(d) || seen[d.Mailbox] {
			continue
		}
		seen[d.Mailbox] = true
		use := useOf(d)
		used[use] = true
		out = append(out, mailbox{name: d.Mailbox, use: use, status: statusOf(d.Status)})
	}
	for i := range out {
		if use := accounts.UsualUse(out[i].name); out[i].use == accounts.UseNone && !used[use] {
			out[i].use = use
			used[use] = true
		}
	}
	slices.SortStableFunc(out, func(a, b mailbox) int {
		return cmp.Or(cmp.Compare(rank(a.use), rank(b.use)), cmp.Compare(a.name, b.name))
	})
	return out
}

// selectable tells whether a folder can be opened. A name with control
// characters is not one that could be shown or typed, and is left alone.
func selectable(d *imap.ListData) bool {
	return d.Mailbox != "" && !strings.ContainsFunc(d.Mailbox, unicode.IsControl) &&
		!slices.Contains(d.Attrs, imap.MailboxAttrNoSelect) &&
		!slices.Contains(d.Attrs, imap.MailboxAttrNonExistent)
}

// useOf reads the special use of a folder (RFC 6154). "All mail" is synced like
// any other folder: with some providers it alone holds what was archived, and
// messages that stand in two folders are recognised as one later on.
func useOf(d *imap.ListData) accounts.Use {
	if strings.EqualFold(d.Mailbox, "INBOX") {
		return accounts.UseInbox
	}
	for attr, use := range specialUses() {
		if slices.Contains(d.Attrs, attr) {
			return use
		}
	}
	return accounts.UseNone
}

func specialUses() map[imap.MailboxAttr]accounts.Use {
	return map[imap.MailboxAttr]accounts.Use{
		imap.MailboxAttrSent: accounts.UseSent, imap.MailboxAttrDrafts: accounts.UseDrafts,
		imap.MailboxAttrTrash: accounts.UseTrash, imap.MailboxAttrJunk: accounts.UseJunk,
		imap.MailboxAttrArchive: accounts.UseArchive, imap.MailboxAttrAll: accounts.UseAll,
	}
}

func rank(u accounts.Use) int {
	order := []accounts.Use{
		accounts.UseInbox, accounts.UseSent, accounts.UseNone, accounts.UseArchive,
		accounts.UseDrafts, accounts.UseAll, accounts.UseTrash, accounts.UseJunk,
	}
	return slices.Index(order, u)
}

// folders gives what is to be synced. When the list itself cannot be read, the
// folders known so far and the inbox are still brought up to date; nothing is
// taken for gone then.
func (l *lane) folders(ctx context.Context, known []accounts.Folder) (boxes []mailbox, complete bool, err error) {
	boxes, err = l.list(ctx)
	if err != nil && !l.plain.Load() && (errors.Is(err, errBroken) || errors.Is(err, accounts.ErrRefused)) {
		l.plain.Store(true) // some servers offer more than they can do
		l.drop()
		boxes, err = l.list(ctx)
	}
	inbox := func(b mailbox) bool { return b.use == accounts.UseInbox }
	switch {
	case err == nil && slices.ContainsFunc(boxes, inbox):
		return boxes, true, nil
	case err != nil && !errors.Is(err, errBroken):
		return nil, false, err
	}
	// Every account has an inbox: a list without it was not understood either.
	l.log.Warn("imap: list of folders not understood; going on with those known", "host", l.endpoint.Host)
	boxes = slices.Insert(boxes, 0, mailbox{name: "INBOX", use: accounts.UseInbox})
	for _, f := range known {
		if !slices.ContainsFunc(boxes, func(b mailbox) bool { return b.name == f.Name }) {
			boxes = append(boxes, mailbox{name: f.Name, use: f.Use})
		}
	}
	return boxes, false, nil
}

func (l *lane) list(ctx context.Context) ([]mailbox, error) {
	s, err := l.connect(ctx)
	if err != nil {
		return nil, err
	}
	boxes, err := s.list(ctx)
	return boxes, l.after(err)
}
