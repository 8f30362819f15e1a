package trace

import "testing"

func TestTracker(t *testing.T) {
	for _, c := range []struct {
		address, width, height string
		want                   bool
	}{
		{"https://shop.example.org/logo.png", "120", "40", false},
		{"https://shop.example.org/a.gif", "1", "1", true},
		{"https://shop.example.org/a.gif", "0", "", true},
		{"https://shop.example.org/a.gif", " 1PX ", "", true},
		{"https://shop.example.org/a.gif", "100%", "auto", false},
		{"https://u123.ct.sendgrid.net/x", "", "", true},
		{"https://sendgrid.net.example.org/logo.png", "", "", false},
		{"https://news.example.org/wf/open?x=1", "", "", true},
		{"https://img.example.org/p.gif?u=3f9a0c7be21d4458a6e0b1c2", "", "", true},
		{"https://img.example.org/3f9a0c7be21d4458a6e0b1c2", "", "", true},
		{"https://img.example.org/photo-of-the-garden-2026-in-may.jpg?w=600", "", "", false},
		{"https://img.example.org/3f9a0c7be21d4458a6e0b1c2.jpg", "", "", false},
		{"cid:part1", "", "", false},
		{"http://[bad", "", "", false},
		{"", "", "", false},
	} {
		if got := Tracker(c.address, c.width, c.height); got != c.want {
			t.Errorf("%s %s×%s: %v", c.address, c.width, c.height, got)
		}
	}
}
