package keyring

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// shelf is a store of many keys that takes no time.
type shelf struct {
	conversation.KeyStore
	certs    map[string][]byte
	bindings []conversation.Binding
	peers    []conversation.Peer
	writes   int
}

func (s *shelf) Certs(context.Context) (map[string][]byte, error)         { return s.certs, nil }
func (s *shelf) Bindings(context.Context) ([]conversation.Binding, error) { return s.bindings, nil }
func (s *shelf) Peers(context.Context) ([]conversation.Peer, error)       { return s.peers, nil }

func (s *shelf) Atomically(ctx context.Context, f func(context.Context) error) error {
	s.writes++
	return f(ctx)
}

func stocked(t *testing.T, n int) *shelf {
	s := &shelf{certs: map[string][]byte{}}
	f, raw := certificate(t, "bob.asc")
	s.certs[f] = raw
	for i := range n {
		a := conversation.MailAddress(fmt.Sprintf("peer%d@example.net", i))
		odd := fmt.Sprintf("%040X", i)
		s.certs[odd] = raw
		s.bindings = append(s.bindings, conversation.Binding{Address: a, Fingerprint: odd, Source: conversation.FromAutocrypt, FirstSeen: day(1), LastSeen: day(2), Policy: conversation.PolicyAuto})
		s.peers = append(s.peers, conversation.Peer{Address: a, Key: odd, LastSeen: day(2), Autocrypt: day(2)})
	}
	return s
}

func TestTenThousandPeersAreReadAtOnce(t *testing.T) {
	b := newBench(t)
	b.opt.Store = stocked(t, 10_000)
	best := time.Hour
	for range 5 {
		begin := time.Now()
		b.open()
		best = min(best, time.Since(begin))
	}
	t.Logf("%v", best)
	if best > 100*time.Millisecond {
		t.Errorf("read in %v", best)
	}
}

func TestMailWithoutKeysCostsNothing(t *testing.T) {
	b := newBench(t)
	store := stocked(t, 100)
	b.opt.Store = store
	b.open()
	var sights []conversation.KeySight
	for i := range 10_000 {
		a := conversation.MailAddress(fmt.Sprintf("stranger%d@example.net", i%500))
		sights = append(sights, conversation.KeySight{Address: a, Source: conversation.FromMail, Date: day(1).Add(time.Duration(i) * time.Minute)})
	}
	begin := time.Now()
	if changed := b.learn(sights...); changed != nil || store.writes != 0 {
		t.Errorf("%d writes, changed %v", store.writes, changed)
	}
	t.Logf("10,000 mails: %v", time.Since(begin))
}

// Mail that came before the first key counts for how long ago the sender's
// program spoke of keys.
func TestMailBeforeTheFirstKeyIsRemembered(t *testing.T) {
	b := newBench(t)
	b.learn(conversation.KeySight{Address: bob(), Source: conversation.FromMail, Date: day(20).AddDate(0, 2, 0)})
	b.learn(seen(t, "bob.asc", bob(), conversation.FromAutocrypt, 1))
	if p := b.Peer(alice(), bob()); p.Advice != conversation.SealDiscourage {
		t.Errorf("advises %s", p.Advice)
	}
	must(t, b.Verify(t.Context(), bob(), fingerprint(t, "bob.asc"), "words"))
	if p := b.Peer(alice(), bob()); p.Advice != conversation.SealEncrypt {
		t.Errorf("verified, and then advises %s", p.Advice)
	}
}
