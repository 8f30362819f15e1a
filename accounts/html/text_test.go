package html

import (
	"strings"
	"testing"
	"time"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"paragraphs", "<p>One\n two</p><p>Three</p>", "One two\n\nThree"},
		{"breaks", "a<br>b<br/>c<br><br><br><br>d", "a\nb\nc\n\nd"},
		{"inline", "<b>bo</b>ld and <i>it</i>", "bold and it"},
		{"entities", "&lt;b&gt; &amp;eacute; &eacute;&nbsp;&#8364;", "<b> &eacute; é €"},
		{"list", "<ul><li>a<li>b<ul><li>c</ul></ul>d", "* a\n* b\n  * c\n\nd"},
		{"numbers", "<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"},
		{"quote", "x<blockquote><p>a</p><p>b</p></blockquote>y", "x\n\n> a\n>\n> b\n\ny"},
		{"quote in quote", "<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n> > b"},
		{"pre", "<pre>a  b\n  c</pre>d", "a  b\n  c\n\nd"},
		{"table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a  b\nc"},
		{"layout table", "<table><tr><td><table><tr><td><p>a</p></td></tr></table></td></tr></table>", "a"},
		{"style and script", "<style>p{}</style>a<script>x()</script>b", "ab"},
		{"hidden", `a<div style="display: none">h<div>i</div></div><span hidden>j</span>b`, "ab"},
		{"hidden paragraph without end", `<p style="display:none">h<p>b`, "b"},
		{"font size zero", `a<span style="font-size:0px">h</span>b`, "ab"},
		{"alt text", `<img src="cid:1" alt="a cat">`, "a cat"},
		{"comment", "a<!-- c -->b", "ab"},
		{"unclosed", "<p>a<b>c", "ac"},
		{"link", `see <a href="https://example.org/x">this page</a>.`, "see this page [1]."},
		{"preview fillers", "a\u200c\u00a0\u200c\u00a0\u00ad b", "a b"},
		{"headings", "<h1>T</h1>x", "T\n\nx"},
	} {
		if got := Text(c.in).Text; got != c.want {
			t.Errorf("%s: %q gives %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestHost(t *testing.T) {
	for in, want := range map[string]string{
		"https://Example.ORG:8443/a":          "example.org",
		"https://bank.example@evil.example/":  "evil.example",
		"https://xn--caf-dma.example/":        "café.example",
		"https://xn--pple-43d.example/":       "xn--pple-43d.example",   // Cyrillic а in Latin letters
		"https://xn--80ak6aa92e.example/":     "xn--80ak6aa92e.example", // all Cyrillic, looks Latin
		"https://xn--e1afmkfd.example/":       "пример.example",
		"mailto:zoe@example.org?subject=x":    "example.org",
		"java\nscript:alert(1)":               "",
		"#top":                                "",
		"ht\ntps://example.org/":              "example.org",
		"https://evil.example\\@bank.example": "evil.example",
		"https://evil.example/%zz":            "evil.example",
	} {
		if got := Host(in); got != want {
			t.Errorf("Host(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLinks(t *testing.T) {
	r := Text(`<a href="https://evil.example/login">https://bank.example</a> <a name=x>y</a> <a href="javascript:x">z</a>`)
	if len(r.Links) != 1 || r.Links[0].Host != "evil.example" || r.Links[0].Text != "https://bank.example" {
		t.Errorf("links are %+v", r.Links)
	}
	if !r.Active {
		t.Error("a script address is not called active")
	}
}

func TestRemote(t *testing.T) {
	for _, c := range []struct {
		in               string
		images, trackers int
		active           bool
	}{
		{`<img src="https://a.example/x.png" width="300" height="20">`, 1, 0, false},
		{`<img src="https://a.example/x" width=1 height=1>`, 1, 1, false},
		{`<img src="//a.example/x" style="width:0px">`, 1, 1, false},
		{`<img src="https://a.example/x" style="display:none">`, 1, 1, false},
		{`<img src="cid:1"><img src="data:image/png;base64,x">`, 0, 0, false},
		{`<td background="http://a.example/x"><div style="background:url('https://a.example/y')">`, 2, 0, false},
		{`<style>a{background:url(//a.example/z)}</style>`, 1, 0, false},
		{`<link rel=stylesheet href="https://a.example/c.css">`, 1, 0, false},
		{`<form action="https://a.example/"><input></form>`, 0, 0, true},
		{`<script>x</script>`, 0, 0, true},
		{`<p onclick="x()">a`, 0, 0, true},
		{`<style>@supports (x:y){}</style>`, 0, 0, true},
		{`<style>@media (max-width:600px){td{width:100%}}</style>`, 0, 0, false},
	} {
		r := Text(c.in)
		if r.Images != c.images || r.Trackers != c.trackers || r.Active != c.active {
			t.Errorf("%s: %d images, %d trackers, active %v", c.in, r.Images, r.Trackers, r.Active)
		}
	}
}

func TestMastodon(t *testing.T) {
	in := `<p><span class="h-card"><a href="https://social.example/@zoe" class="u-url mention">@<span>zoe</span></a></span> ` +
		`<span class="h-card"><a href="https://other.example/users/max" class="u-url mention">@<span>max</span></a></span> Hi, ask ` +
		`<a href="https://social.example/@zoe" class="u-url mention">@<span>zoe</span></a> about ` +
		`<a href="https://example.org/a/very/long"><span class="invisible">https://</span><span class="ellipsis">example.org/a</span><span class="invisible">/very/long</span></a></p>`
	r := Convert(in, Options{Mentions: []string{"@zoe@social.example", "@max@other.example"}, Unmarked: true})
	if want := "Hi, ask @zoe about example.org/a…"; r.Text != want {
		t.Errorf("got %q, want %q", r.Text, want)
	}
	if n := len(r.Links); n != 2 || r.Links[1].URL != "https://example.org/a/very/long" {
		t.Errorf("links are %+v", r.Links)
	}
	r = Convert(in, Options{Mentions: []string{"@max@other.example"}, Unmarked: true})
	if !strings.HasPrefix(r.Text, "@zoe @max Hi") {
		t.Errorf("somebody else's mention is gone: %q", r.Text)
	}
}

// TestHuge holds the conversion to a second for input made to be slow.
func TestHuge(t *testing.T) {
	for name, in := range map[string]string{
		"one line":           strings.Repeat("word ", 1<<20),
		"nested tags":        strings.Repeat("<div>", 1e5) + "x",
		"nested quotes":      strings.Repeat("<blockquote>x", 1e5),
		"nested lists":       strings.Repeat("<ul><li>x", 1e5),
		"nested tables":      strings.Repeat("<table><tr><td>", 1e5) + "x",
		"many links":         strings.Repeat(`<a href="https://example.org/">x</a>`, 1e5),
		"unclosed links":     strings.Repeat(`<a href="https://example.org/">x `, 1e5),
		"open brackets":      strings.Repeat("<", 1<<20),
		"one giant tag":      "<p " + strings.Repeat("a=b ", 1<<20),
		"styles":             "<style>" + strings.Repeat("url(", 1<<20),
		"inline styles":      strings.Repeat(`<p style="`+strings.Repeat("a:b;", 100)+`">x`, 1e4),
		"entities":           strings.Repeat("&#x41;&", 1<<19),
		"pre and breaks":     "<pre>" + strings.Repeat("\n", 1<<20) + "x" + strings.Repeat("<br>", 1e5) + "y",
		"hidden in itself":   strings.Repeat(`<div hidden>`, 1e5),
		"ends without start": strings.Repeat("</blockquote></ul></span></pre>", 1e5),
	} {
		begin := time.Now()
		r := Text(in)
		if d := time.Since(begin); d > slow*time.Second {
			t.Errorf("%s takes %v", name, d)
		}
		if len(r.Text) > maxText {
			t.Errorf("%s gives %d bytes", name, len(r.Text))
		}
	}
}

func FuzzHTML(f *testing.F) {
	f.Add(`<p>a<a href="https://example.org/">b</a><ul><li>c</ul>`)
	f.Add("<blockquote><pre>\n\n</pre>x")
	f.Add("&#27;]0;x&#7;")
	f.Fuzz(func(t *testing.T, s string) {
		r := Text(s)
		if len(r.Text) > maxText || r.Trackers > r.Images || len(r.Links) > maxLinks {
			t.Fatalf("beyond the limits: %d bytes, %d links", len(r.Text), len(r.Links))
		}
		for _, l := range r.Links {
			if l.Host == "" {
				t.Fatalf("a link without host: %+v", l)
			}
		}
	})
}
