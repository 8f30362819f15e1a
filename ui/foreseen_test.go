package ui_test

import (
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/uitest"
)

// What is only expected of a message's way is said to be that.
func TestAWayThatNobodyWroteDownIsSaidToBeExpected(t *testing.T) {
	for _, predicted := range []bool{true, false} {
		journey(t, 80, 45, setup{}, func(d *uitest.Driver, f *uitest.Fake) {
			facts := privacy.Facts{Proto: "mail", Path: "tls", OwnHop: true, Subject: "clear"}
			f.Change("marc-00", func(m *conversation.Message) {
				m.Direction, m.Facts, m.Index = conversation.Out, facts, privacy.Message(facts)
				m.Evidence.Transport = privacy.Transport{Ingress: "tls", Predicted: predicted}
			})
			f.Tell(conversation.Event{All: true})
			d.Wait(time.Second)
			d.Press("j", "i", "G")
			if predicted {
				d.Expect("what would be expected today")
			} else {
				d.Refuse("what would be expected today")
			}
		})
	}
}
