package servertest

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// talker speaks just enough IMAP to see what a proxy does.
type talker struct {
	conn net.Conn
	in   *bufio.Reader
	got  strings.Builder // all that came
}

func talkTo(t *testing.T, p *Proxy) *talker {
	t.Helper()
	conn, err := tls.Dial("tcp", p.Addr, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &talker{conn: conn, in: bufio.NewReader(conn)}
}

// say sends a command and gives its answers, up to the one with the tag.
func (c *talker) say(tag, command string) (string, error) {
	if _, err := io.WriteString(c.conn, tag+" "+command+"\r\n"); err != nil {
		return "", err
	}
	var all strings.Builder
	for {
		line, err := c.in.ReadString('\n')
		c.got.WriteString(line)
		all.WriteString(line)
		if err != nil || strings.HasPrefix(line, tag+" ") {
			return all.String(), err
		}
	}
}

// session logs in, opens the inbox and reads what is there. It gives all that
// the server said after the login, as far as it came.
func (c *talker) session() (string, error) {
	line, err := c.in.ReadString('\n')
	c.got.WriteString(line)
	for i, command := range []string{`LOGIN "` + Alice + `" "` + Password + `"`, "EXAMINE INBOX", "UID FETCH 1:* (BODY.PEEK[])", "NOOP"} {
		if err != nil {
			break
		}
		_, err = c.say("a"+string(rune('1'+i)), command)
	}
	return c.got.String(), err
}

var bodyOf = []byte("Subject: one\r\n\r\n" + strings.Repeat("line of text {12}\r\n", 30))

func TestAProxyWithoutFaultsChangesNothing(t *testing.T) {
	s := Dovecot(t)
	s.Deliver(Alice, "INBOX", "S", bodyOf, bodyOf)
	for name, p := range map[string]*Proxy{"within TLS": s.Proxy(t), "below TLS": s.ProxyBelowTLS(t)} {
		text, err := talkTo(t, p).session()
		if err != nil || strings.Count(text, string(bodyOf)) != 2 || !strings.Contains(text, "a4 OK") {
			t.Errorf("%s: %v, %q", name, err, text)
		}
		log, bodies := p.Commands()
		if name == "within TLS" && (bodies != 2 || !slices.Equal(log, []string{"LOGIN", "EXAMINE INBOX", "UID FETCH 1:* (BODY.PEEK[])", "NOOP"})) {
			t.Errorf("the log is %q", log)
		}
		if left, _ := p.Commands(); p.Fired() != 0 || p.Conns() != 1 || p.Down() == 0 || len(left) != 0 {
			t.Errorf("%s: %d faults, %d connections", name, p.Fired(), p.Conns())
		}
	}
}

// The same fault gives the same bytes each time, and they are those it stands for.
func TestFaultsOfAProxy(t *testing.T) {
	s := Dovecot(t)
	s.Deliver(Alice, "INBOX", "S", bodyOf, bodyOf)
	p := s.Proxy(t)
	sound, err := talkTo(t, p).session()
	if err != nil {
		t.Fatal(err)
	}
	lines := p.Lines()
	if last := lines[len(lines)-1]; last != int64(len(sound)) {
		t.Fatalf("the last line ends at %d of %d", last, len(sound))
	}
	fetch := regexp.MustCompile("^UID FETCH")
	begin := strings.Index(sound, "* 1 FETCH")
	for _, tc := range []struct {
		fault  Fault
		ends   bool
		change func(string) string // of what a sound talk gives
	}{
		{Fault{Kind: Reset, At: 50}, true, func(s string) string { return s[:50] }}, // before anything that differs each time
		{Fault{Kind: Finish, Upon: fetch, At: 40}, true, func(s string) string { return s[:begin+40] }},
		{Fault{Kind: Stall, At: 600, For: 20 * time.Millisecond}, false, same},
		{Fault{Kind: Slow, At: int64(begin), Rate: 20_000}, false, same},
		{Fault{Kind: Chop}, false, same},
		{Fault{Kind: Flip, Upon: fetch, At: 80}, false, func(s string) string {
			return s[:begin+80] + string(s[begin+80]^1) + s[begin+81:]
		}},
		{Fault{Kind: Drop, Upon: fetch, At: 80, Count: 30}, false, func(s string) string { return s[:begin+80] + s[begin+110:] }},
		{Fault{Kind: Dup, Upon: fetch, At: 80, Count: 30}, false, func(s string) string { return s[:begin+110] + s[begin+80:] }},
		{Fault{Kind: Inject, Upon: fetch, Text: "* XFOO\r\n"}, false, func(s string) string {
			i := begin + strings.Index(s[begin:], ")\r\n") + 3
			return s[:i] + "* XFOO\r\n" + s[i:]
		}},
		{Fault{Kind: Bye, Upon: fetch}, true, func(s string) string {
			return s[:begin+strings.Index(s[begin:], ")\r\n")+3] + "* BYE server going down\r\n"
		}},
		{Fault{Kind: Rewrite, Find: regexp.MustCompile("FETCH"), Text: "FEATS", Upon: fetch}, false, func(s string) string {
			return strings.Replace(s, "FETCH", "FEATS", 1)
		}},
		{Fault{Kind: Rewrite, Find: regexp.MustCompile("line"), Text: "LINE", Upon: fetch, Always: true}, false, same}, // in literals alone
		{Fault{Kind: CutUp, Upon: fetch}, true, func(s string) string { return s[:begin] }},
		{Fault{Kind: Refuse}, true, func(string) string { return "" }},
	} {
		for range 2 {
			p.Arm(tc.fault)
			got, err := attempt(p)
			want := tc.change(sound)
			if got = timeless(got); got != timeless(want) || tc.ends != (err != nil) {
				t.Errorf("%s: error %v, got\n%q, want\n%q", tc.fault, err, got, timeless(want))
			}
			if tc.change(sound) != sound && p.Fired() == 0 {
				t.Errorf("%s never befell a connection", tc.fault)
			}
			if again, err := talkTo(t, p).session(); timeless(again) != timeless(sound) && !tc.fault.Always {
				t.Errorf("after %s: %v %q", tc.fault, err, again)
			}
			p.Lift()
		}
	}
}

func same(s string) string { return s }

// attempt is a session that may not even begin.
func attempt(p *Proxy) (string, error) {
	conn, err := tls.Dial("tcp", p.Addr, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	return (&talker{conn: conn, in: bufio.NewReader(conn)}).session()
}

// timeless takes away what two talks of the same kind differ in.
func timeless(s string) string {
	s = regexp.MustCompile(`\(\d+\.\d+ \+ \d+\.\d+( \+ \d+\.\d+)? secs\)`).ReplaceAllString(s, "(secs)")
	return regexp.MustCompile(`(?m)^.*(Logged in|RECENT|UNSEEN|session=<|\* FLAGS|PERMANENTFLAGS).*\r\n`).ReplaceAllString(s, "")
}

func TestAHalfOpenConnectionStaysSilent(t *testing.T) {
	s := Dovecot(t)
	p := s.Proxy(t)
	p.Arm(Fault{Kind: Blackhole, Upon: regexp.MustCompile("EXAMINE")})
	c := talkTo(t, p)
	c.conn.SetDeadline(time.Now().Add(500 * time.Millisecond))
	text, err := c.session()
	if !errors.Is(err, os.ErrDeadlineExceeded) || !strings.Contains(text, "a1 OK") || strings.Contains(text, "EXISTS") {
		t.Errorf("%v, %q", err, text)
	}
	if _, err := io.WriteString(c.conn, "x NOOP\r\n"); errors.Is(err, net.ErrClosed) {
		t.Errorf("the connection is closed: %v", err)
	}
}

func TestMeanwhileHappensBetweenCommandAndAnswer(t *testing.T) {
	s := Dovecot(t)
	s.Deliver(Alice, "INBOX", "S", bodyOf)
	p := s.Proxy(t)
	p.Arm(Fault{Kind: Meanwhile, Upon: regexp.MustCompile("EXAMINE"), Do: func() { s.Save(Alice, "INBOX", bodyOf) }})
	text, err := talkTo(t, p).session()
	<-p.Struck()
	if err != nil || !strings.Contains(text, "* 1 EXISTS") || !strings.Contains(text, "* 2 EXISTS") {
		t.Errorf("%v, %q", err, text)
	}
}

func TestDeniedCommandsDoNotReachTheServer(t *testing.T) {
	s := Dovecot(t)
	p := s.Proxy(t)
	p.Arm(Fault{Kind: Deny, Upon: regexp.MustCompile("EXAMINE"), Text: "[UNAVAILABLE] later"})
	text, err := talkTo(t, p).session()
	log, _ := p.Commands()
	if err != nil || !strings.Contains(text, "a2 NO [UNAVAILABLE] later\r\n") || slices.Contains(log, "EXAMINE INBOX") {
		t.Errorf("%v, %q", err, text)
	}
}

func TestDovecotDoesAsTold(t *testing.T) {
	s := Dovecot(t)
	user := s.NewUser()
	s.Deliver(user, "INBOX", "", bodyOf, bodyOf, bodyOf)
	s.Create(user, "Été & Co")
	before, _ := s.Dump(user, "INBOX")
	s.AddFlags(user, "INBOX", `\Flagged`, "1")
	s.Expunge(user, "INBOX", "2")
	s.Move(user, "INBOX", "Été & Co", "3")
	s.SetNextUID(user, "INBOX", 100)
	s.Save(user, "INBOX", bodyOf)
	s.SetValidity(user, "INBOX", before+7)
	s.Restart()
	for _, box := range s.DumpAll(user) {
		switch box.Name {
		case "INBOX":
			if box.Validity != before+7 || len(box.Messages) != 2 || box.Messages[1].UID != 100 || len(box.Messages[0].Flags) != 1 {
				t.Errorf("%+v", box)
			}
		case "Été & Co":
			if len(box.Messages) != 1 {
				t.Errorf("%+v", box)
			}
		}
	}
	back := s.Aside(user, "INBOX")
	if _, left := s.Dump(user, "INBOX"); len(left) != 0 {
		t.Errorf("%+v is left", left)
	}
	back()
}
