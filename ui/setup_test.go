package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

func errOffline() error { return fmt.Errorf("imap: dial home.example:993: %w", accounts.ErrOffline) }

// firstRun begins without any account.
func firstRun(s *uitest.FakeSetup) func(*ui.Options, *uitest.Fake) {
	return func(o *ui.Options, _ *uitest.Fake) {
		o.Backend, o.Setup = uitest.NewFake(o.Now), s
	}
}

func TestTheFirstRunConnectsAMailAccount(t *testing.T) {
	s := &uitest.FakeSetup{Slow: 2 * time.Second, Found: ui.Found{
		Kind: conversation.Mail, IMAP: "imaps://imap.home.example:993",
		SMTP: "smtps://smtp.home.example:465", User: "you@home.example", Source: "autoconfig", Security: "tls",
	}}
	journey(t, 80, 24, setup{change: firstRun(s)}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Expect("What do you want to connect?", "Mail address", "/home/you/.local/share/caliopen")
		d.Press("enter", "enter")
		d.Expect("Type a mail address")
		d.Keys("you@home.example")
		d.Press("enter")
		d.Expect("Looking for the settings of you@home.example.", "esc stops")
		d.Press("esc")
		d.Expect("Stopped. Nothing was written down.")
		d.Press("enter")
		d.Wait(3 * time.Second)
		d.Expect("imaps://imap.home.example:993", "The provider told these settings.", "encrypted from the start")
		d.Press("enter")
		d.Expect("Type a password command, or the password.")
		d.Press("tab")
		d.Keys("gr4ss hopper")
		d.Refuse("gr4ss")
		d.Press("enter")
		d.Expect("Testing the login of you@home.example.")
		d.Wait(3 * time.Second)
		d.Expect("The account was added")
	})
	if len(s.Added) != 1 || s.Added[0].Password != "gr4ss hopper" || s.Added[0].SMTP != "smtps://smtp.home.example:465" || s.Stopped != 1 {
		t.Errorf("added %+v, stopped %d", s.Added, s.Stopped)
	}
}

func TestARefusedLoginKeepsWhatWasTyped(t *testing.T) {
	s := &uitest.FakeSetup{Fail: fmt.Errorf("imap: login: \x1b]0;owned\a %w", accounts.ErrAuth)}
	journey(t, 80, 24, setup{lang: "fr", change: firstRun(s)}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("enter")
		d.Keys("you@home.example")
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("Aucun réglage trouvé", "connexion refusée")
		d.Keys("imaps://imap.home.example:993")
		d.Press("shift+tab", "shift+tab", "tab", "tab", "tab", "tab", "tab")
		d.Keys("pass show home")
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("connexion refusée", "imaps://imap.home.example:993", "pass show home")
		d.Press("esc")
		d.Expect("Que voulez-vous connecter")
		d.Press("esc")
		d.Expect("Conversations")
	})
}

func TestALateAnswerOfAStoppedLookUpChangesNothing(t *testing.T) {
	s := &uitest.FakeSetup{Slow: 2 * time.Second, Found: ui.Found{IMAP: "imaps://late.example:993", Source: "guess", Security: "tls"}}
	journey(t, 80, 24, setup{change: firstRun(s)}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("enter")
		d.Keys("you@home.example")
		d.Press("enter", "esc")
		d.Wait(5 * time.Second)
		d.Refuse("late.example", "IMAP server")
	})
}

func TestAMastodonAccountShowsItsPageWhole(t *testing.T) {
	s := &uitest.FakeSetup{URL: "https://social.example/oauth/authorize?client_id=" + strings.Repeat("abc", 20) + "&response_type=code"}
	var opened []string
	journey(t, 80, 24, setup{change: func(o *ui.Options, f *uitest.Fake) {
		firstRun(s)(o, f)
		o.Opener = func(url string) error { opened = append(opened, url); return nil }
	}}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("down", "enter")
		d.Keys("@you@social.example")
		d.Press("enter")
		d.Wait(time.Second)
		shown := strings.Join(strings.Fields(d.Screen()), "")
		if !strings.Contains(shown, s.URL) {
			t.Errorf("the page is not shown whole:\n%s", d.Screen())
		}
		d.Keys("c0de")
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("The account was added")
	})
	if len(s.Added) != 1 || s.Added[0].Server != "https://social.example" || s.Added[0].Code != "c0de" || len(opened) != 1 {
		t.Errorf("added %+v, opened %v", s.Added, opened)
	}
}

func TestAnAccountIsRemovedOnlyAfterAQuestion(t *testing.T) {
	s := &uitest.FakeSetup{}
	journey(t, 80, 24, setup{change: func(o *ui.Options, _ *uitest.Fake) { o.Setup = s }}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("5", "j", "x")
		d.Expect("Remove you@work.example?", "Its messages stay here")
		d.Press("y", "n")
		if len(s.Removed) != 0 {
			t.Fatal("a y typed ahead removed an account")
		}
		d.Press("x")
		d.Wait(time.Second)
		d.Press("y")
		d.Wait(time.Second)
		d.Expect("was removed")
	})
	if len(s.Removed) != 1 || s.Removed[0] != "work" || !s.Kept {
		t.Errorf("removed %v, messages kept %v", s.Removed, s.Kept)
	}
}

func TestAPasswordGoesToAForeignServerOnlyAfterAQuestion(t *testing.T) {
	s := &uitest.FakeSetup{Found: ui.Found{IMAP: "imaps://imap.elsewhere.example:993", User: "you@home.example", Source: "srv", Security: "tls", Foreign: true}}
	journey(t, 80, 24, setup{change: firstRun(s)}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("enter")
		d.Keys("you@home.example")
		d.Press("enter")
		d.Wait(time.Second)
		d.Keys("pass show home")
		d.Press("enter")
		d.Expect("imap.elsewhere.example", "Send the password there?")
		d.Press("n")
		d.Wait(time.Second)
		if len(s.Added) != 0 {
			t.Fatal("the password went out without a yes")
		}
		d.Press("enter")
		d.Wait(time.Second)
		d.Press("y")
		d.Wait(time.Second)
		d.Expect("The account was added")
	})
}
