package ui_test

import (
	"testing"
	"testing/synctest"
)

func TestTheFrameShowsItselfAndQuits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := start(t, 80, 24)
		defer d.Close()
		d.Expect("caliopen", "Conversations", "sync ok 3/3", "B 71")
		d.Press("g")
		d.Expect("to the contacts")
		d.Press("c")
		d.Expect("Contacts")
		d.Resize(30, 8)
		d.Expect("The window is too small")
		d.Resize(120, 35)
		d.Press("q", "q")
		if !d.Ended() {
			t.Error("q at the top of the first place did not quit")
		}
	})
}
