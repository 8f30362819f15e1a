package conversation

import (
	"context"
	"slices"
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
)

const (
	overviewSpan = 30 * 24 * time.Hour  // what was sent and received lately
	trafficSpan  = 90 * 24 * time.Hour  // who is written to regularly
	trafficTop   = 20                   // how many of them count
	trendSpan    = 365 * 24 * time.Hour // how far back the trend is shown

	scoreOfMe = "me" // the object that the user's own scores are kept under
)

// unmeasured is what a device counts as that nobody measured: no better than C,
// as one of which less than half could be looked at.
const unmeasured = 60

// Privacy gives everything of the user's own privacy at once. What others send
// does not count, and writing to somebody without a key costs nothing in what
// was possible: nobody is blamed for what is not his doing. The score of the day
// is kept, once a day, for the trend.
func (s *Service) Privacy(ctx context.Context) (Overview, error) {
	var o Overview
	since := s.opt.Clock().Add(-overviewSpan)
	sent, err := s.opt.Store.SentSince(ctx, since)
	if err != nil {
		return o, err
	}
	if o.Levels, err = s.opt.Store.Levels(ctx, since); err != nil {
		return o, err
	}
	regular, err := s.regulars(ctx)
	if err != nil {
		return o, err
	}
	o.Sent, o.Sealed = len(sent), countSealed(sent)
	s.measure(&o)
	o.Me = s.owner(&o, sent, regular)
	o.Steps = s.steps(ctx, &o, regular)
	for _, step := range o.Steps {
		o.Me.Advice = append(o.Me.Advice, step.Advice)
	}
	if err := s.trend(ctx, &o); err != nil {
		return o, err
	}
	o.Milestones = s.milestones(ctx, &o, sent, regular)
	return o, nil
}

// regular is somebody with whom messages are exchanged regularly.
type regular struct {
	Contact
	ways     contactWays
	sit      *situation
	messages int
}

// regulars gives those whom the user exchanges most with. Somebody who cannot be
// judged, or is gone meanwhile, is left out.
func (s *Service) regulars(ctx context.Context) ([]regular, error) {
	ts, err := s.opt.Store.Traffic(ctx, s.opt.Clock().Add(-trafficSpan), trafficTop)
	if err != nil {
		return nil, err
	}
	var out []regular
	for _, t := range ts {
		c, err := s.opt.Store.Contact(ctx, t.Contact)
		if err != nil || c.Kind == KindBulk || c.ID == Me {
			if ignoreNotFound(err) != nil {
				return nil, err
			}
			continue
		}
		sit, ways, err := s.ways(ctx, &c)
		if err != nil {
			return nil, err
		}
		if c.Index = s.indexFrom(&c, ways); c.Index.Level != privacy.LevelUnknown {
			out = append(out, regular{Contact: c, ways: ways, sit: sit, messages: t.Messages})
		}
	}
	return out, nil
}

func countSealed(ps []Past) int {
	n := 0
	for _, p := range ps {
		if sealed(p.Facts) {
			n++
		}
	}
	return n
}

// measure looks at the device and at the accounts.
func (s *Service) measure(o *Overview) {
	now := s.opt.Clock()
	o.Device = Measured{Index: privacy.Index{Version: privacy.Version, Level: privacy.LevelUnknown}, At: now}
	if s.opt.Device != nil {
		o.Device.Index, o.Device.Decided = privacy.Device(s.opt.Device())
	}
	for _, a := range s.opt.Accounts() {
		view := AccountOverview{Account: a.ID, Protocol: a.Protocol, Address: a.Address, Measured: Measured{Name: string(a.ID), At: now}}
		view.Measured.Index, view.Measured.Decided = s.accountMeasured(a)
		if s.opt.Keys != nil && a.Protocol == Mail {
			view.Key, _ = s.opt.Keys.Own(a.Address)
		}
		o.Accounts = append(o.Accounts, view)
	}
}

