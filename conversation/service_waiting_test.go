package conversation_test

import (
	"context"
	"testing"
	"testing/synctest"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// What waits is told while the keys are locked, and only then.
func TestLockStateTellsWhatWaits(t *testing.T) {
	w := newSealedWorld(nil, func(o *Options) { o.Waiting = func() int { return 3 } })
	w.keys.locked = true
	if got := w.LockState().Waiting; got != 3 {
		t.Errorf("locked: %d waiting", got)
	}
	w.keys.locked = false
	if got := w.LockState().Waiting; got != 0 {
		t.Errorf("open: %d waiting", got)
	}
}

// An own key that was taken in may open what none did before; a key of somebody
// else opens nothing.
func TestImportOfAnOwnKeyOpensWhatWaits(t *testing.T) {
	for data, want := range map[string]int{"OWN": 1, "OTHER": 0} {
		synctest.Test(t, func(t *testing.T) {
			opened := 0
			w := newSealedWorld(nil, func(o *Options) { o.Opened = func(context.Context) { opened++ } })
			if _, err := w.ImportKeys(t.Context(), []byte(data), nil); err != nil {
				t.Fatal(err)
			}
			if synctest.Wait(); opened != want {
				t.Errorf("%s: opened %d times", data, opened)
			}
		})
	}
}

// A domain that was seen to speak TLS is reached over it, also where nobody has
// written from that very address.
func TestPredictionsKnowTheDomain(t *testing.T) {
	for known, path := range map[bool]string{true: "tls", false: ""} {
		w := newSealedWorld(nil, func(o *Options) { o.Reached = func(a Address) bool { return known && a.Domain() == "example.net" } })
		p := best(t, w, Draft{To: []Recipient{{Address: MailAddress("new@example.net")}}, Text: "x"})
		if want := (privacy.Facts{Proto: "mail", Path: path, OwnHop: true, Subject: "clear"}); p.Facts != want {
			t.Errorf("known %v: %+v", known, p.Facts)
		}
	}
}
