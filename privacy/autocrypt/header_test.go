package autocrypt

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func key(t testing.TB, name string) *openpgp.Key {
	t.Helper()
	keys, err := openpgp.Parse(file(t, name))
	if err != nil || len(keys) != 1 {
		t.Fatalf("%s: %v", name, err)
	}
	return keys[0]
}

// data gives a certificate as keydata carries it.
func data(t testing.TB, name string) string {
	t.Helper()
	raw, err := key(t, name).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func TestParseHeader(t *testing.T) {
	good := data(t, "bob.asc")
	folded := good[:100] + "\r\n " + good[100:300] + "\n\t" + good[300:]
	const from = "bob@example.net"
	tests := []struct {
		name, value string
		mutual      bool
		want        error
	}{
		{"plain", "addr=bob@example.net; keydata=" + good, false, nil},
		{"mutual", "addr=bob@example.net; prefer-encrypt=mutual; keydata=" + good, true, nil},
		{"another wish", "addr=bob@example.net; prefer-encrypt=always; keydata=" + good, false, nil},
		{"nopreference", "addr=bob@example.net; prefer-encrypt=nopreference; keydata=" + good, false, nil},
		{"folded", "addr=bob@example.net; keydata=\r\n " + folded, false, nil},
		{"in capitals", "addr=Bob@Example.NET; keydata=" + good, false, nil},
		{"a closing semicolon", "addr=bob@example.net; keydata=" + good + ";", false, nil},
		{"an attribute that may be passed over", "addr=bob@example.net; _later=1; keydata=" + good, false, nil},
		{"an attribute that may not", "addr=bob@example.net; later=1; keydata=" + good, false, ErrHeader},
		{"another kind of key", "addr=bob@example.net; type=p; keydata=" + good, false, ErrHeader},
		{"of somebody else", "addr=eve@example.net; keydata=" + good, false, ErrForeign},
		{"of an address like it", "addr=bob@example.net.example; keydata=" + good, false, ErrForeign},
		{"no address", "keydata=" + good, false, ErrHeader},
		{"no host", "addr=bob; keydata=" + good, false, ErrHeader},
		{"two addresses", "addr=eve@example.net; addr=bob@example.net; keydata=" + good, false, ErrHeader},
		{"no key", "addr=bob@example.net", false, ErrHeader},
		{"an empty key", "addr=bob@example.net; keydata=", false, ErrHeader},
		{"two keys in two attributes", "addr=bob@example.net; keydata=" + good + "; keydata=" + good, false, ErrHeader},
		{"two keys in one", "addr=bob@example.net; keydata=" + base64.StdEncoding.EncodeToString(bothKeys(t)), false, ErrHeader},
		{"a secret key", "addr=bob@example.net; keydata=" + data(t, "alice-secret.asc"), false, ErrHeader},
		{"not base64", "addr=bob@example.net; keydata=" + good[:200] + "*" + good[200:], false, ErrHeader},
		{"armor", "addr=bob@example.net; keydata=" + string(file(t, "bob.asc")), false, ErrHeader},
		{"cut off", "addr=bob@example.net; keydata=" + good[:200], false, ErrHeader},
		{"no attribute", "bob@example.net", false, ErrHeader},
		{"nothing", "", false, ErrHeader},
		{"too long", "addr=bob@example.net; _pad=" + strings.Repeat("x", MaxHeader) + "; keydata=" + good, false, ErrHeader},
	}
	for _, tt := range tests {
		h, err := ParseHeader(tt.value, from)
		if !errors.Is(err, tt.want) || (tt.want != nil) != (err != nil) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
			continue
		}
		if err == nil && (h.Address != from || h.Mutual != tt.mutual || h.Key.Fingerprint() != key(t, "bob.asc").Fingerprint()) {
			t.Errorf("%s: %+v", tt.name, h)
		}
		if err != nil && h.Key != nil {
			t.Errorf("%s: a key beside an error", tt.name)
		}
	}
}

func bothKeys(t *testing.T) []byte {
	var out []byte
	for _, name := range []string{"bob.asc", "carol.asc"} {
		raw, err := base64.StdEncoding.DecodeString(data(t, name))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, raw...)
	}
	return out
}

func TestSeveralHeaders(t *testing.T) {
	good := "addr=bob@example.net; keydata=" + data(t, "bob.asc")
	other := "addr=bob@example.net; keydata=" + data(t, "carol.asc")
	foreign := "addr=eve@example.net; keydata=" + data(t, "carol.asc")
	newer := "addr=bob@example.net; v=2; keydata=" + data(t, "carol.asc")
	tests := []struct {
		name   string
		values []string
		want   error
	}{
		{"none", nil, ErrNone},
		{"one", []string{good}, nil},
		{"the same twice", []string{good, good}, ErrSeveral},
		{"two keys", []string{good, other}, ErrSeveral},
		{"a valid one and one of a later version", []string{newer, good}, nil},
		{"a valid one and one of somebody else", []string{good, foreign}, nil},
		{"one of somebody else", []string{foreign}, ErrForeign},
	}
	for _, tt := range tests {
		h, err := ParseHeaders(tt.values, "Bob@example.net")
		if !errors.Is(err, tt.want) || (tt.want == nil) != (err == nil) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if err == nil && h.Key.Fingerprint() != key(t, "bob.asc").Fingerprint() {
			t.Errorf("%s: the wrong key", tt.name)
		}
	}
}

