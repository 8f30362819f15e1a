package conversation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Send puts a draft into the outbox, where it is held for some seconds. The
// message is built whole before anything is written; nothing is sent when it
// cannot be built. When a guard stops it, the error is ErrGuard and the choice
// says why.
func (s *Service) Send(ctx context.Context, d Draft) (Entry, Choice, error) {
	s.sending.Lock()
	defer s.sending.Unlock()
	choice, err := s.Choose(ctx, d)
	if err == nil {
		err = checkDraft(d, &choice)
	}
	if err == nil {
		err = s.checkUnsent(ctx, d)
	}
	if err != nil {
		return Entry{}, choice, err
	}
	entries, err := s.compose(ctx, d, &choice)
	if err != nil {
		return Entry{}, choice, err
	}
	if err := s.enqueue(ctx, entries); err != nil {
		return Entry{}, choice, fmt.Errorf("send: %w", err)
	}
	s.Publish(Event{Outbox: true, All: true})
	s.poke()
	return entries[0], choice, nil
}

// checkDraft refuses what must not be sent.
func checkDraft(d Draft, c *Choice) error {
	switch {
	case len(d.To)+len(d.Cc)+len(d.Bcc) == 0:
		return &Problem{Code: "problem.no_recipient", Err: ErrUsage}
	case strings.TrimSpace(d.Text) == "" && len(d.Attach) == 0:
		return &Problem{Code: "problem.empty", Err: ErrUsage}
	case c.Decision == Ask || c.Decision == Stop:
		return &Problem{Code: c.Reason.Code, Args: c.Reason.Args, Err: stopCause(c.Reason.Code)}
	case d.Shown != "" && d.Shown != c.Mark():
		return &Problem{Code: "route.changed", Args: c.Line().Args, Err: ErrGuard}
	}
	return nil
}

// checkUnsent refuses a stored draft that is there no more: it was sent already,
// perhaps by a key pressed twice, and must not go out again.
func (s *Service) checkUnsent(ctx context.Context, d Draft) error {
	if d.ID == "" {
		return nil
	}
	_, err := s.opt.Store.Draft(ctx, d.ID)
	if errors.Is(err, ErrNotFound) {
		return &Problem{Code: "problem.sent_already", Err: err}
	}
	return err
}

func stopCause(code string) error {
	switch code {
	case "route.key_changed", "route.sealed_stop", "route.sealed_ask":
		return ErrGuard
	case "route.unknown_channel":
		return ErrNotFound
	}
	return ErrNoChannel
}

// enqueue puts the entries of one message into the outbox and notes their ids.
func (s *Service) enqueue(ctx context.Context, es []Entry) (err error) {
	if len(es) == 1 {
		es[0].ID, err = s.opt.Store.Enqueue(ctx, es[0])
		return err
	}
	ids, err := s.opt.Store.EnqueueAll(ctx, es)
	for i := range ids {
		es[i].ID = ids[i]
	}
	return err
}

// compose builds the outbox entries of a draft on its channel: the message, and
// its sealed copies for each Bcc.
func (s *Service) compose(ctx context.Context, d Draft, c *Choice) ([]Entry, error) {
	best := c.Best()
	format, ok := s.opt.Formats[best.Channel.Protocol]
	if !ok {
		return nil, &Problem{Code: "problem.protocol", Args: map[string]any{"Protocol": string(best.Channel.Protocol)}}
	}
	out, err := s.outgoing(ctx, d, c)
	if err != nil {
		return nil, err
	}
	made, err := format.Compose(out)
	if err != nil {
		return nil, fmt.Errorf("compose: %w", err)
	}
	if err := tooBig(made, *best); err != nil {
		return nil, err
	}
	now := s.opt.Clock()
	main := Entry{
		State: StateHeld, Account: best.Channel.Account, Protocol: best.Channel.Protocol,
		Recipients: envelope(out), Wire: made.Wire, Copy: made.Copy, RFCID: made.RFCID, Sealed: out.Seal != nil,
		Draft: d, Line: s.opt.Say(c.Line()), Score: best.Index.Score, Best: bestPossible(c), Facts: best.Facts,
		RequireTLS: s.demandsTLS(best), Created: now, NextTry: s.leaves(d, now),
	}
	if out.Seal == nil {
		return []Entry{main}, nil
	}
	return envelopes(main, made, out)
}

// demandsTLS tells whether a mail was shown to travel over verified TLS all the
// way, and the own server lets it be demanded. A demand that a server on the way
// cannot meet ends in a bounce, so it is not made for sealed mail, which loses
// nothing by it.
func (s *Service) demandsTLS(p *Prediction) bool {
	return p.Channel.Protocol == Mail && !p.Channel.Sealed && p.Facts.Path == "auth" && s.opt.Require != nil && s.opt.Require(p.Channel.Account)
}

// bestPossible gives the best score that any way to everybody would have had.
func bestPossible(c *Choice) int {
	score := c.Best().Index.Score
	for _, p := range c.Candidates {
		if p.Rejected.Code == "" {
			score = max(score, p.Index.Score)
		}
	}
	return score
}

