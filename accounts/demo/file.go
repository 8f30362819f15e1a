package demo

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"mime"
	"path"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
)

// madeUp gives the type and the bytes of a file that somebody attached. It can
// really be opened: a name alone would end in an error message.
func madeUp(name, about string, at time.Time) (kind string, data []byte) {
	switch path.Ext(name) {
	case ".png":
		return "image/png", picture(name)
	case ".pdf":
		return "application/pdf", page(name)
	case ".csv":
		return "text/csv; charset=utf-8", []byte("article;quantité;prix\r\n" + strings.ReplaceAll(name, ";", ",") + ";1;12,50\r\n")
	case ".ics":
		return "text/calendar; charset=utf-8; method=REQUEST", invitation(name, at)
	}
	if kind = mime.TypeByExtension(path.Ext(name)); kind == "" {
		kind = "application/octet-stream"
	}
	return kind, []byte(strings.Repeat(about+"\n", 20))
}

// pictures gives the files of a post.
func pictures(l *Line, at time.Time) []fediverse.Media {
	var out []fediverse.Media
	for _, name := range strings.FieldsFunc(l.Options["attach"], func(r rune) bool { return r == ',' }) {
		kind, data := madeUp(name, l.Text, at)
		about := strings.ReplaceAll(strings.TrimSuffix(name, path.Ext(name)), "-", " ")
		out = append(out, fediverse.Media{Type: kind, Description: about, Data: data})
	}
	return out
}

// grain gives endless noise that depends on the seed only, so that the same
// story makes the same files.
func grain(seed string) func() uint32 {
	h := fnv.New32a()
	fmt.Fprint(h, seed)
	x := h.Sum32() | 1
	return func() uint32 {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		return x
	}
}

// invitation asks for an hour in the afternoon three days later (RFC 5545).
func invitation(name string, at time.Time) []byte {
	begin := at.UTC().Truncate(24 * time.Hour).Add(3*24*time.Hour + 17*time.Hour)
	const stamp = "20060102T150405Z"
	return fmt.Appendf(nil, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//demo//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"+
		"UID:%s.%d@saint-aubin.example\r\nDTSTAMP:%s\r\nDTSTART:%s\r\nDTEND:%s\r\nSUMMARY:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		name, at.Unix(), at.UTC().Format(stamp), begin.Format(stamp), begin.Add(time.Hour).Format(stamp), strings.TrimSuffix(name, ".ics"))
}

// picture draws stripes in colours that depend on the name, with the grain of
// a photograph: without it, the file would be smaller than anybody believes.
func picture(name string) []byte {
	next := grain(name)
	seed := next()
	width, height := 120+int(seed%80), 90+int(seed%50)
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			band, n := uint32((x+y)/20*40), next()
			img.SetRGBA(x, y, color.RGBA{R: uint8(seed + band + n&7), G: uint8(seed>>8 + band + n>>8&7), B: uint8(seed>>16 + n>>16&7), A: 255})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // a bytes.Buffer never fails, and the picture is a valid one
	return b.Bytes()
}

// scan is what fills a document: comment lines that no reader shows.
func scan(name string) string {
	next := grain(name)
	var b strings.Builder
	for range 200 + next()%900 {
		fmt.Fprintf(&b, "%% %08x%08x%08x%08x%08x%08x\n", next(), next(), next(), next(), next(), next())
	}
	return b.String()
}

// page writes a PDF of one page that bears the file's name (ISO 32000-1).
func page(name string) []byte {
	ascii := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`()\`, r) {
			return '-'
		}
		return r
	}, name)
	text := "BT /F 24 Tf 72 720 Td (" + ascii + ") Tj ET"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n" + scan(name))
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}
