package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
)

// doubles delivers messages more than once, and different ones by one name.
func doubles(k *rack) {
	proxy := k.server.Proxy(k.t)
	plain := small(4, 1)
	other := bytes.Replace(plain, []byte("Bonjour"), []byte("Bonsoir"), 1)
	unnamed := regexp.MustCompile(`Message-ID: .*\r\n`).ReplaceAll(plain, nil)
	many := make([][]byte, k.points(100, 1000))
	for i := range many {
		many[i] = plain
	}
	for name, raws := range map[string][][]byte{
		"twice":      {plain, plain},
		"other-body": {plain, other},
		"no-id":      {unnamed, unnamed, plain},
		"many":       many,
	} {
		k.try(name, func(t *testing.T) {
			s := k.scene(t, proxy, 10)
			k.server.Deliver(s.user, "INBOX", "", raws...)
			k.server.Deliver(s.user, "Work", "", raws[0])
			s.pulls()
			shown := map[string]bool{}
			for _, raw := range raws {
				shown[string(raw)] = true
			}
			var n int
			if err := peek(t, s.p.v.Dir).QueryRowContext(t.Context(), "SELECT count(*) FROM message WHERE subject = 'letter 1' AND rfcid NOT LIKE '1.%'").Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n != len(shown) {
				t.Errorf("I2: %d different messages are shown as %d", len(shown), n)
			}
		})
	}
}

// conflicts has flags change here and on the server at once. What was asked for
// last here wins, for each flag by itself; what nobody touched here comes from
// the server.
func conflicts(k *rack) {
	proxy := k.server.Proxy(k.t)
	for i := range 16 {
		seen, flagged, here, online := i&1 != 0, i&2 != 0, i&4 != 0, i&8 != 0
		k.try(fmt.Sprintf("case=%d", i), func(t *testing.T) {
			s := k.scene(t, proxy, 20)
			const uid = 5 // read, not starred
			_, list := k.server.Dump(s.user, "INBOX")
			hash := list[uid-1].SHA256
			theirs := func() {
				change := func(set bool, flag string) {
					if set {
						k.server.AddFlags(s.user, "INBOX", flag, fmt.Sprint(uid))
					} else {
						k.server.RemoveFlags(s.user, "INBOX", flag, fmt.Sprint(uid))
					}
				}
				change(seen, `\Seen`)
				change(flagged, `\Flagged`)
			}
			if here { // of both flags something is asked for here, the opposite
				s.act(pick(seen, conversation.ActUnread, conversation.ActRead), uid)
				s.act(pick(flagged, conversation.ActUnstar, conversation.ActStar), uid)
			}
			if online { // in the middle of the pass that brings it to the server
				proxy.Arm(servertest.Fault{Kind: servertest.Meanwhile, Upon: regexp.MustCompile(`^UID (STORE|FETCH|SEARCH)`), Do: theirs})
				s.p.sync()
			} else {
				theirs()
			}
			s.acts()
			got := s.flags(hash)["INBOX"]
			if online { // which one came first is the network's secret; acts has compared both sides
				return
			}
			// What says nothing new here is no wish: it was read, and not starred.
			if want := seen && !here; strings.Contains(got, `\Seen`) != want {
				t.Errorf("I7: the flags are %q, \\Seen should be %v", got, want)
			}
			if want := flagged || here; strings.Contains(got, `\Flagged`) != want {
				t.Errorf("I7: the flags are %q, \\Flagged should be %v", got, want)
			}
		})
	}
}

