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
		{"https://shop.example.org/line.gif", "600", "1", false},
		{"https://shop.example.org/a.gif", "2", "2", true},
		{"https://shop.example.org/a.gif", "0.5", "0.5", true},
		{"https://shop.example.org/a.gif", "600", "0", true},
		{"https://shop.example.org/a.gif", "-1", "40", false},
		{"https://track.example.org/logo.png", "", "", true},
		{"https://racetrack.example.org/logo.png", "", "", false},
		{"https://track/logo.png", "", "", false},
		{"https://a.b.emltrk.com/x.gif", "", "", true},
		{"https://news.example.org/e/1x1.gif", "", "", true},
		{"https://news.example.org/open.aspx?x", "", "", true},
		{"https://news.example.org/opening-hours.png", "", "", false},
		{"https://news.example.org/x.gif?to=paul%40example.net", "", "", true},
		{"https://news.example.org/paul@example.net/logo.png", "", "", true},
		{"https://news.example.org/logo@2x.png", "", "", false},
		{"https://img.example.org/x.png?id=12345678901234567890", "", "", true},
		{"https://img.example.org/x.png?v=20261122", "", "", false},
		{"https://img.example.org/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "", "", true},
		{"  https://u123.ct.sendgrid.net/x ", "", "", true},
		{"//u123.ct.sendgrid.net/x", "", "", true},
		{"cid:part1", "", "", false},
		{"http://[bad", "", "", false},
		{"", "", "", false},
	} {
		if got := Tracker(c.address, c.width, c.height); got != c.want {
			t.Errorf("%s %s×%s: %v", c.address, c.width, c.height, got)
		}
	}
}
