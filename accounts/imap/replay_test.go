package imap

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
)

// act names a task on a message of the inbox.
func act(kind conversation.ActKind, s *servertest.Server, user string, uid uint32, target string) accounts.Task {
	validity, _ := s.Dump(user, "INBOX")
	return accounts.Task{ID: int64(uid), Kind: kind, Folder: "INBOX", Validity: validity, UID: uid, Target: target, Tag: "todo"}
}

// sums counts the messages of a folder by their content.
func sums(s *servertest.Server, user, folder string) map[string]int {
	_, all := s.Dump(user, folder)
	out := map[string]int{}
	for _, m := range all {
		if !slices.Contains(m.Flags, `\Deleted`) {
			out[m.SHA256]++
		}
	}
	return out
}

// Whatever command's answer is lost after the server acted on it, doing the act
// again does it once: no message is lost, none is doubled.
func TestLostAnswersOfActs(t *testing.T) {
	t.Parallel()
	full := []string{}
	s := servertest.Dovecot(t)
	for name, c := range map[string]struct {
		kind    conversation.ActKind
		target  string
		without []string
		upon    []string
	}{
		"star":                 {conversation.ActStar, "", full, []string{"UID STORE"}},
		"tag":                  {conversation.ActTag, "", full, []string{"SELECT", "UID STORE"}},
		"archive":              {conversation.ActArchive, "", full, []string{"UID MOVE", "CREATE"}},
		"archive by copying":   {conversation.ActArchive, "Old", []string{"move"}, []string{"CREATE", "UID COPY", "UID STORE", "UID EXPUNGE", "UID FETCH"}},
		"archive by all means": {conversation.ActArchive, "Old", []string{"move", "uidplus", "esearch", "condstore"}, []string{"UID COPY", "UID STORE"}},
		"delete":               {conversation.ActDelete, "Trash", full, []string{"UID MOVE"}},
		"delete without trash": {conversation.ActDelete, "", full, []string{"UID MOVE"}},
	} {
		for _, upon := range c.upon {
			t.Run(name+" "+upon, func(t *testing.T) {
				t.Parallel()
				user := s.NewUser()
				raws := letters(4, 5)
				raws[2] = raws[1] // the same message twice
				s.Deliver(user, "INBOX", "", raws...)
				p := s.Proxy(t)
				config := dovecotConfig(s)
				config.Address, config.User, config.Quirks.Without = "imaps://"+p.Addr, user, c.without
				client := newClient(t, config)
				before := sums(s, user, "INBOX")
				if upon != "CREATE" {
					s.Create(user, cmp.Or(c.target, madeFor(c.kind)))
				}
				tasks := []accounts.Task{act(c.kind, s, user, 2, c.target), act(c.kind, s, user, 3, c.target), act(c.kind, s, user, 4, c.target)}
				p.Arm(servertest.Fault{Kind: servertest.CutUp, Upon: regexp.MustCompile("^" + upon)})
				if done, err := client.Apply(t.Context(), tasks); err == nil || len(done) > 0 {
					t.Fatalf("the answer was not lost: %v, %v", done, err)
				}
				client = newClient(t, config) // as after a crash: nothing is remembered
				done, err := client.Apply(t.Context(), tasks)
				if err != nil || len(done) != 3 {
					t.Fatalf("done %v, %v", done, err)
				}
				replayed(t, s, user, c.kind, c.target, before)
			})
		}
	}
}

// madeFor names the folder that is made where the account has none.
func madeFor(k conversation.ActKind) string {
	if k == conversation.ActDelete {
		return "Trash"
	}
	return "Archive"
}

// replayed compares both folders with what has to be there.
func replayed(t *testing.T, s *servertest.Server, user string, kind conversation.ActKind, target string, before map[string]int) {
	t.Helper()
	inbox := sums(s, user, "INBOX")
	if kind == conversation.ActStar || kind == conversation.ActTag {
		if fmt.Sprint(inbox) != fmt.Sprint(before) {
			t.Errorf("messages changed: %v, before %v", inbox, before)
		}
		_, all := s.Dump(user, "INBOX")
		for _, m := range all {
			want := map[conversation.ActKind]string{conversation.ActStar: `\Flagged`, conversation.ActTag: "todo"}[kind]
			if slices.Contains(m.Flags, want) != (m.UID > 1) {
				t.Errorf("flags of %d: %v", m.UID, m.Flags)
			}
		}
		return
	}
	got := sums(s, user, cmp.Or(target, madeFor(kind)))
	for sum, n := range inbox {
		got[sum] += n
	}
	if fmt.Sprint(got) != fmt.Sprint(before) || len(inbox) != 1 {
		t.Errorf("both folders together: %v, before: %v; %d left", got, before, len(inbox))
	}
}

