package conversation_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

func (f *fakeStore) EnqueueAll(ctx context.Context, es []Entry) (ids []EntryID, err error) {
	if err := f.fail["EnqueueAll"]; err != nil {
		return nil, err
	}
	for i, e := range es {
		if i > 0 {
			e.Group = ids[0]
		}
		id, err := f.Enqueue(ctx, e)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (f *fakeStore) Outbox(context.Context) (out []Entry, err error) {
	for _, e := range f.entries {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out, f.fail["Outbox"]
}

func (f *fakeStore) cancelGroup(id EntryID, from []State) {
	for k, e := range f.entries {
		if e.Group == id && slices.Contains(from, e.State) {
			e.State = StateCancelled
			f.entries[k] = e
		}
	}
}

// enveloped composes as the format of mails does: one envelope for each Bcc.
func enveloped(o Outgoing) Composed {
	c := Composed{RFCID: "made@home.example", Copy: []byte("copy")}
	if len(o.To)+len(o.Cc) > 0 {
		c.Wire = []byte("wire")
	}
	for _, p := range o.Bcc {
		c.More = append(c.More, Envelope{Recipients: []Address{p.Address}, Wire: []byte("for " + p.Address.ID), RFCID: p.Address.ID})
	}
	return c
}

var bossMail = MailAddress("boss@example.net")

// sealedWorld has keys for everybody.
func sealedWorld(zoe ...func(*PeerKey)) *world {
	w := newSealedWorld(map[Address]PeerKey{
		zoeMail:  known(zoe...),
		paulMail: known(func(k *PeerKey) { k.Fingerprint = "PAUL" }),
		bossMail: known(func(k *PeerKey) { k.Fingerprint = "BOSS" }),
	})
	w.mail.made = enveloped
	return w
}

func sealedDraft() Draft {
	return Draft{To: to("zoe"), Bcc: []Recipient{{Contact: "paul"}, {Address: bossMail, Name: "Boss"}}, Subject: "Plan", Text: "Here.", Via: "home/sealed"}
}

func TestSealedMessageGoesOutInEnvelopes(t *testing.T) {
	w := sealedWorld()
	e, c, err := w.Send(t.Context(), sealedDraft())
	if err != nil {
		t.Fatal(err)
	}
	seal := w.mail.got.Seal
	if seal == nil || seal.Keys[zoeMail] != "ABCD" || seal.Keys[paulMail] != "PAUL" || seal.Keys[bossMail] != "BOSS" || seal.Policy == "" || seal.Policy != c.Best().Policy {
		t.Fatalf("sealed as %+v", seal)
	}
	all, _ := w.store.Outbox(t.Context())
	if len(all) != 3 || all[0].ID != e.ID {
		t.Fatalf("outbox %+v", all)
	}
	for i, want := range []struct {
		to         Address
		wire, copy string
		id         string
		group      EntryID
	}{{zoeMail, "wire", "copy", "made@home.example", ""}, {paulMail, "for " + paulMail.ID, "", paulMail.ID, e.ID}, {bossMail, "for boss@example.net", "", bossMail.ID, e.ID}} {
		got := all[i]
		if !slices.Equal(got.Recipients, []Address{want.to}) || string(got.Wire) != want.wire || string(got.Copy) != want.copy ||
			got.RFCID != want.id || got.Group != want.group || !got.Sealed || got.State != StateHeld || !got.NextTry.Equal(all[0].NextTry) {
			t.Errorf("entry %d: %+v", i, got)
		}
	}
	if d := all[1].Draft; len(d.To) != 0 || !slices.Equal(d.Bcc, []Recipient{{Contact: "paul"}}) {
		t.Errorf("the copy for Paul would come back as %+v", d)
	}
	if len(w.mail.got.Bcc) != 2 || w.engine.poked != 1 {
		t.Errorf("composed for %+v, poked %d times", w.mail.got.Bcc, w.engine.poked)
	}
}

func TestSealedToBccOnlyLosesNobody(t *testing.T) {
	w := sealedWorld()
	d := sealedDraft()
	d.To = nil
	if _, _, err := w.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	all, _ := w.store.Outbox(t.Context())
	if len(all) != 2 || all[0].Group != "" || string(all[0].Wire) != "for "+paulMail.ID || string(all[0].Copy) != "copy" || all[1].Group != all[0].ID {
		t.Errorf("outbox %+v", all)
	}
}

// turning is a keyring that gives another key from the second question on.
type turning struct {
	Keyring
	asked map[Address]int
	after int
}

func (k turning) Peer(own, peer Address) PeerKey {
	p := k.Keyring.Peer(own, peer)
	if k.asked[peer]++; k.asked[peer] > k.after {
		p.Fingerprint = "OTHER"
	}
	return p
}

// Whatever goes wrong with a key, nothing is sent, and nothing in clear.
func TestNothingLeavesWhenAKeyIsNotTheOneShown(t *testing.T) {
	for name, test := range map[string]struct {
		set  func(*world, *Draft)
		want error
	}{
		"key gone since it was shown": {func(w *world, d *Draft) {
			c, _ := w.Choose(context.Background(), *d)
			d.Shown = c.Mark()
			delete(w.keys.peers, zoeMail)
		}, nil},
		"another key since": {func(w *world, d *Draft) {
			c, _ := w.Choose(context.Background(), *d)
			d.Shown = c.Mark()
			w.keys.peers[zoeMail] = known(func(k *PeerKey) { k.Fingerprint = "OTHER" })
		}, ErrGuard},
		"the format refuses": {func(w *world, _ *Draft) { w.mail.made, w.mail.err = nil, ErrGuard }, ErrGuard},
		"locked":             {func(w *world, _ *Draft) { w.mail.made, w.mail.err = nil, ErrSealed }, ErrSealed},
		"no room":            {func(w *world, _ *Draft) { w.store.fail["EnqueueAll"] = ErrFull }, ErrFull},
	} {
		w, d := sealedWorld(), sealedDraft()
		d.ID, _ = w.SaveDraft(t.Context(), d)
		test.set(w, &d)
		if _, _, err := w.Send(t.Context(), d); err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
		if len(w.store.entries) != 0 || len(w.store.drafts) != 1 {
			t.Errorf("%s: %d entries, %d drafts", name, len(w.store.entries), len(w.store.drafts))
		}
	}
}

func TestKeyThatTurnsWhileSending(t *testing.T) {
	for after := range 6 {
		peers := sealedWorld().keys.peers
		asked := map[Address]int{}
		w := newSealedWorld(peers, func(o *Options) { o.Keys = turning{o.Keys, asked, after} })
		w.mail.made = enveloped
		_, _, err := w.Send(t.Context(), sealedDraft())
		if err == nil && w.mail.got.Seal.Keys[zoeMail] != "OTHER" && asked[zoeMail] > after {
			t.Errorf("after %d questions: sealed to a key that was not there any more", after)
		}
		if err != nil && (!errors.Is(err, ErrGuard) || len(w.store.entries) > 0) {
			t.Errorf("after %d questions: %v, %d entries", after, err, len(w.store.entries))
		}
	}
}

func TestCancellingTakesAllBack(t *testing.T) {
	for name, test := range map[string]struct {
		set    map[int]State
		cancel int
		err    bool
		states []State
		bcc    int // in the draft that comes back
	}{
		"held":               {nil, 0, false, []State{StateCancelled, StateCancelled, StateCancelled}, 2},
		"by one of the Bcc":  {nil, 2, false, []State{StateCancelled, StateCancelled, StateCancelled}, 2},
		"one Bcc has it":     {map[int]State{1: StateSent}, 0, false, []State{StateCancelled, StateSent, StateCancelled}, 1},
		"one Bcc is unknown": {map[int]State{1: StateUnknown}, 0, false, []State{StateCancelled, StateCancelled, StateCancelled}, 2},
		"one is on its way":  {map[int]State{2: StateSending}, 0, false, []State{StateCancelled, StateCancelled, StateSending}, 1},
		"it is on its way":   {map[int]State{0: StateSending}, 0, true, []State{StateSending, StateHeld, StateHeld}, 0},
		"it was sent":        {map[int]State{0: StateSent, 1: StateFailed}, 1, false, []State{StateSent, StateCancelled, StateHeld}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := sealedWorld()
			if _, _, err := w.Send(t.Context(), sealedDraft()); err != nil {
				t.Fatal(err)
			}
			all, _ := w.store.Outbox(t.Context())
			for i, s := range test.set {
				all[i].State = s
				w.store.entries[all[i].ID] = all[i]
			}
			id, err := w.Cancel(t.Context(), all[test.cancel].ID)
			if (err != nil) != test.err {
				t.Fatal(err)
			}
			var states []State
			all, _ = w.store.Outbox(t.Context())
			for _, e := range all {
				states = append(states, e.State)
			}
			if !slices.Equal(states, test.states) {
				t.Errorf("states %v, want %v", states, test.states)
			}
			if d := w.store.drafts[id]; len(d.Bcc) != test.bcc || len(w.store.drafts) != min(1, len(id)) {
				t.Errorf("comes back as %+v", d)
			}
		})
	}
}

// sealedSource is a sealed message that is answered or passed on.
func sealedSource(change func(*Message)) Message {
	m := Message{
		ID: "m1", Protocol: Mail, Direction: In, Account: "home", RFCID: "one@example.org", References: []string{"zero@example.org"}, Subject: "The secret plan", Text: "secret text",
		Participants: []Participant{{Role: From, Address: zoeMail}},
		Attachments:  []Attachment{{Name: "secret.pdf", Part: "2"}},
	}
	m.Evidence.Security = privacy.Security{Sealed: "full", Decrypted: true, ProtectedHeaders: "cipher", Signature: "good"}
	m.Facts = privacy.Facts{E2E: "full"}
	change(&m)
	return m
}

// What leaves in clear tells nothing of what was sealed, however little of the
// message was, and whether its subject can be read now or not.
func TestClearAnswersTellNothingSealed(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Message)
		kind   DraftKind
		want   string
		ids    bool
	}{
		"answer":  {func(*Message) {}, DraftReply, "Re: […]", false},
		"forward": {func(*Message) {}, DraftForward, "Fwd: […]", false},
		"only its header": {func(m *Message) {
			m.Evidence.Security = privacy.Security{Sealed: "partial", ProtectedHeaders: "cipher"}
			m.Facts.E2E = ""
		}, DraftReply, "Re: […]", false},
		"subject was clear":    {func(m *Message) { m.Evidence.Security.ProtectedHeaders = "none" }, DraftReply, "Re: […]", true},
		"locked again":         {func(m *Message) { m.Subject, m.Text = "[...]", "" }, DraftReply, "Re: […]", false},
		"locked, old subject":  {func(m *Message) { m.Subject, m.Text = "Encrypted Message", "" }, DraftForward, "Fwd: […]", false},
		"only signed outside":  {func(m *Message) { m.Evidence.Security = privacy.Security{Sealed: "none"}; m.Facts.E2E = "" }, DraftReply, "Re: The secret plan", true},
		"another message seal": {func(m *Message) { m.Evidence.Security = privacy.Security{Sealed: "none"} }, DraftReply, "Re: […]", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := sealedWorld()
			w.store.messages["m1"] = sealedSource(test.change)
			d := Draft{Kind: test.kind, Source: "m1", To: to("zoe"), Subject: "Re: The secret plan", Text: "Call me.\n\nZoé wrote:\n> secret text\n", Via: "home", ConfirmClear: true}
			if test.kind == DraftForward {
				d.Subject, d.Attach = "Fwd: The secret plan", []string{AttachmentRef("m1", Attachment{Name: "secret.pdf", Part: "2"})}
			}
			if _, _, err := w.Send(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			o := w.mail.got
			if o.Seal != nil || o.Subject != test.want || len(o.Attach) != 0 {
				t.Errorf("subject %q, want %q; %d files", o.Subject, test.want, len(o.Attach))
			}
			if test.want != "Re: The secret plan" && strings.Contains(o.Text, "secret") {
				t.Errorf("text %q", o.Text)
			}
			if (o.InReplyTo != "") != test.ids || (len(o.References) > 0) != test.ids {
				t.Errorf("in reply to %q, references %v", o.InReplyTo, o.References)
			}
		})
	}
}

