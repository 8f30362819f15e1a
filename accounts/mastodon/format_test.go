package mastodon

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

var here = conversation.ParseContext{
	Account: "zoe", Home: "social.example", Own: zoe, Received: time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC),
}

const typical = `{"id":"114","uri":"https://one.example/users/alice/statuses/9","created_at":"2026-05-04T09:59:58.123Z","edited_at":null,
 "visibility":"direct","spoiler_text":"","in_reply_to_id":"113","account":{"id":"7","acct":"Alice@one.example","display_name":"Alice \u001b[31m"},
 "mentions":[{"id":"1","acct":"zoe","username":"zoe","url":"https://social.example/@zoe"},{"id":"2","acct":"bob@two.example","username":"bob","url":"https://www.two.example/@bob"}],
 "content":"<p><span class=\"h-card\"><a href=\"https://social.example/@zoe\" class=\"u-url mention\">@<span>zoe</span></a></span> <span class=\"h-card\"><a href=\"https://www.two.example/@bob\" class=\"u-url mention\">@<span>bob</span></a></span> Bonjour&#27;[2J &lt;b&gt;<br />deux</p><p>trois</p>",
 "media_attachments":[{"id":"5","type":"image","url":"https://social.example/media/5.png","description":"a red door"}]}`

func TestAStatusBecomesAMessage(t *testing.T) {
	m := NewFormat().Parse([]byte(typical), here).Message
	if got := m.Sender(); got.Address != alice || got.Name != "Alice \x1b[31m" {
		t.Errorf("sender = %+v", got)
	}
	to := m.With(conversation.To)
	if len(to) != 2 || to[0].Address != zoe || to[1].Address != bob {
		t.Errorf("to = %+v", to)
	}
	if m.Text != "Bonjour\x1b[2J <b>\ndeux\n\ntrois" {
		t.Errorf("text = %q", m.Text)
	}
	if m.Direction != conversation.In || m.RFCID != "https://one.example/users/alice/statuses/9" || m.InReplyTo != "113" || m.References[0] != "114" {
		t.Errorf("message = %+v", m)
	}
	if !m.Date.Equal(time.Date(2026, 5, 4, 9, 59, 58, 123e6, time.UTC)) {
		t.Errorf("date = %v", m.Date)
	}
	if a := m.Attachments; len(a) != 1 || a[0].Name != "a red door.png" || a[0].Type != "image/png" || a[0].URL != "https://social.example/media/5.png" {
		t.Errorf("attachments = %+v", a)
	}
}

func TestAnOwnStatusGoesOut(t *testing.T) {
	p := here
	p.Own = alice
	if m := NewFormat().Parse([]byte(typical), p).Message; m.Direction != conversation.Out || len(m.With(conversation.To)) != 2 {
		t.Errorf("%v to %v", m.Direction, m.With(conversation.To))
	}
	note := NewFormat().Parse([]byte(`{"id":"1","account":{"acct":"zoe"},"visibility":"direct","mentions":[]}`), here).Message
	if to := note.With(conversation.To); len(to) != 1 || to[0].Address != zoe {
		t.Errorf("a note to oneself goes to %v", to)
	}
}

// The rows of the privacy table for statuses.
func TestTheBadgeOfAStatus(t *testing.T) {
	for visibility, want := range map[string]int{"direct": 40, "public": 0, "unlisted": 0, "": 0, "circle": 0} {
		raw := strings.Replace(typical, `"visibility":"direct"`, `"visibility":"`+visibility+`"`, 1)
		ev := NewFormat().Parse([]byte(raw), here).Message.Evidence
		ev.OwnHop = true
		if got := privacy.Message(privacy.FactsOf(ev)); got.Score != want {
			t.Errorf("%q scores %d, want %d", visibility, got.Score, want)
		}
	}
}

func TestSameProviderMeansEverybodyIsOnTheOwnServer(t *testing.T) {
	near := `{"id":"1","visibility":"direct","account":{"acct":"carol"},"mentions":[{"acct":"zoe"}]}`
	if !NewFormat().Parse([]byte(near), here).Message.Evidence.SameProvider {
		t.Error("carol and zoe are on one server")
	}
	if NewFormat().Parse([]byte(typical), here).Message.Evidence.SameProvider {
		t.Error("alice is on another server")
	}
}

