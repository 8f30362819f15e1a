package conversation_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	. "github.com/caliopen/caliopen-tui/conversation"
)

func TestAnInvitationIsFollowedWhereThereAreKeys(t *testing.T) {
	var got string
	follow := func(_ context.Context, link string) (Invited, error) {
		got = link
		return Invited{Fingerprint: "AB", Sent: true}, nil
	}
	w := newSealedWorld(nil, func(o *Options) { o.Follow = follow })
	out, err := w.Follow(t.Context(), " OPENPGP4FPR:AB\n")
	if err != nil || !out.Sent || got != "OPENPGP4FPR:AB" {
		t.Errorf("followed %q: %+v, %v", got, out, err)
	}
	for name, change := range map[string]func(*Options){
		"no keyring": func(o *Options) { o.Keys, o.Follow = nil, follow },
		"no way out": func(o *Options) { o.Follow = nil },
	} {
		if _, err := newSealedWorld(nil, change).Follow(t.Context(), "x"); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestANoticeIsNotLostInABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		b := NewBroker()
		events := b.Events(ctx)
		b.Publish(Event{Notice: Reason{Code: "first"}})
		b.Publish(Event{All: true})
		if e := <-events; e.Notice.Code != "first" || !e.All {
			t.Errorf("got %+v", e)
		}
		b.Publish(Event{Notice: Reason{Code: "second"}})
		b.Publish(Event{Notice: Reason{Code: "third"}})
		if e := <-events; e.Notice.Code != "third" {
			t.Errorf("got %+v, want the later one", e)
		}
	})
}
