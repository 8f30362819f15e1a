package conversation

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/caliopen/caliopen-tui/privacy"
)

// floorMessages is how many messages back a sealed one keeps a conversation
// sealed.
const floorMessages = 10

// Choose says by which channel a draft would go now, and why. It is called
// while the user types.
func (s *Service) Choose(ctx context.Context, d Draft) (Choice, error) {
	sit, err := s.situation(ctx, d)
	if err != nil {
		return Choice{}, err
	}
	s.askDomains(sit)
	in := RouteInput{
		Predictions: s.predictions(sit),
		Text:        utf8.RuneCountInString(d.Text),
		Size:        s.draftSize(sit),
		Files:       len(d.Attach),
		Floor:       sit.floor,
		Pin:         sit.pin,
		Confirmed:   d.ConfirmClear,
	}
	in.Override = viaChannel(in, d.Via)
	c := Route(in)
	c.Warnings = append(c.Warnings, s.warnings(ctx, sit, &c)...)
	c.Advice = s.advise(ctx, sit, &c)
	return c, nil
}

// viaChannel finds the channel the user named: by its id, or by the name of an
// account, a protocol or a channel, the best that fits then.
func viaChannel(in RouteInput, via string) string {
	if via == "" || via == "auto" {
		return ""
	}
	ps := slices.Clone(in.Predictions)
	for i := range ps {
		reject(&ps[i], in)
	}
	slices.SortFunc(ps, byRank)
	for _, p := range ps {
		if p.Channel.ID == via {
			return via
		}
	}
	for _, p := range ps {
		if string(p.Channel.Account) == via || string(p.Channel.Protocol) == via || p.Channel.Name == via {
			return p.Channel.ID
		}
	}
	return via
}

func (s *Service) draftSize(sit *situation) int64 {
	size := int64(len(sit.draft.Text))
	for _, path := range sit.draft.Attach {
		size += s.attachmentSize(sit.source, path)
	}
	return size
}

// situation is what the store knows about a draft: who is written to, what came
// before, what is answered.
type situation struct {
	draft  Draft
	people []person
	source *Message
	floor  privacy.Level
	last   lastUse
	past   []Past // what came before and counts, newest first
	pin    Protocol
}

// person is a recipient with what is known of him.
type person struct {
	Recipient
	contact *Contact // nil for a stranger
	past    []Past
}

// lastUse is the channel that the other side used last.
type lastUse struct {
	account AccountID
	sealed  bool
}

func (s *Service) situation(ctx context.Context, d Draft) (*situation, error) {
	sit := &situation{draft: d}
	seen := map[string]bool{}
	for _, r := range slices.Concat(d.To, d.Cc, d.Bcc) {
		if key := string(r.Contact) + " " + r.Address.String(); seen[key] {
			continue
		} else {
			seen[key] = true
		}
		p, err := s.person(ctx, r)
		if err != nil {
			return nil, err
		}
		sit.people = append(sit.people, p)
	}
	sit.pin = commonPin(sit.people)
	return sit, s.before(ctx, sit)
}

func (s *Service) person(ctx context.Context, r Recipient) (person, error) {
	p := person{Recipient: r}
	if r.Contact == "" && !r.Address.IsZero() {
		if id, err := s.opt.Store.ContactOf(ctx, r.Address); err == nil {
			r.Contact = id
		}
	}
	if r.Contact == "" {
		return p, nil
	}
	c, err := s.opt.Store.Contact(ctx, r.Contact)
	if err != nil {
		return p, ignoreNotFound(err)
	}
	p.contact, p.Contact = &c, c.ID
	if p.Name == "" {
		p.Name = c.Name
	}
	p.past, err = s.opt.Store.History(ctx, c.ID, historyLength)
	if err == nil && len(p.past) >= historyLength && countedIn(p.past) < floorMessages {
		p.past, err = s.opt.Store.History(ctx, c.ID, longHistory)
	}
	return p, ignoreNotFound(err)
}

// longHistory is how far back is looked when most of what came last are mails
// that anybody could have written: a handful of forged ones must not push the
// sealed ones out of sight.
const longHistory = 5 * historyLength

// countedIn tells how many messages count for the floor.
func countedIn(past []Past) int {
	n := 0
	for _, p := range past {
		if counts(p) {
			n++
		}
	}
	return n
}

// counts tells whether a message says something of how a conversation is led:
// mails in clear that anybody could have written do not.
func counts(p Past) bool { return !unproven(p) || sealed(p.Facts) }

// commonPin gives the protocol that all recipients are pinned to.
func commonPin(ps []person) Protocol {
	var pin Protocol
	for i, p := range ps {
		if p.contact == nil || i > 0 && p.contact.Pin != pin {
			return ""
		}
		pin = p.contact.Pin
	}
	return pin
}

