package mime

import (
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// huge are mails made to be slow or large to read.
func huge() map[string]string {
	head := "From: a@example.org\r\nTo: me@example.org\r\nSubject: x\r\n"
	text := head + "Content-Type: text/plain\r\n\r\n"
	html := head + "Content-Type: text/html\r\n\r\n"
	mixed := head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	refs := strings.Builder{}
	for i := range 100_000 {
		fmt.Fprintf(&refs, " <%d@example.org>\r\n", i%60_000)
	}
	return map[string]string{
		"nested multiparts":       head + nesting(10_000, false),
		"nested, one boundary":    head + nesting(10_000, true),
		"25 nested, unclosed":     head + nesting(25, false),
		"25 nested, bad header":   head + strings.Replace(nesting(25, false), "Content-Type: text/plain", "no field", 1),
		"nine nested, bad header": head + strings.Replace(nesting(9, false), "Content-Type: text/plain", "no field", 1),
		"parts":                   mixed + strings.Repeat("--b\r\nContent-Type: text/plain\r\n\r\nx\r\n", 100_000),
		"empty parts":             mixed + strings.Repeat("--b\r\n\r\n", 300_000),
		"header line of 1 MB":     head + "X-Long: " + strings.Repeat("x", 1<<20) + "\r\n\r\nbody",
		"subject of 1 MB":         "Subject: " + strings.Repeat("=?utf-8?q?x?= ", 1<<16) + "\r\n\r\nbody",
		"headers":                 head + strings.Repeat("X-A: b\r\n", 100_000) + "\r\nbody",
		"folded header":           head + "X-A: b\r\n" + strings.Repeat(" c\r\n", 200_000) + "\r\nbody",
		"semicolons":              "To: " + strings.Repeat(";", 1_000_000) + "\r\n\r\nbody",
		"commas":                  "To: " + strings.Repeat("a@b,", 250_000) + "\r\n\r\nbody",
		"angles":                  "To: " + strings.Repeat("<", 250_000) + "\r\n\r\nbody",
		"open quotes":             "From: " + strings.Repeat(`" `, 120_000) + "\r\n\r\nbody",
		"open comments":           "From: " + strings.Repeat(`(`, 250_000) + ")\r\n\r\nbody",
		"colons":                  "To: " + strings.Repeat("a:", 120_000) + "\r\n\r\nbody",
		"encoded word beginnings": "Subject: " + strings.Repeat("=?", 120_000) + "\r\n\r\nbody",
		"encoded word middles":    "Subject: " + strings.Repeat("=?a?q?", 40_000) + "\r\n\r\nbody",
		"references":              head + "References:" + refs.String() + "\r\nbody",
		"parameters":              head + "Content-Type: text/plain;" + strings.Repeat(" a=b;", 50_000) + "\r\n\r\nbody",
		"parameter pieces":        head + "Content-Type: text/plain;" + pieces(20_000) + "\r\n\r\nbody",
		"HTML in one line":        html + strings.Repeat("word ", 1<<20),
		"nested tables":           html + strings.Repeat("<table><tr><td>", 100_000),
		"links":                   html + strings.Repeat(`<a href="http://a.example/">x</a>`, 1_000_00),
		"plain links":             text + strings.Repeat("http://a.example/ ", 200_000),
		"scheme marks":            text + strings.Repeat("://", 1_000_000),
		"flowed":                  head + "Content-Type: text/plain; format=flowed\r\n\r\n" + strings.Repeat("a \r\n", 1_000_000),
		"quotation marks":         head + "Content-Type: text/plain; format=flowed\r\n\r\n" + strings.Repeat(">", 2_000_000),
		"armour":                  text + strings.Repeat(armor+"\r\n", 100_000),
		"signed armour":           text + strings.Repeat(armorSigned+"\r\n\r\n- ", 50_000),
		"soft lines":              head + "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat("=\r\n", 1_000_000),
		"broken base64":           head + "Content-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("A=!", 1_500_000),
		"wrong charset":           head + "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + strings.Repeat("\x1b$B\xff", 500_000),
		"utf-16 bomb":             head + "Content-Type: text/plain; charset=utf-16\r\n\r\n" + strings.Repeat("\xd8\x00", 1_000_000),
		"8-bit":                   text + strings.Repeat("\xe9\xe8 ", 1_000_000),
		"attachment":              head + "Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(make([]byte, 10<<20)),
		"no boundary":             head + "Content-Type: multipart/mixed\r\n\r\n" + strings.Repeat("--x\r\n", 20_000) + strings.Repeat("--y\n", 10),
		"boundary candidates":     head + "Content-Type: multipart/mixed\r\n\r\n" + candidates(20_000),
		"empty lines":             strings.Repeat("\r\n", 1_000_000) + text + "x",
		"colon lines":             text + strings.Repeat("x:\n", 100_000) + strings.Repeat("\n", 100_000),
	}
}

func candidates(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "--candidate%d\r\ntext\r\n", i)
	}
	return b.String()
}

func nesting(n int, same bool) string {
	var b strings.Builder
	for i := range n {
		if same {
			i = 0
		}
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=\"b%d\"\r\n\r\n--b%d\r\n", i, i)
	}
	return b.String() + "Content-Type: text/plain\r\n\r\ndeep"
}

func pieces(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " name*%d*=x;", i)
	}
	return b.String()
}

// TestLimits reads each of them within a second and 64 MB.
func TestLimits(t *testing.T) {
	for name, raw := range huge() {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begin := time.Now()
		m := New().Parse([]byte(raw), conversation.ParseContext{Received: received}).Message
		took := time.Since(begin)
		runtime.ReadMemStats(&after)
		used := (after.TotalAlloc - before.TotalAlloc) >> 20
		if took > slow*time.Second || used > 128 {
			t.Errorf("%s (%d kB) takes %v and %d MB in all", name, len(raw)>>10, took, used)
		}
		if testing.Verbose() {
			t.Logf("%-24s %6d kB %8v %4d MB %v", name, len(raw)>>10, took.Round(time.Millisecond), used, m.Warnings)
		}
		if len(m.Participants) > 5*maxAddresses || len(m.References) > maxReferences || len(m.Attachments) > maxParts || len(m.Text) > maxText {
			t.Errorf("%s: more is kept than the bounds allow", name)
		}
	}
}

// TestDepth says how deep parts are followed.
func TestDepth(t *testing.T) {
	for depth, warned := range map[int]bool{maxDepth - 1: false, maxDepth + 1: true} {
		raw := "From: a@example.org\r\n" + nesting(depth, false)
		m := New().Parse([]byte(raw), conversation.ParseContext{Received: received}).Message
		if got := strings.Contains(strings.Join(m.Warnings, " "), warnDeep); got != warned || !warned && m.Text != "deep" {
			t.Errorf("%d levels: text %q, warnings %v", depth, m.Text, m.Warnings)
		}
	}
}
