package storage

import (
	"strings"
	"testing"
)

func TestASnippetShowsWhereMostWordsAre(t *testing.T) {
	far := strings.Repeat(" filling", 60)
	for text, want := range map[string]string{
		"the" + far + " the walrus of the mill" + far: "filling |the| |walrus| of",
		"a walrus" + far + " the" + far:               "a |walrus| filling",
		"walrus walrus walrus" + far:                  "|walrus| |walrus| |walrus|",
	} {
		got := ""
		for _, f := range excerptAround(text, "body", []term{{words: []string{"the"}}, {words: []string{"walrus"}}}) {
			if f.Match {
				f.Text = "|" + f.Text + "|"
			}
			got += f.Text
		}
		if !strings.Contains(got, want) || !strings.HasSuffix(got, "…") {
			t.Errorf("%q, want %q in it and an ellipsis at its end", got, want)
		}
	}
}
