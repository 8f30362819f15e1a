package mime

import (
	"bytes"
	"encoding/base64"
	"mime"
	"mime/quotedprintable"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/caliopen/caliopen-tui/conversation"
)

// textPart writes a text with its fields: format=flowed (RFC 3676), as it is
// when it is short lines of ASCII, else quoted-printable. Neither lets a line
// end through that is not ours, so that nothing can be smuggled past the dot
// that ends a message. A legacy subject is put in front of the text, marked so
// that programs which show the true one leave it out (RFC 9788, 5.2.2).
func textPart(b *bytes.Buffer, text, legacy string) {
	lines := stuffed(normal(text))
	display := ""
	if legacy != "" {
		display = "; hp-legacy-display=\"1\""
		lines = slices.Concat([]string{"Subject: " + singleLine(legacy), ""}, lines)
	}
	encoding := "7bit"
	if !simple(lines) {
		encoding = "quoted-printable"
	}
	b.WriteString("Content-Type: text/plain; charset=utf-8; format=flowed" + display + "\r\n")
	b.WriteString("Content-Transfer-Encoding: " + encoding + "\r\n\r\n")
	body := strings.Join(lines, "\r\n") + "\r\n"
	if encoding == "7bit" {
		b.WriteString(body)
		return
	}
	w := quotedprintable.NewWriter(b)
	_, _ = w.Write([]byte(body)) // a buffer takes everything
	_ = w.Close()
}

// normal makes text of one sort of line end, valid UTF-8, without NUL and
// without empty lines at its end.
func normal(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	text = strings.ReplaceAll(text, "\x00", "\uFFFD")
	return strings.TrimRight(strings.ToValidUTF8(text, "\uFFFD"), "\n")
}

// simple tells whether lines can be sent without encoding: ASCII and far below
// the limit of RFC 5322, 2.1.1. ("From " at their begin, which some servers
// rewrite, has been stuffed; a lone dot is doubled when the message is sent.)
func simple(lines []string) bool {
	for _, l := range lines {
		if len(l) > 200 {
			return false
		}
		for i := range len(l) {
			if l[i] < ' ' && l[i] != '\t' || l[i] > '~' {
				return false
			}
		}
	}
	return true
}

// filePart writes an attachment in base64. Its name stands twice: as RFC 2231
// wants it, and as an encoded word in "name" for programs that know only that.
func filePart(b *bytes.Buffer, f conversation.File) {
	name := singleLine(baseName(f.Name))
	b.WriteString("Content-Type: " + fileType(f.Type) + charsetOf(f))
	if name != "" {
		b.WriteString(";\r\n name=\"" + fallback(name) + "\"")
	}
	b.WriteString("\r\nContent-Disposition: attachment")
	if name != "" {
		b.WriteString(fileName(name))
	}
	b.WriteString("\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	base64Lines(b, f.Data)
}

// baseName takes the folders off: a path tells where the sender keeps things.
func baseName(name string) string {
	return name[strings.LastIndexAny(name, `/\`)+1:]
}

// fileType checks a media type that was guessed or given.
func fileType(t string) string {
	name, _, err := mime.ParseMediaType(t)
	if err != nil || !strings.Contains(name, "/") || strings.HasPrefix(name, "multipart/") || strings.HasPrefix(name, "message/") {
		return "application/octet-stream" // RFC 2046, 5.2.1: a message must not be in base64
	}
	return name
}

// charsetOf names the character set of a text file that is UTF-8; without it
// other programs read a text as ASCII (RFC 2046, 4.1.2).
func charsetOf(f conversation.File) string {
	if strings.HasPrefix(fileType(f.Type), "text/") && utf8.Valid(f.Data) {
		return "; charset=utf-8"
	}
	return ""
}

// fallback writes a name for programs that do not know RFC 2231.
func fallback(name string) string {
	if plainASCII(name) && len(name) <= 60 {
		return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name)
	}
	return encoded(name, 10)
}

// fileName writes the name of a file as RFC 2231 wants it, in pieces of a line
// each when it is long.
func fileName(name string) string {
	if plainASCII(name) && len(name) <= 60 {
		return ";\r\n filename=\"" + fallback(name) + "\""
	}
	text := "utf-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
	if len(text) <= 60 {
		return ";\r\n filename*=" + text
	}
	var b strings.Builder
	for i := 0; text != ""; i++ {
		n := pieceEnd(text)
		b.WriteString(";\r\n filename*" + itoa(i) + "*=" + text[:n])
		text = text[n:]
	}
	return b.String()
}

// pieceEnd gives a length that does not cut an escape.
func pieceEnd(s string) int {
	n := min(len(s), 55)
	if n == len(s) {
		return n
	}
	if i := strings.LastIndexByte(s[:n], '%'); i > n-3 {
		return i
	}
	return n
}

// base64Lines writes data in lines of 76 characters.
func base64Lines(b *bytes.Buffer, data []byte) {
	const chunk = 57
	line := make([]byte, base64.StdEncoding.EncodedLen(chunk))
	for len(data) > 0 {
		n := min(chunk, len(data))
		base64.StdEncoding.Encode(line, data[:n])
		b.Write(line[:base64.StdEncoding.EncodedLen(n)])
		b.WriteString("\r\n")
		data = data[n:]
	}
}
