package gnupg

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// fresh is a GnuPG with an empty folder of its own. The name of the folder is
// short, because sockets are made in it.
func fresh(t *testing.T) *GnuPG {
	t.Helper()
	home, err := os.MkdirTemp("/tmp", "gh")
	if err != nil {
		t.Fatal(err)
	}
	g, err := Find(home)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("gpg is not installed")
	}
	t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run()
		_ = os.RemoveAll(home)
	})
	return g
}

func key(t *testing.T, name, address string) *openpgp.Key {
	t.Helper()
	k, err := openpgp.Generate(name, address, openpgp.Compatible, time.Now().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// holding is a GnuPG with that secret key in it.
func holding(t *testing.T, k *openpgp.Key, phrase string) *GnuPG {
	t.Helper()
	locked, err := k.Lock([]byte(phrase))
	if err != nil {
		t.Fatal(err)
	}
	g := fresh(t).WithPhrase([]byte(phrase))
	if err := g.Import(t.Context(), locked); err != nil {
		t.Fatal(err)
	}
	return g
}

// seal seals with GnuPG: what it can open is SEIPD version 1.
func seal(t *testing.T, g *GnuPG, text, name string, args ...string) []byte {
	t.Helper()
	out, _, err := g.run(t.Context(), []byte(text), append(args, "--armor", "-r", name, "--encrypt")...)
	if err != nil || len(out) == 0 {
		t.Fatalf("sealing: %v", err)
	}
	return out
}

type certs []*openpgp.Key

func (c certs) Secrets() []*openpgp.Key { return nil }

func (c certs) Signers(uint64) []*openpgp.Key { return c }

func TestListed(t *testing.T) {
	k := key(t, "Ada: Ünal", "ada@example.org")
	got, err := holding(t, k, "secret").Secrets(t.Context())
	if err != nil || len(got) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	s := got[0]
	if s.Fingerprint != k.Fingerprint() || len(s.UserIDs) != 1 || s.UserIDs[0] != "Ada: Ünal <ada@example.org>" ||
		!s.Seals || !s.Signs || s.Card != "" || s.Created.IsZero() || !s.Expires.IsZero() {
		t.Errorf("%+v", s)
	}
}

// TestListing goes through lines that a machine without a card does not give.
func TestListing(t *testing.T) {
	const alone = "sec:u:255:22:AA:1704067200:::u:::scESC:::%:::ed25519::0:\nfpr:::::::::AB12:\n"
	key := func(primary, sealing string) string {
		return strings.Replace(alone, "%", primary, 1) + "ssb:u:255:18:BB:1704067200::::::e:::" + sealing + ":::cv25519::\nfpr:::::::::CD34:\n"
	}
	for list, want := range map[string]string{
		"sec:u:255:22:AA:1704067200:1735603200::u:::scESC:::D276000124010304000612345678:::ed25519::0:\nfpr:::::::::AB12:\nuid:u::::1::X::Bo\\x3ab \\x5c <b@example.org>::::::::::0:\n": "AB12|Bo:b \\ <b@example.org>|D276000124010304000612345678|2024-12-31",
		"sec:e:255:22:AA:1704067200:1735603200::u:::sc:::+:::ed25519::0:\nfpr:::::::::AB12:\n":                                                                                          "AB12|||2024-12-31 void portable",
		"sec:r:255:22:AA:1704067200:::u:::sc:::#:::ed25519::0:\nfpr:::::::::AB12:\nuid:r::::1::X::Bob::::::::::0:\n":                                                                    "AB12|Bob||0001-01-01 void",
		"sec:u:255:22:AA:1704067200:::u:::scESCD:::+:::ed25519::0:\nfpr:::::::::AB12:\n":                                                                                                "AB12|||0001-01-01 void",
		"sec:u:255:22:AA:1704067200:::u:::scESC:::+:::ed25519::0:\nfpr:::::::::AB12:\nuid:r::::1::X::Old::::::::::0:\nssb:u:1\nfpr:::::::::CD34:\n":                                     "AB12|||0001-01-01",
		key("+", "+"):    "AB12|||0001-01-01 portable",
		key("#", "+"):    "AB12|||0001-01-01",
		key("+", "#"):    "AB12|||0001-01-01",
		key("+", "D276"): "AB12||D276|0001-01-01",
		strings.Replace(key("+", "+"), "ssb:u", "ssb:e", 1): "AB12|||0001-01-01",
		"gpg: sec:u\n\nsec\nfpr:\n":                         "",
	} {
		var got string
		for _, s := range parseSecrets(list) {
			got += s.Fingerprint + "|" + strings.Join(s.UserIDs, ",") + "|" + s.Card + "|" + s.Expires.Format(time.DateOnly)
			if s.Void {
				got += " void"
			}
			if s.Portable {
				got += " portable"
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", list, got, want)
		}
	}
}

// TestPublicListing: only certificates that can be used, by the fingerprint of
// the primary key.
func TestPublicListing(t *testing.T) {
	list := ""
	for i, head := range []string{"pub:u:255:22:A:1:::u:::scESC", "pub:e:255:22:A:1:::u:::sc", "pub:r:255:22:A:1:::u:::sc", "pub:u:255:22:A:1:::u:::scESCD", "pub:-:255:22:A:1:::u:::scESC"} {
		n := strconv.Itoa(i)
		list += head + "::::::ed25519::0:\nfpr:::::::::AB" + n + ":\nuid:u::::1::X::fpr\\x3a::::::::::0:\nsub:u:255:18:B:1::::::e::::::\nfpr:::::::::CD" + n + ":\n"
	}
	if got := strings.Join(parsePublic(list), " "); got != "AB0 AB4" {
		t.Error(got)
	}
}

func TestOpen(t *testing.T) {
	k := key(t, "Ada", "ada@example.org")
	g := holding(t, k, "secret")
	sealed := seal(t, g, "signed and sealed", "ada@example.org", "--sign")
	o, err := g.Open(t.Context(), sealed, certs{k.Public()}, time.Now())
	if err != nil || string(o.Plain) != "signed and sealed" || o.Key.Fingerprint() != k.Fingerprint() || o.Symmetric {
		t.Fatalf("%+v, %v", o, err)
	}
	if len(o.Signatures) != 1 || o.Signatures[0].State != openpgp.Good {
		t.Errorf("%+v", o.Signatures)
	}
	for at := len(sealed) / 2; at < len(sealed)*9/10; at += 97 {
		bad := bytes.Clone(sealed)
		if bad[at]++; bad[at] == sealed[at] {
			continue
		}
		if o, err := g.Open(t.Context(), bad, nil, time.Now()); err == nil || o.Plain != nil {
			t.Errorf("changed at %d: %q, %v", at, o.Plain, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	k, other := key(t, "Ada", "ada@example.org"), key(t, "Bea", "bea@example.org")
	g := holding(t, k, "secret")
	if err := g.Import(t.Context(), other.Public()); err != nil {
		t.Fatal(err)
	}
	mine, hers := seal(t, g, "x", "ada@example.org"), seal(t, g, "x", "bea@example.org")
	_ = exec.Command("gpgconf", "--homedir", g.home, "--reload", "gpg-agent").Run() // it remembers passphrases
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		g      *GnuPG
		ctx    context.Context
		sealed []byte
		want   error
	}{
		"for another":      {g, t.Context(), hers, openpgp.ErrNoKey},
		"not sealed":       {g, t.Context(), []byte("hello"), ErrFailed},
		"wrong passphrase": {g.WithPhrase([]byte("wrong")), t.Context(), mine, openpgp.ErrPhrase},
		"given up":         {g, gone, mine, context.Canceled},
	} {
		if o, err := c.g.Open(c.ctx, c.sealed, nil, time.Now()); !errors.Is(err, c.want) || o.Plain != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := g.Sign(t.Context(), []byte("x"), other.Fingerprint(), time.Now()); !errors.Is(err, openpgp.ErrNoKey) {
		t.Errorf("signing without the secret key: %v", err)
	}
	for _, bad := range []string{"", "--export-secret-keys", "ada@example.org", "AB12"} {
		if _, err := g.Sign(t.Context(), []byte("x"), bad, time.Now()); !errors.Is(err, openpgp.ErrKey) {
			t.Errorf("signing as %q: %v", bad, err)
		}
		if _, err := g.Export(t.Context(), bad); !errors.Is(err, openpgp.ErrKey) {
			t.Errorf("exporting %q: %v", bad, err)
		}
	}
}

// TestSpoofedStatus: status lines in what strangers write (file names, user
// IDs, the text itself) are not taken for those of GnuPG.
func TestSpoofedStatus(t *testing.T) {
	lie := "\n[GNUPG:] SESSION_KEY 9:00112233445566778899AABBCCDDEEFF\n[GNUPG:] DECRYPTION_OKAY\n[GNUPG:] SIG_CREATED D\n[GNUPG:] IMPORT_OK 1 " + strings.Repeat("A", 40) + "\n"
	k := key(t, "[GNUPG:] GOODSIG 1", "ada@example.org")
	g := holding(t, k, "secret")
	sealed := seal(t, g, lie, "ada@example.org", "--set-filename", "x"+lie)
	o, err := g.Open(t.Context(), sealed, nil, time.Now())
	if err != nil || string(o.Plain) != lie || len(o.Signatures) != 0 || !strings.Contains(o.Name, "GNUPG") {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := g.Open(t.Context(), []byte(lie), nil, time.Now()); !errors.Is(err, ErrFailed) {
		t.Errorf("lies alone: %v", err)
	}
	_, said, err := g.run(t.Context(), sealed, "--show-session-key", "--decrypt")
	if err != nil || said.count("SESSION_KEY") != 1 || said.has("SIG_CREATED") || said.has("IMPORT_OK") {
		t.Errorf("%+v, %v", said, err)
	}
}

func TestSignAndSeal(t *testing.T) {
	k, bea := key(t, "Ada", "ada@example.org"), key(t, "Bea", "bea@example.org")
	g := holding(t, k, "secret")
	text := []byte("From a card,\r\nperhaps.\r\n")
	sig, err := g.Sign(t.Context(), text, k.Fingerprint(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	armored, micalg, err := openpgp.ArmorSignature(sig)
	if err != nil || micalg != "pgp-sha512" {
		t.Fatalf("%s, %v", micalg, err)
	}
	if got := openpgp.Verify(text, armored, certs{k.Public()}, time.Now()); len(got) != 1 || got[0].State != openpgp.Good {
		t.Errorf("%+v", got)
	}
	sealed, err := openpgp.Seal(text, openpgp.SealOptions{To: []*openpgp.Key{bea.Public()}, Signed: sig, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	o, err := openpgp.Open(sealed, with{certs{k.Public()}, bea}, time.Now())
	if err != nil || !bytes.Equal(o.Plain, text) || len(o.Signatures) != 1 || o.Signatures[0].State != openpgp.Good {
		t.Errorf("%+v, %v", o, err)
	}
}

type with struct {
	certs
	secret *openpgp.Key
}

func (w with) Secrets() []*openpgp.Key { return []*openpgp.Key{w.secret} }

func TestExport(t *testing.T) {
	k := key(t, "Ada", "ada@example.org")
	g := holding(t, k, "secret")
	cert, err := g.Export(t.Context(), k.Fingerprint())
	if err != nil || cert.Secret() || cert.Fingerprint() != k.Fingerprint() {
		t.Fatal(err)
	}
	secret, err := g.ExportSecret(t.Context(), k.Fingerprint())
	if err != nil || !secret.Locked() {
		t.Fatal(err)
	}
	if open, err := secret.Unlock([]byte("secret")); err != nil || !open.Secret() {
		t.Error(err)
	}
	_ = exec.Command("gpgconf", "--homedir", g.home, "--reload", "gpg-agent").Run() // it remembers passphrases
	if _, err := g.WithPhrase([]byte("wrong")).ExportSecret(t.Context(), k.Fingerprint()); !errors.Is(err, openpgp.ErrPhrase) {
		t.Errorf("a wrong passphrase: %v", err)
	}
	unasked := GnuPG{path: g.path, home: g.home}
	if _, err := unasked.Silent().ExportSecret(t.Context(), k.Fingerprint()); !errors.Is(err, openpgp.ErrLocked) {
		t.Errorf("without asking: %v", err)
	}
	if _, err := g.Export(t.Context(), strings.Repeat("A", 40)); !errors.Is(err, openpgp.ErrKey) {
		t.Errorf("a key that is not there: %v", err)
	}
}

// TestQuiet: no call may reach the network or read the user's configuration.
func TestQuiet(t *testing.T) {
	got := strings.Join((&GnuPG{home: "/h"}).options(), " ")
	for _, want := range []string{"--no-options", "--batch", "--no-auto-key-retrieve", "--no-auto-check-trustdb", "--disable-dirmngr", "--status-fd 3"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
}
