package engine

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// Each outcome of handing a message over, and where the entry must stand then.
func TestOutcomes(t *testing.T) {
	type outcome struct {
		name     string
		handed   bool  // the body left
		err      error // what Send gives
		found    bool  // what the server says when asked
		findErr  error
		state    conversation.State
		finds    bool
		keptCopy bool
	}
	for _, o := range []outcome{
		{name: "taken", handed: true, state: conversation.StateSent, keptCopy: true},
		{name: "refused", err: accounts.ErrRefused, state: conversation.StateFailed},
		{name: "refused after the body", handed: true, err: accounts.ErrRefused, state: conversation.StateFailed},
		{name: "later", err: accounts.ErrTemporary, state: conversation.StateQueued},
		{name: "later, after the body", handed: true, err: accounts.ErrTemporary, state: conversation.StateQueued},
		{name: "away", err: accounts.ErrOffline, state: conversation.StateQueued},
		{name: "wrong password", err: accounts.ErrAuth, state: conversation.StateQueued},
		{name: "cut, and it is there", handed: true, err: accounts.ErrUnclear, found: true, finds: true, state: conversation.StateSent, keptCopy: true},
		{name: "cut, and it is not there", handed: true, err: accounts.ErrUnclear, finds: true, state: conversation.StateQueued},
		{name: "cut, and nobody can tell", handed: true, err: accounts.ErrUnclear, findErr: accounts.ErrUnclear, finds: true, state: conversation.StateUnknown},
		{name: "cut by any error", handed: true, err: errors.New("broken pipe"), findErr: accounts.ErrUnclear, finds: true, state: conversation.StateUnknown},
		{name: "cut, and the server is away", handed: true, err: accounts.ErrUnclear, findErr: accounts.ErrOffline, finds: true, state: conversation.StateSending},
	} {
		t.Run(o.name, func(t *testing.T) {
			m := newMemory(conversation.Entry{ID: "e", State: conversation.StateQueued, Wire: []byte("hello")})
			asked := false
			s := &script{
				send: func(h accounts.Handover) (accounts.Receipt, error) {
					if o.handed {
						if err := h(); err != nil {
							return accounts.Receipt{}, err
						}
					}
					if o.err != nil {
						return accounts.Receipt{}, fmt.Errorf("smtp: %w", o.err)
					}
					return accounts.Receipt{}, nil
				},
				find: func() (bool, accounts.Receipt, error) { asked = true; return o.found, accounts.Receipt{}, o.findErr },
			}
			e := testEngine(t, m, s)
			e.SyncOnce(t.Context(), nil)
			if got := m.entries["e"].State; got != o.state {
				t.Errorf("the entry is %s, want %s", got, o.state)
			}
			if asked != o.finds {
				t.Errorf("asked the server: %v, want %v", asked, o.finds)
			}
			if s.sends.n() != 1 {
				t.Errorf("sent %d times, want once", s.sends.n())
			}
			if m.kept["e"] != o.keptCopy {
				t.Errorf("copy kept: %v, want %v", m.kept["e"], o.keptCopy)
			}
		})
	}
}

// unwritten is a store on a disk that is full right before a message leaves.
type unwritten struct{ *memory }

func (unwritten) HandOver(context.Context, conversation.EntryID) error { return conversation.ErrFull }

// What could not be noted as handed over was not: nobody has to be asked.
func TestNotHandedOver(t *testing.T) {
	m := newMemory(conversation.Entry{ID: "e", State: conversation.StateQueued, Wire: []byte("hello")})
	s := &script{
		send: func(h accounts.Handover) (accounts.Receipt, error) { return accounts.Receipt{}, h() },
		find: func() (bool, accounts.Receipt, error) {
			t.Error("the server was asked")
			return false, accounts.Receipt{}, accounts.ErrUnclear
		},
	}
	e := testEngine(t, m, s)
	e.o.Store = unwritten{m}
	e.SyncOnce(t.Context(), nil)
	if got := m.entries["e"].State; got != conversation.StateQueued {
		t.Errorf("the entry is %s", got)
	}
}

