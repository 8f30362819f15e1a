package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

func bob() conversation.Address { return conversation.MailAddress("bob@example.net") }

// fakeRing learns which keys an address used: the first one is "new", any
// other one is in conflict.
type fakeRing struct {
	mu    sync.Mutex
	seen  []conversation.KeySight
	keys  map[conversation.Address][]string
	fault error
}

func (r *fakeRing) State(a conversation.Address, f string) privacy.KeyState {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.Index(r.keys[a], f)
	return privacy.KeyState{Person: map[int]string{0: "new", -1: ""}[i], Conflict: i > 0}
}

func (r *fakeRing) Learn(_ context.Context, sights []conversation.KeySight) ([]conversation.Address, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault != nil {
		return nil, r.fault
	}
	r.seen = append(r.seen, sights...)
	var changed []conversation.Address
	for _, s := range sights {
		if s.Fingerprint != "" && !slices.Contains(r.keys[s.Address], s.Fingerprint) {
			r.keys[s.Address] = append(r.keys[s.Address], s.Fingerprint)
			changed = append(changed, s.Address)
		}
	}
	return changed, nil
}

// signedMail is a format whose mails are "KEY" or "KEY forged", signed by that key.
type signedMail struct{ plain }

func (signedMail) Parse(raw []byte, _ conversation.ParseContext) conversation.Parsed {
	word, rest, _ := strings.Cut(string(raw), " ")
	p := conversation.Parsed{
		Message: conversation.Message{
			Protocol: conversation.Mail, Text: string(raw),
			Participants: []conversation.Participant{{Role: conversation.From, Address: bob()}},
			Evidence:     privacy.Evidence{Protocol: "mail", ManyFrom: rest == "forged"},
		},
		Sights: []conversation.KeySight{{Address: bob(), Source: conversation.FromMail}},
	}
	copy(p.Fingerprint[:], raw)
	if word != "clear" {
		p.Message.Evidence.Security = privacy.Security{Sealed: "full", Signature: "good", Covers: "whole", Decrypted: true, Signer: word}
		p.Sights = append(p.Sights, conversation.KeySight{Address: bob(), Source: conversation.FromSignature, Fingerprint: word})
	}
	return p
}

// fetching gives an engine with a keyring, which fetches mails from a folder.
func fetching(t *testing.T, m *memory, r *fakeRing, folder string, mails ...string) *Engine {
	t.Helper()
	s := &script{sync: func(mi accounts.Mirror) error {
		for i, text := range mails {
			if err := mi.Add(t.Context(), []accounts.Copy{{Folder: folder, UID: uint32(i + 1), Raw: []byte(text)}}); err != nil {
				return err
			}
		}
		return mi.Flush(t.Context())
	}}
	e := New(Options{Store: m, Formats: map[conversation.Protocol]conversation.Format{conversation.Mail: signedMail{}}, Keys: r, Now: time.Now})
	own := Own{Account: "home", Protocol: conversation.Mail, Addresses: []conversation.Address{conversation.MailAddress("me@example.org")}}
	if err := e.Add(t.Context(), Account{Own: own, Transport: s}); err != nil {
		t.Fatal(err)
	}
	return e
}

func ring() *fakeRing { return &fakeRing{keys: map[conversation.Address][]string{}} }

func goodPass(t *testing.T, e *Engine) {
	t.Helper()
	if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil {
		t.Fatal(sum.Err)
	}
}

func TestMailsTellOfKeys(t *testing.T) {
	m, r := newMemory(), ring()
	goodPass(t, fetching(t, m, r, "INBOX", "AAAA", "clear", "BBBB"))
	if len(r.seen) != 5 {
		t.Errorf("%d sights", len(r.seen))
	}
	for _, s := range r.seen {
		if s.Message == "" || s.Account != "home" {
			t.Errorf("from nowhere: %+v", s)
		}
	}
	// What was learned of a mail bears on that mail already, before it is stored.
	for _, a := range m.added {
		ev := a.Parsed.Message.Evidence
		if want := r.State(bob(), ev.Security.Signer); ev.Key != want {
			t.Errorf("%s: %+v, want %+v", a.Parsed.Message.Text, ev.Key, want)
		}
	}
	if got := m.judgedAgain; !slices.Contains(got, bob()) {
		t.Error("what is stored of the same sender is not judged again")
	}
}

func TestDoubtfulMailsTellNothing(t *testing.T) {
	m, r := newMemory(), ring()
	m.folders = []accounts.Folder{{Name: "Spam", Use: accounts.UseJunk}, {Name: "INBOX", Use: accounts.UseInbox}}
	goodPass(t, fetching(t, m, r, "INBOX", "AAAA forged"))
	goodPass(t, fetching(t, m, r, "Spam", "BBBB"))
	if len(r.seen) != 0 || len(m.added) != 2 {
		t.Errorf("%d stored, told %+v", len(m.added), r.seen)
	}
	p := conversation.Parsed{Sights: []conversation.KeySight{{Fingerprint: "AAAA"}}}
	p.Message.Evidence.Forged = true
	if got := Sights(p); got != nil {
		t.Errorf("a forged mail told %+v", got)
	}
}

