package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rsc.io/qr"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/privacy/securejoin"
)

// withSetting puts a line before the rest of a profile's configuration, and
// gives what takes it out again.
func withSetting(t *testing.T, p *profile, line string) (without func()) {
	t.Helper()
	path := filepath.Join(p.dir, "config.toml")
	before, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	write := func(data string) {
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(line + "\n" + string(before))
	return func() { write(string(before)) }
}

// An invitation that is answered while the keys are locked is taken up once
// they are open, and its secret is not to be read on the disk meanwhile.
func TestJourneyAnInvitationWaitsForLockedKeys(t *testing.T) {
	s := servertest.Mail(t)
	alice, bob := mailbox(t, s, servertest.Alice, "Alice Étoile"), mailbox(t, s, servertest.Bob, "Bob 李")
	bob.must("", "key", "generate", "--no-passphrase")
	alice.must("", "key", "generate", "--passphrase-command", "printf secret")
	const open = `key-passphrase = "command:printf secret"`
	lock := withSetting(t, alice, open)
	link := alice.object("key", "invite")["link"].(string)
	lock()
	_, rest, _ := strings.Cut(link, "&s=")
	secret, _, _ := strings.Cut(rest, "&")
	files, err := filepath.Glob(filepath.Join(alice.dir, "data", "*"))
	if err != nil || len(files) == 0 || len(secret) < 20 {
		t.Fatalf("files %v, %v; secret %q", files, err, secret)
	}
	for _, f := range files {
		if data, err := os.ReadFile(f); err == nil && strings.Contains(string(data), secret) {
			t.Errorf("%s tells the secret", f)
		}
	}
	if said := bob.object("key", "join", link); said["state"] != "sent" {
		t.Fatalf("key join says %v", said)
	}
	if _, ok := takeTurns(t, func() bool { return len(s.Raws(servertest.Alice)) > 0 }, alice); !ok {
		t.Fatal("Bob's mail never came")
	}
	alice.must("", "sync")
	if n := len(s.Raws(servertest.Bob)); n != 0 {
		t.Errorf("locked keys answered %d times", n)
	}
	withSetting(t, alice, open)
	const want = "verified by securejoin"
	both := func() bool { return how(alice, servertest.Bob) == want && how(bob, servertest.Alice) == want }
	if _, ok := takeTurns(t, both, alice, bob); !ok {
		t.Errorf("Alice has %q of Bob, Bob %q of Alice", how(alice, servertest.Bob), how(bob, servertest.Alice))
	}
	if list := alice.objects("conversations"); len(list) != 0 {
		t.Errorf("Alice sees %v", list)
	}
}

func TestWhatIsNoInvitationIsRefused(t *testing.T) {
	p := newProfile(t)
	withSetting(t, p, "[[account]]\nname = \"home\"\nkind = \"mail\"\naddress = \"me@example.org\"\nimap = \"imaps://127.0.0.1:1\"\nsmtp = \"smtps://127.0.0.1:1\"\npassword-command = \"echo x\"\n")
	const print = "1111222233334444555566667777888899990000"
	empty := filepath.Join(t.TempDir(), "no.png")
	if err := os.WriteFile(empty, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	full := "https://i.delta.chat/#" + print + "&v=3&i=abcdefghijkl&s=ABCDEFGHIJKLMNOPQRSTUVWX&a=zoe%40example.org&n=Zoe"
	for _, test := range []struct {
		name, link, said string
		code             int
	}{
		{"nothing of the kind", "https://example.org/", "this is no invitation", exitUsage},
		{"a group", "OPENPGP4FPR:" + print + "#a=zoe%40example.org&g=Friends&x=abcdefgh&i=abcdefgh&s=ijklmnop", "to a group", exitUsage},
		{"no picture", empty, "cannot be read", exitUsage},
		{"no key of one's own", full, "key generate", exitUsage},
	} {
		_, errs, code := p.run("", "key", "join", test.link)
		if code != test.code || !strings.Contains(errs, test.said) {
			t.Errorf("%s: status %d, %s", test.name, code, errs)
		}
	}
	p.must("", "key", "generate", "--no-passphrase")
	if _, errs, code := p.run("", "key", "join", strings.Replace(full, "zoe%40", "me%40", 1)); code != exitUsage || !strings.Contains(errs, "your own") {
		t.Errorf("an own invitation: status %d, %s", code, errs)
	}
	if list := p.objects("outbox", "list"); len(list) != 0 {
		t.Errorf("sent %v", list)
	}
	if o := p.object("key", "join", "OPENPGP4FPR:"+print); o["state"] != "other" {
		t.Errorf("an unknown fingerprint gives %v", o)
	}
	own := p.object("key", "list")["fingerprint"].(string)
	if o := p.object("key", "join", picture(t, "OPENPGP4FPR:"+own)); o["fingerprint"] != own {
		t.Errorf("a fingerprint in a picture gives %v", o)
	}
}

// picture makes a QR code as a file.
func picture(t *testing.T, text string) string {
	t.Helper()
	c, err := qr.Encode(text, qr.L)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "code.PNG")
	if err := os.WriteFile(path, c.PNG(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is drawn are the modules, two a row, with the border around them.
func TestTheCodeIsDrawnWhole(t *testing.T) {
	m, err := securejoin.Matrix("OPENPGP4FPR:1111222233334444555566667777888899990000")
	if err != nil {
		t.Fatal(err)
	}
	rows := blocks(m)
	if len(rows) != (len(m)+2*border+1)/2 {
		t.Fatalf("%d rows for %d modules", len(rows), len(m))
	}
	for y, row := range rows {
		cells := []rune(row)
		if len(cells) != len(m)+2*border {
			t.Fatalf("row %d has %d cells", y, len(cells))
		}
		for x, c := range cells {
			for half, ink := range []string{"█▀", "█▄"} {
				my, mx := 2*y+half-border, x-border
				want := my >= 0 && mx >= 0 && my < len(m) && mx < len(m) && m[my][mx]
				if strings.ContainsRune(ink, c) != want {
					t.Fatalf("%d, %d: %q, dark %v", x, 2*y+half, c, want)
				}
			}
		}
	}
}

// Who learns whose key is looked for is said before anybody learns it.
func TestWhoLearnsOfALookupIsSaid(t *testing.T) {
	for methods, tells := range map[string]bool{`["vks"]`: true, `["wkd", "keybase"]`: true, `["none"]`: false} {
		p := newProfile(t)
		withSetting(t, p, "find-keys = "+methods+"\nkeyserver = \"https://127.0.0.1:1\"\nproxy = \"socks5://127.0.0.1:1\"")
		_, errs, _ := p.run("", "key", "find", "zoe@example.org")
		if strings.Contains(errs, "a third party, learns") != tells {
			t.Errorf("%s: %s", methods, errs)
		}
		if _, errs, _ = p.run("", "--quiet", "key", "find", "zoe@example.org"); strings.Contains(errs, "learns") {
			t.Errorf("%s: told although quiet: %s", methods, errs)
		}
	}
}
