package conversation

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
)

const (
	stepsMost    = 5                   // how many steps are shown at once
	stepsOfAKind = 2                   // and how many of them with the same advice
	expiresSoon  = 14 * 24 * time.Hour // how long before a key expires that is told
)

// steps gives what can be done now, the best gain for the least effort first,
// without what was put off. What only became worse is no step: there is always
// something to do about it, or nothing is said.
func (s *Service) steps(ctx context.Context, o *Overview, rs []regular) []Step {
	off := s.snoozed(ctx)
	out := s.deviceSteps(off)
	out = append(out, s.accountSteps(off, o)...)
	for _, r := range rs {
		if step, ok := s.contactStep(off, r); ok {
			out = append(out, step)
		}
		out = append(out, s.expiring(off, r)...)
	}
	out = append(out, s.ownExpiring(off, o, rs)...)
	slices.SortStableFunc(out, func(a, b Step) int { return byGainForEffort(a.Advice, b.Advice) })
	kinds := map[string]int{}
	out = slices.DeleteFunc(out, func(step Step) bool {
		kinds[step.Advice.ID]++
		return kinds[step.Advice.ID] > ofAKind(step.Advice.ID)
	})
	return out[:min(len(out), stepsMost)]
}

// ofAKind is how many steps with an advice make sense: settings are set once.
func ofAKind(id string) int {
	if id == adviseDiscreet || id == "adv.owntls" || id == adviseOwnExpires {
		return 1
	}
	return stepsOfAKind
}

// minutes is the effort of an advice as it is told: a setting or a key press
// takes none worth telling.
func minutes(id string) int {
	if e := privacy.Effort(id); e > 1 {
		return e
	}
	return 0
}

func (s *Service) deviceSteps(off snoozed) []Step {
	if s.opt.Device == nil {
		return nil
	}
	var out []Step
	for _, a := range privacy.AdviseDevice(s.opt.Device()) {
		if !off.has(a.ID) {
			out = append(out, Step{Advice: a, Effort: minutes(a.ID)})
		}
	}
	return out
}

func (s *Service) accountSteps(off snoozed, o *Overview) []Step {
	var out []Step
	for _, view := range o.Accounts {
		own, _ := s.account(view.Account)
		if own.Paused {
			continue
		}
		for _, a := range privacy.AdviseAccount(s.accountInput(own), nil) {
			if !off.has(a.ID, string(own.ID)) {
				out = append(out, Step{Advice: a, Effort: minutes(a.ID), Account: own.ID, Address: own.Address})
			}
		}
	}
	return out
}

// contactStep gives the best thing to do about somebody.
func (s *Service) contactStep(off snoozed, r regular) (Step, bool) {
	for _, a := range s.advices(&r.ways.Choice) {
		if !off.has(a.ID, string(r.ID)) {
			return Step{Advice: a, Effort: minutes(a.ID), Contact: r.ID, Name: r.Name, Address: r.ways.address()}, true
		}
	}
	return Step{}, false
}

// address gives the address that the chosen channel goes to.
func (w contactWays) address() Address {
	if best := chosenOrFirst(&w.Choice); best != nil && len(best.Addresses) > 0 {
		return best.Addresses[0]
	}
	return Address{}
}

// expiring tells that somebody's key expires soon: the one bad news that is
// told, since something can be done about it. The gain is what would be lost.
func (s *Service) expiring(off snoozed, r regular) []Step {
	for _, p := range r.ways.reaching {
		if !p.Channel.Sealed || p.Rejected.Code != "" || len(p.Addresses) == 0 {
			continue
		}
		k := s.peerKey(p.Channel.Own, p.Addresses[0])
		if gain := p.Index.Score - clearScore(r); s.soon(k.Expires) && gain > 0 && !off.has(adviseExpiring, string(r.ID)) {
			return []Step{{Advice: privacy.Advice{ID: adviseExpiring, Gain: gain}, Effort: 1, Contact: r.ID, Name: r.Name, Address: p.Addresses[0]}}
		}
	}
	return nil
}