// A mail by whose domain's word it is forged must raise no question about the
// key of whom it names.
func TestAForgedMailRaisesNoQuestion(t *testing.T) {
	raw := []byte("Authentication-Results: mx.example.org; dmarc=fail header.from=example.net\r\n" +
		"Received: from x (x [192.0.2.1]) by mx.example.org with ESMTPS id 1; Sat, 14 Mar 2026 09:30:00 +0000\r\nFrom: bob@example.net\r\n\r\n")
	p := signedMail{}.Parse([]byte("EEEE"), conversation.ParseContext{})
	p.Origin = trace.Observe(raw).Encode()
	r := ring()
	r.keys[bob()] = []string{"AAAA"}
	Case{Trust: trace.Trust{IDs: []string{"mx.example.org"}, Hosts: []string{"mx.example.org"}}, Keys: r}.Decide(&p)
	if !p.Message.Evidence.Forged {
		t.Fatalf("not forged: %+v", p.Message.Evidence)
	}
	if got := Sights(p); got != nil {
		t.Errorf("told %+v", got)
	}
}

func TestAKeyringThatFailsEndsThePass(t *testing.T) {
	m, r := newMemory(), ring()
	r.fault = conversation.ErrFull
	if sum := fetching(t, m, r, "INBOX", "AAAA").SyncOnce(t.Context(), nil)[0]; !errors.Is(sum.Err, conversation.ErrFull) || len(m.added) != 0 {
		t.Errorf("%v, %d stored without being learned from", sum.Err, len(m.added))
	}
}

// A program that ends after it learned and before it judged again judges in
// the next pass.
func TestWhatWasLearnedIsJudgedAfterACut(t *testing.T) {
	m, r := newMemory(), ring()
	m.addErr = conversation.ErrFull // the pass ends between learning and storing
	if sum := fetching(t, m, r, "INBOX", "AAAA").SyncOnce(t.Context(), nil)[0]; sum.Err == nil {
		t.Fatal("the pass was whole")
	}
	if m.judgedAgain != nil || !bytes.Contains(m.learned, []byte(bob().ID)) {
		t.Fatalf("judged %v, remembered %s", m.judgedAgain, m.learned)
	}
	m.addErr = nil
	goodPass(t, fetching(t, m, r, "INBOX"))
	if !slices.Equal(m.judgedAgain, []conversation.Address{bob()}) {
		t.Errorf("judged %v", m.judgedAgain)
	}
	var k knowledge
	if err := json.Unmarshal(m.learned, &k); err != nil || k.Keys != nil {
		t.Errorf("still remembered: %s", m.learned)
	}
	m.judgedAgain = nil
	goodPass(t, fetching(t, m, r, "INBOX"))
	if m.judgedAgain != nil {
		t.Errorf("judged in each pass: %v", m.judgedAgain)
	}
}

func TestRejudger(t *testing.T) {
	m, r := newMemory(), ring()
	r.keys[bob()] = []string{"AAAA", "BBBB"}
	var told int
	again := Rejudger(m, r, func(Change) { told++ })
	m.evidence = []privacy.Evidence{
		{Security: privacy.Security{Signer: "AAAA"}},
		{Security: privacy.Security{Signer: "BBBB"}},
		{},
		{Security: privacy.Security{Signer: "AAAA"}, Key: privacy.KeyState{Person: "new"}},
	}
	if err := again(t.Context(), []conversation.Address{bob()}); err != nil || told != 1 {
		t.Fatal(err, told)
	}
	if want := []bool{true, true, false, false}; !slices.Equal(m.altered, want) {
		t.Errorf("changed %v, want %v", m.altered, want)
	}
	if m.evidence[0].Key.Person != "new" || !m.evidence[1].Key.Conflict {
		t.Errorf("%+v", m.evidence)
	}
}

// unknownFirst is signedMail before its key is known: the first word of the
// ring decides.
type unknownFirst struct {
	signedMail
	r *fakeRing
}

func (u unknownFirst) Parse(raw []byte, c conversation.ParseContext) conversation.Parsed {
	p := u.signedMail.Parse(raw, c)
	u.r.mu.Lock()
	defer u.r.mu.Unlock()
	if s := &p.Message.Evidence.Security; s.Signer != "" && !slices.Contains(u.r.keys[bob()], s.Signer) {
		s.Signature, p.Sights = "unknown_key", nil
	}
	return p
}

func TestMailsAreProvedOnceTheirKeyIsKnown(t *testing.T) {
	m, r := newMemory(), ring()
	m.unproved = []accounts.Stored{
		{ID: "known", Account: "home", Protocol: conversation.Mail, Raw: []byte("AAAA early")},
		{ID: "other", Account: "home", Protocol: conversation.Mail, Raw: []byte("CCCC")},
		{ID: "elsewhere", Account: "work", Protocol: conversation.Mail, Raw: []byte("AAAA late")},
	}
	e := fetching(t, m, r, "INBOX", "clear")
	e.o.Formats[conversation.Mail] = unknownFirst{r: r}
	r.seen, r.keys[bob()] = nil, []string{"AAAA"}
	j := &judge{w: e.workers["home"], stale: []conversation.Address{bob()}}
	j.refresh()
	if err := j.rejudge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(m.readAgain) != 1 || m.readAgain[0].Message.Text != "AAAA early" || m.readAgain[0].Message.Evidence.Key.Person != "new" {
		t.Errorf("read again: %+v", m.readAgain)
	}
	if len(r.seen) != 2 || r.seen[1].Source != conversation.FromSignature || !slices.Contains(m.judgedAgain, bob()) {
		t.Errorf("learned %+v, judged again %v", r.seen, m.judgedAgain)
	}
}
