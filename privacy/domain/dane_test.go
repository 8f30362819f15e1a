package domain

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func TestDANE(t *testing.T) {
	servers := []string{
		exchanger, "example.org. 60 IN MX 20 backup.example.net.",
		"mx.example.org. 60 IN A 192.0.2.1", "backup.example.net. 60 IN AAAA 2001:db8::1",
	}
	pin := func(host, fields string) string { return "_25._tcp." + host + ". 60 IN TLSA " + fields }
	both := []string{pin("mx.example.org", "3 1 1 "+sha256), pin("backup.example.net", "2 0 1 "+sha256)}
	for _, c := range []struct {
		name     string
		records  []string
		insecure []string
		down     []string
		want     bool
		fails    bool
	}{
		{"both servers", both, nil, nil, true, false},
		{"one of two", both[:1], nil, nil, false, false},
		{"not proved where the mail goes", both, []string{"example.org."}, nil, false, false},
		{"one server's addresses not proved", both, []string{"backup.example.net."}, nil, false, false},
		{"one record not proved", both, []string{"_25._tcp.mx.example.org."}, nil, false, false},
		{"for public authorities only", []string{both[1], pin("mx.example.org", "1 1 1 "+sha256)}, nil, nil, false, false},
		{"unusable beside usable", append(both, pin("mx.example.org", "0 0 1 "+sha256)), nil, nil, true, false},
		{"wrong length", []string{both[1], pin("mx.example.org", "3 1 2 "+sha256)}, nil, nil, false, false},
		{"unknown selector", []string{both[1], pin("mx.example.org", "3 2 1 "+sha256)}, nil, nil, false, false},
		{"unknown form", []string{both[1], pin("mx.example.org", "3 1 3 "+sha256)}, nil, nil, false, false},
		{"whole certificate", []string{both[1], pin("mx.example.org", "3 0 0 3082")}, nil, nil, true, false},
		{"no answer", both, nil, []string{"_25._tcp.mx.example.org."}, false, true},
		{"no records", nil, nil, nil, false, false},
	} {
		z := &zone{records: append(append([]string{}, servers...), c.records...), insecure: c.insecure, down: c.down}
		f, err := (&web{handler: http.NotFound}).lookups(t, z).Look(t.Context(), "example.org", Facts{})
		if (err != nil) != c.fails || f.Enforced != c.want || f.Enforced && f.How != "dane" || !f.Mail {
			t.Errorf("%s: %+v, %v", c.name, f, err)
		}
	}
}

