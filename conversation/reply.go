package conversation

import (
	"cmp"
	"slices"
)

// ReplyTargets says who an answer to a message goes to: the addresses of
// Reply-To, or else the sender; with all, everybody else who took part too. The
// user's own addresses are left out. An answer to one's own message goes to
// those it was sent to.
//
// Many lists write their own address into Reply-To, which turns an answer to
// the author into one to everybody. Where the message went to that address
// anyhow, an answer that is not meant for all goes to the author.
func ReplyTargets(m *Message, all bool, own func(Address) bool) (to, cc []Recipient) {
	if own(m.Sender().Address) {
		to = targets(m.With(To), nil, own)
		if all {
			cc = targets(m.With(Cc), to, own)
		}
		return orSelf(m, to, cc)
	}
	to = targets(replySide(m, all), nil, own)
	if all {
		others := slices.Concat(m.With(From), m.With(To), m.With(Cc))
		if len(m.With(ReplyTo)) > 0 { // who asks for answers elsewhere gets them there only
			others = others[len(m.With(From)):]
		}
		cc = targets(others, to, own)
	}
	return orSelf(m, to, cc)
}

// replySide gives the participants an answer goes to first.
func replySide(m *Message, all bool) []Participant {
	reply := m.With(ReplyTo)
	if !all && m.ListID != "" {
		reply = slices.DeleteFunc(reply, func(p Participant) bool { return tookPart(m, p.Address) })
	}
	if len(reply) == 0 {
		return m.With(From)
	}
	return reply
}

func tookPart(m *Message, a Address) bool {
	return slices.ContainsFunc(m.Participants, func(p Participant) bool {
		return (p.Role == To || p.Role == Cc) && p.Address == a
	})
}

// orSelf keeps notes to oneself answerable.
func orSelf(m *Message, to, cc []Recipient) (_, _ []Recipient) {
	if len(to) == 0 && len(cc) == 0 {
		never := func(Address) bool { return false }
		to = targets(m.With(From), nil, never)
	}
	if len(to) == 0 {
		to, cc = cc, nil
	}
	return to, cc
}

func targets(ps []Participant, not []Recipient, own func(Address) bool) []Recipient {
	var out []Recipient
	for _, p := range ps {
		if p.Address.IsZero() || own(p.Address) || hasAddress(not, p.Address) || hasAddress(out, p.Address) {
			continue
		}
		out = append(out, Recipient{Contact: p.Contact, Name: cmp.Or(p.Display, p.Name), Address: p.Address})
	}
	return out
}

func hasAddress(rs []Recipient, a Address) bool {
	return slices.ContainsFunc(rs, func(r Recipient) bool { return r.Address == a })
}
