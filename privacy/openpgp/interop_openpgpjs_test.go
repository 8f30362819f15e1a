package openpgp

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// openpgpjs is OpenPGP.js, which reads and writes version 6.
type openpgpjs struct {
	folder
	bin, modules string
}

// newOpenPGPJS looks for the library beside its script, or in the folder that
// CALIOPEN_OPENPGPJS names.
func newOpenPGPJS(t *testing.T, names ...string) openpgpjs {
	t.Helper()
	p := openpgpjs{bin: need(t, "node"), modules: filepath.Join("testdata", "openpgpjs")}
	if dir := os.Getenv("CALIOPEN_OPENPGPJS"); dir != "" {
		p.modules = dir
	}
	if _, err := os.Stat(filepath.Join(p.modules, "node_modules", "openpgp")); err != nil {
		absent(t, "OpenPGP.js is not installed: npm ci --prefix privacy/openpgp/testdata/openpgpjs")
	}
	p.folder = newFolder(t, names...)
	return p
}

type request struct {
	Date    time.Time `json:"date"`
	Data    string    `json:"data,omitempty"`
	Message string    `json:"message,omitempty"`
	To      []string  `json:"to,omitempty"`
	Secret  []string  `json:"secret,omitempty"`
	Signers []string  `json:"signers,omitempty"`
}

type answer struct {
	Text string `json:"text"`
	Good []bool `json:"good"`
}

func (p openpgpjs) ask(t *testing.T, action string, r request) answer {
	t.Helper()
	r.Date = time.Now()
	in, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	out, ok := run(t, in, p.bin, filepath.Join("testdata", "openpgpjs", "peer.js"), p.modules, action)
	var a answer
	if ok {
		if err := json.Unmarshal(out, &a); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func (p openpgpjs) key(t *testing.T, name string) string { return string(p.read(t, name)) }

// TestInteropOpenPGPJS goes through old keys, new keys, and both together.
func TestInteropOpenPGPJS(t *testing.T) {
	p := newOpenPGPJS(t, "alice", "ivan", "frank", "grace", "bob")
	for _, c := range [][3]string{{"alice", "ivan", "frank"}, {"grace", "bob", "alice"}, {"alice", "grace", "grace"}, {"grace", "grace", "ivan"}} {
		t.Run(strings.Join(c[:], " "), func(t *testing.T) { meet(t, p, c[0], c[1], c[2]) })
	}
}

func (p openpgpjs) seal(t *testing.T, plain []byte, signer string, to ...string) []byte {
	r := request{Data: string(plain)}
	if signer != "" {
		r.Secret = []string{p.key(t, signer+".sec")}
	}
	for _, name := range to {
		r.To = append(r.To, p.key(t, name+".pub"))
	}
	return []byte(p.ask(t, "seal", r).Text)
}

func (p openpgpjs) open(t *testing.T, sealed []byte, secret, signer string) ([]byte, bool) {
	r := request{Message: string(sealed), Secret: []string{p.key(t, secret+".sec")}}
	if signer != "" {
		r.Signers = []string{p.key(t, signer+".pub")}
	}
	a := p.ask(t, "open", r)
	return []byte(a.Text), len(a.Good) == 1 && a.Good[0]
}

func (p openpgpjs) sign(t *testing.T, data []byte, signer string) []byte {
	return []byte(p.ask(t, "sign", request{Data: string(data), Secret: []string{p.key(t, signer+".sec")}}).Text)
}

func (p openpgpjs) verify(t *testing.T, data, sig []byte, signer string) bool {
	a := p.ask(t, "verify", request{Data: string(data), Message: string(sig), Signers: []string{p.key(t, signer+".pub")}})
	return len(a.Good) == 1 && a.Good[0]
}

// TestOpenPGPJSUnlocksOurKeys: also those locked with Argon2.
func TestOpenPGPJSUnlocksOurKeys(t *testing.T) {
	p := newOpenPGPJS(t)
	for _, name := range []string{"alice", "grace"} {
		k := load(t, name)
		locked := must[*Key](t)(k.Lock([]byte("Passphrase é")))
		a := p.ask(t, "unlock", request{Data: "Passphrase é", Secret: []string{string(must[[]byte](t)(locked.Armor()))}})
		if !strings.EqualFold(a.Text, k.Fingerprint()) {
			t.Errorf("%s: %q", name, a.Text)
		}
	}
}
