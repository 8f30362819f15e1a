package storage_test

import (
	"slices"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

func TestUnprovedAreThoseSignedByAKeyNobodyKnew(t *testing.T) {
	db, _ := sealedDB(t)
	var as []accounts.Arrival
	for n, state := range []string{"unknown_key", "good", "none", "unknown_key"} {
		a := secretLetter(n)
		a.Parsed.Message.Evidence.Security.Signature = state
		as = append(as, a)
	}
	addAll(t, db, as...)
	from := as[0].Parsed.Message.Sender().Address
	list, err := db.Unproved(t.Context(), from)
	must(t, err)
	var got []conversation.MessageID
	for _, m := range list {
		got = append(got, m.ID)
		if m.Account != home || m.Protocol != conversation.Mail || len(m.Raw) == 0 || m.Received.IsZero() {
			t.Errorf("%+v", m)
		}
	}
	if want := []conversation.MessageID{idOf(as[3]), idOf(as[0])}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if list, err := db.Unproved(t.Context(), conversation.MailAddress("absent@example.org")); err != nil || len(list) > 0 {
		t.Errorf("of nobody: %v %v", list, err)
	}
}
