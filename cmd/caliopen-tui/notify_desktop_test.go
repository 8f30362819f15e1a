//go:build unix

package main

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/lang"
)

// sessionBus starts a message bus of the test's own and gives its address.
func sessionBus(t *testing.T) string {
	t.Helper()
	servertest.Need(t, "dbus-daemon")
	cmd := exec.Command("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address", "--address=unix:tmpdir=/tmp")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// notice is what a desktop is asked to show.
type notice struct {
	app, summary, body string
	replaces           uint32
	actions            int
}

// shower is the desktop's side of the notifications.
type shower chan notice

// Notify is the method that programs call.
func (s shower) Notify(app string, replaces uint32, _, summary, body string, actions []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	s <- notice{app, summary, body, replaces, len(actions)}
	return 7, nil
}

// showing serves the notifications on a bus.
func showing(t *testing.T, address string) shower {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	s := make(shower, 4)
	if err := conn.Export(s, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName("org.freedesktop.Notifications", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheDesktopIsToldWithoutMarkup(t *testing.T) {
	address := sessionBus(t)
	shown := showing(t, address)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	cat, err := lang.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	d, err := newDesktop(&program{cat: cat, getenv: func(string) string { return address }})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	mail := func(name, subject string, at time.Time) conversation.Message {
		return conversation.Message{
			Subject: subject, Date: at, Index: privacy.Index{Level: "B", Score: 77},
			Participants: []conversation.Participant{{Role: conversation.From, Display: name}},
		}
	}
	for _, test := range []struct {
		news []conversation.Message
		want notice
	}{
		{[]conversation.Message{mail("Inès \x1b[31m", "<b>Pay</b> & run\x07", at)}, notice{"Caliopen", "Inès ␛[31m [B 77]", "&lt;b&gt;Pay&lt;/b&gt; &amp; run␇", 0, 0}},
		{
			[]conversation.Message{mail("Zoé", "a", at.Add(time.Hour)), mail("Inès", "b", at)},
			notice{"Caliopen", "2 new messages", "the last one from Zoé", 7, 0},
		},
	} {
		if err := d.tell(t.Context(), test.news); err != nil {
			t.Fatal(err)
		}
		if got := <-shown; got != test.want {
			t.Errorf("shown %+v, want %+v", got, test.want)
		}
	}
}
