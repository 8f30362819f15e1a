package ui_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/screen"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

// TestANoticeStaysUntilAKeyIsPressed is about what was wrong with how the
// program was started.
func TestANoticeStaysUntilAKeyIsPressed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := begin(t, 100, 30, setup{change: func(o *ui.Options, _ *uitest.Fake) {
			o.Notice = "passed over: bcc, \x1b[2Jattach"
			o.Start = screen.To{Kind: screen.Compose}
		}})
		defer d.Close()
		d.Wait(time.Minute)
		d.Expect("passed over: bcc")
		d.Press("x")
		d.Refuse("passed over")
	})
}
