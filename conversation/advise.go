package conversation

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
)

// Advice that the conversation gives besides that of a message's facts.
const (
	adviseSeal       = "adv.encrypt"       // ask for a key
	adviseSealNow    = "adv.encrypt.key"   // the key is there: take the sealed channel
	adviseDiscreet   = "adv.shyheaders"    // a setting, which may be set already
	adviseChannel    = "adv.addchannel"    // another way to somebody
	adviseExpiring   = "adv.key_expires"   // somebody's key expires soon
	adviseOwnExpires = "adv.owner_expires" // an own key does
)

// advices gives what would make messages like the one chosen more private, the
// best gain for the least effort first. Whatever was received already is past:
// advice is about the next message.
func (s *Service) advices(c *Choice) []privacy.Advice {
	best := chosenOrFirst(c)
	if best == nil || best.Index.Level == privacy.LevelUnknown {
		return nil
	}
	var out []privacy.Advice
	for _, a := range privacy.Advise(best.Facts) {
		if a.ID == adviseSeal || a.ID == adviseDiscreet && s.opt.Discreet || a.ID == "adv.blockremote" {
			continue
		}
		out = append(out, a)
	}
	if !best.Channel.Sealed {
		out = append(out, sealAdvice(c, best)...)
	}
	slices.SortStableFunc(out, byGainForEffort)
	return out
}

func byGainForEffort(a, b privacy.Advice) int {
	return cmp.Or(
		cmp.Compare(b.Gain*max(privacy.Effort(a.ID), 1), a.Gain*max(privacy.Effort(b.ID), 1)),
		cmp.Compare(b.Gain, a.Gain),
	)
}

// chosenOrFirst gives the chosen candidate. Where a changed key stopped the
// choice, it is the one that waits for the decision, or else the best.
func chosenOrFirst(c *Choice) *Prediction {
	if best := c.Best(); best != nil {
		return best
	}
	for i, p := range c.Candidates {
		if p.Conflict && p.Rejected.Code == "" {
			return &c.Candidates[i]
		}
	}
	if len(c.Candidates) > 0 && c.Candidates[0].Rejected.Code == "" {
		return &c.Candidates[0]
	}
	return nil
}

// sealAdvice says what sealing would bring: a sealed channel that is there and
// was not chosen, or one that lacks nothing but a key. Without a sealed channel
// of one's own there is nothing to advise.
func sealAdvice(c *Choice, chosen *Prediction) []privacy.Advice {
	var now, asked int
	for _, p := range c.Candidates {
		if !p.Channel.Sealed || p.Conflict {
			continue
		}
		if p.Rejected.Code == "" {
			now = max(now, p.Index.Score-chosen.Index.Score)
		} else if lacksKey(p.Rejected.Code) {
			asked = max(asked, sealedScore(c, p.Channel.Account)-chosen.Index.Score)
		}
	}
	switch {
	case now > 0:
		return []privacy.Advice{{ID: adviseSealNow, Gain: now}}
	case asked > 0:
		return []privacy.Advice{{ID: adviseSeal, Gain: asked}}
	}
	return nil
}

// lacksKey tells whether a channel was left out for want of somebody's key.
func lacksKey(code string) bool {
	return code == "route.no_key" || code == "route.key_expired" || code == "route.key_revoked"
}

// sealedScore gives what a message in clear by an account would be worth if it
// were sealed to a key seen for the first time.
func sealedScore(c *Choice, a AccountID) int {
	for _, p := range c.Candidates {
		if p.Channel.Account != a || p.Channel.Sealed || p.Rejected.Code != "" {
			continue
		}
		for _, adv := range privacy.Advise(p.Facts) {
			if adv.ID == adviseSeal {
				return p.Index.Score + adv.Gain
			}
		}
	}
	return 0
}

// advise gives the best step for a draft, unless it was put off.
func (s *Service) advise(ctx context.Context, sit *situation, c *Choice) privacy.Advice {
	all := s.advices(c)
	if len(all) == 0 {
		return privacy.Advice{}
	}
	off := s.snoozed(ctx)
	for _, a := range all {
		if !off.has(a.ID, aboutAny(sit)...) {
			return a
		}
	}
	return privacy.Advice{}
}

func aboutAny(sit *situation) []string {
	var out []string
	for _, p := range sit.people {
		if p.Contact != "" {
			out = append(out, string(p.Contact))
		}
	}
	return out
}

// settingSnoozed is where the advice that was put off is kept, with the second
// until when; 0 means for ever.
const settingSnoozed = "advice.snoozed"

// snoozed holds advice that was put off and is not due again.
type snoozed map[string]bool

// has tells whether an advice was put off as such, or for one of those it is
// about.
func (z snoozed) has(id string, about ...string) bool {
	return z[id] || slices.ContainsFunc(about, func(who string) bool { return z[id+" "+who] })
}

// snoozed reads what was put off. What cannot be read was not put off: the worst
// that follows is an advice too many.
func (s *Service) snoozed(ctx context.Context) snoozed {
	out := snoozed{}
	for id, until := range s.readSnoozed(ctx) {
		if until == 0 || s.opt.Clock().Before(time.Unix(until, 0)) {
			out[id] = true
		}
	}
	return out
}

func (s *Service) readSnoozed(ctx context.Context) map[string]int64 {
	all := map[string]int64{}
	text, err := s.opt.Store.Setting(ctx, settingSnoozed)
	if err != nil || text == "" || json.Unmarshal([]byte(text), &all) != nil {
		return map[string]int64{}
	}
	return all
}

// Snooze puts an advice off until a moment; the zero time means for ever. The
// advice is named by its id, which puts it off for everybody, or by its id, a
// space and the contact or account it is about.
func (s *Service) Snooze(ctx context.Context, advice string, until time.Time) error {
	all := s.readSnoozed(ctx)
	now := s.opt.Clock().Unix()
	for id, at := range all {
		if at != 0 && at <= now {
			delete(all, id)
		}
	}
	all[advice] = 0
	if !until.IsZero() {
		all[advice] = until.Unix()
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	if err := s.opt.Store.SetSetting(ctx, settingSnoozed, string(text)); err != nil {
		return err
	}
	s.Publish(Event{All: true})
	return nil
}