func TestDANEOfAnAliasAndOfADomainWithoutServers(t *testing.T) {
	for name, records := range map[string][]string{
		"alias":     {exchanger, "mx.example.org. 60 IN CNAME host.example.net.", "host.example.net. 60 IN A 192.0.2.1", "_25._tcp.host.example.net. 60 IN TLSA 3 1 1 " + sha256},
		"old name":  {exchanger, "mx.example.org. 60 IN CNAME host.example.net.", "host.example.net. 60 IN A 192.0.2.1", "_25._tcp.mx.example.org. 60 IN TLSA 3 1 1 " + sha256},
		"no server": {"example.org. 60 IN A 192.0.2.1", "_25._tcp.example.org. 60 IN TLSA 3 1 1 " + sha256},
	} {
		f, err := (&web{handler: http.NotFound}).lookups(t, &zone{records: records}).Look(t.Context(), "example.org", Facts{})
		if err != nil || !f.Enforced || f.How != "dane" {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
}

// TestAServerTooMany holds that a flood of servers ends in no claim, and soon.
func TestAServerTooMany(t *testing.T) {
	var records []string
	for n := range maxServers + 1 {
		host := strings.Repeat("m", n+1) + ".example.org."
		records = append(records, "example.org. 60 IN MX 10 "+host, host+" 60 IN A 192.0.2.1", "_25._tcp."+host+" 60 IN TLSA 3 1 1 "+sha256)
	}
	z := &zone{records: records}
	f, err := (&web{handler: http.NotFound}).lookups(t, z).Look(t.Context(), "example.org", Facts{})
	if err != nil || f.Enforced || len(z.asked) > 5 {
		t.Errorf("%+v after %d questions, %v", f, len(z.asked), err)
	}
}

func TestNamesThatAreNoDomains(t *testing.T) {
	z := &zone{}
	for _, d := range []string{"", "localhost", "192.0.2.1", "[192.0.2.1]", "a..example.org", "exa mple.org", "x.example.org/../y", "-a.example.org", strings.Repeat("a.", 130) + "org"} {
		f, err := (Lookups{DNS: z, Now: func() time.Time { return today }}).Look(t.Context(), d, Facts{})
		if err != nil || f.Mail || f.Enforced {
			t.Errorf("%q: %+v %v", d, f, err)
		}
	}
	if len(z.asked) > 0 {
		t.Errorf("asked %s", z.lookups())
	}
}

func TestDMARC(t *testing.T) {
	record := func(name, text string) string { return txt("_dmarc."+name+".", text) }
	for _, c := range []struct {
		name    string
		records []string
		want    string
	}{
		{"own", []string{record("news.example.org", "v=DMARC1; p=reject")}, "reject"},
		{"of the organisation", []string{record("example.org", "v=DMARC1; p=quarantine")}, "quarantine"},
		{"for those below", []string{record("example.org", "v=DMARC1; p=reject; sp=none")}, "none"},
		{"own before the organisation's", []string{record("news.example.org", "v=DMARC1; p=none"), record("example.org", "v=DMARC1; p=reject")}, "none"},
		{"for a part", []string{record("news.example.org", "v=DMARC1; p=reject; pct=20")}, "quarantine"},
		{"for a part, milder", []string{record("news.example.org", "v=DMARC1; p=quarantine; pct=20")}, "none"},
		{"tried out", []string{record("news.example.org", "v=DMARC1; p=reject; t=y")}, "none"},
		{"reports only", []string{record("news.example.org", "v=DMARC1; rua=mailto:x@example.org")}, "none"},
		{"twice", []string{record("news.example.org", "v=DMARC1; p=reject"), record("news.example.org", "v=DMARC1; p=none")}, "missing"},
		{"something else", []string{record("news.example.org", "v=DMARC10; p=reject")}, "missing"},
		{"of everybody below org", []string{record("org", "v=DMARC1; p=reject")}, "missing"},
		{"nothing", nil, "missing"},
	} {
		got, err := Lookups{DNS: &zone{records: c.records}}.DMARC(t.Context(), "News.example.org")
		if err != nil || got != c.want {
			t.Errorf("%s: %q, want %q (%v)", c.name, got, c.want, err)
		}
	}
	if _, err := (Lookups{DNS: &zone{down: []string{"."}}}).DMARC(t.Context(), "example.org"); err == nil {
		t.Error("no answer, and no error")
	}
}

func TestLookOwn(t *testing.T) {
	all := []string{
		exchanger, announces, "example.org. 60 IN SOA ns. mail. 1 2 3 4 5", ". 60 IN SOA ns. mail. 1 2 3 4 5",
		txt("_dmarc.example.org.", "v=DMARC1; p=reject"),
	}
	for _, c := range []struct {
		name     string
		records  []string
		insecure []string
		down     []string
		want     Own
	}{
		{"everything", all, nil, nil, Own{"reject", "enforce", "signed"}},
		{"not signed", all, []string{"example.org."}, nil, Own{"reject", "enforce", "unsigned"}},
		{"a resolver that cannot tell", all, []string{"."}, nil, Own{"reject", "enforce", ""}},
		{"bare", all[:1], nil, nil, Own{"missing", "none", "signed"}},
		{"no answers", nil, nil, []string{"."}, Own{}},
	} {
		l := (&web{handler: says(enforcing)}).lookups(t, &zone{records: c.records, insecure: c.insecure, down: c.down})
		if got := l.LookOwn(t.Context(), "example.org"); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
