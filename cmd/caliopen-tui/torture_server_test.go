package main

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
)

// scene is one run in which the server itself changes: a user of its own, the
// program and a proxy that both talk through.
type scene struct {
	*rack
	t     *testing.T
	user  string
	proxy *servertest.Proxy
	p     *process
}

// scene makes a user with so many messages and syncs them.
func (k *rack) scene(t *testing.T, proxy *servertest.Proxy, n int) *scene {
	t.Helper()
	s := &scene{rack: k, t: t, user: k.filled(n), proxy: proxy}
	s.p = k.victim(t, s.user, proxy.Addr).run(t)
	if sum := s.p.sync(); sum.Err != nil || n > 0 && sum.New == 0 {
		t.Fatalf("the first pass: %+v", sum)
	}
	proxy.Commands()
	return s
}

// pulls checks that all came right, when nobody asked for anything.
func (s *scene) pulls() {
	s.t.Helper()
	s.p.settles(s.t, s.proxy)
	for _, text := range s.p.verdict(s.t, s.proxy, s.truth(s.t, s.user)) {
		s.t.Error(text)
	}
}

// acts checks that all came right, when the user asked for something.
func (s *scene) acts() {
	s.t.Helper()
	s.p.settles(s.t, s.proxy)
	for _, text := range s.p.reached(s.t, s.proxy, s.truth(s.t, s.user)) {
		s.t.Error(text)
	}
}

// message gives the message of a copy in the inbox.
func (s *scene) message(uid int) (id conversation.MessageID) {
	s.t.Helper()
	if err := peek(s.t, s.p.v.Dir).QueryRowContext(s.t.Context(), `SELECT m.key FROM message m JOIN location l ON l.message = m.id
		JOIN folder f ON f.id = l.folder WHERE f.name = 'INBOX' AND l.uid = ?`, uid).Scan(&id); err != nil {
		s.t.Fatalf("message %d: %v", uid, err)
	}
	return id
}

// act does something to the message of a copy in the inbox.
func (s *scene) act(kind conversation.ActKind, uid int) {
	s.t.Helper()
	a := conversation.Act{Kind: kind, Messages: []conversation.MessageID{s.message(uid)}}
	if kind == conversation.ActTag {
		a.Tag = "important"
	}
	if _, err := s.p.db.Act(s.t.Context(), a); err != nil {
		s.t.Fatal(err)
	}
}

// flags gives those of the copies with the subject "letter N" on the server,
// by mailbox.
func (s *scene) flags(hash string) map[string]string {
	s.t.Helper()
	out := map[string]string{}
	for _, box := range s.server.DumpAll(s.user) {
		for _, m := range box.Messages {
			if m.SHA256 == hash {
				out[box.Name] = strings.Join(m.Flags, " ")
			}
		}
	}
	return out
}

// renumbered gives mailboxes new UIDs, between two passes and while it listens.
func renumbered(k *rack) {
	proxy := k.server.Proxy(k.t)
	for i := range k.points(2, 10) {
		k.try(fmt.Sprintf("between=%d", i), func(t *testing.T) {
			s := k.scene(t, proxy, 30)
			k.server.SetValidity(s.user, "INBOX", uint32(2_000_000_000+i))
			if i%2 == 1 { // and the numbers go on elsewhere
				k.server.SetNextUID(s.user, "INBOX", 5000)
				k.server.Save(s.user, "INBOX", small(9, i))
			}
			s.p.sync()
			if _, bodies := proxy.Commands(); bodies > i%2 {
				t.Errorf("%d messages were fetched again though they are here", bodies-i%2)
			}
			s.pulls()
		})
	}
	k.try("intent", func(t *testing.T) { renumberedIntent(t, k, proxy) })
	k.try("idle", func(t *testing.T) {
		s := k.scene(t, proxy, 20)
		proxy.Arm(servertest.Fault{Kind: servertest.Stall, Upon: regexp.MustCompile("^IDLE")})
		stop := s.p.serve()
		defer stop()
		<-proxy.Struck()
		k.server.SetValidity(s.user, "INBOX", 2_100_000_000)
		k.server.Save(s.user, "INBOX", small(9, 1))
		s.p.until(t, 40*time.Second, func() bool {
			for key := range s.p.held(t) {
				if strings.HasPrefix(key, "INBOX/2100000000/") {
					return true
				}
			}
			return false
		})
		stop()
		s.pulls()
	})
}

