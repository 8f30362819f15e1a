package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
)

// slowly has the server speak slowly, by fits and starts, or a byte at a time.
func slowly(k *rack) {
	user := k.filled(40)
	want := k.truth(k.t, user)
	proxy := k.server.Proxy(k.t)
	for name, f := range map[string]servertest.Fault{
		"slow":  {Kind: servertest.Slow, Rate: 20_000},
		"chop":  {Kind: servertest.Chop},
		"stall": {Kind: servertest.Stall, At: 20_000, For: tortureQuiet / 2},
		"long":  {Kind: servertest.Stall, At: 20_000, For: 2 * tortureQuiet}, // longer than is waited for
	} {
		k.try(name, func(t *testing.T) {
			p := k.victim(t, user, proxy.Addr).run(t)
			proxy.Commands()
			proxy.Arm(f)
			if sum := p.soundly(t, time.Minute); sum.Err != nil && name != "long" {
				t.Errorf("I8: %v", sum.Err)
			}
			p.recovers(t, proxy, want)
		})
	}
}

// flapping has the network come and go, the password be wrong and the
// certificate be another one. There is no storm of logins.
func flapping(k *rack) {
	proxy := k.server.Proxy(k.t)
	k.try("flaps", func(t *testing.T) {
		s := k.scene(t, proxy, 20)
		proxy.Arm(servertest.Fault{Kind: servertest.Refuse, Always: true})
		proxy.Hangup()
		stop := s.p.serve()
		defer stop()
		began := time.Now()
		for i := range 4 {
			k.server.Save(s.user, "INBOX", small(9, i))
			<-time.After(3 * time.Second) // the flap itself
			if i%2 == 0 {
				proxy.Arm(servertest.Fault{Kind: servertest.Refuse, Always: true})
				proxy.Hangup()
			} else {
				proxy.Lift()
			}
		}
		if n, most := proxy.Conns(), 6+int(time.Since(began)/time.Second); n > most {
			t.Errorf("I8: %d connections in %v", n, time.Since(began))
		}
		proxy.Lift()
		s.p.eng.Wake("")
		s.p.until(t, time.Minute, func() bool { return len(s.p.held(t)) >= 24 })
		stop()
		s.pulls()
	})
	k.try("seen", func(t *testing.T) { seenSoon(t, k, proxy) })
	k.try("denied", func(t *testing.T) {
		s := k.scene(t, proxy, 5)
		proxy.Arm(servertest.Fault{Kind: servertest.Deny, Upon: regexp.MustCompile("^(LOGIN|AUTHENTICATE)"), Text: "[AUTHENTICATIONFAILED] no", Always: true})
		proxy.Hangup()
		stop := s.p.serve()
		s.p.until(t, 20*time.Second, func() bool { return s.p.eng.Statuses()[0].Phase == conversation.PhaseRefused })
		<-time.After(5 * time.Second) // in which nothing may be tried
		if n := proxy.Conns(); n > 3 {
			t.Errorf("I8: %d logins after the password was refused", n)
		}
		stop()
		s.pulls()
	})
	k.try("certificate", func(t *testing.T) {
		s := k.scene(t, proxy, 5)
		v := *s.p.v
		v.CA = servertest.NewAuthority(t).File
		v.Dir = filepath.Join(t.TempDir(), "data")
		if sum := v.run(t).sync(); !errors.Is(sum.Err, accounts.ErrCertificate) {
			t.Errorf("I8: %v", sum.Err)
		}
		log, _ := proxy.Commands()
		if len(log) > 0 {
			t.Errorf("I8: a server that is not trusted was told %q", log)
		}
	})
}

// seenSoon cuts the network: that shows within five seconds.
func seenSoon(t *testing.T, k *rack, proxy *servertest.Proxy) {
	s := k.scene(t, proxy, 5)
	stop := s.p.serve()
	defer stop()
	s.p.until(t, 20*time.Second, func() bool { return s.p.eng.Statuses()[0].Phase == conversation.PhaseIdle })
	proxy.Arm(servertest.Fault{Kind: servertest.Refuse, Always: true})
	proxy.Hangup()
	s.p.until(t, 5*time.Second, func() bool { return s.p.eng.Statuses()[0].Err != nil })
	stop()
	s.pulls()
}

