package html_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/html"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// TestTrackers counts, in whole mails, what would be loaded and what of it
// reports that they were read. Pictures sent along load nothing, and a link
// reports nothing until it is followed.
func TestTrackers(t *testing.T) {
	for file, want := range map[string]struct{ images, trackers int }{
		"newsletter.html": {9, 3},
		"receipt.html":    {4, 2},
		"letter.html":     {0, 0},
	} {
		data, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		r := html.Convert(string(data), html.Options{Tracker: trace.Tracker})
		if r.Images != want.images || r.Trackers != want.trackers {
			t.Errorf("%s: %d images, %d trackers, want %+v", file, r.Images, r.Trackers, want)
		}
	}
}

// TestManyAddressesTakeNoTime holds that a style sheet of nothing but addresses
// is gone through in time.
func TestManyAddressesTakeNoTime(t *testing.T) {
	began := time.Now()
	r := html.Convert("<style>"+strings.Repeat("url(//a", 100_000)+"</style>", html.Options{Tracker: trace.Tracker})
	if took := time.Since(began); r.Images == 0 || took > 2*time.Second {
		t.Errorf("%d images after %v", r.Images, took)
	}
}
