package main

import (
	"context"
	"path/filepath"

	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/device"
)

// device looks at the machine that the program runs on.
func (a *app) device() privacy.DeviceInput {
	lock := a.ring.Lock()
	key := "none"
	switch {
	case lock.Keys > 0 && lock.Protected:
		key = "locked"
	case lock.Keys > 0:
		key = "naked"
	}
	s := device.Settings{Key: key, SealedCache: a.cfg.SealCache, LockAfter: unlockFor(a.cfg)}
	return device.Inspect(device.Here(s, a.now(), a.places.Data, filepath.Dir(a.places.Config)))
}

// demands gives what is known of the mail servers of a domain.
func (a *app) demands(name string) conversation.DomainFacts {
	f := a.domains.Facts(name)
	return conversation.DomainFacts{Enforced: f.Enforced, How: f.How, Until: f.Until}
}

// rejudge judges the stored messages of addresses again, after what is known of
// their keys changed.
func (a *app) rejudge(ctx context.Context, list []conversation.Address) error {
	return engine.Rejudger(a.db, a.ring, func(ch engine.Change) {
		a.svc.Publish(conversation.Event{Conversations: ch.Conversations})
	})(ctx, list)
}

// link gives the text of the QR code of an own key.
func (a *app) link(own conversation.Address, fingerprint string) string { return "" }
