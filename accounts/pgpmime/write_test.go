package pgpmime

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// sentAt is when the letters of these tests are written.
var sentAt = time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)

// dice gives the same bytes for the same seed.
func dice(seed uint64) func([]byte) {
	r := rand.New(rand.NewPCG(seed, 7))
	return func(b []byte) {
		for i := range b {
			b[i] = byte(r.Uint32())
		}
	}
}

// holder gives the key of somebody, with the secret key.
func holder(t testing.TB, name string) *openpgp.Key {
	t.Helper()
	data, err := os.ReadFile("../../privacy/openpgp/testdata/" + name + ".asc")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := openpgp.Parse(data)
	if err != nil || len(keys) != 1 {
		t.Fatalf("%s: %v", name, err)
	}
	return keys[0]
}

// bunch is a Keys of some secret keys, and of some certificates to check with.
type bunch struct{ secret, known []*openpgp.Key }

func (b bunch) Secrets() []*openpgp.Key { return b.secret }

func (b bunch) Signers(uint64) []*openpgp.Key { return append(b.known, b.secret...) }

// plainLetter is a letter with every sort of field.
func plainLetter() Letter {
	return Letter{
		Lines: []Line{
			{"From", "Alice Secret <alice@example.org>", "alice@example.org"},
			{"To", "Bob Secret <bob@example.org>,\r\n \"F. Secret\" <frank@example.org>", "bob@example.org,\r\n frank@example.org"},
			{"Cc", "Mallory Secret <mallory@example.org>", "mallory@example.org"},
			{"Bcc", "hush@example.org", "hush@example.org"},
			{"Subject", "Secret plan", ""},
			{"Date", sentAt.Format(time.RFC1123Z), ""},
			{"Message-ID", "<one@example.org>", ""},
			{"In-Reply-To", "<before@example.net>", ""},
			{"References", "\r\n <first@example.net>\r\n <before@example.net>", ""},
			{"Keywords", "Secret", ""},
			{"Comments", "Secret", ""},
			{"Chat-Version", "1.0", ""},
			{"Caliopen", "v=1", ""},
			{"Autocrypt-Gossip", "addr=bob@example.org; keydata=Secret", ""},
			{"X-Whatever", "Secret?", ""},
		},
		Entity: []byte("Content-Type: multipart/mixed;\r\n boundary=\"b\"\r\n\r\n--b\r\n\r\nSecret text.\r\n--b--\r\n"),
	}
}

func sealing(t testing.TB, p conversation.HeaderPolicy) Seal {
	t.Helper()
	return Seal{
		Policy: p, To: []*openpgp.Key{holder(t, "bob").Public(), holder(t, "alice").Public()}, Signer: holder(t, "alice"),
		Now: sentAt, Date: sentAt, Random: dice(1),
	}
}

// What outsiders see of each field under each policy.
func TestHeaderPolicies(t *testing.T) {
	date := sentAt.Format(time.RFC1123Z)
	blurred := "<blurred>"
	for _, test := range []struct {
		name                 string
		baseline, shy, chatt string // "" for nothing
	}{
		{"From", "Alice Secret <alice@example.org>", "alice@example.org", "alice@example.org"},
		{"To", "Bob Secret <bob@example.org>,\r\n \"F. Secret\" <frank@example.org>", "bob@example.org,\r\n frank@example.org", `"hidden-recipients": ;`},
		{"Cc", "Mallory Secret <mallory@example.org>", "mallory@example.org", ""},
		{"Bcc", "", "", ""},
		{"Subject", "[...]", "[...]", "[...]"},
		{"Date", date, date, blurred},
		{"Message-ID", "<one@example.org>", "<one@example.org>", "<one@example.org>"},
		{"In-Reply-To", "<before@example.net>", "", ""},
		{"References", "\r\n <first@example.net>\r\n <before@example.net>", "", ""},
		{"Keywords", "", "", ""},
		{"Comments", "", "", ""},
		{"Chat-Version", "1.0", "1.0", "1.0"},
		{"Caliopen", "", "", ""},
		{"Autocrypt-Gossip", "", "", ""},
		{"X-Whatever", "Secret?", "", ""},
	} {
		for policy, want := range map[conversation.HeaderPolicy]string{
			conversation.HideSubject: test.baseline, conversation.Discreet: test.shy, conversation.HideAll: test.chatt,
		} {
			got := ""
			for _, l := range sealing(t, policy).outer(plainLetter().Lines) {
				if l.Name == test.name {
					got = l.Value
				}
			}
			if want == blurred && got != date {
				want = got // see TestBlurredDatesAreTaken
			}
			if got != want {
				t.Errorf("%s under %s: %q outside, want %q", test.name, policy, got, want)
			}
		}
	}
	hidden := sealing(t, conversation.HideSubject)
	hidden.HideThread = true
	for _, l := range hidden.outer(plainLetter().Lines) {
		if l.Name == "References" || l.Name == "In-Reply-To" {
			t.Errorf("%s stands outside although the parent hid its thread", l.Name)
		}
	}
}

