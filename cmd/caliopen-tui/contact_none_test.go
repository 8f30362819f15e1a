package main

import (
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// The word "none" empties what can be emptied.
func TestContactFlagsEmptyWithNone(t *testing.T) {
	c := conversation.Contact{Name: "Zoé", Notes: "old", Kind: conversation.KindBulk, Pin: conversation.Mail}
	if err := (&contactFlags{}).apply(&c); err != nil || c.Notes != "old" || c.Kind != conversation.KindBulk || c.Pin != conversation.Mail {
		t.Errorf("without flags: %+v, %v", c, err)
	}
	if err := (&contactFlags{notes: "new"}).apply(&c); err != nil || c.Notes != "new" {
		t.Errorf("notes: %+v, %v", c, err)
	}
	if err := (&contactFlags{notes: "none", kind: "none", pin: "none"}).apply(&c); err != nil || c.Notes != "" || c.Kind != "" || c.Pin != "" || c.Name != "Zoé" {
		t.Errorf("none: %+v, %v", c, err)
	}
}

func TestTransportSaysThatItIsExpected(t *testing.T) {
	for _, predicted := range []bool{true, false} {
		if got := transport(privacy.Transport{Ingress: "tls", Predicted: predicted}); got.Predicted != predicted || got.Ingress != "tls" {
			t.Errorf("%+v", got)
		}
	}
}
