package demo

import "testing"

func TestPathOfAMail(t *testing.T) {
	people, err := parsePeopleList("near | Near | near@maison.example near@far.example | | fr | same\nold | Old | old@far.example | | fr | tls=none dkim=none\n")
	if err != nil {
		t.Fatal(err)
	}
	w := &World{people: people}
	for _, c := range []struct {
		name, from string
		options    string
		tls, dkim  string
		dmarc      string
		login      bool
	}{
		{"ordinary", "x@y.example", "", "TLSv1.3", "pass", "pass", false},
		{"neighbour", "near@maison.example", "", "TLSv1.3", "pass", "pass", true},
		{"neighbour from elsewhere", "near@far.example", "", "TLSv1.3", "pass", "pass", false},
		{"person's options", "old@far.example", "", "", "", "", false},
		{"line before person", "old@far.example", "tls=1.2", "TLSv1.2", "", "", false},
		{"forged", "x@y.example", "dkim=fail dmarc=fail", "TLSv1.3", "fail", "fail", false},
		{"over a list", "old@far.example", "list=a.b", "TLSv1.3", "pass", "", false},
	} {
		p := w.path(&Line{To: []string{"l@lists.example"}, Options: parseOptions(c.options)}, c.from, w.start)
		if p.TLS != c.tls || p.DKIM != c.dkim || p.DMARC != c.dmarc || p.Login != c.login {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
}
