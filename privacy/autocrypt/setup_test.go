package autocrypt

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"pgregory.net/rapid"
)

func now() time.Time { return time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC) }

func TestCode(t *testing.T) {
	form := regexp.MustCompile(`^(\d{4}-){8}\d{4}$`)
	count := [10]int{}
	rapid.Check(t, func(t *rapid.T) {
		code := Code(func(p []byte) {
			for i := range p {
				p[i] = byte(rapid.IntRange(0, 255).Draw(t, "byte"))
			}
		})
		if !form.MatchString(code) {
			t.Fatalf("%q", code)
		}
		for _, r := range strings.ReplaceAll(code, "-", "") {
			count[r-'0']++
		}
	})
	all := byte(0)
	code := Code(func(p []byte) { p[0] = all; all += 7 }) // every byte comes once before one comes again
	if want := "0741-8529"; !strings.HasPrefix(code, want) {
		t.Errorf("%s, want %s…", code, want)
	}
}

func TestSetupMessage(t *testing.T) {
	const code = "1234-5678-9012-3456-7890-1234-5678-9012-3456"
	alice := key(t, "alice-secret.asc")
	for _, mutual := range []bool{false, true} {
		body, err := Setup(alice, mutual, code, "Gardez <ceci>.", now())
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Passphrase-Format: numeric9x4\n", "Passphrase-Begin: 12\n", "Gardez &lt;ceci&gt;.", "-----BEGIN PGP MESSAGE-----\n"} {
			if !bytes.Contains(body, []byte(want)) {
				t.Errorf("no %q in\n%s", want, body)
			}
		}
		if bytes.Contains(body, []byte("3456")) {
			t.Error("more of the code is told than its beginning")
		}
		if form, begin, ok := Hint(body); !ok || form != "numeric9x4" || begin != "12" {
			t.Errorf("%q %q %v", form, begin, ok)
		}
		crlf := bytes.ReplaceAll(body, []byte("\n"), []byte("\r\n"))
		for name, c := range map[string]struct {
			body []byte
			code string
			want error
		}{
			"as written":     {body, code, nil},
			"through a mail": {crlf, code, nil},
			"without dashes": {body, strings.ReplaceAll(code, "-", ""), nil},
			"as it is read":  {body, strings.ReplaceAll(code, "-", "  ") + "\n", nil},
			"wrong":          {body, "9" + code[1:], ErrCode},
			"too short":      {body, code[:40], ErrCode},
			"none":           {body, "", ErrCode},
			"no message":     {[]byte("<pre></pre>"), code, ErrSetup},
			"cut off":        {body[:len(body)/2], code, ErrSetup},
		} {
			got, wish, err := ReadSetup(c.body, c.code, now())
			if !errors.Is(err, c.want) || (c.want == nil) != (err == nil) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
			if err == nil && (got.Fingerprint() != alice.Fingerprint() || !got.Secret() || got.Locked() || wish != mutual) {
				t.Errorf("%s: another key, or another wish", name)
			}
		}
	}
}

// A key in a mail that anybody can seal to the reader's public key is no
// transfer of the reader's own.
func TestASetupMessageIsSealedWithTheCodeAlone(t *testing.T) {
	inside, err := secretBlock(key(t, "alice-secret.asc"), true)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := openpgp.Seal(inside, openpgp.SealOptions{To: []*openpgp.Key{key(t, "bob.asc")}, Now: now()})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := ReadSetup(sealed, "1234", now()); !errors.Is(err, ErrSetup) || errors.Is(err, ErrCode) {
		t.Errorf("sealed to a key: %v", err)
	}
	public, err := key(t, "bob.asc").Armor()
	if err != nil {
		t.Fatal(err)
	}
	for name, plain := range map[string][]byte{"a certificate": public, "words": []byte("no key")} {
		sealed, err := openpgp.SealWith(plain, []byte("1234"), now())
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := ReadSetup(sealed, "1234", now()); !errors.Is(err, ErrSetup) {
			t.Errorf("with %s inside: %v", name, err)
		}
	}
	if _, err := Setup(key(t, "bob.asc"), true, "1234", "", now()); !errors.Is(err, openpgp.ErrLocked) {
		t.Errorf("without a secret key: %v", err)
	}
}

func TestForeignSetupMessage(t *testing.T) {
	mail, err := os.ReadFile(filepath.Join(corpus(t), "autocrypt", "example-setup-message.eml"))
	if err != nil {
		t.Fatal(err)
	}
	got, mutual, err := ReadSetup(mail, "1742-0185-6197-1303-7016-8412-3581-4441-0597", now())
	if err != nil || !mutual || got.Addresses()[0] != "alice@autocrypt.example" {
		t.Errorf("%v %v", mutual, err)
	}
	if _, _, err := ReadSetup(mail, "1742-0185-6197-1303-7016-8412-3581-4441-0598", now()); !errors.Is(err, ErrCode) {
		t.Errorf("a wrong code: %v", err)
	}
}