// clearScore is the best that a message to somebody has without a seal.
func clearScore(r regular) int {
	best := 0
	for _, p := range r.ways.reaching {
		if !p.Channel.Sealed && p.Rejected.Code == "" {
			best = max(best, p.Index.Score)
		}
	}
	return best
}

func (s *Service) soon(expires time.Time) bool {
	left := expires.Sub(s.opt.Clock())
	return !expires.IsZero() && left > 0 && left <= expiresSoon
}

// ownExpiring tells the same of an own key, without which nothing is sealed.
func (s *Service) ownExpiring(off snoozed, o *Overview, rs []regular) []Step {
	var out []Step
	for _, view := range o.Accounts {
		if !s.soon(view.Key.Expires) || off.has(adviseOwnExpires, string(view.Account)) {
			continue
		}
		gain := 1
		for _, r := range rs {
			if best := chosenOrFirst(&r.ways.Choice); best != nil && best.Channel.Account == view.Account && best.Channel.Sealed {
				gain = max(gain, best.Index.Score-clearScore(r))
			}
		}
		out = append(out, Step{Advice: privacy.Advice{ID: adviseOwnExpires, Gain: gain}, Effort: 1, Account: view.Account, Address: view.Address})
	}
	return out
}

// settingMilestones is where it is kept when each milestone was reached.
const settingMilestones = "milestones"

// milestones gives what was reached once and for all, the first one first. What
// is reached now is noted; it is never taken away again.
func (s *Service) milestones(ctx context.Context, o *Overview, sent []Past, rs []regular) []Milestone {
	kept := map[string]int64{}
	if text, err := s.opt.Store.Setting(ctx, settingMilestones); err == nil && text != "" {
		_ = json.Unmarshal([]byte(text), &kept) // what cannot be read is reached anew
	}
	before := len(kept)
	for id, at := range s.reached(ctx, o, sent, rs) {
		if _, known := kept[id]; !known {
			kept[id] = at.Unix()
		}
	}
	if text, err := json.Marshal(kept); err == nil && len(kept) > before {
		_ = s.opt.Store.SetSetting(ctx, settingMilestones, string(text)) // it is found again next time
	}
	var out []Milestone
	for _, id := range []string{"first_sealed", "first_verified", "first_a", "all_sealed"} {
		if at, ok := kept[id]; ok {
			out = append(out, Milestone{ID: id, At: time.Unix(at, 0).UTC()})
		}
	}
	slices.SortStableFunc(out, func(a, b Milestone) int { return a.At.Compare(b.At) })
	return out
}

// reached finds the milestones that are reached as of now.
func (s *Service) reached(ctx context.Context, o *Overview, sent []Past, rs []regular) map[string]time.Time {
	now, out := s.opt.Clock(), map[string]time.Time{}
	for _, p := range sent { // newest first
		if sealed(p.Facts) {
			out["first_sealed"] = p.Date
		}
	}
	if o.Levels[privacy.LevelA] > 0 {
		out["first_a"] = now
	}
	if at := s.firstVerified(ctx); !at.IsZero() {
		out["first_verified"] = at
	}
	open := slices.ContainsFunc(rs, func(r regular) bool {
		best := chosenOrFirst(&r.ways.Choice)
		return best == nil || !best.Channel.Sealed || best.Conflict
	})
	if len(rs) > 0 && !open {
		out["all_sealed"] = now
	}
	return out
}

// firstVerified tells when the first key was compared with its holder.
func (s *Service) firstVerified(ctx context.Context) time.Time {
	var first time.Time
	if s.opt.Keys == nil {
		return first
	}
	ks, _ := s.opt.Keys.List(ctx) // without the list, the milestone waits
	for _, k := range ks {
		for _, b := range k.Bindings {
			if !k.Own && !b.VerifiedAt.IsZero() && (first.IsZero() || b.VerifiedAt.Before(first)) {
				first = b.VerifiedAt
			}
		}
	}
	return first
}
