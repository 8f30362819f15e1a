package mime

import (
	"bytes"
	"encoding/base64"
	"io"
	"slices"
	"testing"
	"time"

	pgparmor "github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"github.com/caliopen/caliopen-tui/accounts/pgpmime"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
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

// BenchmarkSealed100k reads it by turns as a whole, as far as its layers, and
// with the library alone opening and verifying the ciphertext. What others do on
// the machine falls on all alike, so the ratios of the medians are what counts.
func BenchmarkSealed100k(b *testing.B) {
	raw, cipher := sealed100k(b)
	ring := reading(b, "alice")
	ways := []struct {
		name string
		do   func()
	}{{"library", libraryAlone(b, cipher)}, {"read", func() {
		if r := pgpmime.Read(raw, ring.keys, at); !r.Opened || len(r.Signatures) != 1 || r.Signatures[0].State != openpgp.Good {
			b.Fatal("not opened")
		}
	}}, {"parse", func() {
		p := ring.Parse(raw, conversation.ParseContext{Own: conversation.MailAddress("bob@example.org"), Received: at})
		if !p.Private || p.Message.Evidence.Security.Signature != "good" {
			b.Fatal("not opened")
		}
	}}}
	took := make([][]time.Duration, len(ways))
	for b.Loop() {
		for range 100 {
			for i, w := range ways {
				began := time.Now()
				w.do()
				took[i] = append(took[i], time.Since(began))
			}
		}
	}
	for i, w := range ways {
		slices.Sort(took[i])
		b.ReportMetric(float64(took[i][len(took[i])/2].Microseconds()), w.name+"-µs")
		b.ReportMetric(float64(took[i][len(took[i])/2])/float64(took[0][len(took[0])/2]), w.name+"-x")
	}
	b.ReportMetric(0, "ns/op")
}

// libraryAlone opens and verifies a ciphertext with nothing but the library.
func libraryAlone(b *testing.B, cipher string) func() {
	b.Helper()
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
	config := &packet.Config{Time: func() time.Time { return at }}
	return func() {
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
