package conversation

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// ImportKeys takes keys in, own secret ones with their passphrases too, and
// judges again what they signed.
func (s *Service) ImportKeys(ctx context.Context, data []byte, passphrase func(Key) ([]byte, error)) ([]Key, error) {
	if s.opt.Keys == nil {
		return nil, noKeyring()
	}
	ks, err := s.opt.Keys.Import(ctx, data, passphrase)
	if err != nil {
		return ks, err
	}
	var as []Address
	own := false
	for _, k := range ks {
		as = append(as, k.Addresses...)
		own = own || k.Own
	}
	if own && s.opt.Opened != nil {
		go s.open(context.WithoutCancel(ctx)) // it may open what no key did so far
	}
	return ks, s.keysChanged(ctx, as)
}

// ExportKey gives a certificate, or an own secret key, to be written elsewhere.
func (s *Service) ExportKey(ctx context.Context, fingerprint string, secret bool) ([]byte, error) {
	if s.opt.Keys == nil {
		return nil, noKeyring()
	}
	return s.opt.Keys.Export(ctx, fingerprint, secret)
}

// ChangeKey alters an own key, as Keyring.Change says.
func (s *Service) ChangeKey(ctx context.Context, fingerprint, what, value string) error {
	if s.opt.Keys == nil {
		return noKeyring()
	}
	if err := s.opt.Keys.Change(ctx, fingerprint, what, value); err != nil {
		return err
	}
	s.Publish(Event{All: true})
	return nil
}

// PublishKey gives the own key of an account and its certificate, for whoever
// puts it where others find it.
func (s *Service) PublishKey(ctx context.Context, a AccountID) (Key, []byte, error) {
	own, ok := s.account(a)
	switch {
	case !ok:
		return Key{}, nil, &Problem{Code: "problem.account", Args: map[string]any{"Account": string(a)}, Err: ErrNotFound}
	case s.opt.Keys == nil:
		return Key{}, nil, noKeyring()
	}
	k, ok := s.opt.Keys.Own(own.Address)
	if !ok {
		return Key{}, nil, &Problem{Code: "route.no_own_key", Args: map[string]any{"Address": own.Address.ID}, Err: ErrNotFound}
	}
	cert, err := s.opt.Keys.Export(ctx, k.Fingerprint, false)
	return k, cert, err
}

// FindKey asks the network for the key of an address, one that the user named,
// in the background. Lists and automatic senders have no key of their own, and
// asking for them tells more than it brings.
func (s *Service) FindKey(ctx context.Context, a Address) error {
	args := map[string]any{"Address": a.ID}
	switch {
	case s.opt.Keys == nil:
		return noKeyring()
	case s.opt.Find == nil:
		return &Problem{Code: "problem.key_offline", Err: ErrUsage}
	case a.Protocol != Mail || a.Domain() == "":
		return notFound(a.ID)
	case s.isOwn(a):
		return &Problem{Code: "problem.key_own", Args: args, Err: ErrUsage}
	}
	machine, err := s.isMachine(ctx, a)
	switch {
	case err != nil:
		return err
	case machine:
		return &Problem{Code: "problem.key_list", Args: args, Err: ErrUsage}
	}
	go s.find(context.WithoutCancel(ctx), a)
	return nil
}

// find looks for the key of an address and learns what was found of it alone.
func (s *Service) find(ctx context.Context, a Address) {
	sights, err := s.opt.Find(ctx, a)
	sights = slices.DeleteFunc(sights, func(k KeySight) bool { return k.Address != a })
	if err == nil && len(sights) > 0 {
		var changed []Address
		if changed, err = s.opt.Keys.Learn(ctx, sights); err == nil && len(changed) > 0 {
			err = s.keysChanged(ctx, changed)
		}
	}
	if err != nil || len(sights) == 0 {
		s.Publish(Event{All: true}) // whoever waits for the answer reads that there is none
	}
}

// isMachine tells whether an address is that of a list or of an automatic
// sender: by what the user said, by what came from there last, by its name.
func (s *Service) isMachine(ctx context.Context, a Address) (bool, error) {
	if machineName(a) {
		return true, nil
	}
	id, err := s.opt.Store.ContactOf(ctx, a)
	if err != nil {
		return false, ignoreNotFound(err)
	}
	c, err := s.opt.Store.Contact(ctx, id)
	if err != nil || c.Kind != "" {
		return c.Kind == KindBulk, ignoreNotFound(err)
	}
	q := &Query{Root: Node{Op: Match, Field: "from", Text: a.ID}, Text: a.ID}
	hits, err := s.opt.Store.Search(ctx, q, 1)
	if err != nil {
		return false, ignoreNotFound(err)
	}
	return len(hits) > 0 && fromMachine(&hits[0].Message, a), nil
}

// fromMachine tells whether a message is no person's own: automatic, or a
// list's that writes from its own address.
func fromMachine(m *Message, a Address) bool {
	return m.Bulk || m.ListID != "" && m.ListID == strings.Replace(a.ID, "@", ".", 1)
}

// machineName tells whether nobody reads what is sent to an address.
func machineName(a Address) bool {
	local, _, _ := strings.Cut(a.ID, "@")
	plain := strings.NewReplacer("-", "", "_", "", ".", "").Replace(local)
	for _, name := range []string{"noreply", "donotreply", "mailerdaemon", "postmaster", "bounce", "newsletter", "notification"} {
		if strings.HasPrefix(plain, name) {
			return true
		}
	}
	return false
}

// lookupMost is to how many people a draft may go to have their keys looked
// for. More would tell the network who knows whom.
const lookupMost = 5

// lookUp looks for the keys of those a draft goes to and of whom none is known,
// once each as long as the program runs.
func (s *Service) lookUp(ctx context.Context, d *Draft) {
	people := slices.Concat(d.To, d.Cc, d.Bcc)
	if s.opt.Keys == nil || s.opt.Find == nil || len(people) > lookupMost {
		return
	}
	for _, r := range people {
		who, err := s.person(ctx, r)
		if err != nil {
			continue
		}
		a, ok := who.addressFor(Mail)
		if !ok || !s.firstAsked(a.Address) || s.peerKey(s.ownFor(), a.Address).Fingerprint != "" {
			continue
		}
		if err := s.FindKey(ctx, a.Address); errors.Is(err, context.Canceled) {
			return
		}
	}
}

// firstAsked tells whether an address was not looked for before.
func (s *Service) firstAsked(a Address) bool {
	s.askedLock.Lock()
	defer s.askedLock.Unlock()
	if s.asked[a] {
		return false
	}
	if s.asked == nil {
		s.asked = map[Address]bool{}
	}
	s.asked[a] = true
	return true
}
