package engine

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// KeyStates tells what is known of the keys that sign.
type KeyStates interface {
	State(a conversation.Address, fingerprint string) privacy.KeyState
}

// Keys is what the engine needs of the user's keyring.
type Keys interface {
	KeyStates
	// Learn takes in what messages told of keys, and gives the addresses whose
	// messages have to be judged again. Telling it twice changes nothing.
	Learn(ctx context.Context, sights []conversation.KeySight) (changed []conversation.Address, err error)
}

// Sights gives what a message that was judged tells of keys, ready for the
// keyring. A mail that its domain did not send, or that names several senders,
// tells nothing: it would raise questions in a foreign name.
func Sights(p conversation.Parsed) []conversation.KeySight {
	if ev := p.Message.Evidence; ev.Forged || ev.ManyFrom {
		return nil
	}
	out := slices.Clone(p.Sights)
	for i := range out {
		out[i].Message = conversation.NewMessageID(p.Fingerprint)
		out[i].Account = p.Message.Account
	}
	return out
}

// Rejudger gives what judges the stored messages of addresses again after
// something changed about their keys.
func Rejudger(store interface {
	RejudgeAddress(ctx context.Context, a conversation.Address, judge func(origin []byte, ev *privacy.Evidence) bool) (Change, error)
}, keys KeyStates, changed func(Change),
) func(ctx context.Context, as []conversation.Address) error {
	return func(ctx context.Context, as []conversation.Address) error {
		for _, a := range as {
			ch, err := store.RejudgeAddress(ctx, a, func(_ []byte, ev *privacy.Evidence) bool { return signedBy(ev, a, keys) })
			if err != nil {
				return fmt.Errorf("engine: judge the messages of %s again: %w", a.ID, err)
			}
			changed(ch)
		}
		return nil
	}
}

// signedBy puts into the evidence what is known of the key that signed, and
// tells whether that was something else before.
func signedBy(ev *privacy.Evidence, sender conversation.Address, keys KeyStates) bool {
	if keys == nil || ev.Security.Signer == "" {
		return false
	}
	before := ev.Key
	ev.Key = keys.State(sender, ev.Security.Signer)
	return ev.Key != before
}

// teach tells the keyring what a batch, judged but not yet stored, says of
// keys, and judges those of it again on which that bears. It comes before the
// storing: when the program is cut in between, the mails come again and say
// the same. Which addresses stored mails have to be judged again of is
// remembered before, for the same reason.
func (j *judge) teach(ctx context.Context, batch []observed) error {
	keys := j.w.o.Keys
	if keys == nil {
		return nil
	}
	defer j.late(batch)
	sights, err := j.sights(ctx, batch)
	if err != nil || len(sights) == 0 {
		return err
	}
	if err := j.expect(ctx, sights); err != nil {
		return err
	}
	changed, err := keys.Learn(ctx, sights)
	if err != nil {
		return fmt.Errorf("engine: learn of keys: %w", err)
	}
	for i := range batch {
		if m := &batch[i].arrival.Parsed.Message; m.Evidence.Security.Signer != "" {
			batch[i].trust = j.score(m, batch[i].seen)
		}
	}
	j.stale = merge(j.stale, changed)
	return nil
}

// holder tells which certificates have a key ID; a keyring that can.
type holder interface {
	Signers(keyID uint64) []*openpgp.Key
}

// late notes the senders of mails that were read before the key was known that
// signed them, and stored after: mails are read ahead of what others tell.
func (j *judge) late(batch []observed) {
	keys, ok := j.w.o.Keys.(holder)
	if !ok {
		return
	}
	for _, b := range batch {
		m := &b.arrival.Parsed.Message
		s := m.Evidence.Security
		if s.Signature != "unknown_key" {
			continue
		}
		if id, err := strconv.ParseUint(s.Signer, 16, 64); err == nil && len(keys.Signers(id)) > 0 {
			j.stale = merge(j.stale, []conversation.Address{m.Sender().Address})
		}
	}
}