// tooBig is the last word on the size, which Route could only estimate.
func tooBig(made Composed, p Prediction) error {
	size := len(made.Wire)
	for _, e := range made.More {
		size = max(size, len(e.Wire))
	}
	if p.MaxSize > 0 && p.Channel.Protocol == Mail && int64(size) > p.MaxSize {
		r := tooBigFor(p)
		return &Problem{Code: r.Code, Args: r.Args, Err: ErrNoChannel}
	}
	return nil
}

func envelope(o Outgoing) []Address {
	var out []Address
	for _, p := range slices.Concat(o.To, o.Cc, o.Bcc) {
		if !slices.Contains(out, p.Address) {
			out = append(out, p.Address)
		}
	}
	return out
}

// outgoing resolves a draft: who, what, and in answer to what.
func (s *Service) outgoing(ctx context.Context, d Draft, c *Choice) (Outgoing, error) {
	best := c.Best()
	own, _ := s.account(best.Channel.Account)
	o := Outgoing{
		Account: own.ID, Subject: oneLine(d.Subject), Text: d.Text, Date: s.opt.Clock().UTC().Truncate(time.Second), Random: s.opt.Random,
		From: Participant{Role: From, Address: best.Channel.Own, Name: oneLine(own.Name), Contact: Me},
	}
	if err := s.recipients(ctx, d, own.Protocol, &o); err != nil {
		return o, err
	}
	source, err := s.answered(ctx, d)
	if err != nil {
		return o, err
	}
	secret := leavesSealed(c, source)
	if secret {
		uncover(&o, d.Kind, source)
		d.Attach = slices.DeleteFunc(slices.Clone(d.Attach), isRef)
	}
	answers(&o, d, source, secret)
	if own.Protocol == Mastodon {
		o.Text = Neutralise(o.Text, own.Address.Domain(), allowedMentions(*best))
		o.Subject = Neutralise(o.Subject, own.Address.Domain(), nil)
	}
	if o.Seal, err = s.sealFor(*best, &o, source); err != nil {
		return o, err
	}
	return o, s.attach(ctx, d, &o)
}

func (s *Service) recipients(ctx context.Context, d Draft, proto Protocol, o *Outgoing) error {
	for _, part := range []struct {
		role Role
		from []Recipient
		to   *[]Participant
	}{{To, d.To, &o.To}, {Cc, d.Cc, &o.Cc}, {Bcc, d.Bcc, &o.Bcc}} {
		for _, r := range part.from {
			who, err := s.person(ctx, r)
			if err != nil {
				return err
			}
			a, ok := who.addressFor(proto)
			if !ok { // Route saw to it, unless the contact changed meanwhile
				return &Problem{Code: "route.missing", Args: map[string]any{"Names": who.Name, "Count": 1}, Err: ErrNoChannel}
			}
			*part.to = append(*part.to, Participant{Role: part.role, Address: a.Address, Name: oneLine(who.Name), Contact: who.Contact})
		}
	}
	return nil
}

// answered gives the message that a draft answers or passes on, nil for none.
// When it is gone from the server meanwhile, the text still goes out.
func (s *Service) answered(ctx context.Context, d Draft) (*Message, error) {
	if d.Source == "" {
		return nil, nil
	}
	m, err := s.opt.Store.Message(ctx, d.Source)
	if errors.Is(err, ErrNotFound) {
		return &Message{Subject: d.Subject}, nil
	}
	if err != nil {
		return nil, err
	}
	return &m, nil
}

// answers sets what the message answers. Across protocols an answer begins
// anew: the other side's programs know no common identifiers. A clear answer
// names none that stood under a seal.
func answers(o *Outgoing, d Draft, m *Message, secret bool) {
	if m == nil || d.Kind != DraftReply || m.ID == "" || m.Protocol != o.From.Address.Protocol {
		return
	}
	o.Reply = m
	if secret && hidesHeader(m) {
		return
	}
	o.InReplyTo, o.References = m.RFCID, references(m)
}

// WithoutQuotes takes the quoted lines and the line that introduces them out of
// a text.
func WithoutQuotes(text string) string {
	var out []string
	for rest, more := text, true; more; {
		var line string
		line, rest, more = strings.Cut(rest, "\n")
		if l := strings.TrimSpace(line); !quotedLine(l) && !introduces(l, rest) {
			out = append(out, line)
		}
	}
	return strings.Trim(strings.Join(out, "\n"), "\r\n") + "\n"
}

// maxReferences bounds the References of an answer: the first, which names the
// thread, and the last ones, as RFC 5537, section 3.4.4, advises for long ones.
const maxReferences = 20

func references(m *Message) []string {
	refs := slices.Clone(m.References)
	if len(refs) == 0 && m.InReplyTo != "" {
		refs = append(refs, m.InReplyTo)
	}
	if m.RFCID != "" {
		refs = append(refs, m.RFCID)
	}
	if n := len(refs); n > maxReferences {
		refs = append(refs[:1:1], refs[n-maxReferences+1:]...)
	}
	return refs
}

func (s *Service) attach(ctx context.Context, d Draft, o *Outgoing) error {
	for _, path := range d.Attach {
		f, err := s.readAttachment(ctx, path)
		if err != nil {
			return &Problem{Code: "problem.attach", Args: map[string]any{"Path": path}, Err: err}
		}
		o.Attach = append(o.Attach, f)
	}
	return nil
}

// oneLine keeps line breaks out of what becomes a header.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == 0 {
			return ' '
		}
		return r
	}, s))
}