// A process that died while sending leaves the entry in "sending".
func TestFoundInSending(t *testing.T) {
	for _, c := range []struct {
		name    string
		handed  bool
		found   bool
		findErr error
		state   conversation.State
		sends   int
	}{
		{"nothing had left", false, false, nil, conversation.StateSent, 1},
		{"it had arrived", true, true, nil, conversation.StateSent, 0},
		{"nobody can tell", true, false, accounts.ErrUnclear, conversation.StateUnknown, 0},
		{"it had not arrived", true, false, nil, conversation.StateSent, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMemory(conversation.Entry{ID: "e", State: conversation.StateSending, HandedOver: c.handed})
			s := &script{
				send: func(h accounts.Handover) (accounts.Receipt, error) { return accounts.Receipt{}, h() },
				find: func() (bool, accounts.Receipt, error) { return c.found, accounts.Receipt{}, c.findErr },
			}
			testEngine(t, m, s).SyncOnce(t.Context(), nil)
			if got := m.entries["e"].State; got != c.state || s.sends.n() != c.sends {
				t.Errorf("state %s after %d sends, want %s after %d", got, s.sends.n(), c.state, c.sends)
			}
		})
	}
}

// The copy in Sent is tried again until it is there, and the mail is not sent
// again for it.
func TestCopyIsTriedAgain(t *testing.T) {
	m := newMemory(conversation.Entry{ID: "e", State: conversation.StateQueued})
	fail := true
	s := &script{
		send: func(h accounts.Handover) (accounts.Receipt, error) { return accounts.Receipt{}, h() },
		keep: func() error {
			if fail {
				return accounts.ErrOffline
			}
			return nil
		},
	}
	e := testEngine(t, m, s)
	if sum := e.SyncOnce(t.Context(), nil)[0]; !errors.Is(sum.Err, accounts.ErrOffline) || sum.Sent != 1 {
		t.Errorf("summary %+v, want one sent and the fault of the copy", sum)
	}
	fail = false
	e.SyncOnce(t.Context(), nil)
	if !m.kept["e"] || s.sends.n() != 1 {
		t.Errorf("kept %v, sent %d times; want kept, once", m.kept["e"], s.sends.n())
	}
}

// Recipients refused for good are remembered.
func TestRefusedRecipientsBounce(t *testing.T) {
	bad := conversation.MailAddress("nobody@example.net")
	m := newMemory(conversation.Entry{ID: "e", State: conversation.StateQueued})
	s := &script{send: func(h accounts.Handover) (accounts.Receipt, error) {
		return accounts.Receipt{Refused: []conversation.Address{bad}}, h()
	}}
	testEngine(t, m, s).SyncOnce(t.Context(), nil)
	if len(m.bounced) != 1 || m.bounced[0] != bad {
		t.Errorf("bounced %v, want %v", m.bounced, bad)
	}
}

// A held entry leaves when its time has come, not before, without anybody asking.
func TestHoldTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { holdTime(t) })
}

// A sent message carries the facts that were predicted, corrected by what was
// seen of the own connection.
func TestSentCarriesItsFacts(t *testing.T) {
	m := newMemory(conversation.Entry{
		ID: "e", State: conversation.StateQueued,
		Facts: privacy.Facts{Proto: "mail", Path: "tls", Person: "domain", Subject: "clear", OwnHop: true},
	})
	s := &script{send: func(h accounts.Handover) (accounts.Receipt, error) { return accounts.Receipt{}, h() }}
	testEngine(t, m, s).SyncOnce(t.Context(), nil)
	got := m.added[0].Parsed.Message
	if got.Facts.Path != "tls" || got.Facts.OwnHop || got.Index.Score > 20 {
		t.Errorf("facts %+v, score %d; want the predicted path, no own hop, at most 20", got.Facts, got.Index.Score)
	}
	if got.Direction != conversation.Out {
		t.Error("a sent message is not going out")
	}
}
