package mime

import (
	"bytes"
	"encoding/base64"
	"maps"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// hugeLayers are mails made to be slow to take the layers off.
func hugeLayers(t testing.TB) map[string]string {
	head := top(fromAlice)
	signed, sig := signedBy(t, "alice", plan), signature(t, "alice", plan)
	deep := plan
	for range 200 {
		deep = strings.Replace(multi(signedKind, "sig", deep, sig), "boundary=\"sig\"", "boundary=\"x"+strings.Repeat("y", len(deep)%50)+"\"", 1)
	}
	nested := signed
	for i := range 40 {
		nested = multi("mixed", "m"+strings.Repeat("n", i), nested, nested[:min(len(nested), 100)])
	}
	return map[string]string{
		"boundaries in one line":   head + "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=b\r\n\r\n" + strings.Repeat("--b", 1_500_000),
		"boundaries that go on":    head + "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=b\r\n\r\n" + strings.Repeat("--bx\r\n", 800_000),
		"signed parts":             head + multi("mixed", "m", strings.Split(strings.Repeat(signed+"\x00", 400), "\x00")[:400]...),
		"many parts":               head + "Content-Type: multipart/mixed; boundary=m\r\n\r\n" + strings.Repeat("--m\r\nX: pgp-signature\r\n\r\nx\r\n", 100_000),
		"signatures around others": head + deep,
		"nested":                   head + nested,
		"signed blocks":            head + "Content-Type: text/plain\r\n\r\n" + strings.Repeat("-----BEGIN PGP SIGNED MESSAGE-----\r\n", 100_000),
		"signed blocks, one line":  head + "Content-Type: text/plain\r\n\r\n" + strings.Repeat("-----BEGIN PGP SIGNED MESSAGE-----", 100_000),
		"a large signed part":      head + signedBy(t, "alice", plan+strings.Repeat("line\r\n", 1_000_000)),
		"a large bare part":        head + strings.ReplaceAll(signedBy(t, "alice", plan+strings.Repeat("line\r\n", 1_000_000)), "\r\n", "\n"),
		"signatures":               head + multi(signedKind, "s", plan, "Content-Type: application/pgp-signature\r\n\r\n"+strings.Repeat(strings.SplitN(sig, "\r\n\r\n", 2)[1]+"\r\n", 500)),
		"Autocrypt fields":         strings.Repeat("Autocrypt: "+autocryptOf(t, "alice", "alice@example.org", true)+"\r\n", 800) + head + signed,
		"keys attached":            head + multi("mixed", "m", append([]string{signed}, strings.Split(strings.Repeat(keyPart(t, "frank")+"\x00", 300), "\x00")[:300]...)...),
		"ciphertext of nothing":    head + envelopeOf("-----BEGIN PGP MESSAGE-----\r\n\r\n"+base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xC1, 3, 1, 2, 3}, 800_000))),
		"fields inside":            head + envelopeOf(sealing(t, "alice", strings.Repeat("HP-Outer: To: x@example.org\r\n", 30_000)+inner(cipher, full))),
		"gossip":                   head + envelopeOf(sealing(t, "alice", strings.Repeat("Autocrypt-Gossip: "+autocryptOf(t, "frank", "bob@example.org", true)+"\r\n", 300)+inner(cipher, full))),
	}
}

// TestLimitsWithKeys reads all mails that are made to be slow with keys at
// hand, each within a second and with little memory.
func TestLimitsWithKeys(t *testing.T) {
	f := reading(t, "alice", "mallory")
	all := hugeLayers(t)
	maps.Copy(all, huge())
	for name, raw := range all {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begin := time.Now()
		p := f.Parse([]byte(raw), conversation.ParseContext{Own: conversation.MailAddress("bob@example.org"), Received: at})
		took := time.Since(begin)
		runtime.ReadMemStats(&after)
		used := (after.TotalAlloc - before.TotalAlloc) >> 20
		if took > slow*time.Second || used > 160 {
			t.Errorf("%s (%d kB) takes %v and %d MB in all", name, len(raw)>>10, took, used)
		}
		if testing.Verbose() {
			t.Logf("%-24s %6d kB %8v %4d MB %s", name, len(raw)>>10, took.Round(time.Millisecond), used, verdict(p))
		}
	}
}