// before finds what came before: the message answered, the floor of the
// conversation, and the channel used last.
func (s *Service) before(ctx context.Context, sit *situation) error {
	if sit.draft.Source != "" {
		m, err := s.opt.Store.Message(ctx, sit.draft.Source)
		if ignoreNotFound(err) != nil {
			return err
		}
		if err == nil {
			sit.source = &m
		}
	}
	past, err := s.pastOf(ctx, sit)
	if err != nil {
		return err
	}
	sit.usePast(past)
	sit.useSource()
	return nil
}

// usePast takes the floor and the habit from what came before. Mails in clear
// that anybody could have written do not count: they must not push a sealed one
// out of sight.
func (sit *situation) usePast(past []Past) {
	counted := 0
	sit.past = slices.Grow(sit.past, len(past))
	for _, p := range past {
		if !counts(p) {
			continue
		}
		sit.past = append(sit.past, p)
		if counted++; counted <= floorMessages {
			sit.floor = higherFloor(sit.floor, p.Facts, p.Score)
		}
		if sit.last.account == "" && p.Direction == In {
			sit.last = lastUse{p.Account, sealed(p.Facts)}
		}
	}
}

// useSource lets the answered message decide: it is the last word of the other
// side that matters, and a sealed message must not be answered or passed on in
// clear however long ago it came, nor when it was deleted meanwhile.
func (sit *situation) useSource() {
	if sit.draft.Secret {
		sit.floor = higherFloor(sit.floor, privacy.Facts{E2E: "full"}, 0)
	}
	m := sit.source
	if m == nil {
		return
	}
	sit.floor = higherFloor(sit.floor, m.Facts, m.Index.Score)
	if m.Evidence.Security.Sealed == "full" {
		sit.floor = higherFloor(sit.floor, privacy.Facts{E2E: "full"}, m.Index.Score)
	}
	if sit.draft.Kind == DraftReply && m.Direction == In {
		sit.last = lastUse{m.Account, sealed(m.Facts)}
	}
}

// pastOf gives the messages before, newest first: those with one person, or
// those of the conversation when there are several.
func (s *Service) pastOf(ctx context.Context, sit *situation) ([]Past, error) {
	if len(sit.people) == 1 {
		return sit.people[0].past, nil
	}
	var out []Past
	for _, id := range s.conversationsOf(sit) {
		past, err := s.pastIn(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, past...)
	}
	slices.SortStableFunc(out, func(a, b Past) int { return b.Date.Compare(a.Date) })
	return out, nil
}

// pastIn gives the last messages of a conversation, so many that enough of them
// count, within bounds.
func (s *Service) pastIn(ctx context.Context, id ConversationID) (out []Past, err error) {
	span := Span{Limit: floorMessages}
	for len(out) < longHistory {
		ms, before, _, err := s.opt.Store.Messages(ctx, id, span)
		if ignoreNotFound(err) != nil {
			return nil, err
		}
		for _, m := range ms {
			out = append(out, Past{Date: m.Date, Direction: m.Direction, Protocol: m.Protocol, Account: m.Account, Score: m.Index.Score, Facts: m.Facts})
		}
		if !before || len(ms) == 0 || countedIn(out) >= floorMessages {
			break
		}
		span = Span{Before: ms[0].ID, Limit: longHistory - len(out)}
	}
	return out, nil
}

// conversationsOf gives the conversations the draft would belong to, one for
// each protocol, and the one it was begun in.
func (s *Service) conversationsOf(sit *situation) []ConversationID {
	var out []ConversationID
	if sit.draft.Conversation != "" && sit.draft.Kind == DraftReply {
		out = append(out, sit.draft.Conversation)
	}
	if len(sit.people) == 0 {
		return out
	}
	for _, a := range s.opt.Accounts() {
		if id := peopleGroup(contactSet(sit.people), a.Protocol, nil).ID; !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func contactSet(ps []person) []ContactID {
	var set []ContactID
	for _, p := range ps {
		id := p.Contact
		if id == "" {
			id = NewContactID(p.Address)
		}
		if id != Me || len(ps) == 1 {
			set = append(set, id)
		}
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// exchanged gives when an account last exchanged something with one of some
// addresses, zero for never. Of a group the conversation counts.
func (sit *situation) exchanged(own AccountID, with []Address) (last time.Time) {
	for _, p := range sit.past {
		here := p.Address.IsZero() || slices.Contains(with, p.Address)
		if p.Account == own && here && p.Date.After(last) {
			last = p.Date
		}
	}
	return last
}

func sealed(f privacy.Facts) bool { return f.E2E == "full" }

// higherFloor raises the floor when a message was sealed, opened or not.
func higherFloor(floor privacy.Level, f privacy.Facts, score int) privacy.Level {
	switch {
	case !sealed(f) || floor == privacy.LevelA:
		return floor
	case privacy.LevelOf(score) == privacy.LevelA:
		return privacy.LevelA
	}
	return privacy.LevelB
}
