package domain

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/caliopen/caliopen-tui/privacy/trace"
)

const letter = "From: Zoe <zoe@news.example.org>\r\nTo: paul@example.net\r\nSubject: Roses\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@news.example.org>\r\n\r\nThe roses are out.\r\n"

// signed signs a letter; change alters the options.
func signed(t *testing.T, mail string, key crypto.Signer, change func(*dkim.SignOptions)) string {
	t.Helper()
	o := &dkim.SignOptions{
		Domain: "example.org", Selector: "s1", Signer: key,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
		HeaderKeys: []string{"From", "Subject", "To", "Date"},
	}
	if change != nil {
		change(o)
	}
	var b bytes.Buffer
	if err := dkim.Sign(&b, strings.NewReader(mail), o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func check(t *testing.T, mail, from string, records ...string) trace.Local {
	t.Helper()
	return Verify(t.Context(), []byte(mail), from, &zone{records: records}, today)
}

func TestVerify(t *testing.T) {
	ed, strong, weak := ed25519Key(), rsaFile(t, "rsa2048.pem"), rsaFile(t, "rsa1024.pem")
	at := func(name, record string) string { return txt(name+"._domainkey.example.org.", record) }
	sound := at("s1", keyRecord(t, ed, ""))
	good := signed(t, letter, ed, nil)
	pass := trace.Local{DKIM: "pass", Domain: "example.org"}
	none, fail := trace.Local{DKIM: "none"}, trace.Local{DKIM: "fail", Domain: "example.org"}
	for _, c := range []struct {
		name, mail string
		from       string
		records    []string
		want       trace.Local
	}{
		{"Ed25519", good, "news.example.org", []string{sound}, pass},
		{"RSA of 2048 bits", signed(t, letter, strong, nil), "news.example.org", []string{at("s1", keyRecord(t, strong, ""))}, pass},
		{"RSA of 1024 bits", signed(t, letter, weak, nil), "news.example.org", []string{at("s1", keyRecord(t, weak, ""))}, trace.Local{DKIM: "pass", Domain: "example.org", Weak: true}},
		{"simple forms", signed(t, letter, ed, func(o *dkim.SignOptions) { o.HeaderCanonicalization, o.BodyCanonicalization = "", "" }), "example.org", []string{sound}, pass},
		{"no signature", letter, "news.example.org", nil, none},
		{"no From domain", good, "", []string{sound}, none},
		{"another organisation", good, "example.net", []string{sound}, none},
		{"below a public suffix", signed(t, letter, ed, func(o *dkim.SignOptions) { o.Domain = "co.uk" }), "shop.co.uk", []string{txt("s1._domainkey.co.uk.", keyRecord(t, ed, ""))}, none},
		{"capitals", strings.Replace(good, "d=example.org", "d=Example.ORG", 1), "News.Example.ORG", []string{sound}, fail}, // signed field changed
		{"body changed", strings.Replace(good, "roses are", "thorns are", 1), "news.example.org", []string{sound}, fail},
		{"subject changed", strings.Replace(good, "Subject: Roses", "Subject: Thorns", 1), "news.example.org", []string{sound}, fail},
		{"text added", good + "Send money.\r\n", "news.example.org", []string{sound}, fail},
		{"a second From on top", "From: Boss <boss@example.org>\r\n" + good, "example.org", []string{sound}, none},
		{"a second From below", strings.Replace(good, "\r\n\r\n", "\r\nFrom: Boss <boss@example.org>\r\n\r\n", 1), "example.org", []string{sound}, none},
		{"a second From in small letters", "fRoM : boss@example.org\r\n" + good, "example.org", []string{sound}, none},
		{"a second subject", "Subject: Thorns\r\n" + good, "news.example.org", []string{sound}, none},
		{"subject not signed", signed(t, letter, ed, func(o *dkim.SignOptions) { o.HeaderKeys = []string{"From", "Date"} }), "news.example.org", []string{sound}, none},
		{"no subject at all", signed(t, strings.Replace(letter, "Subject: Roses\r\n", "", 1), ed, nil), "news.example.org", []string{sound}, pass},
		{"From not signed", strings.Replace(good, "h=From:", "h=", 1), "news.example.org", []string{sound}, none},
		{"no key", good, "news.example.org", nil, none},
		{"two keys at one name", good, "news.example.org", []string{sound, at("s1", keyRecord(t, strong, ""))}, none},
		{"another key", good, "news.example.org", []string{at("s1", keyRecord(t, strong, ""))}, none},
		{"key taken back", good, "news.example.org", []string{at("s1", "v=DKIM1; k=ed25519; p=")}, none},
		{"key being tried out", good, "news.example.org", []string{at("s1", keyRecord(t, ed, "t=y; "))}, none},
		{"exact key, exact identity", good, "news.example.org", []string{at("s1", keyRecord(t, ed, "t=s; "))}, pass},
		{"exact key, identity below", signed(t, letter, ed, func(o *dkim.SignOptions) { o.Identifier = "zoe@news.example.org" }), "news.example.org", []string{at("s1", keyRecord(t, ed, "t=s; "))}, none},
		{"key for other things", good, "news.example.org", []string{at("s1", keyRecord(t, ed, "s=tlsrpt; "))}, none},
		{"expired", signed(t, letter, ed, func(o *dkim.SignOptions) { o.Expiration = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) }), "news.example.org", []string{sound}, none},
		{"not expired", signed(t, letter, ed, func(o *dkim.SignOptions) { o.Expiration = time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC) }), "news.example.org", []string{sound}, pass},
		{"header without end", "DKIM-Signature: v=1\r\nFrom: zoe@news.example.org\r\n", "news.example.org", nil, none},
		{"empty", "", "news.example.org", nil, none},
	} {
		if got := check(t, c.mail, c.from, c.records...); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestExpiryFollowsTheGivenClock holds what the library cannot do: it asks the
// system for the time.
func TestExpiryFollowsTheGivenClock(t *testing.T) {
	end := time.Date(2150, 1, 1, 0, 0, 0, 0, time.UTC)
	mail := signed(t, letter, ed25519Key(), func(o *dkim.SignOptions) { o.Expiration = end })
	z := &zone{records: []string{txt("s1._domainkey.example.org.", keyRecord(t, ed25519Key(), ""))}}
	for at, want := range map[time.Time]string{end.Add(-time.Hour): "pass", end.Add(time.Hour): "none"} {
		if got := Verify(t.Context(), []byte(mail), "example.org", z, at); got.DKIM != want {
			t.Errorf("at %v: %s, want %s", at, got.DKIM, want)
		}
	}
	if got := Verify(t.Context(), []byte(mail), "example.org", z, time.Unix(0, 0)); got.DKIM != "none" {
		t.Errorf("signed in the future: %s", got.DKIM)
	}
}

func TestSeveralSignatures(t *testing.T) {
	ed, weak := ed25519Key(), rsaFile(t, "rsa1024.pem")
	records := []string{
		txt("s1._domainkey.example.org.", keyRecord(t, ed, "")),
		txt("s2._domainkey.example.com.", keyRecord(t, ed, "")),
		txt("s3._domainkey.example.org.", keyRecord(t, weak, "")),
	}
	stranger := func(o *dkim.SignOptions) { o.Domain, o.Selector = "example.com", "s2" }
	old := func(o *dkim.SignOptions) { o.Selector = "s3" }
	own := signed(t, letter, ed, nil)
	both := signed(t, own, ed, stranger)
	z := &zone{records: records}
	if got := Verify(t.Context(), []byte(both), "example.org", z, today); got.DKIM != "pass" || got.Domain != "example.org" {
		t.Errorf("with a stranger's: %+v", got)
	}
	if asked := z.lookups(); asked != "TXT s1._domainkey.example.org." {
		t.Errorf("asked %s: a stranger's key was looked up", asked)
	}
	if got := check(t, signed(t, letter, ed, stranger), "example.org", records...); got != (trace.Local{DKIM: "none"}) {
		t.Errorf("only a stranger's: %+v", got)
	}
	broken := strings.Replace(own, "b=", "b=AAAA", 1)
	if got := check(t, signed(t, broken, ed, nil), "example.org", records...); got.DKIM != "pass" {
		t.Errorf("one broken, one good: %+v", got)
	}
	if got := check(t, signed(t, own, weak, old), "example.org", records...); got.DKIM != "pass" {
		t.Errorf("a weak and a strong one: %+v", got)
	}
}

// TestKeysThatAreTooShort holds the bounds of RFC 8301 to the bit. The library
// counts bytes.
func TestKeysThatAreTooShort(t *testing.T) {
	for bits, want := range map[int]bool{512: false, 1017: false, 1023: false, 1024: true, 2048: true, 8192: true, 8193: false, 65536: false} {
		n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
		key := rsaFile(t, "rsa2048.pem").PublicKey
		key.N = n.SetBit(n, 0, 1)
		record := "p=" + base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(&key))
		facts, ok := readKey(record)
		if ok != want || ok && facts.weak != (bits < 2048) {
			t.Errorf("%d bits: %v %+v", bits, ok, facts)
		}
	}
}

func TestLookupsThatFailProveNothing(t *testing.T) {
	mail := signed(t, letter, ed25519Key(), nil)
	if got := Verify(t.Context(), []byte(mail), "example.org", &zone{down: []string{"."}}, today); got.DKIM != "none" {
		t.Errorf("%+v", got)
	}
}

// TestMailOfAnotherProgram checks a mail that python3-dkim signed.
func TestMailOfAnotherProgram(t *testing.T) {
	raw, err := os.ReadFile("testdata/dkimpy-rsa.eml")
	if err != nil {
		t.Fatal(err)
	}
	z := &zone{records: []string{txt("s1._domainkey.example.org.", keyRecord(t, rsaFile(t, "rsa2048.pem"), ""))}}
	if got := Verify(t.Context(), raw, "news.example.org", z, today); got.DKIM != "pass" || got.Weak {
		t.Errorf("%+v", got)
	}
}

// TestPartOfABodyIsNotEnough holds that a signature with l= (RFC 6376 section
// 3.5) is refused, sound as it is: anything can be added behind it.
func TestPartOfABodyIsNotEnough(t *testing.T) {
	raw, err := os.ReadFile("testdata/dkimpy-length.eml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), "; l=") {
		t.Fatal("the mail tells no length")
	}
	record := txt("s1._domainkey.example.org.", keyRecord(t, rsaFile(t, "rsa2048.pem"), ""))
	for name, mail := range map[string]string{"as signed": string(raw), "with more": string(raw) + "Send money.\r\n"} {
		if got := check(t, mail, "example.org", record); got.DKIM != "fail" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestHugeHeadersAreNotChecked holds the bounds: the library joins the lines of
// a field one by one, which takes the square of their number.
func TestHugeHeadersAreNotChecked(t *testing.T) {
	good := signed(t, letter, ed25519Key(), nil)
	record := txt("s1._domainkey.example.org.", keyRecord(t, ed25519Key(), ""))
	for name, more := range map[string]string{
		"lines of one byte": "X-Long: a\r\n" + strings.Repeat(" x\r\n", 60_000),
		"a long field":      "X-Long: " + strings.Repeat("x", 70_000) + "\r\n",
		"many fields":       strings.Repeat("X: y\r\n", 5_000),
		"a large header":    strings.Repeat("X: "+strings.Repeat("y", 900)+"\r\n", 300),
	} {
		began := time.Now()
		if got := check(t, more+good, "example.org", record); got.DKIM != "none" {
			t.Errorf("%s: %+v", name, got)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
	many := good
	for range 30 {
		many = "DKIM-Signature: v=1; a=ed25519-sha256; d=example.org; s=s1; h=From; bh=AAAA; b=AAAA\r\n" + many
	}
	z := &zone{records: []string{record}}
	if got := Verify(t.Context(), []byte(many), "example.org", z, today); got.DKIM == "pass" || len(z.asked) > maxSignatures {
		t.Errorf("thirty signatures: %+v after %d lookups", got, len(z.asked))
	}
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte(letter), "v=DKIM1; p=AAAA")
	f.Add([]byte("DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s1; h=From; bh=AAAA; b=AAAA\nFrom: a@example.org\n\nx"), "p=MIG")
	f.Fuzz(func(t *testing.T, raw []byte, record string) {
		if strings.ContainsAny(record, "\"\\\n\x00") {
			return
		}
		z := &zone{records: []string{txt("s1._domainkey.example.org.", strings.ToValidUTF8(record, "?"))}}
		if got := Verify(t.Context(), raw, "example.org", z, today); got.DKIM == "pass" {
			t.Errorf("passed: %q with %q", raw, record)
		}
	})
}

func TestEscapedStrings(t *testing.T) {
	for in, want := range map[string]string{`a\;b`: "a;b", `\"x\"`: `"x"`, `\\`: `\`, `\195\169`: "é", `end\`: `end\`, `\25`: "25"} {
		if got := plain(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}