// clocks are wrong here, and dates are wrong in mails.
func clocks(k *rack) {
	proxy := k.server.Proxy(k.t)
	dated := func(dates ...string) (raws [][]byte) {
		for i, d := range dates {
			raws = append(raws, regexp.MustCompile(`Date: .*`).ReplaceAll(small(12, i), []byte(d)))
		}
		return raws
	}
	for name, ahead := range map[string]time.Duration{"back": -time.Hour, "years": 10 * 365 * 24 * time.Hour, "ago": -30 * 365 * 24 * time.Hour} {
		k.try(name, func(t *testing.T) {
			s := k.scene(t, proxy, 20)
			s.p.ahead = ahead
			k.server.Save(s.user, "INBOX", dated("Date: Thu, 01 Jan 1970 00:00:00 +0000\r", "Date: Tue, 31 Dec 2099 23:59:59 +0000\r", "Date: ?\r", "X-No-Date: 1\r",
				"Date: Thu, 99 Foo 20260 25:61:61 +9999\r", "Date: Sun, 29 Mar 2026 02:30:00 +0100\r")...)
			s.p.soundly(t, 20*time.Second)
			s.p.ahead = 0
			s.pulls()
		})
	}
	k.try("jump", func(t *testing.T) { // while it listens
		s := k.scene(t, proxy, 10)
		stop := s.p.serve()
		defer stop()
		s.p.until(t, 20*time.Second, func() bool { return s.p.eng.Statuses()[0].Phase == conversation.PhaseIdle })
		k.server.Save(s.user, "INBOX", small(12, 1))
		s.p.until(t, 20*time.Second, func() bool { return len(s.p.held(t)) == 11 })
		stop()
		s.pulls()
	})
}

// suspended stops the process for longer than servers wait, and lets it go on.
func suspended(k *rack) {
	user := k.filled(100)
	want := k.truth(k.t, user)
	proxy := k.server.Proxy(k.t)
	for i := range 3 {
		k.try(fmt.Sprintf("point=%d", i), func(t *testing.T) {
			v := k.victim(t, user, proxy.Addr)
			proxy.Commands()
			proxy.Arm(servertest.Fault{Kind: servertest.Stall, At: int64(10_000 * (i + 1)), For: 3 * tortureQuiet})
			cmd, out := v.spawn(t)
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			<-proxy.Struck()
			_ = cmd.Process.Signal(syscall.SIGSTOP)
			<-time.After(3 * tortureQuiet) // asleep
			proxy.Lift()
			_ = cmd.Process.Signal(syscall.SIGCONT)
			select {
			case <-ended:
			case <-time.After(30 * time.Second):
				_ = cmd.Process.Kill()
				t.Errorf("I8: it did not wake up: %s", out)
			}
			v.rises(t, proxy, want)
		})
	}
}

// soak has another client do whatever it likes for a while, and compares at
// each checkpoint.
func soak(k *rack) {
	proxy := k.server.Proxy(k.t)
	for seed := range 3 {
		r := rand.New(rand.NewPCG(99, uint64(seed)))
		s := k.scene(k.t, proxy, 40)
		next := 0
		for point := range 10 {
			k.try(fmt.Sprintf("seed=%d.%d", seed, point), func(t *testing.T) {
				s.t = t
				s.p = s.p.v.run(t) // an engine runs once
				stop := s.p.serve()
				for range 12 {
					next++
					k.disturb(s.user, r, next)
				}
				stop()
				s.pulls()
			})
		}
	}
}

// disturb does one thing to a mailbox that another client might do.
func (k *rack) disturb(user string, r *rand.Rand, i int) {
	boxes := []string{"INBOX", "Work"}
	box := boxes[r.IntN(2)]
	uid := fmt.Sprint(1 + r.IntN(60))
	switch r.IntN(8) {
	case 0, 1:
		k.server.Save(user, box, small(30, i))
	case 2:
		k.server.AddFlags(user, box, `\Flagged`, uid)
	case 3:
		k.server.RemoveFlags(user, box, `\Seen`, uid)
	case 4:
		k.server.AddFlags(user, box, "keyword"+strings.Repeat("x", r.IntN(3)), uid)
	case 5:
		k.server.Expunge(user, box, uid)
	case 6:
		k.server.Move(user, box, boxes[1-r.IntN(2)], uid)
	case 7:
		k.server.Kick(user)
	}
}