// renumberedIntent is about an act that waits while the UIDs change: it is done
// to the message that was meant.
func renumberedIntent(t *testing.T, k *rack, proxy *servertest.Proxy) {
	s := k.scene(t, proxy, 20)
	_, before := k.server.Dump(s.user, "INBOX")
	s.act(conversation.ActStar, 3)
	k.server.SetValidity(s.user, "INBOX", 2_050_000_000)
	s.p.settles(t, proxy)
	if got := s.flags(before[2].SHA256); !strings.Contains(got["INBOX"], `\Flagged`) {
		t.Errorf("I7: the star did not get to the server: %v", got)
	}
	s.acts()
}

// gaps makes the server's numbers strange.
func gaps(k *rack) {
	proxy := k.server.Proxy(k.t)
	k.try("gap", func(t *testing.T) {
		s := k.scene(t, proxy, 20)
		k.server.SetNextUID(s.user, "INBOX", 4294967290)
		k.server.Save(s.user, "INBOX", smalls(9, 0, 3)...)
		s.p.soundly(t, 10*time.Second)
		s.pulls()
	})
	for name, f := range map[string]servertest.Fault{
		"no-validity":   {Find: regexp.MustCompile(`\* OK \[UIDVALIDITY \d+\]`), Text: "* OK"},
		"zero-validity": {Find: regexp.MustCompile(`UIDVALIDITY \d+`), Text: "UIDVALIDITY 0"},
		"no-next":       {Find: regexp.MustCompile(`\* OK \[UIDNEXT \d+\]`), Text: "* OK"},
		"zero-next":     {Find: regexp.MustCompile(`UIDNEXT \d+`), Text: "UIDNEXT 0"},
		"great-next":    {Find: regexp.MustCompile(`UIDNEXT \d+`), Text: "UIDNEXT 4294967295"},
	} {
		f.Kind, f.Always = servertest.Rewrite, true
		k.try(name, func(t *testing.T) {
			s := k.scene(t, proxy, 20)
			k.server.Save(s.user, "INBOX", smalls(9, 0, 3)...)
			proxy.Arm(f)
			s.p.soundly(t, 10*time.Second)
			if n := len(s.p.held(t)); n < 20 {
				t.Errorf("I1: only %d of 20 are left here", n)
			}
			s.pulls()
		})
	}
}

// expunged takes messages away while others are fetched: between the list of
// what is new and its fetching, and in the middle of that.
func expunged(k *rack) {
	proxy := k.server.Proxy(k.t)
	for i := range k.points(5, 60) {
		k.try(fmt.Sprintf("seed=%d", i), func(t *testing.T) {
			r := rand.New(rand.NewPCG(11, uint64(i)))
			user := k.filled(60)
			f := servertest.Fault{Kind: servertest.Meanwhile, Upon: regexp.MustCompile("^UID (SEARCH|FETCH)")}
			if i%2 == 1 {
				f.Upon, f.At = regexp.MustCompile("^UID FETCH"), r.Int64N(20_000)
			}
			f.Do = func() {
				k.server.Expunge(user, "INBOX", fmt.Sprintf("%d,%d,%d", 1+r.IntN(40), 1+r.IntN(40), 1+r.IntN(40)))
			}
			s := &scene{rack: k, t: t, user: user, proxy: proxy, p: k.victim(t, user, proxy.Addr).run(t)}
			proxy.Commands()
			proxy.Arm(f)
			s.p.soundly(t, 20*time.Second)
			s.pulls()
		})
	}
}

