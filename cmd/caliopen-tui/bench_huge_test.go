//go:build unix

package main

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// hugeSize is the size of the file in the one huge mail.
const hugeSize = 36_500_000 // 50 MB as base64 with its line ends

// hugeLetter is a mail with a file that nothing can compress.
func hugeLetter() []byte {
	file := make([]byte, hugeSize)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(file)
	var b bytes.Buffer
	b.WriteString("From: Zoe <zoe@example.org>\r\nTo: " + servertest.Alice + "\r\nSubject: The film\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\n" +
		"Message-ID: <huge@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=mix\r\n\r\n" +
		"--mix\r\nContent-Type: text/plain\r\n\r\nHere it is.\r\n--mix\r\nContent-Type: video/mp4; name=film.mp4\r\n" +
		"Content-Disposition: attachment; filename=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	for line := range slices.Chunk(file, 57) {
		b.WriteString(base64.StdEncoding.EncodeToString(line) + "\r\n")
	}
	b.WriteString("--mix--\r\n")
	return b.Bytes()
}

// huge measures how much more memory a sync needs for one huge mail than for
// small ones alone, in sizes of that mail.
func (y *yard) huge(b *testing.B) {
	s := servertest.Dovecot(b)
	y = &yard{b: b, s: s, self: y.self, took: map[string][]time.Duration{}}
	for i := range 20 {
		s.Deliver(servertest.Alice, "INBOX", "", servertest.Letter(7, i))
	}
	y.n = 20
	_, small := y.fetch(b, y.self, "small")
	raw := hugeLetter()
	s.Deliver(servertest.Alice, "INBOX", "", raw)
	y.n++
	y.bytes = int64(len(raw))
	_, large := y.fetch(b, y.self, "with a huge one")
	b.ReportMetric(float64(small)/1024, "peak-MiB-small")
	b.ReportMetric(float64(large)/1024, "peak-MiB-huge")
	b.ReportMetric(float64(large-small)*1024/float64(len(raw)), "x-size")
	y.tell(b)
}
