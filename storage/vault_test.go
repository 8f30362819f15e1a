package storage_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// vault seals as the real one does. Its copies share the key and are locked
// one by one, as two processes are.
type vault struct {
	gcm    cipher.AEAD
	locked atomic.Bool
	none   atomic.Bool
}

func newVault(t testing.TB) *vault {
	t.Helper()
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	b, err := aes.NewCipher(key)
	must(t, err)
	gcm, err := cipher.NewGCM(b)
	must(t, err)
	return &vault{gcm: gcm}
}

func (v *vault) another() *vault { return &vault{gcm: v.gcm} }

func (v *vault) Seal(plain, context []byte) ([]byte, error) {
	if v.none.Load() {
		return nil, errors.New("no key")
	}
	nonce := make([]byte, v.gcm.NonceSize())
	_, _ = rand.Read(nonce)
	return v.gcm.Seal(nonce, nonce, plain, context), nil
}

func (v *vault) Open(sealed, context []byte) ([]byte, error) {
	if v.locked.Load() || v.none.Load() {
		return nil, conversation.ErrSealed
	}
	n := v.gcm.NonceSize()
	if len(sealed) < n {
		return nil, errors.New("too short")
	}
	return v.gcm.Open(nil, sealed[:n], sealed[n:], context)
}

func (v *vault) Unlocked() bool { return !v.locked.Load() && !v.none.Load() }
func (v *vault) Ready() bool    { return !v.none.Load() }

func openSealed(t testing.TB, dir string, v storage.Vault, all bool) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), dir, storage.Options{Vault: v, SealAll: all})
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// sealedDB is a database with a vault and the usual account.
func sealedDB(t testing.TB) (*storage.DB, *vault) {
	t.Helper()
	v := newVault(t)
	db := openSealed(t, t.TempDir(), v, false)
	furnish(t, db, home, own)
	return db, v
}

// private makes an arrival one that was sealed and opened. What arrived is
// ciphertext, of which nothing can be read.
func private(a accounts.Arrival, outer string) accounts.Arrival {
	m := &a.Parsed.Message
	a.Copy.Raw = []byte("From: sealed\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n" + string(m.RFCID))
	m.Evidence.Security.Sealed, m.Evidence.Security.Decrypted = "full", true
	m.Evidence.Security.Signature, m.Evidence.Security.Covers = "good", "whole"
	a.Parsed.Private, a.Parsed.Outer = true, outer
	return a
}

// closed is the same arrival as it is read while the keys are locked.
func closed(a accounts.Arrival) accounts.Arrival {
	m := &a.Parsed.Message
	m.Subject, m.Text, m.Excerpt, m.Attachments, m.Links = a.Parsed.Outer, "", "", nil, nil
	m.InReplyTo, m.References, m.Warnings = "", nil, []string{"mime.sealed"}
	m.Evidence.Security.Decrypted, m.Evidence.Security.Signature, m.Evidence.Security.Covers = false, "none", "none"
	m.Participants = append([]conversation.Participant(nil), m.Participants...)
	for i := range m.Participants {
		m.Participants[i].Name = a.Parsed.Names[m.Participants[i].Address]
	}
	a.Parsed.Private, a.Parsed.Outer, a.Parsed.Extra = false, "", ""
	return a
}

// secretLetter is a sealed message whose inside has words of its own.
func secretLetter(n int) accounts.Arrival {
	l := letter{n: n, from: "zoe@example.org", to: "me@example.org", date: start.AddDate(0, 0, n), subject: "Kastanienfest", text: "Treffpunkt am Leuchtturm, 東京タワー"}
	a := l.arrival()
	m := &a.Parsed.Message
	m.Participants[0].Name = "Zerlinda Geheim"
	m.Attachments = []conversation.Attachment{{Name: "Lageplan-Murmeltier.pdf", Type: "application/pdf", Size: 9, Part: "2"}}
	m.Links = []conversation.Link{{Text: "Wegweiser", URL: "https://hide.example.net/Brombeere", Host: "hide.example.net"}}
	m.InReplyTo, m.References = "Vorgaenger@example.org", []string{"Vorgaenger@example.org"}
	a.Parsed.Extra = "Rezept mit Wacholder"
	return private(a, "[...]")
}

// secrets are words that stand nowhere but inside seals.
func secrets() []string {
	return []string{"Kastanienfest", "Leuchtturm", "Treffpunkt", "東京タワー", "Zerlinda", "Murmeltier", "Wegweiser", "Brombeere", "Vorgaenger", "Wacholder"}
}

func addAll(t testing.TB, db *storage.DB, as ...accounts.Arrival) {
	t.Helper()
	_, err := db.Add(t.Context(), home, as)
	must(t, err)
}

func idOf(a accounts.Arrival) conversation.MessageID {
	return conversation.NewMessageID(a.Parsed.Fingerprint)
}

func search(t testing.TB, db *storage.DB, text string) []conversation.Hit {
	t.Helper()
	q, err := conversation.ParseQuery(text, start, "en")
	must(t, err)
	hits, err := db.Search(t.Context(), q, 0)
	must(t, err)
	n, err := db.Count(t.Context(), q)
	must(t, err)
	p, err := db.Conversations(t.Context(), conversation.Window{Query: q})
	must(t, err)
	if n != len(hits) || (n > 0) != (p.Total > 0) {
		t.Fatalf("%q: %d hits, %d counted, %d conversations", text, len(hits), n, p.Total)
	}
	return hits
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