func pick[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

// refused has the server be in no mood: it restarts, throws everybody out, says
// that it cannot just now.
func refused(k *rack) {
	proxy := k.server.Proxy(k.t)
	for i, said := range []string{"[UNAVAILABLE] later", "[INUSE] busy", "[LIMIT] too many", "[SERVERBUG] oops", "[OVERQUOTA] full", "no reason"} {
		for j, upon := range []string{`^LOGIN|^AUTHENTICATE`, `^LIST`, `^EXAMINE`, `^UID SEARCH`, `^UID FETCH`} {
			k.try(fmt.Sprintf("no=%d.%d", i, j), func(t *testing.T) {
				user := k.filled(20)
				s := &scene{rack: k, t: t, user: user, proxy: proxy, p: k.victim(t, user, proxy.Addr).run(t)}
				proxy.Arm(servertest.Fault{Kind: servertest.Deny, Upon: regexp.MustCompile(upon), Text: said})
				// A list refused without reason is asked for in the old way, and a
				// search or a part of the messages may do without.
				if sum := s.p.soundly(t, 10*time.Second); sum.Err == nil && (j == 0 || j == 2) {
					t.Errorf("I8: nothing is said of %q upon %s", said, upon)
				}
				if proxy.Conns() > 5 {
					t.Errorf("I8: %d connections for one answer", proxy.Conns())
				}
				s.pulls()
			})
		}
	}
	k.try("kick", func(t *testing.T) {
		user := k.filled(60)
		s := &scene{rack: k, t: t, user: user, proxy: proxy, p: k.victim(t, user, proxy.Addr).run(t)}
		proxy.Arm(servertest.Fault{Kind: servertest.Meanwhile, Upon: regexp.MustCompile("^UID FETCH"), At: 2000, Do: func() { k.server.Kick(user) }})
		s.p.soundly(t, 20*time.Second)
		s.pulls()
	})
	k.try("restart", func(t *testing.T) {
		s := k.scene(t, proxy, 30)
		k.server.Save(s.user, "INBOX", smalls(9, 0, 3)...)
		up := make(chan struct{})
		proxy.Arm(servertest.Fault{Kind: servertest.Meanwhile, Upon: regexp.MustCompile("^UID FETCH"), At: 100, Do: func() {
			k.server.Restart()
			close(up)
		}})
		s.p.soundly(t, 40*time.Second)
		<-up
		s.pulls()
	})
}

// malformed delivers what no mail program should have sent.
func malformed(k *rack) {
	proxy := k.server.Proxy(k.t)
	n := k.points(500, 5000)
	for i := range k.points(1, 5) {
		k.try(fmt.Sprintf("seed=%d", i), func(t *testing.T) {
			user := k.server.NewUser()
			raws := make([][]byte, 0, n)
			for j := range n {
				raws = append(raws, spoilt(uint64(i), j))
			}
			k.server.Deliver(user, "INBOX", "", raws...)
			s := &scene{rack: k, t: t, user: user, proxy: proxy, p: k.victim(t, user, proxy.Addr).run(t)}
			s.p.soundly(t, time.Minute)
			s.pulls()
		})
	}
	if k.long {
		k.try("corpora", func(t *testing.T) { elsewhere(t, k, proxy) })
	}
}

// elsewhere delivers the odd mails of other projects, where they are at hand.
func elsewhere(t *testing.T, k *rack, proxy *servertest.Proxy) {
	dir := os.Getenv("CALIOPEN_CORPORA")
	if dir == "" {
		dir = "../../../shared/corpora"
	}
	files, err := filepath.Glob(filepath.Join(dir, "odd", "*"))
	if err != nil || len(files) == 0 {
		t.Skip("the mails of other projects are not here: set CALIOPEN_CORPORA")
	}
	user := k.server.NewUser()
	for some := range slices.Chunk(files, 200) {
		var raws [][]byte
		for _, name := range some {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			raws = append(raws, raw)
		}
		k.server.Deliver(user, "INBOX", "", raws...)
	}
	s := &scene{rack: k, t: t, user: user, proxy: proxy, p: k.victim(t, user, proxy.Addr).run(t)}
	s.p.soundly(t, time.Minute)
	s.p.settles(t, proxy)
	// Not compared with a fresh sync: of two that have the same name and text and
	// other headers, the one that came first is shown.
	var all faults
	s.p.compared(t, &all, k.server.DumpAll(user))
	s.p.idempotent(t, &all, proxy)
	s.p.intact(&all)
	for _, text := range all {
		t.Error(text)
	}
	if n := len(s.p.held(t)); n != len(files) {
		t.Errorf("I1: %d of %d are here", n, len(files))
	}
}

// spoilt gives a letter with some damage, the same for the same numbers.
func spoilt(seed uint64, i int) []byte {
	r := rand.New(rand.NewPCG(seed, uint64(i)))
	raw := small(int(seed)+20, i)
	if i%4 == 0 {
		raw = servertest.Letter(seed, i)
		raw = raw[:min(len(raw), 6000)]
	}
	lines := bytes.SplitAfter(raw, []byte("\r\n"))
	junk := []string{
		"\x00\x01\x02", "\xff\xfe\xfd", "Content-Type: multipart/mixed; boundary=\"", "Content-Transfer-Encoding: x-none\r\n", "=?utf-8?B?////?=", "=?x?Q?=ZZ?=",
		"From:\r\n", "Date: yesterday at noon\r\n", "Subject: " + strings.Repeat("long ", 2000) + "\r\n", "\r\n", "\n", "\r", "--alt\r\n", ";;;===", "To: undisclosed-recipients:;\r\n",
		"Content-Type: message/rfc822\r\n", "begin 644 x\r\n", "\u202e\u200b", "MIME-Version: 9\r\n", "Message-ID: <>\r\n", "References: " + strings.Repeat("<a@b> ", 500) + "\r\n",
	}
	for range 1 + r.IntN(6) {
		at := r.IntN(len(lines))
		switch r.IntN(5) {
		case 0:
			lines[at] = []byte(junk[r.IntN(len(junk))])
		case 1:
			lines[at] = append([]byte(junk[r.IntN(len(junk))]), lines[at]...)
		case 2:
			lines[at] = nil
		case 3:
			lines[at] = lines[at][:r.IntN(len(lines[at])+1)]
		case 4:
			other := r.IntN(len(lines))
			lines[at], lines[other] = lines[other], lines[at]
		}
	}
	return bytes.Join(lines, nil)
}
