package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// letters is a format whose mails are "in …" or "out …".
type letters struct{ plain }

func (letters) Parse(raw []byte, p conversation.ParseContext) conversation.Parsed {
	out := plain{}.Parse(raw, p)
	from := conversation.MailAddress("zoe@example.net")
	if strings.HasPrefix(string(raw), "out") {
		from = p.Own
	}
	out.Message.Participants = []conversation.Participant{{Role: conversation.From, Address: from}}
	copy(out.Fingerprint[:], raw)
	return out
}

func hearing(t *testing.T, m *memory, told func(own Own, mails []Arrival), mails map[string]string) *Engine {
	t.Helper()
	uid := uint32(0)
	send := func(handover accounts.Handover) (accounts.Receipt, error) { return accounts.Receipt{}, handover() }
	e := testEngine(t, m, &script{send: send, sync: func(mi accounts.Mirror) error {
		for text, folder := range mails {
			uid++
			if err := mi.Add(t.Context(), []accounts.Copy{{Folder: folder, UID: uid, Raw: []byte(text)}}); err != nil {
				return err
			}
		}
		return mi.Flush(t.Context())
	}})
	e.o.Formats[conversation.Mail] = letters{}
	e.o.Arrived = func(_ context.Context, own Own, mails []Arrival) { told(own, mails) }
	return e
}

func TestReceivedMailsAreToldOfOnceStored(t *testing.T) {
	m := newMemory()
	m.folders = []accounts.Folder{{Name: "Spam", Use: accounts.UseJunk}, {Name: "Bin", Use: accounts.UseTrash}, {Name: "INBOX", Use: accounts.UseInbox}}
	var heard []string
	e := hearing(t, m, func(own Own, mails []Arrival) {
		if own.Account != "home" {
			t.Errorf("of %q", own.Account)
		}
		for _, a := range mails {
			stored := slices.ContainsFunc(m.added, func(s Arrival) bool { return string(s.Copy.Raw) == string(a.Copy.Raw) })
			if !stored {
				t.Errorf("%q is told of before it is stored", a.Copy.Raw)
			}
			heard = append(heard, string(a.Copy.Raw))
		}
	}, map[string]string{"in 1": "INBOX", "in 2": "Other", "in spam": "Spam", "in bin": "Bin", "out 1": "INBOX"})
	if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil {
		t.Fatal(sum.Err)
	}
	slices.Sort(heard)
	if want := []string{"in 1", "in 2"}; !slices.Equal(heard, want) {
		t.Errorf("told of %q, want %q", heard, want)
	}
}

func TestNobodyIsToldOfWhatWasNotStored(t *testing.T) {
	m := newMemory()
	m.addErr = errors.New("the disk is full")
	e := hearing(t, m, func(Own, []Arrival) { t.Error("told") }, map[string]string{"in 1": "INBOX"})
	if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err == nil {
		t.Error("no error")
	}
}

// Whoever fails at a mail does not keep it, or the next one, from coming.
func TestAFaultOfTheListenerFailsNoPass(t *testing.T) {
	m := newMemory()
	e := hearing(t, m, func(Own, []Arrival) { panic("fault") }, map[string]string{"in 1": "INBOX", "in 2": "INBOX"})
	if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil || len(m.added) != 2 {
		t.Errorf("%d stored, %v", len(m.added), sum.Err)
	}
}

// An answer that the listener puts into the outbox leaves in the same pass.
func TestAnAnswerLeavesInTheSamePass(t *testing.T) {
	m := newMemory()
	e := hearing(t, m, func(Own, []Arrival) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.entries["answer"] = &conversation.Entry{ID: "answer", State: conversation.StateQueued, Account: "home", Group: "join"}
	}, map[string]string{"in 1": "INBOX"})
	sum := e.SyncOnce(t.Context(), nil)[0]
	if sum.Err != nil || sum.Sent != 1 || m.entries["answer"].State != conversation.StateSent {
		t.Errorf("%+v, the answer is %q", sum, m.entries["answer"].State)
	}
}