// sights collects what a batch tells. Junk tells nothing.
func (j *judge) sights(ctx context.Context, batch []observed) ([]conversation.KeySight, error) {
	var out []conversation.KeySight
	var junk map[string]bool
	for _, b := range batch {
		if len(b.arrival.Parsed.Sights) == 0 {
			continue
		}
		if junk == nil {
			var err error
			if junk, err = j.junk(ctx); err != nil {
				return nil, err
			}
		}
		if !junk[b.arrival.Copy.Folder] {
			out = append(out, Sights(b.arrival.Parsed)...)
		}
	}
	return out, nil
}

func (j *judge) junk(ctx context.Context) (map[string]bool, error) {
	folders, err := j.w.o.Store.Folders(ctx, j.w.id())
	if err != nil {
		return nil, fmt.Errorf("engine: folders of %s: %w", j.w.id(), err)
	}
	out := map[string]bool{}
	for _, f := range folders {
		out[f.Name] = f.Use == accounts.UseJunk
	}
	return out, nil
}

// expect remembers that the mails of some addresses may have to be judged
// again, until they were.
func (j *judge) expect(ctx context.Context, sights []conversation.KeySight) error {
	var named []conversation.Address
	for _, s := range sights {
		if s.Fingerprint != "" {
			named = append(named, s.Address)
		}
	}
	all := merge(j.expected, named)
	if len(all) == len(j.expected) {
		return nil
	}
	j.expected = all
	return j.save(ctx)
}

// rejudge judges the stored mails of the addresses of which the keyring
// learned something.
func (j *judge) rejudge(ctx context.Context) error {
	as := j.stale
	j.stale = nil
	if len(as) == 0 {
		return nil
	}
	for _, a := range as {
		proved, err := j.prove(ctx, a)
		if err != nil {
			return err
		}
		as = merge(as, proved)
	}
	return Rejudger(j.w.o.Store, j.w.o.Keys, j.w.changed)(ctx, as)
}

// prove reads the mails of an address again that were signed by a key which
// nobody knew, now that one has come to light. It gives the addresses of which
// the keyring learned by that.
func (j *judge) prove(ctx context.Context, a conversation.Address) ([]conversation.Address, error) {
	list, err := j.w.o.Store.Unproved(ctx, a)
	if err != nil {
		return nil, fmt.Errorf("engine: signed mails of %s: %w", a.ID, err)
	}
	var sights []conversation.KeySight
	for _, s := range list {
		if s.Account != j.w.id() {
			continue // read by whoever serves that account
		}
		p := j.w.parseSafely(j.w.o.Formats[s.Protocol], accounts.Copy{Raw: s.Raw, Received: s.Received})
		if p.Message.Evidence.Security.Signature == "unknown_key" {
			continue
		}
		p.Message.Account, p.Message.Received = s.Account, s.Received
		j.score(&p.Message, see(p.Origin))
		sights = append(sights, Sights(p)...)
		ch, err := j.w.o.Store.Reread(ctx, s.ID, p)
		if err != nil {
			return nil, fmt.Errorf("engine: read %s again: %w", s.ID, err)
		}
		j.w.changed(ch)
	}
	if len(sights) == 0 {
		return nil, nil
	}
	return j.w.o.Keys.Learn(ctx, sights)
}

// repair judges what an earlier run left to be judged, and forgets what was
// expected: all of it is done.
func (j *judge) repair(ctx context.Context) error {
	if j.w.o.Keys == nil || len(j.expected) == 0 {
		return nil
	}
	j.stale = merge(j.stale, j.left)
	if err := j.rejudge(ctx); err != nil {
		return err
	}
	j.expected, j.left = nil, nil
	return j.save(ctx)
}

// merge joins two sets of addresses, sorted.
func merge(a, b []conversation.Address) []conversation.Address {
	out := slices.Concat(a, b)
	slices.SortFunc(out, func(x, y conversation.Address) int { return strings.Compare(x.String(), y.String()) })
	return slices.Compact(out)
}
