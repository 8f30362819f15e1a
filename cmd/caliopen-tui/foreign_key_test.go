//go:build unix

package main

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// TestTheInterfaceFindsTheKeyOfGnuPG: the interface offers the key of the
// address, and takes it with its passphrase alone.
func TestTheInterfaceFindsTheKeyOfGnuPG(t *testing.T) {
	r := newRinged(t)
	mine := r.holds("ada@example.org", "secret")
	r.holds("work@example.com", "secret")
	r.forget()
	p := r.program("")
	do := func(ctx context.Context, a *app, _ []string) error {
		k, ok := a.svc.ForeignKey(ctx, "home")
		if !ok || k.Fingerprint != mine.Fingerprint() || len(k.UserIDs) != 1 {
			t.Fatalf("%+v, %v", k, ok)
		}
		var problem *conversation.Problem
		if _, err := a.svc.TakeKey(ctx, k.Fingerprint, []byte("wrong")); !errors.As(err, &problem) || problem.Code != "account.key.gnupg.wrong" || errors.Is(err, conversation.ErrSealed) {
			t.Errorf("a wrong passphrase: %v", err)
		}
		if _, ok := a.keys.Own(conversation.MailAddress("ada@example.org")); ok {
			t.Error("taken with a wrong passphrase")
		}
		got, err := a.svc.TakeKey(ctx, k.Fingerprint, []byte("secret"))
		if err != nil || !got.Own || !got.Protected || got.Locked {
			t.Errorf("%+v, %v", got, err)
		}
		return nil
	}
	if err := p.speak(nil); err != nil {
		t.Fatal(err)
	}
	if err := p.with(living, do)(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

// TestTheInterfaceWithoutGnuPG: nothing is offered, and nothing is made.
func TestTheInterfaceWithoutGnuPG(t *testing.T) {
	r := newRinged(t)
	r.home = filepath.Join(r.dir, "none")
	own := conversation.MailAddress("ada@example.org")
	if k, ok := r.program("").foreignKey(t.Context(), own); ok {
		t.Errorf("no folder: %+v", k)
	}
	t.Setenv("PATH", t.TempDir())
	r.home = r.dir
	if k, ok := r.program("").foreignKey(t.Context(), own); ok {
		t.Errorf("no program: %+v", k)
	}
}

// TestOnlyAKeyThatCanBeAnOwnOneIsOffered: one whose name is not exactly the
// address, or that is over, is none.
func TestOnlyAKeyThatCanBeAnOwnOneIsOffered(t *testing.T) {
	r := newRinged(t)
	r.holds("ada@example.org.example.com", "secret")
	old := r.holds("ada@example.org", "secret")
	p := r.program("")
	own := conversation.MailAddress("ada@example.org")
	if k, ok := p.foreignKey(t.Context(), own); !ok || k.Fingerprint != old.Fingerprint() {
		t.Errorf("%+v, %v", k, ok)
	}
	revoked, err := old.Revoke(time.Now(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.gpg.Import(t.Context(), revoked.Public()); err != nil {
		t.Fatal(err)
	}
	if k, ok := p.foreignKey(t.Context(), own); ok {
		t.Errorf("revoked: %+v", k)
	}
}
