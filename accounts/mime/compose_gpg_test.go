package mime

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// taker takes a mail apart as another program does: the type of the whole, the
// sealed part as a file, and the header outside.
const taker = `
import sys, json, email, email.policy
m = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
parts = list(m.iter_parts())
sealed = parts[1].get_payload(decode=True) if m.get_content_type() == "multipart/encrypted" else b""
open(sys.argv[2], "wb").write(sealed)
print(json.dumps({"type": m.get_content_type(), "protocol": m.get_param("protocol"), "name": parts[1].get_filename() if len(parts) > 1 else None,
  "subject": m["subject"], "to": str(m["to"]), "text": m.get_body(("plain",)).get_content() if m.get_body(("plain",)) else "",
  "files": [[p.get_filename(), p.get_payload(decode=True).decode("utf-8")] for p in m.iter_attachments()] if m.get_content_maintype() == "multipart" and not sealed else []}))
`

type taken struct {
	Type, Protocol, Name, Subject, To, Text string
	Files                                   [][2]string
}

// need skips a test where a program is missing, but not where all are meant to
// be there.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
}

func takeApart(t *testing.T, mail []byte) (taken, string) {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "mail.eml"), filepath.Join(dir, "sealed.asc")
	if err := os.WriteFile(in, mail, 0o600); err != nil {
		t.Fatal(err)
	}
	data, err := exec.Command("python3", "-c", taker, in, out).CombinedOutput()
	var got taken
	if err != nil || json.Unmarshal(data, &got) != nil {
		t.Fatalf("%v: %s", err, data)
	}
	return got, out
}

// gnupg is a GnuPG of its own, with some keys.
func gnupg(t *testing.T, public string, secret ...string) func(args ...string) (out []byte, status string) {
	t.Helper()
	home, err := os.MkdirTemp("", "gpg") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run()
		_ = os.RemoveAll(home)
	})
	run := func(args ...string) ([]byte, string) {
		cmd := exec.Command("gpg", append([]string{"--homedir", home, "--batch", "--no-tty", "--trust-model", "always", "--status-fd", "2"}, args...)...)
		var out, status bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &status
		_ = cmd.Run() // what it says counts: it fails for hidden readers that are not meant
		return out.Bytes(), status.String()
	}
	file := filepath.Join(home, "keys.asc")
	keys := []*openpgp.Key{keyOf(t, public).Public()}
	for _, name := range secret {
		keys = append(keys, keyOf(t, name))
	}
	for _, k := range keys {
		asc, err := k.Armor()
		if err != nil || os.WriteFile(file, asc, 0o600) != nil {
			t.Fatal(err)
		}
		if _, status := run("--import", file); !strings.Contains(status, "IMPORT_OK") {
			t.Fatal(status)
		}
	}
	return run
}

func TestGnuPGReadsSealedMail(t *testing.T) {
	need(t, "gpg", "python3")
	// Dave's and Frank's keys are GnuPG's own: others may announce that they
	// take the newer form of sealing, which it does not read.
	run := gnupg(t, "alice", "dave-unrevoked", "frank")
	for _, policy := range []conversation.HeaderPolicy{conversation.HideSubject, conversation.Discreet, conversation.HideAll} {
		o := sealedTo(t, policy, []string{"bob", "dave-unrevoked"}, nil, []string{"frank"})
		c := sealed(t, circle(t), o)
		for who, wire := range map[string][]byte{"dave": c.Wire, "frank": c.More[0].Wire} {
			outside, file := takeApart(t, wire)
			if outside.Type != "multipart/encrypted" || outside.Protocol != "application/pgp-encrypted" || outside.Name != "encrypted.asc" || outside.Subject != "[...]" {
				t.Errorf("%s under %s: outside stands %+v", who, policy, outside)
			}
			plain, status := run("--decrypt", file)
			if !strings.Contains(status, "DECRYPTION_OKAY") || !strings.Contains(status, "GOODSIG") || !strings.Contains(status, keyOf(t, "alice").Fingerprint()) {
				t.Fatalf("%s under %s: %s", who, policy, status)
			}
			inside, _ := takeApart(t, plain)
			if inside.Subject != o.Subject || strings.TrimSpace(inside.Text) != "Rendez-vous à Zanzibar." || !strings.Contains(inside.To, "Secrète") ||
				len(inside.Files) != 1 || inside.Files[0] != [2]string{"zanzibar été.txt", "Zanzibar again"} {
				t.Errorf("%s under %s: inside stands %+v", who, policy, inside)
			}
		}
	}
}

// The packets as GnuPG lists them name the readers of each envelope, and nobody
// else; or nobody at all.
func TestPacketsNameNoBcc(t *testing.T) {
	need(t, "gpg", "python3")
	keyID := regexp.MustCompile(`:pubkey enc packet: version 3, algo \d+, keyid ([0-9A-F]{16})`)
	run := gnupg(t, "alice", "bob", "dave-unrevoked", "frank")
	readers := func(wire []byte) []string {
		_, file := takeApart(t, wire)
		out, _ := run("--list-packets", file)
		var ids []string
		for _, m := range keyID.FindAllSubmatch(out, -1) {
			ids = append(ids, string(m[1]))
		}
		return ids
	}
	subkey := func(name string) string {
		out, _ := run("--with-colons", "--list-keys", name+"@example.org")
		m := regexp.MustCompile(`(?m)^sub:(?:[^:]*:){3}([0-9A-F]{16}):(?:[^:]*:){6}e:`).FindSubmatch(out)
		if m == nil {
			t.Fatalf("%s: %s", name, out)
		}
		return string(m[1])
	}
	alice, bob, dave, frank := subkey("alice"), subkey("bob"), subkey("dave"), subkey("frank")
	c := sealed(t, circle(t), sealedTo(t, conversation.HideSubject, []string{"bob"}, []string{"dave-unrevoked"}, []string{"frank"}))
	for what, e := range map[string]struct {
		wire []byte
		want []string
	}{
		"the message": {c.Wire, []string{bob, dave, alice}}, "the Bcc": {c.More[0].Wire, []string{frank}},
	} {
		if got := readers(e.wire); !slices.Equal(got, e.want) {
			t.Errorf("%s names %v, want %v", what, got, e.want)
		}
	}
	c = sealed(t, circle(t), sealedTo(t, conversation.HideAll, []string{"dave-unrevoked"}, nil, []string{"frank"}))
	if got := readers(c.Wire); !slices.Equal(got, []string{"0000000000000000", "0000000000000000"}) {
		t.Errorf("a message that hides all names %v", got)
	}
}
