package conversation

import "context"

// ForeignKey gives the key of an account's address that another program on
// this device holds, GnuPG for one, if there is one that could be taken in.
func (s *Service) ForeignKey(ctx context.Context, a AccountID) (Key, bool) {
	own, ok := s.account(a)
	if !ok || own.Protocol != Mail || s.opt.Keys == nil || s.opt.Foreign == nil {
		return Key{}, false
	}
	return s.opt.Foreign(ctx, own.Address)
}

// TakeKey takes in a key that ForeignKey gave, with its passphrase there. What
// was sealed to it is opened in the background.
func (s *Service) TakeKey(ctx context.Context, fingerprint string, passphrase []byte) (Key, error) {
	if s.opt.Keys == nil || s.opt.Take == nil {
		return Key{}, noKeyring()
	}
	k, err := s.opt.Take(ctx, fingerprint, passphrase)
	if err != nil {
		return Key{}, err
	}
	s.Publish(Event{All: true})
	if s.opt.Opened != nil {
		go s.open(context.WithoutCancel(ctx))
	}
	return k, nil
}
