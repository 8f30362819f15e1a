package conversation

import (
	"context"
	"strings"
)

// Invited says what a link of SecureJoin came to.
type Invited struct {
	Address     Address // of whoever invites, zero when the link does not say
	Fingerprint string
	// Sent tells that the invitation is followed: the first mail is in the
	// outbox, the rest happens by itself as mails come. Otherwise the link was a
	// fingerprint alone, and Same tells whether it is that of the key known for
	// the address.
	Sent bool
	Same bool
}

// Follow follows a link of SecureJoin that the user got from its author by a
// way that he trusts. The key of whoever answers is verified without another
// word of the user.
func (s *Service) Follow(ctx context.Context, link string) (Invited, error) {
	if s.opt.Keys == nil || s.opt.Follow == nil {
		return Invited{}, noKeyring()
	}
	return s.opt.Follow(ctx, strings.TrimSpace(link))
}
