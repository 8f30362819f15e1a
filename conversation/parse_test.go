package conversation_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	. "github.com/caliopen/caliopen-tui/conversation"
)

// queryNow is a Sunday afternoon, two hours ahead of UTC.
var queryNow = time.Date(2026, 5, 31, 15, 30, 0, 0, time.FixedZone("", 2*3600))

// show writes a tree as an expression.
func show(n Node) string {
	var kids []string
	for _, k := range n.Kids {
		kids = append(kids, show(k))
	}
	switch n.Op {
	case And:
		return "and(" + strings.Join(kids, " ") + ")"
	case Or:
		return "or(" + strings.Join(kids, " ") + ")"
	case Not:
		return "not(" + strings.Join(kids, " ") + ")"
	}
	return showMatch(n)
}

func showMatch(n Node) string {
	s := n.Text
	if n.Phrase {
		s = `"` + s + `"`
	}
	if n.Prefix {
		s += "*"
	}
	switch n.Field {
	case "":
		return s
	case "date":
		return "date[" + showDay(n.Since) + "," + showDay(n.Until) + ")"
	case "size", "score", "level":
		return fmt.Sprintf("%s[%d,%d]", n.Field, n.Min, n.Max)
	}
	return n.Field + "=" + s
}

func showDay(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.Format("15:04:05 -0700") != "00:00:00 +0200":
		return t.String()
	}
	return t.Format("2006-01-02")
}

const most = "9223372036854775807"

func TestParseQuery(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "and()"},
		{"  ", "and()"},
		{"cables", "cables"},
		{"Two  Words", "and(Two Words)"},
		{`"a phrase" rest`, `and("a phrase" rest)`},
		{"-word", "not(word)"},
		{`a -"b c"`, `and(a not("b c"))`},
		{"a or b", "or(a b)"},
		{"a b OR c d", "or(and(a b) and(c d))"},
		{"a (b or c)", "and(a or(b c))"},
		{"-(a b)", "not(and(a b))"},
		{"((a))", "a"},
		{"a(b)c", "and(a b c)"},
		{"pre*", "pre*"},
		{"peer-to-peer", "peer-to-peer"},
		{"orange ort", "and(orange ort)"},
		{"李小龍", "李小龍"},
		{"12:30", "12:30"},
		{"https://example.org/a", "https://example.org/a"},
		{"from:zoe", "from=zoe"},
		{"FROM:Zoe", "from=Zoe"},
		{`from:"Zoé Martin"`, `from="Zoé Martin"`},
		{"from:zo*", "from=zo*"},
		{"with:zoe@example.org", "with=zoe@example.org"},
		{"-subject:x to:a cc:b body:c file:d list:e in:f tag:g id:h*", "and(not(subject=x) to=a cc=b body=c file=d list=e in=f tag=g id=h*)"},
		{"is:unread", "is=unread"},
		{"is:Flagged is:encrypted", "and(is=starred is=sealed)"},
		{"has:attach", "has=attachment"},
		{"via:masto", "protocol=mastodon"},
		{"protocol:Mail", "protocol=mail"},
		{"larger:2M", "size[2097153," + most + "]"},
		{"smaller:300k", "size[0,307199]"},
		{"size:1K..2KB", "size[1024,2048]"},
		{"size:>=5", "size[5," + most + "]"},
		{"score:<40", "score[0,39]"},
		{"score:<=40", "score[0,40]"},
		{"score:60..80", "score[60,80]"},
		{"score:>60", "score[61,100]"},
		{"score:76", "score[76,76]"},
		{"level:B", "level[61,80]"},
		{"level:a..c", "level[41,100]"},
		{"level:C..A", "level[41,100]"},
		{"level:<B", "level[0,60]"},
		{"level:E", "level[0,20]"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			q, err := ParseQuery(test.text, queryNow, "en")
			if err != nil {
				t.Fatal(err)
			}
			if got := show(q.Root); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if q.Text != test.text {
				t.Errorf("text is %q", q.Text)
			}
		})
	}
}

