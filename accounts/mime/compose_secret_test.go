package mime

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// plainly gives a mail as it is, and with the usual encodings taken off: what
// somebody on the way can read without a key.
func plainly(wire []byte) string {
	var b strings.Builder
	b.Write(wire)
	text, _ := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(wire)))
	b.Write(text)
	flat := bytes.ReplaceAll(wire, []byte("\r\n"), nil)
	for line := range bytes.Lines(wire) {
		words, _ := new(mime.WordDecoder).DecodeHeader(string(line))
		data, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(string(line)))
		b.WriteString(words + string(data))
	}
	for i := range 4 {
		data, _ := io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(flat[i:])))
		b.Write(data)
	}
	return b.String()
}

func TestOutsideNothingSecretIsRead(t *testing.T) {
	for policy, names := range map[conversation.HeaderPolicy]bool{conversation.HideSubject: true, conversation.Discreet: false, conversation.HideAll: false} {
		o := sealedTo(t, policy, []string{"bob"}, []string{"frank"}, []string{"mallory"})
		o.InReplyTo, o.References = "concealed-parent@example.net", []string{"concealed-first@example.net"}
		o.Seal.HideThread = true
		c := sealed(t, circle(t), o)
		for what, wire := range map[string][]byte{"wire": c.Wire, "copy": c.Copy, "Bcc": c.More[0].Wire} {
			read := plainly(outsideSeal(t, wire))
			secrets := []string{"Zanzibar", "zanzibar", "plan", "été", "mallory", "Mallory", "concealed-", "aliopen", "Bcc:", "Gossip", "text/plain"}
			if !names {
				secrets = append(secrets, "Secrète", "Alice", "Bob")
			}
			if policy == conversation.HideAll {
				secrets = append(secrets, "bob", "frank", "Autocrypt", "01 Dec 2026 09:30")
			}
			for _, s := range secrets {
				if strings.Contains(read, s) {
					t.Errorf("%s of %s: %q can be read", what, policy, s)
				}
			}
		}
	}
}

// outsideSeal takes the sealed message out of a mail: any short word turns up in
// its letters sooner or later.
func outsideSeal(t *testing.T, wire []byte) []byte {
	t.Helper()
	before, sealed, ok := bytes.Cut(wire, []byte("-----BEGIN PGP MESSAGE-----"))
	_, after, closed := bytes.Cut(sealed, []byte("-----END PGP MESSAGE-----"))
	if !ok || !closed {
		t.Fatalf("nothing is sealed:\n%s", wire)
	}
	return slices.Concat(before, after)
}

// hopeless gives a string of what makes trouble in headers and bodies.
func hopeless(label string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return rapid.StringOfN(rapid.SampledFrom([]rune("ab Zé€𝄞\r\n\t\"\\<>,:;=?_.-@()[]>From \x00\u202e")), 0, 60, -1).Draw(t, label)
	})
}

// Whatever is written comes back the same as in a clear mail, at each reader,
// and none of it stands outside.
func TestSealedRoundTrip(t *testing.T) {
	ring := circle(t)
	bob, mallory := keyOf(t, "bob"), keyOf(t, "mallory")
	rapid.Check(t, func(rt *rapid.T) {
		o := sealedTo(t, rapid.SampledFrom([]conversation.HeaderPolicy{conversation.HideSubject, conversation.Discreet, conversation.HideAll, ""}).Draw(rt, "policy"), []string{"bob"}, nil, nil)
		if rapid.Bool().Draw(rt, "bcc") {
			o.Bcc = []conversation.Participant{person(hopeless("b").Draw(rt, "bcc"), "mallory@example.org")}
			o.Seal.Keys[o.Bcc[0].Address] = mallory.Fingerprint()
		}
		o.Subject, o.Text, o.To[0].Name = hopeless("s").Draw(rt, "subject"), hopeless("t").Draw(rt, "text"), hopeless("n").Draw(rt, "name")
		o.Random = random(rapid.Uint64().Draw(rt, "seed"))
		o.Attach = nil
		for range rapid.IntRange(0, 2).Draw(rt, "files") {
			o.Attach = append(o.Attach, conversation.File{Name: hopeless("f").Draw(rt, "file"), Type: "application/x-secret", Data: rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(rt, "data")})
		}
		c, err := WithKeys(ring, func() time.Time { return sealedAt }).Compose(o)
		if err != nil {
			rt.Fatal(err)
		}
		clear := o
		clear.Seal, clear.Random = nil, random(1)
		want, err := New().Compose(clear)
		if err != nil {
			rt.Fatal(err)
		}
		comesBack(rt, c.Wire, bob, want.Wire)
		if len(o.Bcc) > 0 {
			comesBack(rt, c.More[0].Wire, mallory, want.Wire)
			comesBack(rt, c.Copy, ring.own, want.Copy)
		}
	})
}

// comesBack checks that who holds a key reads what the clear mail would have said.
func comesBack(t *rapid.T, wire []byte, who *openpgp.Key, clear []byte) {
	t.Helper()
	wellFormed(t, wire)
	r := pgpmime.Read(wire, ringOf{own: who}, sealedAt)
	if !r.Opened {
		t.Fatalf("not opened: %+v", r.Security)
	}
	ctx := conversation.ParseContext{Received: sealedAt}
	got, want := New().Parse(r.Entity, ctx).Message, New().Parse(clear, ctx).Message
	if got.Subject != want.Subject || got.Text != want.Text || !got.Date.Equal(want.Date) || len(got.Attachments) != len(want.Attachments) {
		t.Fatalf("reads\n%+v\nwant\n%+v", got, want)
	}
	for i, a := range want.Attachments {
		_, data, err := New().Part(clear, a.Part)
		if err != nil {
			t.Fatal(err)
		}
		_, back, err := New().Part(r.Entity, got.Attachments[i].Part)
		if err != nil || got.Attachments[i].Name != a.Name || !bytes.Equal(back, data) {
			t.Fatalf("attachment %q: %v", a.Name, err)
		}
	}
	for i, p := range want.Participants {
		if i >= len(got.Participants) || got.Participants[i] != p {
			t.Fatalf("participants %+v, want %+v", got.Participants, want.Participants)
		}
	}
}