func TestFingerprintDependsOnTheURI(t *testing.T) {
	f := NewFormat()
	first := f.Parse([]byte(typical), here)
	edited := f.Parse([]byte(strings.Replace(typical, "deux", "2", 1)), here)
	elsewhere := f.Parse([]byte(strings.Replace(typical, `"id":"114"`, `"id":"01J"`, 1)), here)
	other := f.Parse([]byte(strings.Replace(typical, "statuses/9", "statuses/8", 1)), here)
	if first.Fingerprint != edited.Fingerprint || first.Fingerprint != elsewhere.Fingerprint {
		t.Error("an edit or another server's id makes another message")
	}
	if first.Fingerprint == other.Fingerprint {
		t.Error("two statuses are one message")
	}
}

func TestOddJSONIsSurvived(t *testing.T) {
	for _, raw := range []string{
		``, `null`, `[]`, `"x"`, `{`, `{"id":5}`, `{"account":7,"mentions":{},"content":[],"created_at":3}`,
		`{"account":{"acct":"@@@"},"mentions":[null,1,{"acct":5},{"acct":""}],"media_attachments":[null,"x",{}]}`,
		`{"created_at":"0000-01-01T00:00:00Z"}`, `{"created_at":"9999-01-01T00:00:00Z","edited_at":"yes"}`, "{\"content\":\"\xff\xfe\"}",
	} {
		m := NewFormat().Parse([]byte(raw), here).Message
		if m.Protocol != conversation.Mastodon || !m.Date.Equal(here.Received) {
			t.Errorf("%s: %v at %v", raw, m.Protocol, m.Date)
		}
		if m.Evidence.Visibility != "public" {
			t.Errorf("%s: what is not known to be private passes for %q", raw, m.Evidence.Visibility)
		}
	}
}

func TestALegionOfMentionsIsBounded(t *testing.T) {
	raw := `{"id":"1","mentions":[{"acct":"zoe"}` + strings.Repeat(`,{"acct":"a@b.example"}`, 200000) + `],"content":"` + strings.Repeat("<p>", 200000) + `"}`
	m := NewFormat().Parse([]byte(raw), here).Message
	if len(m.Participants) > maxMentions || len(m.Warnings) != 1 {
		t.Errorf("%d participants, warnings %v", len(m.Participants), m.Warnings)
	}
}

func TestThePollIsPartOfTheText(t *testing.T) {
	raw := `{"id":"1","content":"<p>When?</p>","poll":{"options":[{"title":"Monday"},{"title":""},5,{"title":"Tue\nsday"}]}}`
	if got := NewFormat().Parse([]byte(raw), here).Message.Text; got != "When?\n\n○ Monday\n○ Tue sday" {
		t.Errorf("text = %q", got)
	}
}

func TestAFileIsOnTheServer(t *testing.T) {
	a, data, err := NewFormat().Part([]byte(typical), "0")
	if !errors.Is(err, conversation.ErrRemote) || a.URL != "https://social.example/media/5.png" || data != nil {
		t.Errorf("%+v %v", a, err)
	}
	if _, _, err := NewFormat().Part([]byte(typical), "1"); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("err = %v", err)
	}
}

func FuzzStatus(f *testing.F) {
	f.Add([]byte(typical))
	f.Add([]byte(`{"content":"<p><a href='https://x.example/@a' class='mention'>@a<p></a><script>\u001b]0;x\u0007"}`))
	f.Add([]byte(`{"mentions":[{"acct":"a@b@c","url":"::"}],"spoiler_text":"\u202e"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p := NewFormat().Parse(raw, here)
		if again := NewFormat().Parse(raw, here); again.Fingerprint != p.Fingerprint {
			t.Error("the fingerprint changes")
		}
		if p.Message.Protocol != conversation.Mastodon || p.Message.Date.IsZero() {
			t.Error("no message")
		}
		if f, ok := object(raw); p.Message.Evidence.Visibility == "direct" && (!ok || f.text("visibility") != "direct") {
			t.Error("passes for private")
		}
		NewFormat().HTML(raw)
		headOf(raw)
		for i := range p.Message.Attachments {
			NewFormat().Part(raw, p.Message.Attachments[i].Part) //nolint:errcheck // only panics count
		}
		_ = readCursor(string(raw)).String()
		var x any
		if json.Unmarshal([]byte(readCursor(string(raw)).String()), &x) != nil {
			t.Error("a cursor that cannot be read again")
		}
	})
}