func TestParseQueryDates(t *testing.T) {
	tests := []struct{ text, lang, want string }{
		{"on:2025", "en", "date[2025-01-01,2026-01-01)"},
		{"on:2025-12", "en", "date[2025-12-01,2026-01-01)"},
		{"on:2025-02-28", "en", "date[2025-02-28,2025-03-01)"},
		{"before:2025-03", "en", "date[,2025-03-01)"},
		{"after:2025-03", "en", "date[2025-03-01,)"},
		{"date:2025-01..2025-03", "en", "date[2025-01-01,2025-04-01)"},
		{"on:today", "en", "date[2026-05-31,2026-06-01)"},
		{"on:yesterday", "fr", "date[2026-05-30,2026-05-31)"},
		{"on:hier", "fr", "date[2026-05-30,2026-05-31)"},
		{"on:ieri", "en", "date[2026-05-30,2026-05-31)"},
		{"on:aujourd'hui", "fr", "date[2026-05-31,2026-06-01)"},
		{"after:3months", "en", "date[2026-02-28,)"},
		{"after:3mois", "fr", "date[2026-02-28,)"},
		{"after:2settimane", "it", "date[2026-05-17,)"},
		{"before:2weeks", "en", "date[,2026-05-17)"},
		{"after:1y", "en", "date[2025-05-31,)"},
		{"after:10j", "fr", "date[2026-05-21,)"},
		{"on:14/03/2025", "fr", "date[2025-03-14,2025-03-15)"},
		{"on:03/2025", "it", "date[2025-03-01,2025-04-01)"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			q, err := ParseQuery(test.text, queryNow, test.lang)
			if err != nil {
				t.Fatal(err)
			}
			if got := show(q.Root); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestParseQueryErrorsPointAtTheCharacter(t *testing.T) {
	tests := []struct {
		text string
		pos  int
		code string
	}{
		{`abc "def`, 4, "query.unclosed_quote"},
		{`""`, 0, "query.empty_phrase"},
		{`from:"`, 5, "query.unclosed_quote"},
		{"(a b", 0, "query.unclosed_paren"},
		{"a )", 2, "query.unopened"},
		{"()", 1, "query.term_missing"},
		{"a or", 4, "query.term_missing"},
		{"or a", 0, "query.term_missing"},
		{"a or or b", 5, "query.term_missing"},
		{"a - b", 2, "query.lone_minus"},
		{"--a", 0, "query.lone_minus"},
		{"a -", 2, "query.lone_minus"},
		{"x form:zoe", 2, "query.unknown_field"},
		{"from:", 5, "query.value_missing"},
		{"from: zoe", 5, "query.value_missing"},
		{"from:(a or b)", 5, "query.value_missing"},
		{"*", 0, "query.star"},
		{"a*b", 1, "query.star"},
		{"is:happy", 3, "query.unknown_word"},
		{"has:everything", 4, "query.unknown_word"},
		{"larger:many", 7, "query.bad_size"},
		{"larger:-1", 7, "query.bad_size"},
		{"larger:99999999999999999999", 7, "query.bad_size"},
		{"score:101", 6, "query.bad_score"},
		{"score:<0", 6, "query.bad_score"},
		{"score:80..60", 6, ""},
		{"level:F", 6, "query.bad_level"},
		{"level:>A", 6, "query.empty_range"},
		{"on:2025-02-30", 3, "query.bad_date"},
		{"on:25-02-03", 3, "query.bad_date"},
		{"on:2025-13", 3, "query.bad_date"},
		{"on:14/03/2025", 3, "query.bad_date"},
		{"on:soon", 3, "query.bad_date"},
		{"date:2025..2024", 5, "query.empty_range"},
		{"before:2024..2025", 7, "query.bad_date"},
		{"caf\xe9", 3, "query.encoding"},
		{strings.Repeat("(", 100), 40, "query.too_deep"},
		{strings.Repeat("-(", 100), 80, "query.too_deep"},
		{strings.Repeat("a ", 300), 400, "query.too_many"},
		{strings.Repeat("a", 5000), 4096, "query.too_long"},
	}
	for _, test := range tests {
		t.Run(test.text[:min(20, len(test.text))], func(t *testing.T) {
			_, err := ParseQuery(test.text, queryNow, "en")
			var bad *QueryError
			if !errors.As(err, &bad) {
				if test.code != "" || err != nil {
					t.Fatalf("got %v", err)
				}
				return
			}
			if bad.Code != test.code || bad.Pos != test.pos {
				t.Errorf("got %s at %d, want %s at %d", bad.Code, bad.Pos, test.code, test.pos)
			}
			if !errors.Is(err, ErrUsage) {
				t.Error("is no wrong usage")
			}
		})
	}
}

func TestQueryErrorsCountCharactersForPeople(t *testing.T) {
	_, err := ParseQuery(`éé "x`, queryNow, "fr")
	var bad *QueryError
	if !errors.As(err, &bad) || bad.Pos != 5 || bad.Reason().Args["Pos"] != 4 {
		t.Errorf("got %+v", err)
	}
}

// What was parsed reads the same when its tree is written out again.
func TestQueriesReadBack(t *testing.T) {
	word := rapid.SampledFrom([]string{"a", "bé", "pre*", `"x y"`, "from:z", "-n", `-subject:"p q"`, "level:A..C", "after:2025", "(k or l)", "-(m o)", "is:read"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(word, 1, 8).Draw(t, "words"), rapid.SampledFrom([]string{" ", " or ", "  "}).Draw(t, "between"))
		a, err := ParseQuery(text, queryNow, "en")
		if err != nil {
			t.Fatal(err)
		}
		b, err := ParseQuery("("+text+")", queryNow, "en")
		if err != nil || show(a.Root) != show(b.Root) {
			t.Fatalf("%s in parentheses is %v (%v)", show(a.Root), b, err)
		}
	})
}

func checkTree(t *testing.T, text string, n Node, depth int) {
	t.Helper()
	if depth > 200 || n.Pos < 0 || n.Pos > len(text) {
		t.Fatalf("depth %d, position %d of %d", depth, n.Pos, len(text))
	}
	if n.Op == Match && (n.Text == "" || len(n.Kids) > 0) || n.Op == Not && len(n.Kids) != 1 || n.Op == Or && len(n.Kids) < 2 {
		t.Fatalf("odd node %+v", n)
	}
	for _, k := range n.Kids {
		checkTree(t, text, k, depth+1)
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, seed := range []string{"", `from:"Zoé" -a (b or c*) level:A..C`, "on:3months score:<40", "((", `"`, "larger:2M..1", "a\x00b", "is:", "-(-(", "日本 or 한국"} {
		f.Add(seed, "fr")
	}
	f.Fuzz(func(t *testing.T, text, lang string) {
		q, err := ParseQuery(text, queryNow, lang)
		var bad *QueryError
		switch {
		case err == nil:
			checkTree(t, text, q.Root, 0)
		case !errors.As(err, &bad):
			t.Fatalf("odd error %v", err)
		case bad.Pos < 0 || bad.Pos > len(text) || bad.Code == "" || !utf8.ValidString(bad.Code):
			t.Fatalf("odd place %d of %d", bad.Pos, len(text))
		}
	})
}
