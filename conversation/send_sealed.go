package conversation

import "slices"

// sealFor says how a message is sealed on its channel, nil for a clear channel.
// The keys are those that were shown; when one is missing or another one took
// its place, nothing is sent.
func (s *Service) sealFor(best Prediction, o *Outgoing, source *Message) (*Sealing, error) {
	if !best.Channel.Sealed {
		return nil, nil
	}
	if s.opt.Keys == nil || best.Channel.Protocol != Mail {
		return nil, &Problem{Code: "problem.own_key", Args: map[string]any{"Address": best.Channel.Own.ID}, Err: ErrGuard}
	}
	seal := &Sealing{Policy: best.Policy, Keys: map[Address]string{}, HideThread: source != nil && hidesThread(source)}
	if seal.Policy == "" {
		seal.Policy = HideSubject
	}
	for _, p := range slices.Concat(o.To, o.Cc, o.Bcc) {
		if p.Address == best.Channel.Own {
			continue // who writes reads along
		}
		if err := s.sealTo(p.Address, best, seal); err != nil {
			return nil, err
		}
	}
	return seal, nil
}

// sealTo adds the key of one recipient. Between the moment the way was chosen
// and this one, the key may have changed.
func (s *Service) sealTo(a Address, best Prediction, seal *Sealing) error {
	shown := best.Keys[a]
	if shown == "" {
		return &Problem{Code: "problem.reader_key", Args: map[string]any{"Address": a.ID}, Err: ErrGuard}
	}
	seal.Keys[a] = shown
	if s.isOwn(a) {
		return nil
	}
	peer := s.opt.Keys.Peer(best.Channel.Own, a)
	if peer.Fingerprint != shown {
		return &Problem{Code: "route.key_changed", Err: ErrGuard}
	}
	seal.Legacy = seal.Legacy || seal.Policy != HideSubject && !peer.Caliopen
	return nil
}

// envelopes makes the entries of a sealed message: itself for those whom all
// may see, and one for each Bcc. Where there are but Bcc, the first one's takes
// the place of the message.
func envelopes(main Entry, made Composed, o Outgoing) ([]Entry, error) {
	main.Recipients = envelope(Outgoing{To: o.To, Cc: o.Cc})
	more := made.More
	if made.Wire == nil {
		if len(more) == 0 {
			return nil, &Problem{Code: "problem.no_recipient", Err: ErrUsage}
		}
		main.Recipients, main.Wire, main.RFCID = more[0].Recipients, more[0].Wire, more[0].RFCID
		more = more[1:]
	}
	out := []Entry{main}
	for _, m := range more {
		e := main
		e.Recipients, e.Wire, e.Copy, e.RFCID = m.Recipients, m.Wire, nil, m.RFCID
		e.Draft.To, e.Draft.Cc, e.Draft.Bcc = nil, nil, recipientsAt(main.Draft.Bcc, o.Bcc, m.Recipients)
		out = append(out, e)
	}
	return out, nil
}

// recipientsAt gives those of a draft's recipients who were resolved to some of
// the addresses.
func recipientsAt(drafted []Recipient, resolved []Participant, at []Address) []Recipient {
	var out []Recipient
	for i, p := range resolved {
		if i < len(drafted) && slices.Contains(at, p.Address) {
			out = append(out, drafted[i])
		}
	}
	return out
}

// leavesSealed tells whether a message leaves what was sealed: the user insisted
// on leaving a sealed conversation, or answers or passes on in clear a message
// of which something was sealed.
func leavesSealed(c *Choice, source *Message) bool {
	if c.Best().Channel.Sealed {
		return false
	}
	return c.Floor != "" || source != nil && wasSealed(source)
}

// wasSealed tells whether anything of a message was under a seal.
func wasSealed(m *Message) bool {
	sec := m.Evidence.Security
	return sealed(m.Facts) || sec.Sealed == "full" || sec.Decrypted || hidesHeader(m)
}

// hidesHeader tells whether fields of a message's header were under the seal.
func hidesHeader(m *Message) bool {
	how := m.Evidence.Security.ProtectedHeaders
	return how == "cipher" || how == "legacy" && m.Evidence.Security.Sealed != "none"
}

// hidesThread tells whether a message kept from outsiders what it answers.
func hidesThread(m *Message) bool { return hidesHeader(m) && m.Evidence.Security.Discreet }

// uncover takes out what only the sealed message knew: the quoted text and the
// subject. A subject the user wrote himself stays; where that of the message
// cannot be read, as the keys are locked again, nobody knows whose it is.
func uncover(o *Outgoing, kind DraftKind, m *Message) {
	o.Text = WithoutQuotes(o.Text)
	if m == nil || o.Subject == "" || Topic(o.Subject) != Topic(m.Subject) && !hiddenTopic(m.Subject) {
		return
	}
	o.Subject = "Re: […]"
	if kind == DraftForward {
		o.Subject = "Fwd: […]"
	}
}

// hiddenTopic tells of a subject that stands outside a seal in place of the
// true one.
func hiddenTopic(subject string) bool {
	stands := []string{"...", "[...]", "…", "[…]", "Encrypted Message"}
	return slices.ContainsFunc(stands, func(h string) bool { return Topic(subject) == Topic(h) && subject != "" })
}
