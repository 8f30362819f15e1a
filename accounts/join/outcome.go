package join

import (
	"context"
	"fmt"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
	"github.com/caliopen/caliopen-tui/privacy/securejoin"
)

// how is the word for what proved a key.
const how = "securejoin"

// Outcome is what a mail came to.
type Outcome struct {
	// Ours tells that the mail belongs to the protocol: it holds nothing to be
	// read by a person.
	Ours bool
	// Peer and Fingerprint are set when a key became known by the mail.
	Peer        conversation.Address
	Fingerprint string
	Verified    bool // and was verified
	Done        bool // both sides know each other now
}

// progress tells the keyring what a joiner has learned, keeps the state and
// sends the next mail.
func (d *Desk) progress(ctx context.Context, s state, p securejoin.Progress, own conversation.Address, inviter *openpgp.Key, mutual bool) (Outcome, error) {
	out := Outcome{Ours: true, Done: p.Joining.Stage == securejoin.Joined}
	wire, err := d.compose(own, p.Send, inviter)
	if err != nil {
		return out, err
	}
	if p.Verified {
		out.Peer, out.Fingerprint, out.Verified = conversation.MailAddress(p.Joining.Invite.Address), p.Joining.Invite.Fingerprint, true
		if err := d.learn(ctx, out, inviter, mutual); err != nil {
			return out, err
		}
	}
	return out, d.finish(ctx, s, own, p.Send, wire)
}

// welcome does the same for an inviter.
func (d *Desk) welcome(ctx context.Context, s state, w securejoin.Welcome, own conversation.Address, joiner *openpgp.Key, mutual bool) (Outcome, error) {
	out := Outcome{Ours: true, Done: w.Joined != ""}
	wire, err := d.compose(own, w.Send, joiner)
	if err != nil {
		return out, err
	}
	if w.Joined != "" {
		out.Peer, out.Fingerprint, out.Verified = conversation.MailAddress(w.Address), w.Joined, w.Verified
		if err := d.learn(ctx, out, joiner, mutual); err != nil {
			return out, err
		}
	}
	return out, d.finish(ctx, s, own, w.Send, wire)
}

// learn tells the keyring of a key that was proved.
func (d *Desk) learn(ctx context.Context, o Outcome, key *openpgp.Key, mutual bool) error {
	sight := conversation.KeySight{
		Address: o.Peer, Source: conversation.FromJoin, Fingerprint: o.Fingerprint, Date: d.o.Now(), Mutual: mutual,
	}
	if key != nil {
		cert, err := key.Public().Bytes()
		if err != nil {
			return fmt.Errorf("join: %w", err)
		}
		sight.Cert = cert
	}
	if _, err := d.o.Keys.Learn(ctx, []conversation.KeySight{sight}); err != nil {
		return fmt.Errorf("join: %w", err)
	}
	if !o.Verified {
		return nil
	}
	return d.o.Keys.Verify(ctx, o.Peer, o.Fingerprint, how)
}

// finish keeps the state before it sends: a mail that goes out twice does less
// harm than an answer that is never accepted.
func (d *Desk) finish(ctx context.Context, s state, own conversation.Address, send *securejoin.Send, wire []byte) error {
	if err := d.save(ctx, s); err != nil || send == nil {
		return err
	}
	return d.o.Send(ctx, own, conversation.MailAddress(send.To), wire)
}
