package main

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// rubbish is what servers, and whatever stands between, have been seen to say.
func rubbish() map[string]servertest.Fault {
	say := func(text string) servertest.Fault { return servertest.Fault{Kind: servertest.Inject, Text: text} }
	change := func(find, text string) servertest.Fault {
		return servertest.Fault{Kind: servertest.Rewrite, Find: regexp.MustCompile(find), Text: text}
	}
	return map[string]servertest.Fault{
		"vanished":    say("* VANISHED 3\r\n"),
		"unknown":     say("* XFOO\r\n"),
		"unknown-n":   say("* 3 XFOO\r\n"),
		"item":        change(`FETCH \(UID`, "FETCH (X-GM-MSGID 1278455344230334865 UID"),
		"flag":        change(`FLAGS \(`, `FLAGS (]% `),
		"date":        change(`INTERNALDATE "[^"]*"`, `INTERNALDATE "yesterday"`),
		"nil":         change(`BODY\[\] \{\d+\}`, `BODY[] NIL`),
		"bytes":       say("\x00\x01\xff garbage\r\n"),
		"drop":        {Kind: servertest.Drop, Count: 1000},
		"dup":         {Kind: servertest.Dup, Count: 1000},
		"flip":        {Kind: servertest.Flip},
		"flips":       {Kind: servertest.Flip, Count: 3001},
		"keyword":     change(`FETCH`, "FETCI"),
		"alert":       say("* OK [ALERT] the cellar is wet\r\n"),
		"code":        say("* OK [XCODE 1 (2)] whatever\r\n"),
		"expunge":     say("* 1 EXPUNGE\r\n"),
		"exists":      say("* 99999 EXISTS\r\n"),
		"bare":        change(`\r\n$`, "\n"),
		"bye":         say("* BYE soon\r\n"),
		"no-uid":      change(`FETCH \(UID \d+ `, "FETCH ("),
		"longer":      change(`BODY\[\] \{(\d+)\}`, "BODY[] {1$1}"),
		"shorter":     change(`BODY\[\] \{(\d)\d*\}`, "BODY[] {$1}"),
		"endless":     change(`BODY\[\] \{\d+\}`, "BODY[] {99999999999}"),
		"other-uid":   change(`FETCH \(UID (\d+)`, "FETCH (UID 7$1"),
		"other-flags": say("* 1 FETCH (FLAGS (\\Deleted))\r\n"),
		"long":        say("* OK " + strings.Repeat("a", 3<<20) + "\r\n"),
		"tag":         say("T999 OK done\r\n"),
		"go-on":       say("+ go on\r\n"),
		"deep":        say("* 1 FETCH (BODYSTRUCTURE " + strings.Repeat("(", 2000) + "\r\n"),
		"modseq":      change(`MODSEQ \(\d+\)`, "MODSEQ (99999999999999999999999)"),
		"search":      change(`ALL [\d:,]+`, "ALL 1:4294967295"),
	}
}

// garbage says all that once, at some place of a pass, or again and again. What
// cannot be understood is set aside; the rest arrives, and all of it once the
// server is itself again.
func garbage(k *rack) {
	user := k.filled(40)
	want := k.truth(k.t, user)
	proxy := k.server.Proxy(k.t)
	all := rubbish()
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	below := k.server.ProxyBelowTLS(k.t)
	for seed := range k.points(1, 20) {
		for i, name := range names {
			f := all[name]
			r := rand.New(rand.NewPCG(uint64(seed), uint64(i)))
			f.At = r.Int64N(30_000)
			f.Upon = regexp.MustCompile("^UID FETCH")
			if seed%4 == 1 || name == "search" {
				f.Upon, f.At = nil, r.Int64N(3000)
			}
			through := proxy
			if f.Find == nil && f.Text == "" { // bytes are spoilt on the wire, where TLS sees it
				f.Upon, through = nil, below
			}
			f.Always = seed%5 == 4
			k.try(fmt.Sprintf("%s/seed=%d", name, seed), func(t *testing.T) {
				t.Log(f)
				p := k.victim(t, user, through.Addr).run(t)
				through.Commands()
				through.Arm(f)
				if p.most = time.Minute; f.Always { // a server that never makes sense is not waited for
					p.most = 5 * time.Second
				}
				p.soundly(t, 2*p.most)
				p.most = 0
				if !f.Always {
					p.onceSaid(t, f)
				}
				p.settles(t, through)
				for _, text := range p.whole(t, f, p.verdict(t, through, want)) {
					t.Error(text)
				}
			})
		}
	}
	poisoned(k, user, proxy, want)
}

