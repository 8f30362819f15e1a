package ui_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

// names gives rows with wide characters and emoji, which renderers repair
// with the most bytes.
func names(i int) string {
	return fmt.Sprintf([]string{"田中 %d 🌸", "Éloïse %d", "李小龍 %d", "🇫🇷 Comité %d", "Giulia %d"}[i%5], i)
}

func TestAKeyOnTheListCostsFewBytes(t *testing.T) {
	fill := func(_ *ui.Options, f *uitest.Fake) { f.Fill(400, names) }
	for _, size := range [][2]int{{80, 24}, {200, 50}} {
		journey(t, size[0], size[1], setup{profile: colorprofile.TrueColor, change: fill}, func(d *uitest.Driver, f *uitest.Fake) {
			d.Wait(time.Second)
			total, n := 0, 0
			for range 60 {
				before := d.Bytes()
				d.Keys("j")
				total, n = total+d.Bytes()-before, n+1
			}
			if per := total / n; per > 400 {
				t.Errorf("%dx%d: %d bytes a key", size[0], size[1], per)
			} else {
				t.Logf("%dx%d: %d bytes a key", size[0], size[1], per)
			}
		})
	}
}

func TestAFrameIsDrawnInTwoMilliseconds(t *testing.T) {
	took := measure(still(t, 80, 24))
	slices.Sort(took)
	// A shared machine can be several times slower than what is promised.
	if median := took[len(took)/2]; median > 6*time.Millisecond {
		t.Errorf("a frame takes %v", median)
	} else {
		t.Logf("a frame takes %v", median)
	}
}

// measure draws the model's frame many times.
func measure(m tea.Model) []time.Duration {
	var out []time.Duration
	for range 200 {
		out = append(out, ui.DrawTime(m))
	}
	return out
}

func BenchmarkView(b *testing.B) {
	m := still(b, 80, 24)
	for b.Loop() {
		ui.Draw(m)
	}
}
