package screen

import (
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// Waits tells whether an entry can be taken back: no server has it for sure.
func Waits(e conversation.Entry) bool {
	switch e.State {
	case conversation.StateHeld, conversation.StateQueued, conversation.StateFailed, conversation.StateUnknown:
		return true
	}
	return false
}

// Scheduled tells whether an entry waits for the moment that its writer chose.
func Scheduled(env *Env, e conversation.Entry) bool {
	return (e.State == conversation.StateHeld || e.State == conversation.StateQueued) && e.Draft.At.After(env.Now())
}

// EntryState tells in words where an entry of the outbox stands.
func EntryState(env *Env, e conversation.Entry) string {
	cat := env.Cat
	left := e.NextTry.Sub(env.Now())
	switch {
	case Scheduled(env, e):
		return cat.T("outbox.scheduled", map[string]any{"Time": When(env, e.Draft.At)})
	case e.State == conversation.StateQueued && left > time.Second:
		return cat.T("outbox.again", map[string]any{"Time": Lasts(cat, left)})
	}
	return cat.T("outbox."+string(e.State), map[string]any{"Seconds": max(int(left.Seconds()+0.999), 0)})
}

// EntryWhy says what went wrong with an entry the last time, "" for nothing:
// in the user's words where its cause is a known one; unsanitised.
func EntryWhy(env *Env, e conversation.Entry) string {
	if e.Why.Code != "" {
		return env.Cat.Reason(e.Why)
	}
	return e.Error
}

// EntryReason tells why an entry has not gone, and what can be done about it,
// one sentence each; unsanitised where a server speaks.
func EntryReason(env *Env, e conversation.Entry) []string {
	var out []string
	if why := EntryWhy(env, e); why != "" && e.State != conversation.StateSent {
		out = append(out, why)
	}
	if e.Why.Code != "" && e.Error != "" && e.State == conversation.StateFailed {
		out = append(out, e.Error) // in the server's own words, too
	}
	args := map[string]any{"Again": keyIn(env, key.Retry), "Back": keyIn(env, key.TakeBack)}
	switch e.State {
	case conversation.StateUnknown:
		out = append(out, env.Cat.T("outbox.unknown.what", args))
	case conversation.StateFailed:
		out = append(out, env.Cat.T("outbox.failed.what", args))
	}
	return out
}

// EntryStuck tells why an entry cannot be tried again now.
func EntryStuck(env *Env, e conversation.Entry) string {
	switch {
	case Scheduled(env, e):
		return env.Cat.T("outbox.scheduled.waits", map[string]any{"Time": When(env, e.Draft.At), "Back": keyIn(env, key.TakeBack)})
	case e.State == conversation.StateHeld:
		return env.Cat.T("outbox.held.waits", map[string]any{"Back": keyIn(env, key.TakeBack)})
	case e.State == conversation.StateSending:
		return env.Cat.T("outbox.sending.waits", nil)
	case e.State == conversation.StateSent:
		return env.Cat.T("outbox.sent.done", nil)
	}
	return env.Cat.T("activity.noretry", nil)
}

// keyIn gives the key that an action has among what is on its way.
func keyIn(env *Env, id key.ID) string {
	if keys := env.Host.Keys().Keys([]key.Context{key.Activity}, id); len(keys) > 0 {
		return safe.Line(key.Show(keys[0])).String()
	}
	return ""
}