// owner computes the user's own index. Without anybody written to there is
// nothing to judge, which is not the same as bad.
func (s *Service) owner(o *Overview, sent []Past, regular []regular) privacy.Index {
	if len(sent) == 0 && len(regular) == 0 {
		return privacy.Index{Version: privacy.Version, Level: privacy.LevelUnknown}
	}
	in := privacy.OwnerInput{Reach: reachOf(sent), WorstDevice: unmeasured, Contacts: contactsOf(regular)}
	in.Accounts, in.WorstAccount = s.accountsOf(o)
	if o.Device.Index.Level != privacy.LevelUnknown {
		in.WorstDevice = o.Device.Index.Score
	}
	scores := make([]privacy.PastScore, len(sent))
	for i, p := range sent {
		scores[i] = privacy.PastScore{Date: p.Date, Score: p.Score}
	}
	var some bool
	if in.Sent, some = privacy.Sent(scores, s.opt.Clock()); !some {
		in.Sent = in.Contacts
	}
	if len(regular) == 0 {
		in.Contacts = in.Sent
	}
	return privacy.Owner(in)
}

// reachOf is how much of what was possible was made use of, in percent. What
// was possible is not known of messages sent elsewhere; they do not count.
func reachOf(sent []Past) int {
	sum, n := 0, 0
	for _, p := range sent {
		if p.Best > 0 {
			sum += min(100, (100*p.Score+p.Best/2)/p.Best)
			n++
		}
	}
	if n == 0 {
		return 100
	}
	return (sum + n/2) / n
}

// contactsOf is the mean of the indexes of contacts, by how much is exchanged.
func contactsOf(rs []regular) int {
	sum, weight := 0, 0
	for _, r := range rs {
		sum += r.Index.Score * max(r.messages, 1)
		weight += max(r.messages, 1)
	}
	if weight == 0 {
		return 0
	}
	return (sum + weight/2) / weight
}

// accountsOf gives the mean and the worst of the accounts in use of which
// anything is known.
func (s *Service) accountsOf(o *Overview) (mean, worst int) {
	sum, n := 0, 0
	worst = 100
	for _, a := range o.Accounts {
		own, _ := s.account(a.Account)
		if own.Paused || a.Measured.Index.Level == privacy.LevelUnknown {
			continue
		}
		sum, n, worst = sum+a.Measured.Index.Score, n+1, min(worst, a.Measured.Index.Score)
	}
	if n == 0 {
		return unmeasured, unmeasured
	}
	return (sum + n/2) / n, worst
}

// trend keeps the score of the day and tells how it went. Where nothing can be
// written, what there is is shown all the same.
func (s *Service) trend(ctx context.Context, o *Overview) error {
	now := s.opt.Clock().UTC()
	today := now.Truncate(24 * time.Hour)
	points, err := s.opt.Store.Scores(ctx, scoreOfMe, time.Time{})
	if err != nil {
		return err
	}
	kept := slices.ContainsFunc(points, func(p Point) bool { return p.Day.Equal(today) && p.Score == o.Me.Score })
	if o.Me.Level != privacy.LevelUnknown && !kept {
		points = slices.DeleteFunc(points, func(p Point) bool { return !p.Day.Before(today) })
		points = append(points, Point{Day: today, Score: o.Me.Score})
		// A day less in the trend harms nobody. Nothing is written where nothing
		// changed: whoever sees the database change reads everything again.
		_ = s.opt.Store.SaveScore(ctx, scoreOfMe, today, o.Me.Score)
	}
	for _, p := range points {
		o.Best = max(o.Best, p.Score)
		if !p.Day.After(today.Add(-overviewSpan)) && o.Me.Level != privacy.LevelUnknown {
			o.Since = o.Me.Score - p.Score
		}
		if p.Day.After(today.Add(-trendSpan)) {
			o.Trend = append(o.Trend, p)
		}
	}
	return nil
}
