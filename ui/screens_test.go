package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

func TestTheReasonsAreThoseOfTheBadgeUnderTheCursor(t *testing.T) {
	facts := privacy.Facts{Proto: "mail", Path: "tls", OwnHop: true, Subject: "clear", Remote: "blocked"}
	journey(t, 80, 45, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		// The badge of a list is that of the last message received, not of the
		// answer sent behind it.
		f.Change("giulia-01", func(m *conversation.Message) {
			m.Facts, m.Index = facts, privacy.Message(facts)
			m.Evidence = privacy.Evidence{
				Protocol: "mail", OwnHop: true, FromDomain: "ferrari.example",
				Security:       privacy.Security{Signature: "unknown_key", Sealed: "none"},
				Authentication: privacy.Authentication{Source: "none"},
				Remote:         privacy.Remote{Images: 2, Trackers: 1},
				Transport: privacy.Transport{Ingress: "tls", Trusted: 1, Hops: []privacy.Hop{
					{By: "mx.home.example", From: "out.ferrari.example", TLS: "1.3", Network: true},
					{By: "out.ferrari.example", From: "laptop", Network: true},
				}},
			}
		})
		f.Tell(conversation.Event{All: true})
		d.Wait(time.Second)
		d.Press("j", "j", "i")
		want := privacy.Message(facts)
		d.Expect("[D", "Treno", "also someone able to tamper with the network", "+", "seal: ask Giulia Ferrari",
			"encrypted on the way, servers not checked", "network can read it")
		d.Press("G")
		d.Expect("Signed by a key that is not known here", "Nobody whose word counts", "2 remote images; nothing was loaded",
			"1 of them only tells", "stages that can be believed: 1", "mx.home.example got it from out.ferrari.example: TLS 1.3",
			"out.ferrari.example got it from laptop: no encryption mentioned (only", "a claim)")
		d.Refuse("the signature is right")
		if want.Level != privacy.LevelD {
			t.Fatalf("the test wants a D, got %s", want.Level)
		}
		d.Press("esc")
		d.Refuse("seal: ask")
	})
}

func TestAnAnswerSentDoesNotStandForTheBadgeOfWhatCame(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		f.Change("zoe-00", func(m *conversation.Message) { m.Subject = "this one came" })
		f.Change("zoe-01", func(m *conversation.Message) { m.Subject = "this one was sent" })
		f.Tell(conversation.Event{All: true})
		d.Wait(time.Second)
		d.Press("j", "j", "j", "i")
		d.Expect("this one came")
		d.Refuse("this one was sent")
	})
}

func TestAClaimThatNobodyOpenedIsNotCalledSealed(t *testing.T) {
	journey(t, 80, 45, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		facts := privacy.Facts{Proto: "mail", E2E: "full", Path: "auth", OwnHop: true, Subject: "clear"}
		f.Change("marc-00", func(m *conversation.Message) {
			m.Facts, m.Index = facts, privacy.Message(facts)
			m.Evidence.Security.Sealed = "full"
		})
		f.Tell(conversation.Event{All: true})
		d.Wait(time.Second)
		d.Press("j", "i")
		d.Expect("claims to be sealed; it was not opened here")
		d.Press("G")
		d.Expect("Marked as sealed; not opened here")
		d.Refuse("Sealed; opened here.")
	})
}

func TestAContactIsRenamedPinnedAndPutBack(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("2", "\\")
		d.Keys("nadia")
		d.Wait(time.Second)
		d.Expect("Nadia Benali")
		d.Refuse("Marc Dupuis")
		d.Press("enter", "enter")
		d.Expect("Contact  Nadia Benali", "nadia@benali.example", "Ways to write", "[C 50] mastodon")
		d.Press("n")
		d.Keys(" B.")
		d.Press("enter")
		d.Expect("Nadia Benali B.", "Renamed.", "u undo")
		d.Press("u")
		d.Refuse("Nadia Benali B.")
		d.Press("p")
		d.Expect("preferred", "From now on by mail")
		if c, _ := f.Contact(t.Context(), "nadia"); c.Pin != conversation.Mail {
			t.Errorf("pinned %q", c.Pin)
		}
		d.Press("u")
		if c, _ := f.Contact(t.Context(), "nadia"); c.Pin != "" {
			t.Errorf("still pinned to %q", c.Pin)
		}
		d.Press("S")
		d.Expect("contact of its own now")
		d.Refuse("nadia@benali.example")
		d.Press("u")
		d.Expect("nadia@benali.example")
		d.Press("w")
		d.Expect("To Nadia Benali")
		d.Keys("Vendredi")
		d.Press("tab")
		d.Keys("À demain.")
		d.Press("esc")
		d.Wait(time.Second)
		d.Press("y")
		if len(f.Sent) != 1 || f.Sent[0].Subject != "Vendredi" || f.Sent[0].Text != "À demain." || len(f.Sent[0].To) != 1 {
			t.Errorf("sent %+v", f.Sent)
		}
	})
}

