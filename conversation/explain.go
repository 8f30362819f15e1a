package conversation

import (
	"context"
	"errors"
	"strings"

	"github.com/caliopen/caliopen-tui/privacy"
)

// Explanation is an index with what it belongs to; one of Message, Contact,
// Account and Key is set, none for the user ("me") and the device.
type Explanation struct {
	Kind    string // "message", "contact", "account", "key", "me", "device"
	Index   privacy.Index
	Message *Message
	Contact *Contact
	Account *OwnAccount
	Key     *Key
	Decided int // share that could be looked at, in percent, of an account and the device
	// Next is what would make the next message to the same people more private.
	// About a message that has gone its way there is nothing left to do, so its
	// index has no advice.
	Next []privacy.Advice
	// Unchecked are the catalogue keys of what could not be checked of the device.
	Unchecked []string
}

// Explain gives the index of a message, a contact, an own account, a key (by its
// fingerprint), the device ("device") or the user ("me") with its reasons.
func (s *Service) Explain(ctx context.Context, who string) (Explanation, error) {
	switch who {
	case "me":
		o, err := s.Privacy(ctx)
		return Explanation{Kind: who, Index: o.Me}, err
	case "device":
		return s.explainDevice(ctx), nil
	}
	id, err := s.ResolveMessage(ctx, who)
	if err == nil {
		return s.explainMessage(ctx, id)
	}
	if !errors.Is(err, ErrNotFound) {
		return Explanation{}, err
	}
	if a, ok := s.account(AccountID(who)); ok {
		return s.explainAccount(ctx, a), nil
	}
	if k, ok := s.keyNamed(ctx, who); ok {
		return s.explainKey(k), nil
	}
	return s.explainContact(ctx, who)
}

// keyNamed finds a key by its fingerprint, written with spaces or without.
func (s *Service) keyNamed(ctx context.Context, who string) (Key, bool) {
	fingerprint := strings.ToUpper(strings.ReplaceAll(who, " ", ""))
	if s.opt.Keys == nil || len(fingerprint) < 32 || strings.Trim(fingerprint, "0123456789ABCDEF") != "" {
		return Key{}, false
	}
	k, err := s.opt.Keys.Find(ctx, fingerprint)
	return k, err == nil
}

// explainKey gives what a mail is worth that is sealed to a key now, to that of
// its addresses for which least is known of it. A key that cannot be used is
// worth what clear mail is.
func (s *Service) explainKey(k Key) Explanation {
	e := Explanation{Kind: "key", Key: &k}
	for i, a := range k.Addresses {
		st := s.opt.Keys.State(a, k.Fingerprint)
		if k.Own {
			st.Person = "verified"
		}
		index := privacy.Message(privacy.Predict(privacy.Plan{
			Protocol: "mail", OwnHop: true, Reaches: true, HideSubject: true,
			Sealed: !k.Expired && !k.Revoked && !st.Bad,
			Key:    st.Person, Conflict: st.Conflict, Weak: k.Weak || st.Weak,
		}))
		if i == 0 || index.Score < e.Index.Score {
			e.Index, k.Person = index, st.Person
		}
	}
	if len(k.Addresses) == 0 {
		e.Index = privacy.Index{Version: privacy.Version, Level: privacy.LevelUnknown}
	}
	return e
}

func (s *Service) explainDevice(ctx context.Context) Explanation {
	e := Explanation{Kind: "device", Index: privacy.Index{Version: privacy.Version, Level: privacy.LevelUnknown}}
	if s.opt.Device == nil {
		return e
	}
	in := s.opt.Device()
	e.Index, e.Decided = privacy.Device(in)
	e.Unchecked = privacy.DeviceUnchecked(in)
	e.Index.Advice = s.snoozed(ctx).leave(privacy.AdviseDevice(in))
	return e
}

func (s *Service) explainAccount(ctx context.Context, a OwnAccount) Explanation {
	e := Explanation{Kind: "account", Account: &a}
	e.Index, e.Decided = s.accountMeasured(a)
	e.Index.Advice = s.snoozed(ctx).leave(privacy.AdviseAccount(s.accountInput(a), nil), string(a.ID))
	return e
}

