package ui_test

import (
	"testing"
	"testing/synctest"

	"github.com/caliopen/caliopen-tui/ui/uitest"
)

func TestLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := start(t, 80, 24)
		defer d.Close()
		t.Log("\n" + uitest.Frame(d.Screen()))
		d.Press("enter")
		t.Log("\n" + uitest.Frame(d.Screen()))
		d.Resize(120, 35)
		t.Log("\n" + uitest.Frame(d.Screen()))
		d.Resize(160, 45)
		t.Log("\n" + uitest.Frame(d.Screen()))
	})
}
