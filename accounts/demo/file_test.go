package demo

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// Files must be what their names say.
func TestMadeUpFiles(t *testing.T) {
	for name, want := range map[string]struct{ kind, begin string }{
		"plan.pdf": {"application/pdf", "%PDF-1.4"},
		"a.png":    {"image/png", "\x89PNG\r\n"},
		"b.csv":    {"text/csv; charset=utf-8", "article;"},
		"d.ics":    {"text/calendar; charset=utf-8; method=REQUEST", "BEGIN:VCALENDAR\r\n"},
		"c.txt":    {"text/plain; charset=utf-8", "words\n"},
	} {
		kind, data := madeUp(name, "words", time.Unix(0, 0))
		if kind != want.kind || !strings.HasPrefix(string(data), want.begin) {
			t.Errorf("%s is %s and begins %.10q", name, kind, data)
		}
	}
}

func TestTablesOfAPageAreWhereItSays(t *testing.T) {
	data := string(page("a plan (1).pdf"))
	end := data[strings.LastIndex(data, "startxref\n")+len("startxref\n"):]
	at, err := strconv.Atoi(strings.TrimSuffix(end, "\n%%EOF\n"))
	if err != nil || !strings.HasPrefix(data[at:], "xref\n0 6\n") {
		t.Fatalf("the table is not at %q", end)
	}
	for i, row := range strings.SplitAfter(data[at+len("xref\n0 6\n"):], "\n")[1:6] {
		off, err := strconv.Atoi(row[:10])
		if want := strconv.Itoa(i+1) + " 0 obj"; err != nil || len(row) != 20 || !strings.HasPrefix(data[off:], want) {
			t.Errorf("row %q does not lead to %q", row, want)
		}
	}
}
