package ui_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
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

// endless is a backend with half a million conversations.
type endless struct{ *uitest.Fake }

func (endless) List(_ context.Context, w conversation.Window) (conversation.Page, error) {
	p := conversation.Page{Total: 500_000}
	for i := w.Offset; i < min(w.Offset+w.Limit, p.Total); i++ {
		p.Rows = append(p.Rows, conversation.Conversation{
			ID: conversation.ConversationID(fmt.Sprint("c-", i)), Title: names(i), Kind: conversation.KindPeople, Excerpt: "温室の写真 " + names(i),
			LastID: conversation.MessageID(fmt.Sprint("m-", i)), LastDate: uitest.Noon().Add(-time.Duration(i) * time.Minute), Messages: 1,
			Index: privacy.Index{Version: privacy.Version, Score: i % 101, Raw: i % 101, Level: privacy.LevelOf(i % 101)},
		})
	}
	return p, nil
}

// A key that is held down on a slow line arrives in heaps: 500 of them in one
// write are worked off at once, with a few frames drawn.
func TestAHeapOfKeysCostsLittle(t *testing.T) {
	const heap = 500
	fill := func(o *ui.Options, f *uitest.Fake) { o.Backend = endless{f} }
	for _, size := range [][2]int{{80, 24}, {200, 50}} {
		journey(t, size[0], size[1], setup{profile: colorprofile.TrueColor, change: fill}, func(d *uitest.Driver, _ *uitest.Fake) {
			d.Wait(time.Second)
			best := time.Hour
			for range 3 {
				before, bytes := ui.CPU(), d.Bytes()
				d.Keys(strings.Repeat("j", heap))
				best = min(best, ui.CPU()-before)
				t.Logf("%dx%d: %v for %d keys, %d bytes", size[0], size[1], ui.CPU()-before, heap, d.Bytes()-bytes)
			}
			d.Wait(time.Second)
			d.Expect(names(3 * heap))
			// A shared machine can be several times slower than what is promised.
			if best > 100*time.Millisecond {
				t.Errorf("%dx%d: %v for %d keys", size[0], size[1], best, heap)
			}
		})
	}
}

func TestAFrameIsDrawnInTwoMilliseconds(t *testing.T) {
	took := measure(still(t, 80, 24))
	slices.Sort(took)
	// A shared machine can be several times slower than what is promised.
	if median := took[len(took)/2]; median > 2*time.Millisecond {
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