// Sources of header fields that try to begin another one do so neither outside
// nor inside.
func TestSealedHeaderCannotBeInjected(t *testing.T) {
	const evil = "x\r\nX-Evil: 1\r\n\r\nEvil"
	for _, policy := range []conversation.HeaderPolicy{conversation.HideSubject, conversation.Discreet, conversation.HideAll} {
		o := sealedTo(t, policy, []string{"bob"}, []string{"frank"}, []string{"mallory"})
		o.Subject, o.From.Name, o.To[0].Name, o.Cc[0].Name, o.Bcc[0].Name = evil, evil, evil, evil, evil
		o.InReplyTo, o.References = "p@example.org", []string{evil, "ok@example.org", "a>\r\nX-Evil: <b"}
		o.Attach[0].Name, o.Attach[0].Type = evil, "text/plain\r\nX-Evil: 1"
		o.Seal.Legacy = true
		ring := circle(t)
		ring.said = "addr=alice@example.org;\r\nX-Evil: 1\r\n\r\nkeydata=QUJD"
		c := sealed(t, ring, o)
		for who, wire := range map[string][]byte{"bob": c.Wire, "mallory": c.More[0].Wire, "alice": c.Copy} {
			_, _, inside := opened(t, who, wire)
			for what, mail := range map[string][]byte{"outside": wire, "inside": inside} {
				if h, _ := split(mail, &warnings{}); h.has("x-evil") || !h.has("from") || !h.has("subject") {
					t.Errorf("%s: a field was injected %s", who, what)
				}
				if bytes.Contains(mail, []byte("\nX-Evil")) {
					t.Errorf("%s: a line was injected %s", who, what)
				}
			}
		}
	}
	for name, change := range map[string]func(*conversation.Outgoing){
		"address":    func(o *conversation.Outgoing) { o.To[0].Address.ID = "a@example.org\r\nX-Evil: 1" },
		"identifier": func(o *conversation.Outgoing) { o.InReplyTo = "a@example.org>\r\nX-Evil: <1" },
	} {
		o := sealedTo(t, conversation.HideSubject, []string{"bob"}, nil, nil)
		change(&o)
		if c, err := WithKeys(circle(t), func() time.Time { return sealedAt }).Compose(o); err == nil || c.Wire != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A subject is repeated in the text for old programs only where it was asked
// for, and marked, so that others leave it out.
func TestLegacyDisplay(t *testing.T) {
	for _, test := range []struct {
		policy conversation.HeaderPolicy
		legacy bool
		want   bool
	}{
		{conversation.HideSubject, true, false},
		{"", true, false},
		{conversation.Discreet, false, false},
		{conversation.Discreet, true, true},
		{conversation.HideAll, true, true},
	} {
		o := sealedTo(t, test.policy, []string{"bob"}, nil, nil)
		o.Seal.Legacy = test.legacy
		_, _, inside := opened(t, "bob", sealed(t, circle(t), o).Wire)
		text := strings.Contains(string(inside), "\r\n\r\nSubject: Le plan Zanzibar\r\n\r\nRendez-vous")
		marked := strings.Contains(string(inside), "format=flowed; hp-legacy-display=\"1\"\r\n")
		if text != test.want || marked != test.want {
			t.Errorf("%s, %v: in the text %v, marked %v", test.policy, test.legacy, text, marked)
		}
	}
}

// The own key goes outside where the address stands there anyway.
func TestOwnKeyIsTold(t *testing.T) {
	field := func(mail []byte) string {
		h, _ := split(mail, &warnings{})
		return strings.Join(strings.Fields(h.get("autocrypt")), " ")
	}
	ring := circle(t)
	want := strings.TrimSpace(ring.said)
	for policy, outside := range map[conversation.HeaderPolicy]bool{conversation.HideSubject: true, conversation.Discreet: true, conversation.HideAll: false} {
		c := sealed(t, ring, sealedTo(t, policy, []string{"bob"}, nil, []string{"mallory"}))
		_, r, _ := opened(t, "bob", c.Wire)
		if (field(c.Wire) == want) != outside || (len(r.Autocrypt) == 1) == outside {
			t.Errorf("%s: outside %q, inside %q", policy, field(c.Wire), r.Autocrypt)
		}
	}
	o := sealedTo(t, "", []string{"bob"}, nil, []string{"mallory"})
	o.Seal = nil
	for said, told := range map[string]bool{ring.said: true, "": false, "addr=a; keydata=" + strings.Repeat("QUJD ", 2<<10): false, "addr=a;\x00": false} {
		ring.said = said
		c := sealed(t, ring, o)
		wellFormed(t, c.Wire)
		if got := field(c.Wire); (got != "") != told || told && got != strings.TrimSpace(said) {
			t.Errorf("of %d bytes a clear mail tells %q", len(said), got)
		}
		if field(c.Wire) != field(c.Copy) {
			t.Error("the copy tells something else")
		}
	}
}