func (s *Service) explainContact(ctx context.Context, who string) (Explanation, error) {
	c, err := s.Contact(ctx, who)
	if err != nil {
		return Explanation{}, err
	}
	c.Index.Advice, err = s.contactAdvice(ctx, &c)
	return Explanation{Kind: "contact", Index: c.Index, Contact: &c, Next: c.Index.Advice}, err
}

// contactAdvice gives what would make the next message to somebody more
// private, without what was put off.
func (s *Service) contactAdvice(ctx context.Context, c *Contact) ([]privacy.Advice, error) {
	if c.ID == Me {
		return nil, nil
	}
	_, ways, err := s.ways(ctx, c)
	if err != nil {
		return nil, err
	}
	all := s.advices(&ways.Choice)
	in := s.contactInput(c, ways)
	if second := in; len(all) == 0 && !in.Second && len(ways.reaching) > 0 {
		second.Second = true
		if gain := privacy.Contact(second).Score - privacy.Contact(in).Score; gain > 0 {
			all = append(all, privacy.Advice{ID: adviseChannel, Gain: gain})
		}
	}
	return s.snoozed(ctx).leave(all, string(c.ID)), nil
}

// leave takes out what was put off.
func (z snoozed) leave(all []privacy.Advice, about ...string) []privacy.Advice {
	var out []privacy.Advice
	for _, a := range all {
		if !z.has(a.ID, about...) {
			out = append(out, a)
		}
	}
	return out
}

func (s *Service) explainMessage(ctx context.Context, id MessageID) (Explanation, error) {
	m, err := s.opt.Store.Message(ctx, id)
	if err != nil {
		return Explanation{}, err
	}
	facts := m.Facts
	m.Index.Facts, m.Index.Advice = &facts, nil
	e := Explanation{Kind: "message", Index: m.Index, Message: &m}
	if other := otherSide(&m); other != "" {
		c, err := s.opt.Store.Contact(ctx, other)
		if err != nil {
			return e, ignoreNotFound(err)
		}
		e.Next, err = s.contactAdvice(ctx, &c)
		return e, err
	}
	return e, nil
}

// otherSide gives whom the next message would go to: the sender, or the first
// one that was written to.
func otherSide(m *Message) ContactID {
	if m.ListID != "" || m.Bulk {
		return ""
	}
	if m.Direction == In {
		return m.Sender().Contact
	}
	for _, p := range m.With(To) {
		if p.Contact != "" && p.Contact != Me {
			return p.Contact
		}
	}
	return ""
}

// accountInput adds what the engine knows of the connection to what was
// measured.
func (s *Service) accountInput(a OwnAccount) privacy.AccountInput {
	in := a.Measured
	in.NoSeal = in.NoSeal || a.Protocol == Mastodon
	if s.opt.Engine != nil {
		for _, st := range s.opt.Engine.Statuses() {
			if st.Account == a.ID && in.TLS == "" {
				in.TLS = st.TLS
			}
		}
	}
	return in
}

// accountMeasured gives the index of an account and how much of it could be
// looked at. An account nothing is known of has no index.
func (s *Service) accountMeasured(a OwnAccount) (privacy.Index, int) {
	index, decided := privacy.Account(s.accountInput(a))
	if decided == 0 {
		index.Level = privacy.LevelUnknown
	}
	return doubted(index, decided), decided
}

// doubted bounds the index of an account of which less than half could be
// looked at: what nobody looked at is no merit.
func doubted(index privacy.Index, decided int) privacy.Index {
	const half, most = 50, 60
	if decided >= half || decided == 0 {
		return index
	}
	index.Caps = append(index.Caps, privacy.Cap{ID: "k.unseen", Limit: most})
	if index.Score > most {
		index.Score, index.DecidedBy = most, "k.unseen"
		index.Level = privacy.LevelOf(most)
	}
	return index
}
