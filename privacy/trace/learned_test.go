package trace

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func learn(l *Learned, n int, header string) {
	for range n {
		l.Add(Observe([]byte(header + from)))
	}
}

func TestLearning(t *testing.T) {
	elsewhere := strings.ReplaceAll(good+fromOutside, "mx.example.net", "mx9.example.com")
	for _, c := range []struct {
		name  string
		teach func(*Learned)
		want  Trust
	}{
		{"nothing", func(*Learned) {}, Trust{}},
		{"too few", func(l *Learned) { learn(l, minMails-1, good+fromOutside) }, Trust{}},
		{
			"enough", func(l *Learned) { learn(l, minMails, good+fromOutside) },
			Trust{Hosts: []string{"mx.example.net"}, IDs: []string{"mx.example.net"}, TLSWriters: []string{"mx.example.net"}},
		},
		{"sent copies teach nothing", func(l *Learned) { learn(l, 20, "") }, Trust{}},
		{"own submissions teach nothing", func(l *Learned) {
			learn(l, 20, strings.Replace(fromOutside, "ESMTPS", "ESMTPSA", 1))
			learn(l, minMails, good+fromOutside)
		}, Trust{Hosts: []string{"mx.example.net"}, IDs: []string{"mx.example.net"}, TLSWriters: []string{"mx.example.net"}}},
		{"four in five are not more than four in five", func(l *Learned) { learn(l, 8, good+fromOutside); learn(l, 2, elsewhere) }, Trust{}},
		{
			"nine in ten", func(l *Learned) { learn(l, 9, good+fromOutside); learn(l, 1, elsewhere) },
			Trust{Hosts: []string{"mx.example.net"}, IDs: []string{"mx.example.net"}, TLSWriters: []string{"mx.example.net"}},
		},
		{
			"an id in four of five", func(l *Learned) { learn(l, 8, good+fromOutside); learn(l, 2, fromOutside) },
			Trust{Hosts: []string{"mx.example.net"}, TLSWriters: []string{"mx.example.net"}},
		},
		{"never any TLS", func(l *Learned) { learn(l, 20, inClear) }, Trust{Hosts: []string{"mx.example.net"}}},
		{
			"behind a filter", func(l *Learned) { learn(l, 20, byLMTP+byFilter+good+fromOutside) },
			Trust{Hosts: []string{"mx.example.net"}, IDs: []string{"mx.example.net"}, TLSWriters: []string{"mx.example.net"}},
		},
		{"many hosts of one organisation", func(l *Learned) {
			for i := range 20 {
				learn(l, 1, strings.ReplaceAll(fromOutside, "mx.", fmt.Sprintf("mx%d.", i)))
			}
		}, Trust{Hosts: []string{".example.net"}}},
	} {
		var l Learned
		c.teach(&l)
		if got, want := l.Trust(), c.want.Merge(Trust{}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, want)
		}
	}
}

// TestForgedLinesTeachNothing fills a fresh mailbox with an attacker's mails
// alone: they carry his lines and results, in any number, below the one line
// that the own server wrote.
func TestForgedLinesTeachNothing(t *testing.T) {
	var l Learned
	forged := strings.ReplaceAll(good+fromOutside+byFilter, "mx.example.net", "mx.evil.example")
	learn(&l, 1000, fromOutside+forged)
	learn(&l, 1000, "Received: by gate.example.net with SMTP id 5; Mon\n"+forged)
	learn(&l, 1000, "Received: from evil.example by gate.example.net; Mon\n"+forged)
	trust := l.Trust()
	if !reflect.DeepEqual(trust.Hosts, []string{"mx.example.net"}) || len(trust.IDs) != 0 {
		t.Errorf("learned %+v", trust)
	}
}

func TestOldCountsFade(t *testing.T) {
	var l Learned
	learn(&l, 5000, good+fromOutside)
	moved := strings.ReplaceAll(good+fromOutside, "mx.example.net", "in.example.com")
	learn(&l, 3*recent, moved)
	if got := l.Trust().Hosts; !reflect.DeepEqual(got, []string{"in.example.com"}) {
		t.Errorf("after moving to another provider: %v", got)
	}
	if l.Mails > recent {
		t.Errorf("%d mails counted", l.Mails)
	}
}

func TestLearnedStaysSmall(t *testing.T) {
	var l Learned
	for i := range 5000 {
		learn(&l, 1, strings.ReplaceAll(good+fromOutside, "mx.example.net", fmt.Sprintf("mx.example%d.net", i)))
	}
	if len(l.Hosts) > maxEntries || len(l.IDs) > maxEntries || len(l.TLS) > maxEntries {
		t.Errorf("%d hosts, %d ids, %d writers", len(l.Hosts), len(l.IDs), len(l.TLS))
	}
	var back Learned
	learn(&l, 100, good+fromOutside)
	data, err := json.Marshal(&l)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back.Hosts, l.Hosts) || back.Mails != l.Mails {
		t.Errorf("%v: %+v, want %+v", err, back, l)
	}
}
