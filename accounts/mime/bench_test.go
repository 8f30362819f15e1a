package mime

import (
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
)

// mail13k is a usual mail of today: a short text, and the same as HTML with
// styles, tables and pictures; about 13 kB.
func mail13k() []byte {
	row := `<tr><td style="padding:4px 8px;color:#333">Some words, caf=C3=A9</td><td><a href=3D"https://example.org/a?b=3Dc">more</a></td></tr>` + "\n"
	plain := strings.Repeat("Some words of the plain form, caf=C3=A9 and more of it.\n", 60)
	rich := "<html><head><style>p{margin:0}</style></head><body><table>" + strings.Repeat(row, 60) + "</table></body></html>\n"
	head := strings.Repeat("Received: from a.example.net by b.example.org with ESMTPS id 1 for <me@example.org>; Mon, 4 May 2026 11:59:00 +0000\n", 4)
	raw := head + "From: =?utf-8?q?Zo=C3=A9?= <zoe@example.org>\nTo: me@example.org\nSubject: A usual mail\nDate: Mon, 4 May 2026 11:30:00 +0000\n" +
		"Message-ID: <b@example.org>\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=in\n\n" +
		"--in\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n" + plain +
		"--in\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n" + rich + "--in--\n"
	return []byte(strings.ReplaceAll(raw, "\n", "\r\n"))
}

func BenchmarkParse13k(b *testing.B) {
	raw := mail13k()
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	ctx := conversation.ParseContext{Own: conversation.MailAddress("me@example.org"), Received: received}
	for b.Loop() {
		if New().Parse(raw, ctx).Message.Text == "" {
			b.Fatal("nothing read")
		}
	}
}