// Servers refuse a mail without a date, of 1970, or more than a week old.
func TestBlurredDatesAreTaken(t *testing.T) {
	zone := time.FixedZone("", 5*3600)
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.Uint64().Draw(t, "random")
		at := time.Unix(rapid.Int64Range(1600000000, 4000000000).Draw(t, "date"), 0).In(zone)
		s := Seal{Policy: conversation.HideAll, Date: at, Random: func(b []byte) { binary.LittleEndian.PutUint64(b, raw) }}
		value, keep := s.left(Line{Name: "Date", Value: "true"})
		got, err := time.Parse(time.RFC1123Z, value)
		if !keep || err != nil {
			t.Fatalf("%q: %v", value, err)
		}
		if ago := at.Sub(got); ago < 0 || ago > 6*24*time.Hour {
			t.Fatalf("the date outside lies %v before the letter", ago)
		}
		if !strings.HasSuffix(value, "+0000") {
			t.Fatalf("the zone shows: %s", value)
		}
	})
	a, b := Seal{Date: sentAt, Random: dice(1)}, Seal{Date: sentAt, Random: dice(2)}
	if a.blurred().Equal(b.blurred()) {
		t.Error("the blur is the same each time")
	}
}

func TestPaddingGoesToBuckets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 3<<20).Draw(t, "size")
		b := bucket(n)
		switch {
		case b < n || b < smallestPadded:
			t.Fatalf("%d is brought to %d", n, b)
		case n > smallestPadded && float64(b) > 1.12*float64(n):
			t.Fatalf("%d is brought to %d, %.1f %% more", n, b, 100*float64(b-n)/float64(n))
		case bucket(b) != b:
			t.Fatalf("%d is no bucket", b)
		}
	})
	sizes := map[int]bool{}
	for n := range 1 << 16 {
		sizes[bucket(n)] = true
	}
	if len(sizes) > 80 {
		t.Errorf("%d sizes up to 64 KiB tell too much", len(sizes))
	}
}

func TestPaddingStandsBehindTheLastBoundary(t *testing.T) {
	end := "\r\n--b--\r\n"
	for n := range 400 {
		entity := []byte(strings.Repeat("x", 5000+n) + end)
		out := padded(bytes.Clone(entity), dice(uint64(n)))
		if len(out) != bucket(len(entity)+2) || !bytes.HasPrefix(out, entity) {
			t.Fatalf("%d bytes become %d, want %d", len(entity), len(out), bucket(len(entity)+2))
		}
		for line := range strings.Lines(string(out[len(entity):])) {
			if !strings.HasSuffix(line, "\r\n") || len(line) > 78 || strings.HasPrefix(line, "--") || strings.Contains(line, "=") && len(line) < 3 {
				t.Fatalf("padding line %q", line)
			}
		}
	}
}

// What could end a field or begin another one is refused whole.
func TestLinesCannotBeInjected(t *testing.T) {
	for name, bad := range map[string]Line{
		"another field": {"Subject", "x\r\nBcc: y@example.org", ""},
		"lone LF":       {"Subject", "x\n y", ""},
		"lone CR":       {"Subject", "x\r y", ""},
		"NUL":           {"Subject", "x\x00", ""},
		"empty line":    {"Subject", "x\r\n\r\nbody", ""},
		"blank fold":    {"Subject", "x\r\n \r\n y", ""},
		"in the name":   {"X: y\r\nZ", "x", ""},
		"no name":       {"", "x", ""},
		"in the bare":   {"To", "a@example.org", "a@example.org\r\nX: y"},
		"too long":      {"Subject", strings.Repeat("x", 1000), ""},
	} {
		l := plainLetter()
		l.Lines = append(l.Lines, bad)
		if _, err := SealMail(l, sealing(t, conversation.HideSubject)); !errors.Is(err, ErrLine) {
			t.Errorf("%s inside: %v", name, err)
		}
		s := sealing(t, conversation.HideSubject)
		s.Outside = []Line{bad}
		if _, err := SealMail(plainLetter(), s); !errors.Is(err, ErrLine) {
			t.Errorf("%s outside: %v", name, err)
		}
		if _, err := SignMail(l, s.Signer, sentAt, dice(1)); !errors.Is(err, ErrLine) {
			t.Errorf("%s signed: %v", name, err)
		}
	}
	if l, ok := Fold("Autocrypt", "addr=a@example.org; keydata="+strings.Repeat(" abcd", 100)); !ok || !l.fit() {
		t.Errorf("a value of words is refused: %q", l.Value)
	}
	for _, bad := range []string{"", "  ", "a\x00b", strings.Repeat("x", 1000)} {
		if _, ok := Fold("Autocrypt", bad); ok {
			t.Errorf("%.20q is taken", bad)
		}
	}
}

func TestWithoutKeysNothingIsWritten(t *testing.T) {
	for name, change := range map[string]func(*Seal){
		"no signer":      func(s *Seal) { s.Signer = nil },
		"no reader":      func(s *Seal) { s.To = nil },
		"expired reader": func(s *Seal) { s.To = append(s.To, holder(t, "carol").Public()) },
		"expired signer": func(s *Seal) { s.Signer = holder(t, "carol") },
		"public signer":  func(s *Seal) { s.Signer = s.Signer.Public() },
	} {
		s := sealing(t, conversation.HideSubject)
		change(&s)
		if out, err := SealMail(plainLetter(), s); err == nil || out != nil {
			t.Errorf("%s: %v, %d bytes", name, err, len(out))
		}
	}
	broken := plainLetter()
	broken.Entity = []byte("X: y\r\n\r\ntext")
	if _, err := SealMail(broken, sealing(t, conversation.HideSubject)); err == nil {
		t.Error("an entity that does not begin with its type is sealed")
	}
}
