package mime

import (
	"bytes"
	"encoding/base64"
	"io"
	"testing"
	"time"

	pgparmor "github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"github.com/caliopen/caliopen-tui/conversation"
)

// sealed100k is a sealed mail with a file of 100 KiB, and its ciphertext.
func sealed100k(tb testing.TB) (raw []byte, cipher string) {
	tb.Helper()
	file := bytes.Repeat([]byte("0123456789abcdef"), 100<<10/16)
	text := base64.StdEncoding.EncodeToString(file)
	var lines bytes.Buffer
	for len(text) > 0 {
		n := min(76, len(text))
		lines.WriteString(text[:n] + "\r\n")
		text = text[n:]
	}
	cipher = sealing(tb, "alice", multi("mixed", "m", plan, "Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"+lines.String()))
	return []byte(top(fromAlice) + envelopeOf(cipher)), cipher
}

// BenchmarkSealed100k reads it.
func BenchmarkSealed100k(b *testing.B) {
	raw, _ := sealed100k(b)
	f := reading(b, "alice")
	ctx := conversation.ParseContext{Own: conversation.MailAddress("bob@example.org"), Received: at}
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if p := f.Parse(raw, ctx); !p.Private || p.Message.Evidence.Security.Signature != "good" {
			b.Fatal("not opened")
		}
	}
}

// BenchmarkSealed100kLibrary has only the library open and verify the
// ciphertext, for comparison.
func BenchmarkSealed100kLibrary(b *testing.B) {
	raw, cipher := sealed100k(b)
	var ring pgp.EntityList
	for _, who := range []string{"bob", "alice"} {
		data, err := held(b, who).Bytes()
		if err != nil {
			b.Fatal(err)
		}
		more, err := pgp.ReadKeyRing(bytes.NewReader(data))
		if err != nil {
			b.Fatal(err)
		}
		ring = append(ring, more...)
	}
	b.SetBytes(int64(len(raw)))
	config := &packet.Config{Time: func() time.Time { return at }}
	for b.Loop() {
		md, err := pgp.ReadMessage(unarmored(b, cipher), ring, nil, config)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, md.UnverifiedBody); err != nil || md.SignatureError != nil {
			b.Fatal(err, md.SignatureError)
		}
	}
}

func unarmored(b *testing.B, cipher string) io.Reader {
	b.Helper()
	block, err := pgparmor.Decode(bytes.NewReader([]byte(cipher)))
	if err != nil {
		b.Fatal(err)
	}
	return block.Body
}
