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
// is gone through in time: eight times as many take eight times as long or a
// little more, not sixty-four times.
func TestManyAddressesTakeNoTime(t *testing.T) {
	took := func(n int) (best time.Duration) {
		for i := range 3 { // the best of some: others use the machine too
			began := time.Now()
			if r := html.Convert("<style>"+strings.Repeat("url(//a", n)+"</style>", html.Options{Tracker: trace.Tracker}); r.Images == 0 {
				t.Fatal("no images found")
			}
			if now := time.Since(began); i == 0 || now < best {
				best = now
			}
		}
		return best
	}
	if few, many := took(10_000), took(80_000); many > 30*few {
		t.Errorf("%v for 10,000 and %v for 80,000", few, many)
	}
}