func TestTwoContactsAreJoinedOnlyAfterAQuestion(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		d.Press("2", "\\")
		d.Keys("zoe")
		d.Wait(time.Second)
		d.Press("enter", "M")
		d.Keys("samira")
		d.Wait(time.Second)
		d.Press("enter")
		d.Expect("Join these two contacts?", "Samira Khelifi becomes a part of")
		d.Press("n")
		if _, err := f.Contact(t.Context(), "samira"); err != nil {
			t.Fatal("joined without a yes")
		}
		d.Press("M")
		d.Keys("samira")
		d.Wait(time.Second)
		d.Press("enter")
		d.Wait(time.Second)
		d.Press("y")
		d.Expect("belongs to")
		if _, err := f.Contact(t.Context(), "samira"); err == nil {
			t.Error("not joined")
		}
	})
}

func TestSearchingAsOneTypes(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("/")
		d.Expect("from:nadia", "how private it was")
		d.Keys("câbles")
		d.Wait(time.Second)
		d.Expect("1 hit", "Nadia Benali", "câbles")
		d.Press("enter")
		d.Expect("plan-salle.pdf", "reply goes by")
		d.Press("esc")
		d.Expect("/ câbles")
		d.Press("/")
		for range 6 {
			d.Press("backspace")
		}
		d.Keys("la")
		d.Wait(time.Second)
		d.Press("down", "enter")
		d.Press("n")
		d.Refuse("There is no search")
		d.Press("q", "esc")
		d.Expect("Conversations")
	})
}

func TestASearchThatCannotBeReadSaysWhere(t *testing.T) {
	journey(t, 80, 24, setup{lang: "it"}, func(d *uitest.Driver, f *uitest.Fake) {
		f.Fail = &conversation.QueryError{Code: "query.unclosed_quote", Pos: 4, Char: 4}
		d.Press("/")
		d.Keys("vino\"")
		d.Wait(time.Second)
		d.Expect("Al carattere 5")
		d.Refuse("Nessun risultato")
	})
}

func TestTheOutboxTellsTriesAgainAndTakesBack(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		draft := conversation.Draft{Conversation: "c-marc", To: []conversation.Recipient{{Contact: "marc", Name: "Marc Dupuis"}}, Subject: "Facture", Text: "Bien reçue."}
		f.SetEntries(
			conversation.Entry{ID: "1", State: conversation.StateFailed, Draft: draft, Created: uitest.Noon(), Error: "550 no such user", Score: 45},
			conversation.Entry{ID: "2", State: conversation.StateUnknown, Draft: draft, Created: uitest.Noon(), Score: 45})
		d.Press("4")
		d.Expect("Outbox", "Marc Dupuis", "not sent", "550 no such user", "perhaps sent", "No draft is kept", "you@home.example", "in order")
		d.Press("s")
		d.Expect("It will be tried now.", "waiting to be sent")
		d.Press("j", "s")
		d.Expect("Send again?", "may deliver it twice")
		d.Press("n")
		if es, _ := f.Outbox(t.Context()); es[1].State != conversation.StateUnknown {
			t.Fatalf("sent again without a yes: %s", es[1].State)
		}
		d.Press("T")
		d.Expect("Bien reçue.")
		d.Press("ctrl+c", "4")
		d.Expect("Drafts", "Facture")
		d.Refuse("No draft is kept", "perhaps sent")
	})
}