// What is quoted of a sealed message stays sealed when that message is deleted
// while the answer is being written.
func TestTheSourceOfASecretIsGone(t *testing.T) {
	for kind, want := range map[DraftKind]string{DraftReply: "Re: […]", DraftForward: "Fwd: […]"} {
		w := sealedWorld(func(k *PeerKey) { k.Fingerprint = "" })
		w.store.messages["m1"] = sealedSource(func(*Message) {})
		begin := map[DraftKind]func() (Draft, error){
			DraftReply:   func() (Draft, error) { return w.Reply(t.Context(), "m1", false) },
			DraftForward: func() (Draft, error) { return w.Forward(t.Context(), "m1") },
		}
		d, err := begin[kind]()
		if err != nil || !d.Secret {
			t.Fatalf("%s: %+v, %v", kind, d, err)
		}
		delete(w.store.messages, "m1")
		d.To, d.Text, d.Attach = to("zoe"), d.Text+"\nCall me.\n> secret text\n", nil
		if _, c, err := w.Send(t.Context(), d); !errors.Is(err, ErrGuard) || c.Floor == "" {
			t.Errorf("%s: sent in clear without a word: %v, %v", kind, c.Decision, err)
		}
		d.Via, d.ConfirmClear = "home", true
		if _, _, err := w.Send(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if o := w.mail.got; o.Subject != want || strings.Contains(o.Text, "secret") {
			t.Errorf("%s: subject %q, text %q", kind, o.Subject, o.Text)
		}
	}
	w := sealedWorld()
	w.store.messages["m1"] = sealedSource(func(m *Message) { m.Evidence.Security, m.Facts.E2E = privacy.Security{Sealed: "none"}, "" })
	if d, err := w.Reply(t.Context(), "m1", false); err != nil || d.Secret {
		t.Errorf("an answer to what was clear: %+v, %v", d, err)
	}
}

// A sealed answer names what it answers, outside only what stood outside.
func TestSealedAnswersKeepAHiddenThreadHidden(t *testing.T) {
	for discreet, hide := range map[bool]bool{true: true, false: false} {
		w := sealedWorld()
		w.store.messages["m1"] = sealedSource(func(m *Message) { m.Evidence.Security.Discreet = discreet })
		d := Draft{Kind: DraftReply, Source: "m1", To: to("zoe"), Subject: "Re: The secret plan", Text: "Yes.\n> secret text\n", Via: "home/sealed"}
		if _, _, err := w.Send(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		o := w.mail.got
		if o.Seal == nil || o.Seal.HideThread != hide || o.InReplyTo != "one@example.org" || o.Subject != d.Subject || !strings.Contains(o.Text, "secret") {
			t.Errorf("answers as %+v, %+v", o, o.Seal)
		}
	}
}

// Answers quote what was shown of a message and nothing else.
func TestAnswersQuoteWhatWasShown(t *testing.T) {
	w := newSealedWorld(keys(), func(o *Options) { o.Quote = true })
	w.store.messages["m1"] = sealedSource(func(m *Message) { m.Excerpt = "oracle" })
	w.store.raws["m1"] = []byte("-----BEGIN PGP MESSAGE----- oracle")
	d, err := w.Reply(t.Context(), "m1", false)
	if err != nil || !strings.Contains(d.Text, "> secret text") || strings.Contains(d.Text, "oracle") {
		t.Errorf("%v: %q", err, d.Text)
	}
}

// Old programs get the subject in the text where it is hidden from them.
func TestLegacyIsForOthersOnly(t *testing.T) {
	for _, test := range []struct {
		discreet, caliopen bool
		want               bool
	}{{false, false, false}, {true, false, true}, {true, true, false}} {
		peers := keys(func(k *PeerKey) { k.Protects, k.Caliopen = true, test.caliopen })
		w := newSealedWorld(peers, func(o *Options) { o.Discreet = test.discreet })
		w.mail.made = enveloped
		d := sealedDraft()
		d.Bcc = nil
		if _, _, err := w.Send(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if seal := w.mail.got.Seal; seal.Legacy != test.want {
			t.Errorf("%+v: %+v", test, seal)
		}
	}
}
