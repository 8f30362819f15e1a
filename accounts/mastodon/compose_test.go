package mastodon

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
	"github.com/caliopen/caliopen-tui/conversation"
)

func outgoing(text string, to ...conversation.Address) conversation.Outgoing {
	o := conversation.Outgoing{Account: "zoe", From: conversation.Participant{Address: zoe}, Text: text}
	for _, a := range to {
		o.To = append(o.To, conversation.Participant{Role: conversation.To, Address: a})
	}
	return o
}

func composed(t *testing.T, o conversation.Outgoing) wire {
	t.Helper()
	c, err := NewFormat().Compose(o)
	if err != nil {
		t.Fatal(err)
	}
	var w wire
	if err := json.Unmarshal(c.Wire, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestEveryRecipientIsNamedAndNobodyElse(t *testing.T) {
	w := composed(t, outgoing("tu connais @carol ou @dan@three.example ?", alice, bob, zoe, alice))
	if !strings.HasPrefix(w.Status, "@alice@one.example @bob@two.example tu connais") {
		t.Errorf("status = %q", w.Status)
	}
	if strings.Contains(w.Status, " @carol") || strings.Contains(w.Status, "@dan@three.example") {
		t.Errorf("a name in the text adds a reader: %q", w.Status)
	}
	if w.Visibility != "direct" || len(w.Recipients) != 2 {
		t.Errorf("wire = %+v", w)
	}
}

func TestASubjectIsAWarningOnlyOnANewMessage(t *testing.T) {
	o := outgoing("x", alice)
	o.Subject = "Lunch\r\n@carol"
	if w := composed(t, o); !strings.HasPrefix(w.SpoilerText, "Lunch @") || strings.Contains(w.SpoilerText, "@carol") {
		t.Errorf("spoiler = %q", w.SpoilerText)
	}
	o.Reply = &conversation.Message{Protocol: conversation.Mastodon, Account: "zoe", RFCID: "https://one.example/9", References: []string{"114"}}
	if w := composed(t, o); w.SpoilerText != "" || w.InReplyToID != "114" {
		t.Errorf("an answer: %+v", w)
	}
	o.Reply.Account = "work"
	if w := composed(t, o); w.InReplyToID != "" || w.InReplyTo != "https://one.example/9" {
		t.Errorf("an answer from another account: %+v", w)
	}
}

// The subject of a mail that is answered here hides nothing, and its
// Message-ID stays where it is.
func TestAnAnswerToAMailIsAMessageOfItsOwn(t *testing.T) {
	o := outgoing("x", alice)
	o.Subject, o.InReplyTo = "Re: Lunch", "m1.abc@example.org"
	if w := composed(t, o); w.SpoilerText != "" || w.InReplyTo != "" || w.InReplyToID != "" {
		t.Errorf("without the message: %+v", w)
	}
	o.Reply = &conversation.Message{Protocol: conversation.Mail, Account: "zoe", RFCID: "m1.abc@example.org", References: []string{"m0@example.org"}}
	if w := composed(t, o); w.SpoilerText != "" || w.InReplyTo != "" || w.InReplyToID != "" {
		t.Errorf("with it: %+v", w)
	}
}

func TestWhatCannotBeSentIsNotComposed(t *testing.T) {
	hidden := outgoing("x", alice)
	hidden.Bcc = []conversation.Participant{{Address: bob}}
	for name, o := range map[string]conversation.Outgoing{
		"hidden recipient":    hidden,
		"nobody":              outgoing("x"),
		"a mail address":      outgoing("x", conversation.MailAddress("alice@one.example")),
		"a name with a space": outgoing("x", conversation.Address{Protocol: conversation.Mastodon, ID: "@alice @carol@one.example"}),
		"a name without host": outgoing("x", conversation.Address{Protocol: conversation.Mastodon, ID: "@alice"}),
	} {
		if _, err := NewFormat().Compose(o); !errors.Is(err, conversation.ErrUsage) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
}

// Whatever the text, it reaches whom it is meant for and nobody else.
func TestNoTextAddsAReader(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		srv := fediverse.New(fediverse.Config{Home: "social.example"})
		for _, a := range []string{"zoe", "carol", "alice@one.example", "bob@two.example"} {
			srv.AddUser(a, a)
		}
		piece := rapid.SampledFrom([]string{"@carol", "@", "carol", "@bob@two.example", " ", "\n", "(", "bob", "@two.example", ".", "-", "é", "@zoe", "/", ",@carol", "@CAROL", "\u200b", "x"})
		o := outgoing(strings.Join(rapid.SliceOf(piece).Draw(r, "text"), ""), alice)
		o.Subject = strings.Join(rapid.SliceOf(piece).Draw(r, "subject"), "")
		c, err := NewFormat().Compose(o)
		if err != nil {
			r.Fatal(err)
		}
		var w wire
		if err := json.Unmarshal(c.Wire, &w); err != nil {
			r.Fatal(err)
		}
		p := srv.Say(fediverse.Post{From: "zoe", Text: w.Status + " " + w.SpoilerText})
		if len(p.To) != 1 || p.To[0] != "alice@one.example" {
			r.Fatalf("%q reaches %v", w.Status, p.To)
		}
	})
}

func TestLengthCountsAsServersDo(t *testing.T) {
	for text, want := range map[string]int{
		"":                      0,
		"été":                   3,
		"@bob@two.example yes":  8,
		"see https://a.example": 4 + 23,
		"see https://" + strings.Repeat("a", 300) + ".example/x y": 4 + 23 + 2,
	} {
		if got := Length(text); got != want {
			t.Errorf("%q counts %d, want %d", text, got, want)
		}
	}
}
