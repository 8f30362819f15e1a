package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// fragile is a format that cannot cope with one message.
type fragile struct{ plain }

func (fragile) Parse(raw []byte, c conversation.ParseContext) conversation.Parsed {
	if string(raw) == "odd" {
		panic("secret words of a mail")
	}
	return plain{}.Parse(raw, c)
}

// A message that a parser cannot cope with costs one row.
func TestParserFaultCostsOneRow(t *testing.T) {
	m := newMemory()
	s := &script{sync: func(mi accounts.Mirror) error {
		return mi.Add(t.Context(), []accounts.Copy{{UID: 1, Raw: []byte("one")}, {UID: 2, Raw: []byte("odd")}, {UID: 3, Raw: []byte("two")}})
	}}
	e := testEngine(t, m, s)
	e.o.Formats[conversation.Mail] = fragile{}
	if sum := e.SyncOnce(t.Context(), nil)[0]; sum.Err != nil || sum.New != 3 {
		t.Fatalf("summary %+v, want three new", sum)
	}
	for _, a := range m.added {
		odd := a.Copy.UID == 2
		if got := len(a.Parsed.Message.Warnings) > 0; got != odd {
			t.Errorf("copy %d has warnings: %v", a.Copy.UID, got)
		}
	}
}

// A fault in a step ends that step, and the account is tried again.
func TestFaultsEndAStep(t *testing.T) {
	fault := func() { panic("secret words") }
	for name, s := range map[string]*script{
		"sync":  {sync: func(accounts.Mirror) error { fault(); return nil }},
		"watch": {watch: func(context.Context, func()) error { fault(); return nil }},
		"apply": {apply: func([]accounts.Task) ([]int64, error) { fault(); return nil, nil }},
	} {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			if name == "apply" {
				m.tasks = []accounts.Task{{ID: 1}}
			}
			e := testEngine(t, m, s)
			stop := run(t, e)
			defer stop()
			if st := e.Statuses()[0]; !errors.Is(st.Err, ErrFault) {
				t.Errorf("%s: status %+v, want the fault", name, st)
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			if name != "apply" && s.passes.n() < 2 {
				t.Errorf("%s: not tried again", name)
			}
		})
	}
}