// Messages that are gone when an act comes to them are nothing to do, whatever
// the server says to it.
func TestActsOnWhatIsGone(t *testing.T) {
	t.Parallel()
	s := servertest.Dovecot(t)
	for _, without := range [][]string{nil, {"move"}, {"esearch"}} {
		user := s.NewUser()
		s.Deliver(user, "INBOX", "", letters(3, 6)...)
		tasks := []accounts.Task{
			act(conversation.ActArchive, s, user, 1, "Old"), act(conversation.ActArchive, s, user, 2, "Old"),
			act(conversation.ActStar, s, user, 2, ""), act(conversation.ActDelete, s, user, 2, ""), act(conversation.ActDelete, s, user, 99, "Trash"),
		}
		s.Doveadm("expunge", "-u", user, "mailbox", "INBOX", "uid", "2")
		config := dovecotConfig(s)
		config.User, config.Quirks.Without = user, without
		done, err := newClient(t, config).Apply(t.Context(), tasks)
		if err != nil || len(done) != len(tasks) {
			t.Errorf("without %v: done %v, %v", without, done, err)
		}
		if old, inbox := sums(s, user, "Old"), sums(s, user, "INBOX"); len(old) != 1 || len(inbox) != 1 {
			t.Errorf("without %v: %d archived, %d left", without, len(old), len(inbox))
		}
	}
}

// Some servers refuse a command that names a message that is gone. What is left
// of it is done.
func TestActsOnWhatIsGoneAndRefused(t *testing.T) {
	t.Parallel()
	s := newScript(t)
	s.uids = numbers(1, 3)
	s.answers["UID STORE"] = func(_ io.Writer, args string) string {
		if strings.Contains(args, "9") {
			return "NO [EXPUNGEISSUED] some are gone"
		}
		return ""
	}
	tasks := append(star(2), star(9)...)
	c := newClient(t, s.start())
	for _, tasks := range [][]accounts.Task{tasks, star(9)} {
		if done, err := c.Apply(t.Context(), tasks); err != nil || len(done) != len(tasks) {
			t.Errorf("done %v, %v", done, err)
		}
	}
	if !strings.Contains(s.lines(), `UID STORE 2 +FLAGS`) {
		t.Errorf("the one that is there was left out:\n%s", s.lines())
	}
}

// What a server says when it refuses decides whether it is asked again.
func TestRefusalsOfActs(t *testing.T) {
	t.Parallel()
	for said, want := range map[string][]error{
		"NO [OVERQUOTA] full":    {accounts.ErrTemporary, accounts.ErrFull},
		"NO [LIMIT] wait":        {accounts.ErrTemporary},
		"NO [INUSE] wait":        {accounts.ErrTemporary},
		"NO [UNAVAILABLE] wait":  {accounts.ErrTemporary},
		"NO [CANNOT] never":      {accounts.ErrRefused},
		"NO [NOPERM] not yours":  {accounts.ErrRefused, accounts.ErrDenied},
		"NO [READ-ONLY] look":    {accounts.ErrRefused, accounts.ErrDenied},
		"NO no":                  {accounts.ErrRefused},
		"BAD what":               {accounts.ErrRefused},
		"NO [NONEXISTENT] where": {accounts.ErrFolder},
	} {
		s := newScript(t)
		s.uids = numbers(1, 3)
		s.answers["UID STORE"] = func(io.Writer, string) string { return said }
		done, err := newClient(t, s.start()).Apply(t.Context(), star(2))
		for _, w := range want {
			if !errors.Is(err, w) {
				t.Errorf("%q: %v, want %v", said, err, w)
			}
		}
		temporary := errors.Is(err, accounts.ErrTemporary)
		if final := errors.Is(err, accounts.ErrRefused) || errors.Is(err, accounts.ErrFolder); temporary == final || len(done) > 0 {
			t.Errorf("%q: %v is temporary and final, or neither", said, err)
		}
	}
}
