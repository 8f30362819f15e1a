package servertest

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The words that generated letters are made of: three languages and two scripts.
var vocabulary = strings.Fields(`the of and to in is that for it with as was on are by this be at from or have an they which one
you were all her there would their will when who him been has more no if out so what up said about than into them can only
other new some could time these two may then do first any my now such like our over man even most made after also did many
le la les des est dans pour que qui sur avec plus par tout mais comme elle nous vous sont cette faire fait bien être été où
aussi leur après sans même encore deux temps année jour réunion jardin câble été élève garçon façon naïve œuvre Noël
il di che non una sono per con del della anche come più stato ancora tutto dopo fatto quando perché città università
server backup garden meeting invoice bicycle weather kitchen project report deadline train station music library answer
明日 会議 資料 東京 电脑 会议 明天 报告 안녕 회의`)

// Letter makes the i-th mail of an invented mailbox: 13 kB on the average with
// a heavy tail, threads, HTML, attachments, several languages, the header lines
// of a provider. The same seed and number give the same bytes.
func Letter(seed uint64, i int) []byte {
	r := rand.New(rand.NewPCG(seed, uint64(i)))
	at := time.Date(2016, 1, 1, 6, 0, 0, 0, time.UTC).Add(time.Duration(i) * 97 * time.Minute)
	person := r.IntN(400)
	from := fmt.Sprintf("person%d@domain%d.example", person, person%60)
	var b strings.Builder
	fmt.Fprintf(&b, "Authentication-Results: mx.example.org; dkim=pass header.d=domain%d.example; dmarc=pass header.from=domain%d.example\r\n", person%60, person%60)
	fmt.Fprintf(&b, "Received: from mail.domain%d.example (mail.domain%d.example [192.0.2.%d])\r\n", person%60, person%60, 1+person%250)
	fmt.Fprintf(&b, "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n\tby mx.example.org (Postfix) with ESMTPS id %X\r\n\tfor <%s>; %s\r\n",
		i, Alice, at.Format(time.RFC1123Z))
	fmt.Fprintf(&b, "From: %s <%s>\r\nTo: %s\r\n", title(some(rand.New(rand.NewPCG(seed, uint64(1e9+person))), 2)), from, Alice)
	if r.IntN(6) == 0 {
		fmt.Fprintf(&b, "Cc: person%d@domain%d.example\r\n", r.IntN(400), r.IntN(60))
	}
	if r.IntN(20) == 0 {
		fmt.Fprintf(&b, "List-Id: <list%d.example.org>\r\n", r.IntN(12))
	}
	fmt.Fprintf(&b, "Subject: =?utf-8?B?%s?=\r\nDate: %s\r\nMessage-ID: <%d.%d@example.org>\r\n",
		base64.StdEncoding.EncodeToString([]byte(title(some(r, 2+r.IntN(6))))), at.Format(time.RFC1123Z), seed, i)
	if back := i - 1 - r.IntN(40); back >= 0 && r.IntN(2) == 0 {
		fmt.Fprintf(&b, "In-Reply-To: <%d.%d@example.org>\r\nReferences: <%d.%d@example.org>\r\n", seed, back, seed, back)
	}
	b.WriteString("MIME-Version: 1.0\r\n")
	letterBody(&b, r)
	return []byte(b.String())
}

func letterBody(b *strings.Builder, r *rand.Rand) {
	text := paragraphs(r, 80+r.IntN(400))
	switch k := r.IntN(10); {
	case k < 6:
		plainPart(b, text)
	case k < 9:
		b.WriteString("Content-Type: multipart/alternative; boundary=alt\r\n\r\n--alt\r\n")
		plainPart(b, text)
		b.WriteString("\r\n--alt\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<html><body>")
		for _, p := range strings.Split(text, "\r\n\r\n") {
			fmt.Fprintf(b, "<p style=\"margin:0;font-family:sans-serif;color:#333333\">%s <a href=\"https://www.example.com/?id=%d\">%s</a></p>\r\n", p, r.IntN(1e6), some(r, 2))
		}
		b.WriteString("</body></html>\r\n--alt--\r\n")
	default:
		b.WriteString("Content-Type: multipart/mixed; boundary=mix\r\n\r\n--mix\r\n")
		plainPart(b, text)
		b.WriteString("\r\n--mix\r\nContent-Type: application/pdf; name=\"report.pdf\"\r\nContent-Disposition: attachment; filename=\"report.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
		base64Lines(b, r, 10_000+r.IntN(110_000))
		b.WriteString("--mix--\r\n")
	}
}

func plainPart(b *strings.Builder, text string) {
	b.WriteString("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text + "\r\n")
}

func base64Lines(b *strings.Builder, r *rand.Rand, n int) {
	line := make([]byte, 57)
	for ; n > 0; n -= len(line) {
		for i := range line {
			line[i] = byte(r.Uint32())
		}
		b.WriteString(base64.StdEncoding.EncodeToString(line) + "\r\n")
	}
}

// some gives n words; a few words are frequent and most are rare, as in life.
func some(r *rand.Rand, n int) string {
	w := make([]string, n)
	for i := range w {
		x := r.Float64()
		w[i] = vocabulary[int(x*x*x*float64(len(vocabulary)))]
		if r.IntN(12) == 0 {
			w[i] += fmt.Sprint(r.IntN(50_000)) // part numbers, dates, sums: the words that only a few mails hold
		}
	}
	return strings.Join(w, " ")
}

func paragraphs(r *rand.Rand, words int) string {
	var b strings.Builder
	for words > 0 {
		n := min(words, 20+r.IntN(60))
		words -= n
		for n > 0 {
			k := min(n, 11)
			b.WriteString(some(r, k) + "\r\n")
			n -= k
		}
		b.WriteString("\r\n")
	}
	return strings.TrimRight(b.String(), "\r\n")
}

func title(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
