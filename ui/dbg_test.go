package ui_test
import ("testing";"strings";"github.com/caliopen/caliopen-tui/ui/uitest")
func dbgFree(t *testing.T, d *uitest.Driver) {
	d.Resize(80, 24)
	t.Log(uitest.Frame(d.Screen()))
	for i := range 3 {
		if strings.Contains(d.Screen(), "Conversations") && strings.Contains(d.Screen(), "sync") && strings.Contains(d.Screen(), "filter") { t.Log("break",i); break }
		for _, k := range []string{"ctrl+c","esc","1"} { d.Press(k); t.Log(i, k, "\n"+uitest.Frame(d.Screen())) }
	}
}