// poisoned has one message of each mailbox be spoilt, whenever it is asked for.
// The others arrive all the same.
func poisoned(k *rack, user string, proxy *servertest.Proxy, want *truth) {
	all := rubbish()
	for _, name := range []string{"item", "flag", "date", "nil", "keyword", "longer", "shorter", "endless", "no-uid"} {
		k.try("poison/"+name, func(t *testing.T) {
			f := all[name]
			f.Always = true
			switch name { // only one message is spoilt, whenever it is asked for
			case "item", "keyword", "no-uid":
				f.Find, f.Text = regexp.MustCompile(`FETCH \(UID 7 `), map[string]string{"item": "FETCH (XFOO (1 UID 7 ", "keyword": "FETCI (UID 7 ", "no-uid": "FETCH ("}[name]
			default:
				f.Find, f.Text = regexp.MustCompile(`(FETCH \(UID 7 .*)`+f.Find.String()), "${1}"+renumber(f.Text)
			}
			p := k.victim(t, user, proxy.Addr).run(t)
			proxy.Commands()
			proxy.Arm(f)
			p.soundly(t, time.Minute)
			if here := len(p.held(t)); here < 38 { // there is a message 7 in each of two mailboxes
				t.Errorf("I9: two messages that cannot be read keep %d others away", 38-here)
			}
			p.settles(t, proxy)
			for _, text := range p.whole(t, f, p.verdict(t, proxy, want)) {
				t.Error(text)
			}
		})
	}
}

// whole adds what is set aside for something that was said once.
func (p *process) whole(t *testing.T, f servertest.Fault, all faults) faults {
	t.Helper()
	aside := described(t, peek(t, p.v.Dir), "", "SELECT f.name || '/' || q.validity || '/' || q.uid AS id FROM quarantine q JOIN folder f ON f.id = q.folder")
	if len(aside) > 0 {
		all.add("I9: still set aside are %v after %s", aside, f)
	}
	return all
}

// onceSaid checks that nothing is set aside for what was said once.
func (p *process) onceSaid(t *testing.T, f servertest.Fault) {
	t.Helper()
	for _, text := range p.whole(t, f, nil) {
		t.Error(text)
	}
}

// renumber makes room for one more group in a replacement.
func renumber(text string) string { return strings.ReplaceAll(text, "$1", "${2}") }

// tooMuch is more than anybody needs.
func tooMuch(k *rack) {
	proxy := k.server.Proxy(k.t)
	line := func(n int) []byte {
		return []byte("From: a@example.net\r\nSubject: x\r\nX-Long: " + strings.Repeat("y", n) + "\r\n\r\ntext\r\n")
	}
	people := "From: a@example.net\r\nSubject: many\r\nTo: " + strings.Repeat("somebody@example.net,\r\n ", 100_000) + "b@example.net\r\n\r\ntext\r\n"
	nested := "From: a@example.net\r\nSubject: deep\r\n"
	for i := range 1000 {
		nested += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	for name, raw := range map[string][]byte{
		"line":   line(10 << 20),
		"people": []byte(people),
		"deep":   []byte(nested),
		"large":  great(60 << 20),
		"great":  great(45 << 20),
	} {
		k.try(name, func(t *testing.T) {
			user := k.filled(20)
			k.server.Deliver(user, "INBOX", "", raw)
			v := k.victim(t, user, proxy.Addr)
			v.modest(t, len(raw))
			s := &scene{rack: k, t: t, user: user, proxy: proxy, p: v.run(t)}
			s.p.soundly(t, 30*time.Second)
			if here := len(s.p.held(t)); here < 20 {
				t.Errorf("I9: one message keeps %d others away", 20-here)
			}
			var all faults
			s.p.intact(&all)
			for _, text := range all {
				t.Error(text)
			}
		})
	}
}

// great gives a message of about so many bytes.
func great(size int) []byte {
	return []byte("From: a@example.net\r\nSubject: large\r\n\r\n" + strings.Repeat(strings.Repeat("z", 74)+"\r\n", size/76))
}

// modest has a process of its own do a pass, and looks at how much memory that
// took: 200 MB, and twice the size of what is large (I8).
func (v *victim) modest(t *testing.T, size int) {
	t.Helper()
	began := time.Now()
	cmd, out := v.spawn(t)
	timer := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	if err := cmd.Wait(); err != nil {
		t.Errorf("I8: %v after %v\n%s", err, time.Since(began), out)
	}
	most := int64(200<<20 + 2*size)
	if got := v.resident(t); got > most {
		t.Errorf("I8: the pass took %d MB of memory, at most %d MB are bearable", got>>20, most>>20)
	} else {
		t.Logf("%d MB of memory, %v", got>>20, time.Since(began))
	}
}
