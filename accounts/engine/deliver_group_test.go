package engine

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// posted is a transport that is told of each entry what to do.
type posted struct {
	script
	send func(e conversation.Entry, h accounts.Handover) (accounts.Receipt, error)
	kept []conversation.EntryID
}

func (p *posted) Send(_ context.Context, e conversation.Entry, h accounts.Handover) (accounts.Receipt, error) {
	p.sends.Add(1)
	return p.send(e, h)
}

func (p *posted) Keep(_ context.Context, e conversation.Entry) error {
	p.kept = append(p.kept, e.ID)
	return nil
}

// deliverAll runs one pass.
func deliverAll(t *testing.T, m *memory, p *posted) {
	t.Helper()
	e := New(Options{Store: m, Formats: map[conversation.Protocol]conversation.Format{conversation.Mail: plain{}}, Now: time.Now})
	own := Own{Account: "home", Protocol: conversation.Mail, Addresses: []conversation.Address{conversation.MailAddress("me@example.org")}}
	if err := e.Add(t.Context(), Account{Own: own, Transport: p}); err != nil {
		t.Fatal(err)
	}
	e.SyncOnce(t.Context(), nil)
}

// bundle is a message with its copies for two Bcc.
func bundle() *memory {
	return newMemory(
		conversation.Entry{ID: "main", State: conversation.StateQueued, Wire: []byte("main"), Sealed: true},
		conversation.Entry{ID: "one", State: conversation.StateQueued, Wire: []byte("one"), Group: "main", Sealed: true},
		conversation.Entry{ID: "two", State: conversation.StateQueued, Wire: []byte("two"), Group: "main", Sealed: true},
	)
}

// A message is stored once and kept once, however many envelopes it needed.
func TestBccCopiesAreNoMessages(t *testing.T) {
	m := bundle()
	s := &posted{send: func(_ conversation.Entry, h accounts.Handover) (accounts.Receipt, error) {
		return accounts.Receipt{}, h()
	}}
	deliverAll(t, m, s)
	for id, e := range m.entries {
		if e.State != conversation.StateSent || !m.kept[id] {
			t.Errorf("%s is %s, settled %v", id, e.State, m.kept[id])
		}
	}
	if s.sends.n() != 3 || len(m.added) != 1 || !slices.Equal(s.kept, []conversation.EntryID{"main"}) {
		t.Errorf("%d transactions, %d messages stored, copies kept of %v", s.sends.n(), len(m.added), s.kept)
	}
}

// Each envelope has an outcome of its own.
func TestEachEnvelopeHasItsOutcome(t *testing.T) {
	for name, test := range map[string]struct {
		err    error
		handed bool
		find   error
		state  conversation.State
	}{
		"refused":  {accounts.ErrRefused, false, nil, conversation.StateFailed},
		"later":    {accounts.ErrTemporary, false, nil, conversation.StateQueued},
		"cut":      {accounts.ErrUnclear, true, accounts.ErrUnclear, conversation.StateUnknown},
		"not sent": {accounts.ErrUnclear, true, nil, conversation.StateQueued},
	} {
		t.Run(name, func(t *testing.T) {
			m := bundle()
			s := &posted{script: script{find: func() (bool, accounts.Receipt, error) { return false, accounts.Receipt{}, test.find }}}
			s.send = func(e conversation.Entry, h accounts.Handover) (accounts.Receipt, error) {
				if e.ID != "one" || test.handed {
					if err := h(); err != nil {
						return accounts.Receipt{}, err
					}
				}
				if e.ID == "one" {
					return accounts.Receipt{}, fmt.Errorf("smtp: %w", test.err)
				}
				return accounts.Receipt{}, nil
			}
			deliverAll(t, m, s)
			want := map[conversation.EntryID]conversation.State{"main": conversation.StateSent, "one": test.state, "two": conversation.StateSent}
			for id, state := range want {
				if m.entries[id].State != state {
					t.Errorf("%s is %s, want %s", id, m.entries[id].State, state)
				}
			}
			if len(m.added) != 1 {
				t.Errorf("%d messages stored", len(m.added))
			}
		})
	}
}

// A copy that a process which died had sent but not settled is settled, and not
// put among the sent mail.
func TestBccCopyIsNeverKept(t *testing.T) {
	m := newMemory(conversation.Entry{ID: "one", State: conversation.StateSent, Group: "main"})
	s := &posted{}
	deliverAll(t, m, s)
	if !m.kept["one"] || len(s.kept) != 0 {
		t.Errorf("settled: %v; kept: %v", m.kept["one"], s.kept)
	}
}