// vanished has all messages of a mailbox go at once, as they do when a server
// lost its disk. What is here stays until that lasts.
func vanished(k *rack) {
	proxy := k.server.Proxy(k.t)
	k.try("comes-back", func(t *testing.T) {
		s := k.scene(t, proxy, 200)
		back := k.server.Aside(s.user, "INBOX")
		before := len(s.p.held(t))
		for range 2 {
			if sum := s.p.sync(); sum.Err == nil {
				t.Error("nothing is said of a mailbox that is empty all at once")
			}
		}
		if n := len(s.p.held(t)); n != before {
			t.Errorf("I1: %d of %d are left here", n, before)
		}
		back()
		s.pulls()
	})
	k.try("lasts", func(t *testing.T) {
		s := k.scene(t, proxy, 200)
		_ = k.server.Aside(s.user, "INBOX")
		s.p.sync()
		s.p.ahead = time.Hour
		s.pulls()
	})
	k.try("folder", func(t *testing.T) { // a whole folder is gone
		s := k.scene(t, proxy, 20)
		k.server.Delete(s.user, "Work")
		s.pulls()
	})
}

// folders changes the mailboxes themselves.
func folders(k *rack) {
	proxy := k.server.Proxy(k.t)
	for name, change := range map[string]func(user string){
		"deleted": func(user string) { k.server.Delete(user, "Work") },
		"renamed": func(user string) { k.server.Rename(user, "Work", "Play") },
		"cased":   func(user string) { k.server.Rename(user, "Work", "WORK") },
		"utf-7":   func(user string) { k.server.Rename(user, "Work", "Été & Ärger/日本") },
		"anew": func(user string) {
			k.server.Delete(user, "Work")
			k.server.Deliver(user, "Work", "", smalls(5, 0, 4)...)
		},
		"swapped":  func(user string) { k.swap(user) },
		"emptied":  func(user string) { k.server.Expunge(user, "Work", "1:*") },
		"moved-to": func(user string) { k.server.Move(user, "Work", "INBOX", "1:*") },
	} {
		k.try(name, func(t *testing.T) {
			s := k.scene(t, proxy, 30)
			change(s.user)
			s.pulls()
		})
		k.try(name+"-meanwhile", func(t *testing.T) {
			user := k.filled(30)
			s := &scene{rack: k, t: t, user: user, proxy: proxy, p: k.victim(t, user, proxy.Addr).run(t)}
			proxy.Commands()
			proxy.Arm(servertest.Fault{Kind: servertest.Meanwhile, Upon: regexp.MustCompile("^UID FETCH"), At: 100, Do: func() { change(user) }})
			s.p.soundly(t, 20*time.Second)
			s.pulls()
		})
	}
	k.try("nil-delimiter", func(t *testing.T) {
		user := k.filled(30)
		s := &scene{rack: k, t: t, user: user, proxy: proxy, p: k.victim(t, user, proxy.Addr).run(t)}
		proxy.Arm(servertest.Fault{Kind: servertest.Rewrite, Find: regexp.MustCompile(`(\* LIST \([^)]*\)) "."`), Text: "$1 NIL", Always: true})
		s.p.soundly(t, 20*time.Second)
		s.pulls()
	})
	if k.long {
		k.try("many", func(t *testing.T) {
			user := k.filled(20)
			for i := range 1000 {
				k.server.Deliver(user, fmt.Sprintf("Many/%04d", i), "", small(6, i))
			}
			s := &scene{rack: k, t: t, user: user, proxy: proxy, p: k.victim(t, user, proxy.Addr).run(t)}
			s.p.soundly(t, time.Minute)
			s.pulls()
		})
	}
}

// swap lets two mailboxes change their names.
func (k *rack) swap(user string) {
	k.server.Create(user, "Other")
	k.server.Save(user, "Other", smalls(8, 0, 3)...)
	k.server.Rename(user, "Work", "Third")
	k.server.Rename(user, "Other", "Work")
	k.server.Rename(user, "Third", "Other")
}
