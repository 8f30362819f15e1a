package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestSearchFacets(t *testing.T) {
	box := seed(t)
	got := map[string]string{}
	for _, f := range box.objects(t, "search", "--facets", "the") {
		for _, v := range f["values"].([]any) {
			v := v.(map[string]any)
			got[f["field"].(string)] += fmt.Sprint(v["term"], "=", v["count"], " ")
		}
	}
	if got["with"] != "with:bo@example.org=1 with:zoe@example.org=1 " || got["account"] != "account:home=2 " || got["year"] != "on:2026=2 " {
		t.Errorf("facets %v", got)
	}
	if r := box.run(t, "", "search", "--facets", "greenhouse"); r.code != 0 || !strings.Contains(r.out, "with:zoe@example.org") || strings.Contains(r.out, "bo@") {
		t.Errorf("table %q %s", r.out, r.err)
	}
}

func TestSavedSearches(t *testing.T) {
	box := seed(t)
	ran := func(want int, args ...string) result {
		t.Helper()
		r := box.run(t, "", append([]string{"search"}, args...)...)
		if r.code != want {
			t.Fatalf("%v: status %d, %s", args, r.code, r.err)
		}
		return r
	}
	ran(0, "--save", "plants", "greenhouse", "or", "garden")
	ran(exitUsage, "--save", "bad", "(")
	ran(exitUsage, "--save", "bad")
	if rows := box.objects(t, "search", "--saved"); len(rows) != 1 || rows[0]["name"] != "plants" || rows[0]["query"] != "greenhouse or garden" {
		t.Errorf("saved %v", rows)
	}
	if hits := box.objects(t, "search", "saved:plants", "from:zoe"); len(hits) != 1 {
		t.Errorf("hits %v", hits)
	}
	if r := ran(exitUsage, "x", "saved:gone"); !strings.Contains(r.err, "3") || !strings.Contains(r.err, "gone") {
		t.Errorf("an unknown name: %s", r.err)
	}
	ran(exitUsage, "--saved", "words")
	ran(exitUsage, "--saved", "--count")
	ran(0, "--forget", "Plants")
	ran(exitMissing, "--forget", "plants")
	if r := ran(0, "--saved"); r.out != "" {
		t.Errorf("still there: %s", r.out)
	}
}
