package conversation

import (
	"context"

	"github.com/caliopen/caliopen-tui/privacy"
)

// indexOf gives the index of a contact and the channels it can be reached by,
// best first: what the best of them would give, what is really done, and what
// is known.
func (s *Service) indexOf(ctx context.Context, c *Contact) (privacy.Index, []Prediction, error) {
	past, err := s.opt.Store.History(ctx, c.ID, historyLength)
	if ignoreNotFound(err) != nil {
		return privacy.Index{}, nil, err
	}
	who := person{Recipient: Recipient{Contact: c.ID, Name: c.Name}, contact: c, past: past}
	sit := &situation{people: []person{who}}
	var ways []Prediction
	for _, p := range Route(RouteInput{Predictions: s.predictions(sit)}).Candidates {
		if len(p.Missing) == 0 {
			ways = append(ways, p)
		}
	}
	if c.ID == Me || len(ways) == 0 && len(past) == 0 {
		return privacy.Index{Level: privacy.LevelUnknown}, ways, nil // nothing to judge, which is not the same as bad
	}
	return privacy.Contact(contactInput(s, ways, past)), ways, nil
}

func contactInput(s *Service, ways []Prediction, past []Past) privacy.ContactInput {
	var in privacy.ContactInput
	protocols := map[Protocol]bool{}
	for _, p := range ways {
		in.Conflict = in.Conflict || p.Conflict
		if p.Reach == Dead {
			continue
		}
		protocols[p.Channel.Protocol] = true
		in.Best = max(in.Best, p.Index.Score)
		in.Verified = in.Verified || p.Facts.Person == "verified"
	}
	in.Second = len(protocols) > 1
	scores := make([]privacy.PastScore, len(past))
	for i, m := range past {
		scores[i] = privacy.PastScore{Date: m.Date, Score: m.Score, Doubtful: privacy.Doubtful(m.Facts)}
	}
	in.Practice, in.Written = privacy.Practice(scores, s.opt.Clock())
	return in
}