func TestTroubleOfAnAccountIsToldInWords(t *testing.T) {
	journey(t, 80, 24, setup{lang: "fr"}, func(d *uitest.Driver, f *uitest.Fake) {
		home := conversation.MailAddress("you@home.example")
		f.SetStatuses(conversation.Status{
			Account: "home", Protocol: conversation.Mail, Address: home, Phase: conversation.PhaseOffline,
			Err: errOffline(), Next: uitest.Noon().Add(5 * time.Minute),
		})
		d.Press("5")
		d.Wait(time.Second)
		d.Expect("injoignable", "le serveur n’a pas pu être joint", "Prochain essai dans 5 min")
		f.SetStatuses(conversation.Status{Account: "home", Protocol: conversation.Mail, Address: home, Phase: conversation.PhasePaused})
		d.Wait(time.Second)
		d.Expect("en pause", "rien n’est récupéré ni envoyé")
		d.Press("a")
		d.Expect("Les comptes ne peuvent pas être modifiés d’ici.")
	})
}

func TestThePaletteLearnsKeysAndFindsPeople(t *testing.T) {
	journey(t, 80, 24, setup{}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("ctrl+p")
		d.Keys("samira")
		d.Wait(time.Second)
		d.Press("enter")
		d.Expect("Contact  Samira Khelifi")
		d.Press("esc", "ctrl+p")
		d.Keys("unread only")
		d.Wait(time.Second)
		d.Expect("zu")
		d.Press("enter")
		d.Refuse("Giulia Ferrari")
		d.Press(":")
		d.Keys("go-acti")
		d.Press("tab", "enter")
		d.Expect("Outbox")
		d.Press(":")
		d.Keys("search câbles")
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("1 hit")
		d.Press("esc", "1", ":", "enter")
		d.Expect("Conversations")
	})
}

func TestHelpListsWhatWorksHereAndIsFiltered(t *testing.T) {
	journey(t, 80, 24, setup{lang: "fr"}, func(d *uitest.Driver, _ *uitest.Fake) {
		d.Press("?")
		d.Expect("touches · Conversations", "archiver")
		d.Press("/")
		d.Keys("corbeille")
		d.Expect("d ", "corbeille")
		d.Refuse("archiver")
		d.Press("esc")
		d.Expect("archiver")
		d.Press("esc")
		d.Refuse("touches")
	})
}

func TestThePrivacyPlaceCountsAndLeadsOn(t *testing.T) {
	journey(t, 80, 60, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
		f.Change("marc-00", func(m *conversation.Message) { m.Date = uitest.Noon().AddDate(0, 0, -60) })
		d.Press("3")
		d.Wait(2 * time.Second)
		d.Expect("Your accounts", "you@home.example", "login by password (5/10)", "Next best steps",
			"[C] at least half of the 17 messages received in 90 days", "[C] at least half of the 3 messages sent in 90 days")
		rows := map[string]string{}
		for row := range strings.SplitSeq(d.Screen(), "\n") {
			fs := strings.Fields(strings.ReplaceAll(row, "█", ""))
			if level := strings.TrimPrefix(strings.Join(fs[:min(len(fs), 1)], ""), "▌"); len(fs) > 5 && len(level) == 3 && rows[level] == "" {
				rows[level] = strings.Join(fs[1:5], " ")
			}
		}
		if want := "3 4 0 0"; rows["[E]"] != want {
			t.Errorf("level E: received in 30 and 90 days, sent in both: %q, want %q\n%s", rows["[E]"], want, d.Screen())
		}
		for range 10 { // past the user, three steps, the device, three accounts, A and B
			d.Press("j")
		}
		d.Press("enter")
		d.Wait(time.Second)
		d.Expect("level:C after:2026-10-20")
		d.Press("esc", "g", "i")
		d.Expect("Conversations")
	})
}

func TestNoScreenPromisesMoreThanWasLookedAt(t *testing.T) {
	for _, lang := range []string{"en", "fr", "it"} {
		journey(t, 80, 24, setup{lang: lang}, func(d *uitest.Driver, _ *uitest.Fake) {
			d.Press("5", "j", "enter")
			if strings.Contains(d.Screen(), "[A") {
				t.Errorf("an account of which little is known bears an A:\n%s", d.Screen())
			}
		})
	}
}
