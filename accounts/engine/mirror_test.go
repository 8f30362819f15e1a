package engine

import (
	"errors"
	"fmt"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// Everything added is stored once, whatever the order in which parsers finish.
func TestMirrorStoresEverything(t *testing.T) {
	m := newMemory()
	const n = 5000
	s := &script{sync: func(mi accounts.Mirror) error {
		for i := 0; i < n; i += 100 {
			var batch []accounts.Copy
			for k := range 100 {
				batch = append(batch, accounts.Copy{UID: uint32(i + k + 1), Raw: fmt.Appendf(nil, "mail %d", i+k+1)})
			}
			if err := mi.Add(t.Context(), batch); err != nil {
				return err
			}
		}
		return mi.Flush(t.Context())
	}}
	sum := testEngine(t, m, s).SyncOnce(t.Context(), nil)[0]
	if sum.Err != nil || sum.New != n {
		t.Errorf("summary %+v, want %d new", sum, n)
	}
	seen := map[uint32]bool{}
	for _, a := range m.added {
		if want := fmt.Sprintf("mail %d", a.Copy.UID); a.Parsed.Message.Text != want {
			t.Fatalf("UID %d holds %q, want %q", a.Copy.UID, a.Parsed.Message.Text, want)
		}
		seen[a.Copy.UID] = true
	}
	if len(seen) != n || len(m.added) != n {
		t.Errorf("%d stored, %d different; want %d", len(m.added), len(seen), n)
	}
	if m.swept != 1 {
		t.Errorf("swept %d times after a good pass, want once", m.swept)
	}
}

// A store that fails ends the pass with its error; nothing hangs, and nothing
// is swept after a pass that was not whole.
func TestMirrorPassesTheStoresErrorOn(t *testing.T) {
	m := newMemory()
	m.addErr = conversation.ErrFull
	s := &script{sync: func(mi accounts.Mirror) error {
		for i := range 3000 {
			if err := mi.Add(t.Context(), []accounts.Copy{{UID: uint32(i + 1), Raw: make([]byte, 100_000)}}); err != nil {
				return err
			}
		}
		return mi.Flush(t.Context())
	}}
	sum := testEngine(t, m, s).SyncOnce(t.Context(), nil)[0]
	if !errors.Is(sum.Err, conversation.ErrFull) {
		t.Errorf("got %v, want ErrFull", sum.Err)
	}
	if m.swept != 0 {
		t.Error("swept after a pass that failed")
	}
}

// header is a mail as a provider with a trusted name delivers it.
func header(i int) []byte {
	return fmt.Appendf(nil, "Authentication-Results: mx.example.org; dkim=pass header.d=example.net; dmarc=pass header.from=example.net\r\n"+
		"Received: from out.example.net (out.example.net [192.0.2.%d])\r\n"+
		"\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n"+
		"\tby mx.example.org (Postfix) with ESMTPS id %d; Sat, 14 Mar 2026 09:30:00 +0000\r\n"+
		"From: zoe@example.net\r\n", i%200+1, i)
}

// headers is a format that reads the way of a mail and nothing else.
type headers struct{ plain }

func (headers) Parse(raw []byte, _ conversation.ParseContext) conversation.Parsed {
	from := conversation.Participant{Role: conversation.From, Address: conversation.MailAddress("zoe@example.net")}
	return conversation.Parsed{
		Message: conversation.Message{
			Protocol: conversation.Mail, Participants: []conversation.Participant{from},
			Evidence: privacy.Evidence{Protocol: "mail"},
		},
		Origin: trace.Observe(raw).Encode(),
	}
}

// An own address in From counts only when the mail did not come from outside.
func TestDirection(t *testing.T) {
	me := conversation.MailAddress("me@example.org")
	j := Case{Own: []conversation.Address{me}}
	outside := trace.Observations{Hops: []trace.Hop{{Hop: privacy.Hop{Network: true}}}}
	for _, c := range []struct {
		name string
		from conversation.Address
		seen trace.Observations
		same bool
		want conversation.Direction
	}{
		{"a copy in Sent", me, trace.Observations{}, false, conversation.Out},
		{"forged from outside", me, outside, false, conversation.In},
		{"to myself, over my own server", me, outside, true, conversation.Out},
		{"somebody else", conversation.MailAddress("zoe@example.net"), trace.Observations{}, false, conversation.In},
	} {
		m := conversation.Message{
			Participants: []conversation.Participant{{Role: conversation.From, Address: c.from}},
			Evidence:     privacy.Evidence{SameProvider: c.same},
		}
		if got := j.direction(&m, c.seen); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
