package mime_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts/mime"
	"github.com/caliopen/caliopen-tui/conversation"
)

func attachedAs(contentType, encoding, body string) string {
	return "--b\r\nContent-Type: " + contentType + "\r\nContent-Disposition: attachment; filename=f\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n" + body + "\r\n"
}

func withParts(parts ...string) conversation.Parsed {
	raw := "From: zoe@example.org\r\nTo: me@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/plain\r\n\r\nsee below\r\n" + strings.Join(parts, "") + "--b--\r\n"
	return mime.New().Parse([]byte(raw), conversation.ParseContext{})
}

func TestTextOfAttachments(t *testing.T) {
	coded := base64.StdEncoding.EncodeToString([]byte("quince\njelly"))
	for name, c := range map[string]struct{ part, want string }{
		"text":     {attachedAs("text/plain; charset=iso-8859-1", "8bit", "caf\xe9 list"), "café list"},
		"base64":   {attachedAs("text/csv", "base64", coded), "quince\njelly"},
		"html":     {attachedAs("text/html", "quoted-printable", "<p>r=C3=A9sum=C3=A9 <b>bold</b><script>no</script></p>"), "résumé bold"},
		"calendar": {attachedAs("text/calendar", "7bit", "BEGIN:VEVENT\r\nSUMMARY;LANGUAGE=en:Plant\r\n ing day\r\nUID:zzz\r\nLOCATION:Shed\\, left\\nside\r\nATTENDEE;CN=Ines:mailto:ines@example.org\r\nEND:VEVENT"), "Planting day\nShed, left side\nCN=Ines ines@example.org"},
		"picture":  {attachedAs("image/png", "base64", coded), ""},
		"sealed":   {attachedAs("text/plain", "7bit", "-----BEGIN PGP MESSAGE-----\r\n\r\nabc\r\n-----END PGP MESSAGE-----"), ""},
	} {
		p := withParts(c.part)
		if p.Extra != c.want && strings.TrimSpace(p.Extra) != c.want {
			t.Errorf("%s: %q, want %q", name, p.Extra, c.want)
		}
		if strings.TrimSpace(p.Message.Text) != "see below" || len(p.Message.Attachments) != 1 {
			t.Errorf("%s: text %q, files %v", name, p.Message.Text, p.Message.Attachments)
		}
	}
}

func TestTextOfAttachmentsIsBounded(t *testing.T) {
	long := strings.Repeat("plums ", 100_000)
	var parts []string
	for range 8 {
		parts = append(parts, attachedAs("text/plain", "7bit", long))
	}
	p := withParts(parts[0])
	if n := len(p.Extra); n > 64<<10+1 || n < 60<<10 {
		t.Errorf("%d bytes of one", n)
	}
	if p.Message.Attachments[0].Size != int64(len(long)) {
		t.Errorf("size %d", p.Message.Attachments[0].Size)
	}
	if n := len(withParts(parts...).Extra); n > 256<<10 || n < 180<<10 {
		t.Errorf("%d bytes of all", n)
	}
}
