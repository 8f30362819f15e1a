package conversation

import (
	"context"

	"github.com/caliopen/caliopen-tui/privacy"
)

// The rule of a contact's badge: six tenths are the best way to write there,
// as predicted; a quarter is the practice, the last twenty messages both ways
// that count less with age; the rest is what is known of the key and of a second
// way. A changed key that the user has not decided about bounds it, which is
// said. One mail that anybody could have written changes nothing of that:
// what nothing proves of its sender counts neither for the practice nor for
// what is predicted, so a forgery can neither raise a badge nor lower it
// unnoticed. What one wrote oneself counts always.

// indexOf gives the index of a contact and the channels it can be reached by,
// best first: what the best of them would give, what is really done, and what
// is known.
func (s *Service) indexOf(ctx context.Context, c *Contact) (privacy.Index, []Prediction, error) {
	_, w, err := s.ways(ctx, c)
	if err != nil {
		return privacy.Index{}, nil, err
	}
	return s.indexFrom(c, w), w.reaching, nil
}

func (s *Service) indexFrom(c *Contact, w contactWays) privacy.Index {
	if c.ID == Me || len(w.reaching) == 0 && len(w.past) == 0 {
		return privacy.Index{Level: privacy.LevelUnknown} // nothing to judge, which is not the same as bad
	}
	return privacy.Contact(s.contactInput(c, w))
}

// contactWays is how a contact can be written to.
type contactWays struct {
	Choice
	reaching []Prediction // those that reach the contact
	past     []Past
}

// ways chooses as for a message to a contact alone, with nothing in it.
func (s *Service) ways(ctx context.Context, c *Contact) (*situation, contactWays, error) {
	past, err := s.opt.Store.History(ctx, c.ID, historyLength)
	if ignoreNotFound(err) != nil {
		return nil, contactWays{}, err
	}
	who := person{Recipient: Recipient{Contact: c.ID, Name: c.Name}, contact: c, past: past}
	sit := &situation{people: []person{who}, pin: c.Pin}
	sit.usePast(past)
	w := contactWays{Choice: Route(RouteInput{Predictions: s.predictions(sit), Pin: c.Pin}), past: past}
	for _, p := range w.Candidates {
		if len(p.Missing) == 0 && (!p.Channel.Sealed || p.Index.Level != privacy.LevelUnknown) {
			w.reaching = append(w.reaching, p)
		}
	}
	return sit, w, nil
}

func (s *Service) contactInput(c *Contact, w contactWays) privacy.ContactInput {
	var in privacy.ContactInput
	protocols := map[Protocol]bool{}
	for _, p := range w.Candidates {
		in.Conflict = in.Conflict || p.Conflict
	}
	for _, p := range w.reaching {
		if p.Reach == Dead {
			continue
		}
		protocols[p.Channel.Protocol] = true
		in.Best = max(in.Best, p.Index.Score)
	}
	in.Second = len(protocols) > 1
	s.keyInput(&in, c)
	scores := make([]privacy.PastScore, len(w.past))
	for i, m := range w.past {
		scores[i] = privacy.PastScore{Date: m.Date, Score: m.Score, Doubtful: unproven(m)}
	}
	in.Practice, in.Written = privacy.Practice(scores, s.opt.Clock())
	return in
}

// keyInput adds what is known of the keys of a contact's addresses. Only a key
// that can be used counts: an expired one that was checked once is no merit.
func (s *Service) keyInput(in *privacy.ContactInput, c *Contact) {
	if s.opt.Keys == nil {
		return
	}
	own := s.ownFor()
	for _, a := range c.Addresses {
		if a.Protocol != Mail {
			continue
		}
		k := s.peerKey(own, a.Address)
		in.Conflict = in.Conflict || k.Conflict != ""
		if gap(k) != "" {
			continue
		}
		in.Verified = in.Verified || k.Person == "verified"
		in.Fresh = in.Fresh || !k.LastSeen.IsZero() && s.opt.Clock().Sub(k.LastSeen) <= keyFreshFor
		in.Mutual = in.Mutual || k.Mutual
	}
}
