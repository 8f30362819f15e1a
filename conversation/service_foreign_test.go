package conversation_test

import (
	"context"
	"errors"
	"testing"

	. "github.com/caliopen/caliopen-tui/conversation"
)

func TestAKeyOfAnotherProgram(t *testing.T) {
	opened, took := make(chan bool, 1), ""
	w := newSealedWorld(nil, func(o *Options) {
		o.Opened = func(context.Context) { opened <- true }
		o.Foreign = func(_ context.Context, own Address) (Key, bool) { return Key{Fingerprint: "ELSEWHERE"}, own == meMail }
		o.Take = func(_ context.Context, fingerprint string, passphrase []byte) (Key, error) {
			if string(passphrase) != "secret" {
				return Key{}, ErrSealed
			}
			took = fingerprint
			return Key{Fingerprint: fingerprint, Own: true}, nil
		}
	})
	if k, ok := w.ForeignKey(t.Context(), "home"); !ok || k.Fingerprint != "ELSEWHERE" {
		t.Errorf("%+v, %v", k, ok)
	}
	for _, a := range []AccountID{"social", "nowhere"} {
		if _, ok := w.ForeignKey(t.Context(), a); ok {
			t.Errorf("%s has a key", a)
		}
	}
	if _, err := w.TakeKey(t.Context(), "ELSEWHERE", nil); !errors.Is(err, ErrSealed) || took != "" {
		t.Errorf("without passphrase: %v, %q", err, took)
	}
	if k, err := w.TakeKey(t.Context(), "ELSEWHERE", []byte("secret")); err != nil || !k.Own || took != "ELSEWHERE" {
		t.Errorf("%+v, %v", k, err)
	}
	<-opened
}

func TestNoOtherProgram(t *testing.T) {
	w := newSealedWorld(nil)
	if _, ok := w.ForeignKey(t.Context(), "home"); ok {
		t.Error("a key from nowhere")
	}
	if _, err := w.TakeKey(t.Context(), "ELSEWHERE", nil); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}
