package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// golden compares an object with the file of testdata that was written by hand
// from the contract; it is never written by the program.
func golden(t *testing.T, file string, object any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := speaking(t, "en")
	p.out = &out
	if err := p.object(object); err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", file, out.String(), data)
	}
	if bytes.Count(out.Bytes(), []byte("\n")) != 1 {
		t.Errorf("%s: not one line", file)
	}
}

func sampleIndex() privacy.Index {
	return privacy.Index{
		Version: 1, Score: 38, Raw: 44, Level: privacy.LevelD, DecidedBy: "k.opportunistic",
		Factors: []privacy.Factor{{ID: "r.path.tls", Axis: "reading", Points: 20, Max: 50}},
		Caps:    []privacy.Cap{{ID: "k.opportunistic", Limit: 40}},
		Advice:  []privacy.Advice{{ID: "adv.encrypt", Gain: 38}},
	}
}

func sampleMessage() conversation.Message {
	zoe := conversation.Participant{
		Role: conversation.From, Address: conversation.MailAddress("zoe@example.org"), Name: "Zoé\x1b[2J", Contact: "c1", Display: "Zoé",
	}
	lou := conversation.Participant{Role: conversation.To, Address: conversation.MailAddress("lou@example.net"), Contact: conversation.Me}
	return conversation.Message{
		ID: "m1", Conversation: "v1", Account: "home", Protocol: conversation.Mail, Direction: conversation.In,
		Date: time.Date(2026, 3, 1, 10, 30, 0, 0, time.FixedZone("", 3600)), Participants: []conversation.Participant{zoe, lou},
		Subject: "tea <at> four & more", Excerpt: "Shall we", Text: "Shall we meet?", Read: true, Tags: []string{"garden"},
		Folder: "INBOX", Size: 1234, RFCID: "1@example.org", InReplyTo: "0@example.net",
		Attachments: []conversation.Attachment{{Name: "map.png", Type: "image/png", Size: 99, Part: "2"}},
		Evidence: privacy.Evidence{
			Transport:      privacy.Transport{Ingress: "tls", TLS: "1.3", Hops: []privacy.Hop{{By: "mx.example.net", With: "ESMTPS", TLS: "1.3"}}},
			Authentication: privacy.Authentication{Source: "provider", DKIM: "pass", SPF: "pass", DMARC: "pass", Aligned: true},
			Remote:         privacy.Remote{Images: 2, Trackers: 1},
		},
		Index: sampleIndex(),
	}
}

func TestMessageObject(t *testing.T) {
	m := sampleMessage()
	golden(t, "message.json", speaking(t, "en").message(&m, false))
	golden(t, "message_whole.json", speaking(t, "en").message(&m, true))
}

func TestEmptyMessageSaysUnknown(t *testing.T) {
	golden(t, "message_empty.json", speaking(t, "en").message(&conversation.Message{Protocol: conversation.Mail}, true))
}

func TestConversationObject(t *testing.T) {
	golden(t, "conversation.json", speaking(t, "en").conversation(&conversation.Conversation{
		ID: "v1", Title: "Zoé", Kind: conversation.KindPeople, Contacts: []conversation.Member{{Contact: "c1", Name: "Zoé"}},
		Channels: []conversation.Protocol{conversation.Mail, conversation.Mastodon}, LastDate: time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC),
		Excerpt: "Shall we", Unread: 2, Messages: 7, Index: privacy.Index{Version: 1, Score: 38, Raw: 38, Level: privacy.LevelD},
	}))
}

func sampleChannel() conversation.Prediction {
	return conversation.Prediction{
		Channel:   conversation.Channel{ID: "home", Account: "home", Protocol: conversation.Mail, Own: conversation.MailAddress("lou@example.net"), Name: "mail"},
		Addresses: []conversation.Address{conversation.MailAddress("zoe@example.org")},
		Index:     sampleIndex(), Reach: conversation.Live, Proven: true,
	}
}

func TestContactObject(t *testing.T) {
	golden(t, "contact.json", speaking(t, "en").contact(&conversation.Contact{
		ID: "c1", Name: "Zoé", Messages: 7, Index: privacy.Index{Version: 1, Score: 32, Raw: 32, Level: privacy.LevelD},
		Addresses: []conversation.ContactAddress{{Address: conversation.MailAddress("zoe@example.org")}, {Address: conversation.MastodonAddress("zoe@social.example.org", "")}},
		Channels:  []conversation.Prediction{sampleChannel()},
	}))
}

func TestSendObject(t *testing.T) {
	lost := sampleChannel()
	lost.Channel.ID, lost.Proven, lost.Rejected = "social", false, conversation.Reason{Code: "level.?"}
	choice := conversation.Choice{Decision: conversation.Auto, Candidates: []conversation.Prediction{sampleChannel(), lost}}
	p := speaking(t, "en")
	o := p.choice(&choice)
	o.ID, o.State = "e1", "sent"
	if o.Line == "" {
		t.Error("no line of reason")
	}
	o.Line = "→" // its words are tested with the catalogue
	golden(t, "send.json", o)
}

func TestOtherObjects(t *testing.T) {
	golden(t, "sync.json", syncObject{Account: "home", New: 1, Changed: 2, Removed: 3, Sent: 4, Failed: 5, Bytes: 6, Seconds: 1.5})
	golden(t, "entry.json", entry(&conversation.Entry{
		ID: "e1", State: conversation.StateQueued, Account: "home", Protocol: conversation.Mail,
		Recipients: []conversation.Address{conversation.MailAddress("zoe@example.org")}, Created: testNow(), Attempts: 1, Error: "later",
	}))
}
