package conversation

import (
	"cmp"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/caliopen/caliopen-tui/privacy"
)

// historyLength is how many messages back a contact's habits are looked at.
const historyLength = 20

// How long ago an address may have been heard of to count as live or warm.
const (
	liveFor = 30 * 24 * time.Hour
	warmFor = 180 * 24 * time.Hour
)

// What every Mastodon server takes. It is assumed as long as the own server has
// not told its limits: a post that is refused helps nobody.
const (
	postText  = 500
	postFiles = 4
)

func ignoreNotFound(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// predictions gives one prediction for each own account, and a second one for
// mail that is sealed.
func (s *Service) predictions(sit *situation) []Prediction {
	if len(sit.people) == 0 {
		return nil
	}
	var out []Prediction
	for i, a := range s.opt.Accounts() {
		out = append(out, s.prediction(sit, a, false))
		if a.Protocol == Mail && s.opt.Keys != nil {
			out = append(out, s.prediction(sit, a, true))
		}
		for k := range out {
			if out[k].Channel.Account == a.ID {
				out[k].Place = i
			}
		}
	}
	return out
}

func (s *Service) prediction(sit *situation, own OwnAccount, sealed bool) Prediction {
	p := Prediction{
		Channel:  Channel{ID: string(own.ID), Account: own.ID, Protocol: own.Protocol, Own: own.Address, Name: string(own.Protocol)},
		Reach:    Live,
		Proven:   true,
		Files:    true,
		LastUsed: sit.last.account == own.ID && sit.last.sealed == sealed,
	}
	s.limit(&p, sit.draft)
	p.Rejected = s.unusable(own, sit.draft, &p.Channel)
	var seal *sealing
	if sealed {
		seal = s.sealing(sit, &p)
	}
	for _, who := range sit.people {
		s.addMember(&p, who, own, seal)
	}
	p.Exchanged = sit.exchanged(own.ID, p.Addresses)
	if len(p.Addresses) == 0 { // nobody is there: nothing can be said
		p.Index.Level, p.Reach, p.Proven = privacy.LevelUnknown, Cold, false
	}
	if seal != nil {
		seal.finish(&p)
	}
	if own.Protocol == Mastodon && p.MaxText > 0 {
		p.MaxText = max(1, p.MaxText-postOverhead(p, sit.draft))
	}
	return p
}

// limit notes what the account can send.
func (s *Service) limit(p *Prediction, d Draft) {
	text, size, files := 0, int64(0), -1
	if s.opt.Engine != nil {
		text, size, files = s.opt.Engine.Limits(p.Channel.Account)
	}
	if p.Channel.Protocol == Mastodon && text == 0 {
		text, files = postText, postFiles
	}
	p.MaxText, p.MaxSize = text, size
	p.Files = files < 0 || len(d.Attach) <= files
}

// unusable says why an account cannot be used for a draft, and sets the own
// address that the user asked for.
func (s *Service) unusable(own OwnAccount, d Draft, c *Channel) Reason {
	if d.From != "" {
		from, err := ParseAddress(d.From)
		if err != nil || !own.has(from) {
			return Reason{Code: "route.other_from"}
		}
		c.Own = from
	}
	if own.Paused {
		return Reason{Code: "route.paused"}
	}
	return Reason{}
}

// postOverhead counts the characters that a Mastodon post needs besides the
// text: the names of the recipients, which are written into it, the subject,
// and what makes other names in it inert.
func postOverhead(p Prediction, d Draft) int {
	n := utf8.RuneCountInString(d.Subject)
	for _, a := range p.Addresses {
		n += utf8.RuneCountInString(a.ID) + 1
	}
	inert := Neutralise(d.Text, p.Channel.Own.Domain(), allowedMentions(p))
	return n + utf8.RuneCountInString(inert) - utf8.RuneCountInString(d.Text)
}

// addMember adds one recipient to a prediction. A group is as good as its
// weakest member, in what can be read and in how sure it is to arrive.
func (s *Service) addMember(p *Prediction, who person, own OwnAccount, seal *sealing) {
	a, ok := who.addressFor(own.Protocol)
	if !ok {
		p.Missing = append(p.Missing, who.Recipient)
		return
	}
	p.Addresses = append(p.Addresses, a.Address)
	plan, reach := s.planFor(who, a.Address, own), s.reach(a)
	proven, peer := a.LastSent > 0, PeerKey{}
	if seal != nil {
		peer = seal.peers[a.Address]
		seal.plan(&plan, peer)
		reach = lowerReach(reach, advisedReach(peer))
		proven = who.sentSealed(a.Address)
		p.Conflict = p.Conflict || peer.Conflict != ""
	}
	facts := s.spoilt(privacy.Predict(plan), who, a.Address, p.Channel)
	if index := privacy.Message(facts); len(p.Addresses) == 1 || index.Score < p.Index.Score {
		p.Index, p.Facts, p.Note = index, facts, s.keyNote(peer)
	}
	p.Reach = lowerReach(p.Reach, reach)
	p.Proven = p.Proven && proven
}

// addressFor gives the address a person is written to by a protocol: the one
// chosen, or else the one heard of last that takes mail.
func (who person) addressFor(proto Protocol) (ContactAddress, bool) {
	if who.contact == nil {
		return ContactAddress{Address: who.Address}, who.Address.Protocol == proto && !who.Address.IsZero()
	}
	var as []ContactAddress
	for _, a := range who.contact.Addresses {
		if a.Protocol == proto {
			as = append(as, a)
		}
	}
	if who.Address.Protocol == proto && !who.Address.IsZero() {
		i := slices.IndexFunc(as, func(a ContactAddress) bool { return a.Address == who.Address })
		if i < 0 {
			return ContactAddress{Address: who.Address}, true
		}
		return as[i], true
	}
	if len(as) == 0 {
		return ContactAddress{}, false
	}
	return slices.MinFunc(as, betterAddress), true
}

func betterAddress(a, b ContactAddress) int {
	if a.Bounced != b.Bounced {
		if b.Bounced {
			return -1
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(b.LastSeen, a.LastSeen),
		cmp.Compare(b.LastSent, a.LastSent),
		cmp.Compare(b.Messages, a.Messages),
		cmp.Compare(a.ID, b.ID),
	)
}

// planFor says what is known of the way to one address. That the domain of the
// address is proved is believed only where messages have come from that very
// address; that the path protects, where one forged message cannot have told so.
func (s *Service) planFor(who person, to Address, own OwnAccount) privacy.Plan {
	plan := privacy.Plan{
		Protocol:     string(own.Protocol),
		OwnHop:       own.Verified,
		SameProvider: to.Protocol == Mail && to.Domain() != "" && to.Domain() == own.Address.Domain() && provedSame(who, to),
	}
	claimed := map[string]bool{}
	for _, m := range who.past {
		if m.Direction != In || m.Address != to || privacy.Doubtful(m.Facts) {
			continue
		}
		plan.Domain = plan.Domain || m.Facts.Person == "domain"
		if m.Facts.Path != "tls" && m.Facts.Path != "auth" {
			continue
		}
		claimed[m.Date.Format(time.DateOnly)] = true
		plan.Reaches = plan.Reaches || !unproven(m) || len(claimed) >= claimedDays
	}
	if own.Protocol == Mail && s.opt.Reached != nil {
		plan.Reaches = plan.Reaches || s.opt.Reached(to)
	}
	s.planDomain(&plan, to, own)
	return plan
}

// claimedDays is on how many days messages whose sender nothing proved must
// have come over TLS until it is believed that the address is reached that way.
const claimedDays = 3

// planDomain adds what is known of the servers of the recipient's domain. Their
// demand for TLS is honoured for sure only where the own server takes
// REQUIRETLS, or where the user knows that his provider does; a client cannot
// see what its provider does otherwise.
func (s *Service) planDomain(plan *privacy.Plan, to Address, own OwnAccount) {
	if s.opt.Domain == nil || own.Protocol != Mail || to.Domain() == "" {
		return
	}
	if facts := s.opt.Domain(to.Domain()); facts.Enforced {
		plan.Reaches = true
		plan.Enforced = own.Enforces || s.opt.Require != nil && s.opt.Require(own.ID)
	}
}

// askDomains has what is not known of the recipients' domains looked up. That
// tells the domains, so it happens when somebody writes to them, not when
// contacts are looked at.
func (s *Service) askDomains(sit *situation) {
	if s.opt.AskDomain == nil {
		return
	}
	for _, who := range sit.people {
		if a, ok := who.addressFor(Mail); ok {
			s.opt.AskDomain(a.Domain())
		}
	}
}

// unproven tells that nothing proved the sender of an earlier mail, so that
// anybody could have written it.
func unproven(m Past) bool {
	return m.Direction == In && m.Protocol == Mail && (m.Facts.Person == "" || privacy.Doubtful(m.Facts))
}

// spoiltFor is how long a message that went worse than predicted lowers the
// predictions for its way.
const spoiltFor = 30 * 24 * time.Hour

// spoilt lowers a prediction to what really happened to messages sent that way
// lately: a part of the way in clear, or the own server without verified TLS.
func (s *Service) spoilt(f privacy.Facts, who person, to Address, c Channel) privacy.Facts {
	for _, m := range who.past {
		if m.Direction != Out || m.Account != c.Account || m.Address != to || sealed(m.Facts) != c.Sealed || s.opt.Clock().Sub(m.Date) > spoiltFor {
			continue
		}
		if m.Facts.Path == "plain" {
			f.Path = "plain"
		}
		f.OwnHop = f.OwnHop && m.Facts.OwnHop
	}
	return f
}

// provedSame tells whether a message from that address was seen not to leave
// the provider: two addresses of one domain may still be served apart.
func provedSame(who person, to Address) bool {
	return slices.ContainsFunc(who.past, func(m Past) bool {
		return m.Direction == In && m.Address == to && m.Facts.Path == "auth" && !unproven(m)
	})
}

func (s *Service) reach(a ContactAddress) Reach {
	if a.Bounced {
		return Dead
	}
	if a.LastSeen == 0 {
		return Cold
	}
	switch ago := s.opt.Clock().Sub(time.Unix(a.LastSeen, 0)); {
	case ago <= liveFor:
		return Live
	case ago <= warmFor:
		return Warm
	}
	return Cold
}

func lowerReach(a, b Reach) Reach {
	order := []Reach{Live, Warm, Cold, Dead}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}