func TestGossip(t *testing.T) {
	bob := "addr=bob@example.net; prefer-encrypt=mutual; keydata=" + data(t, "bob.asc")
	carol := "addr=carol@example.net; keydata=" + data(t, "carol.asc")
	swapped := "addr=bob@example.net; keydata=" + data(t, "carol.asc")
	to := []string{"Bob@example.net", "carol@example.net"}
	tests := []struct {
		name   string
		values []string
		to     []string
		want   string
	}{
		{"of both", []string{bob, carol}, to, "bob@example.net carol@example.net"},
		{"of one who is no recipient", []string{bob, carol}, to[:1], "bob@example.net"},
		{"two things of one", []string{bob, swapped, carol}, to, "carol@example.net"},
		{"something broken", []string{bob, "addr=carol@example.net"}, to, "bob@example.net"},
		{"nobody to speak of", []string{bob}, nil, ""},
	}
	for _, tt := range tests {
		var got []string
		for _, h := range ParseGossip(tt.values, tt.to) {
			got = append(got, h.Address)
			if h.Mutual || h.Key == nil {
				t.Errorf("%s: %+v", tt.name, h)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
}

func TestFormatHeader(t *testing.T) {
	raw, err := key(t, "bob.asc").Minimal("bob@example.net")
	if err != nil {
		t.Fatal(err)
	}
	for _, mutual := range []bool{false, true} {
		value, err := FormatHeader("bob@example.net", mutual, raw)
		if err != nil {
			t.Fatal(err)
		}
		for word := range strings.FieldsSeq(value) {
			if len(word) > 76 {
				t.Errorf("cannot be folded at %q", word)
			}
		}
		h, err := ParseHeader(value, "bob@example.net")
		if err != nil || h.Mutual != mutual || string(h.Data) != string(raw) || strings.ContainsAny(value, "\r\n") {
			t.Errorf("%+v %v", h, err)
		}
	}
	long := make([]byte, MaxHeader)
	for name, f := range map[string]func() (string, error){
		"too long":               func() (string, error) { return FormatHeader("bob@example.net", true, long) },
		"an address that cheats": func() (string, error) { return FormatHeader("bob@example.net; later=1", true, raw) },
		"a line in the address":  func() (string, error) { return FormatHeader("bob@example.net\r\nBcc: eve@example.net", true, raw) },
		"no address":             func() (string, error) { return FormatHeader("bob", true, raw) },
		"no key":                 func() (string, error) { return FormatHeader("bob@example.net", true, nil) },
	} {
		if value, err := f(); !errors.Is(err, ErrHeader) || value != "" {
			t.Errorf("%s: %q %v", name, value, err)
		}
	}
}

func FuzzParseHeader(f *testing.F) {
	f.Add("addr=bob@example.net; prefer-encrypt=mutual; keydata=" + data(f, "bob.asc"))
	f.Add("addr=bob@example.net; _a=1; b=2; keydata=mDM=")
	f.Add(";;;=;addr==;keydata= = =")
	f.Fuzz(func(t *testing.T, value string) {
		h, err := ParseHeader(value, "bob@example.net")
		if err != nil {
			return
		}
		if h.Address != "bob@example.net" || h.Key == nil || h.Key.Secret() || len(value) > MaxHeader {
			t.Fatalf("%+v", h)
		}
		if _, err := ParseHeader(value, "eve@example.net"); err == nil {
			t.Fatal("valid for two addresses")
		}
	})
}

// corpus gives the folder of foreign mails, and skips where there is none.
func corpus(t *testing.T) string {
	dir := os.Getenv("CALIOPEN_CORPORA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpora")
	}
	if _, err := os.Stat(filepath.Join(dir, "sealed")); err != nil {
		t.Skip("no collection of mails")
	}
	return filepath.Join(dir, "sealed")
}

// field gives the values of a field of a mail's header, as they stand there.
func field(mail, name string) []string {
	var out []string
	head, _, _ := strings.Cut(strings.ReplaceAll(mail, "\r\n", "\n"), "\n\n")
	head = strings.NewReplacer("\n ", "\x00 ", "\n\t", "\x00\t").Replace(head)
	for line := range strings.SplitSeq(head, "\n") {
		if n, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(n, name) {
			out = append(out, strings.ReplaceAll(v, "\x00", "\n"))
		}
	}
	return out
}

func TestForeignHeaders(t *testing.T) {
	dir := corpus(t)
	tests := []struct {
		path, from string
		want       error
		mutual     bool
	}{
		{"autocrypt/example-simple-autocrypt.eml", "alice@autocrypt.example", nil, true},
		{"autocrypt/example-simple-autocrypt.eml", "bob@autocrypt.example", ErrForeign, false},
		{"autocrypt-headers/rsa2048-simple.eml", "alice@testsuite.autocrypt.org", nil, false},
		{"autocrypt-headers/unknown-type.eml", "alice@testsuite.autocrypt.org", ErrHeader, false},
		{"autocrypt-headers/rsa2048-simple-to-bot.eml", "alice@testsuite.autocrypt.org", ErrNone, false},
	}
	for _, tt := range tests {
		mail, err := os.ReadFile(filepath.Join(dir, tt.path))
		if err != nil {
			t.Fatal(err)
		}
		h, err := ParseHeaders(field(string(mail), "Autocrypt"), tt.from)
		if !errors.Is(err, tt.want) || (tt.want == nil) != (err == nil) || h.Mutual != tt.mutual {
			t.Errorf("%s: %+v %v, want %v", tt.path, h, err, tt.want)
		}
	}
	mail, err := os.ReadFile(filepath.Join(dir, "autocrypt", "example-gossip-cleartext.eml"))
	if err != nil {
		t.Fatal(err)
	}
	to := []string{"bob@autocrypt.example", "carol@autocrypt.example"}
	if got := ParseGossip(field(string(mail), "Autocrypt-Gossip"), to); len(got) != 2 {
		t.Errorf("gossip: %v", fmt.Sprint(got))
	}
}
