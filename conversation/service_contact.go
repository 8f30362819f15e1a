package conversation

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Contacts lists contacts whose name or address holds every word of text, each
// with its index.
func (s *Service) Contacts(ctx context.Context, text string, limit int) ([]Contact, error) {
	cs, err := s.opt.Store.Contacts(ctx, text, limit)
	for i := range cs {
		if cs[i].Index, _, err = s.indexOf(ctx, &cs[i]); err != nil {
			return nil, err
		}
	}
	return cs, err
}

// Contact finds a contact by id, address or unambiguous name, with its index and
// the channels it can be reached by, best first.
func (s *Service) Contact(ctx context.Context, who string) (Contact, error) {
	id, err := s.contactID(ctx, who)
	if err != nil {
		return Contact{}, err
	}
	c, err := s.opt.Store.Contact(ctx, id)
	if err != nil {
		return Contact{}, err
	}
	c.Index, c.Channels, err = s.indexOf(ctx, &c)
	return c, err
}

func (s *Service) contactID(ctx context.Context, who string) (ContactID, error) {
	if c, err := s.opt.Store.Contact(ctx, ContactID(who)); err == nil {
		return c.ID, nil
	} else if !errors.Is(err, ErrNotFound) {
		return "", err
	}
	r, err := s.Resolve(ctx, who)
	if err != nil {
		return "", err
	}
	if r.Contact == "" {
		return "", notFound(who)
	}
	return r.Contact, nil
}

// SaveContact stores a contact as given and gives its id.
func (s *Service) SaveContact(ctx context.Context, c Contact) (ContactID, error) {
	id, err := s.opt.Store.SaveContact(ctx, c)
	if err == nil {
		s.Publish(Event{All: true})
	}
	return id, err
}

// Join makes one contact of two; a stays. Their conversations become one.
func (s *Service) Join(ctx context.Context, a, b ContactID) error {
	if a == b || a == Me || b == Me {
		return &Problem{Code: "problem.join", Err: ErrUsage}
	}
	err := s.opt.Store.JoinContacts(ctx, a, b)
	if err == nil {
		s.Publish(Event{All: true})
	}
	return err
}

// Split takes an address away from a contact and gives the contact it now has.
func (s *Service) Split(ctx context.Context, c ContactID, a Address) (ContactID, error) {
	if c == Me {
		return "", &Problem{Code: "problem.split", Err: ErrUsage}
	}
	id, err := s.opt.Store.SplitContact(ctx, c, a)
	if err == nil {
		s.Publish(Event{All: true})
	}
	return id, err
}

// Complete finds recipients for what has been typed so far. The last one is the
// typed text itself, when it is an address nobody has yet.
func (s *Service) Complete(ctx context.Context, text string, limit int) ([]Recipient, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	cs, err := s.opt.Store.Contacts(ctx, text, limit)
	if err != nil {
		return nil, err
	}
	var out []Recipient
	for _, c := range cs {
		out = append(out, Recipient{Contact: c.ID, Name: c.Name, Address: typedAddress(c, text)})
	}
	if a, name, ok := readRecipient(text); ok && strings.Contains(a.Domain(), ".") { // "zoe@w" is not typed to its end
		if _, err := s.opt.Store.ContactOf(ctx, a); errors.Is(err, ErrNotFound) {
			out = append(out, Recipient{Name: name, Address: a})
		}
	}
	return out, nil
}

// typedAddress gives the one address of a contact that begins with what was
// typed, so that typing an address chooses it.
func typedAddress(c Contact, text string) Address {
	text = strings.ToLower(text)
	if !strings.Contains(text, "@") {
		return Address{}
	}
	var found Address
	for _, a := range c.Addresses {
		if strings.HasPrefix(a.ID, text) {
			if !found.IsZero() {
				return Address{}
			}
			found = a.Address
		}
	}
	return found
}

// Resolve turns a name, an address or "Name <address>" into one recipient.
func (s *Service) Resolve(ctx context.Context, text string) (Recipient, error) {
	text = strings.TrimSpace(text)
	if a, name, ok := readRecipient(text); ok {
		return s.resolveAddress(ctx, a, name)
	}
	if c, err := s.opt.Store.Contact(ctx, ContactID(text)); err == nil && text != "" {
		return Recipient{Contact: c.ID, Name: c.Name}, nil
	}
	return s.resolveName(ctx, text)
}

func (s *Service) resolveAddress(ctx context.Context, a Address, name string) (Recipient, error) {
	id, err := s.opt.Store.ContactOf(ctx, a)
	if errors.Is(err, ErrNotFound) {
		return Recipient{Name: name, Address: a}, nil
	}
	if err != nil {
		return Recipient{}, err
	}
	c, err := s.opt.Store.Contact(ctx, id)
	if err != nil {
		return Recipient{}, err
	}
	return Recipient{Contact: id, Name: c.Name, Address: a}, nil
}

// resolveName wants one contact: the only one that matches, or the only one
// whose name is exactly what was typed.
func (s *Service) resolveName(ctx context.Context, text string) (Recipient, error) {
	if text == "" {
		return Recipient{}, notFound(text)
	}
	cs, err := s.opt.Store.Contacts(ctx, text, 20)
	if err != nil {
		return Recipient{}, err
	}
	if len(cs) > 1 {
		if exact := exactNames(cs, text); len(exact) > 0 {
			cs = exact
		}
	}
	switch len(cs) {
	case 0:
		return Recipient{}, notFound(text)
	case 1:
		return Recipient{Contact: cs[0].ID, Name: cs[0].Name}, nil
	}
	return Recipient{}, &Problem{Code: "problem.many_contacts", Args: map[string]any{"Name": text, "Count": len(cs)}, Err: ErrAmbiguous}
}

func exactNames(cs []Contact, text string) []Contact {
	var out []Contact
	for _, c := range cs {
		if strings.EqualFold(c.Name, text) {
			out = append(out, c)
		}
	}
	return out
}

func notFound(who string) error {
	return &Problem{Code: "problem.no_contact", Args: map[string]any{"Name": who}, Err: ErrNotFound}
}

// readRecipient reads an address as people type it, with or without a name. What
// could break out of a header or a command of a server is no address.
func readRecipient(text string) (a Address, name string, ok bool) {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return Address{}, "", false
	}
	a, name, ok = splitRecipient(text)
	if !ok || a.Domain() == "" || strings.ContainsFunc(a.ID, unicode.IsSpace) {
		return Address{}, "", false
	}
	if a.Protocol == Mastodon && strings.Count(a.ID, "@") != 2 {
		return Address{}, "", false // without a server it names somebody else on each
	}
	return a, name, true
}

func splitRecipient(text string) (a Address, name string, ok bool) {
	if a, err := ParseAddress(text); err == nil {
		return a, "", true
	}
	if !strings.HasSuffix(text, ">") {
		return Address{}, "", false
	}
	if open := strings.LastIndexByte(text, '<'); open >= 0 {
		if a, err := ParseAddress(text[open+1 : len(text)-1]); err == nil {
			return a, strings.Trim(strings.TrimSpace(text[:open]), `"`), true
		}
	}
	if parsed, err := mail.ParseAddress(text); err == nil {
		return MailAddress(parsed.Address), parsed.Name, true
	}
	return Address{}, "", false
}
