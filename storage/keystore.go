package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

var _ conversation.KeyStore = (*DB)(nil)

// Certs gives all certificates by fingerprint.
func (d *DB) Certs(ctx context.Context) (map[string][]byte, error) {
	type row struct {
		fingerprint string
		data        []byte
	}
	rows, err := query(ctx, d.reader(ctx), func(r *sql.Rows, c *row) error { return r.Scan(&c.fingerprint, &c.data) }, "SELECT fingerprint, data FROM certificate")
	out := make(map[string][]byte, len(rows))
	for _, c := range rows {
		out[c.fingerprint] = c.data
	}
	return out, wrap("read the certificates", err)
}

// SaveCert stores a certificate in place of the one of that fingerprint.
func (d *DB) SaveCert(ctx context.Context, fingerprint string, cert []byte) error {
	return d.write(ctx, "store a certificate", func(t *tx) error {
		return t.exec("INSERT OR REPLACE INTO certificate (fingerprint, data) VALUES (?, ?)", fingerprint, cert)
	})
}

// Bindings gives all keys seen for addresses.
func (d *DB) Bindings(ctx context.Context) ([]conversation.Binding, error) {
	bs, err := query(ctx, d.reader(ctx), scanBinding, `SELECT protocol, ident, fingerprint, source, first, last, signatures, days, policy, verified, how
		FROM binding ORDER BY protocol, ident, first, fingerprint`)
	return bs, wrap("read the bindings", err)
}

func scanBinding(r *sql.Rows, b *conversation.Binding) error {
	var first, last, verified int64
	err := r.Scan(&b.Address.Protocol, &b.Address.ID, &b.Fingerprint, &b.Source, &first, &last, &b.Signatures, &b.Days, &b.Policy, &verified, &b.VerifiedHow)
	b.FirstSeen, b.LastSeen, b.VerifiedAt = fromMilli(first), fromMilli(last), fromMilli(verified)
	return err
}

// SaveBinding stores what is known of a key in the hands of an address.
func (d *DB) SaveBinding(ctx context.Context, b conversation.Binding) error {
	return d.write(ctx, "store a binding", func(t *tx) error {
		return t.exec(`INSERT OR REPLACE INTO binding (protocol, ident, fingerprint, source, first, last, signatures, days, policy, verified, how)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(b.Address.Protocol), b.Address.ID, b.Fingerprint, string(b.Source),
			milli(b.FirstSeen), milli(b.LastSeen), b.Signatures, b.Days, string(b.Policy), milli(b.VerifiedAt), b.VerifiedHow)
	})
}

// Peers gives what Autocrypt keeps of all addresses.
func (d *DB) Peers(ctx context.Context) ([]conversation.Peer, error) {
	ps, err := query(ctx, d.reader(ctx), scanPeer, `SELECT protocol, ident, seen, autocrypt, key, mutual, gossip, gossip_key, protects, caliopen, caliopen_at
		FROM peer ORDER BY protocol, ident`)
	return ps, wrap("read the peers", err)
}

func scanPeer(r *sql.Rows, p *conversation.Peer) error {
	var seen, autocrypt, gossip, protects, at int64
	var caliopen string
	if err := r.Scan(&p.Address.Protocol, &p.Address.ID, &seen, &autocrypt, &p.Key, &p.Mutual, &gossip, &p.GossipKey, &protects, &caliopen, &at); err != nil {
		return err
	}
	p.LastSeen, p.Autocrypt, p.Gossip = fromMilli(seen), fromMilli(autocrypt), fromMilli(gossip)
	p.Protects, p.CaliopenAt = fromMilli(protects), fromMilli(at)
	if err := json.Unmarshal([]byte(caliopen), &p.Caliopen); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return nil
}

// SavePeer stores what Autocrypt keeps of an address.
func (d *DB) SavePeer(ctx context.Context, p conversation.Peer) error {
	caliopen, err := json.Marshal(p.Caliopen)
	if err != nil {
		return fmt.Errorf("storage: store a peer: %w", err)
	}
	return d.write(ctx, "store a peer", func(t *tx) error {
		return t.exec(`INSERT OR REPLACE INTO peer (protocol, ident, seen, autocrypt, key, mutual, gossip, gossip_key, protects, caliopen, caliopen_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(p.Address.Protocol), p.Address.ID, milli(p.LastSeen), milli(p.Autocrypt),
			p.Key, p.Mutual, milli(p.Gossip), p.GossipKey, milli(p.Protects), string(caliopen), milli(p.CaliopenAt))
	})
}

// Witness notes that a message bore a valid signature by a key, and counts
// such messages and their days.
func (d *DB) Witness(ctx context.Context, a conversation.Address, fingerprint string, m conversation.MessageID, day time.Time) (signatures, days int, err error) {
	err = d.write(ctx, "note a signature", func(t *tx) error {
		who := []any{string(a.Protocol), a.ID, fingerprint}
		if err := t.exec("INSERT OR IGNORE INTO signature (protocol, ident, fingerprint, message, day) VALUES (?, ?, ?, ?, ?)",
			append(who, string(m), dayOf(day))...); err != nil {
			return err
		}
		_, err := t.get("SELECT count(*), count(DISTINCT day) FROM signature WHERE protocol = ? AND ident = ? AND fingerprint = ?", who, &signatures, &days)
		return err
	})
	return signatures, days, err
}

// dayOf gives the day of a moment, where that moment was noted, as seconds.
func dayOf(t time.Time) int64 {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()
}

// Atomically runs writes in one transaction: every write that is given the
// context of f takes part in it, and reads with it see what was written. When
// any of them fails, none is done.
func (d *DB) Atomically(ctx context.Context, f func(ctx context.Context) error) error {
	if t := d.within(ctx); t != nil {
		return f(ctx)
	}
	return d.write(ctx, "write at once", func(t *tx) error {
		defer func() { t.over = true }()
		return errors.Join(f(context.WithValue(ctx, txKey{d}, t)), t.failed)
	})
}

// txKey is where a context keeps the transaction under way in a database.
type txKey struct{ db *DB }

// within gives the transaction that a context belongs to, nil for none.
func (d *DB) within(ctx context.Context) *tx {
	t, _ := ctx.Value(txKey{d}).(*tx)
	return t
}

var errOver = errors.New("the transaction is over")

// join runs a write as a part of the transaction. One that fails spoils the
// whole: a part of it may be written already.
func (t *tx) join(f func(*tx) error) error {
	if t.over {
		return errOver
	}
	err := f(t)
	if err != nil && t.failed == nil {
		t.failed = err
	}
	return err
}

// reader gives what a context reads from: the transaction it belongs to, or a
// snapshot of its own for each question.
func (d *DB) reader(ctx context.Context) querier {
	if t := d.within(ctx); t != nil && !t.over {
		return t.conn
	}
	return d.readers
}

// Lookup tells when the network was last asked for the key of an address in
// one way, and whether there was one; the zero time for never.
func (d *DB) Lookup(ctx context.Context, a conversation.Address, method string) (at time.Time, known bool, err error) {
	var ms int64
	err = d.reader(ctx).QueryRowContext(ctx, "SELECT at, found FROM lookup WHERE protocol = ? AND ident = ? AND method = ?",
		string(a.Protocol), a.ID, method).Scan(&ms, &known)
	_, err = found(err)
	return fromMilli(ms), known, wrap("look for a lookup", err)
}

// SaveLookup notes that the network was asked for the key of an address.
func (d *DB) SaveLookup(ctx context.Context, a conversation.Address, method string, at time.Time, found bool) error {
	return d.write(ctx, "note a lookup", func(t *tx) error {
		return t.exec("INSERT OR REPLACE INTO lookup (protocol, ident, method, at, found) VALUES (?, ?, ?, ?, ?)",
			string(a.Protocol), a.ID, method, milli(at), found)
	})
}

// Policy gives what was kept of a domain's mail servers and until when it is
// good; the zero time when nothing was kept.
func (d *DB) Policy(ctx context.Context, domain, kind string) (data []byte, until time.Time, err error) {
	var ms int64
	err = d.reader(ctx).QueryRowContext(ctx, "SELECT data, until FROM policy WHERE domain = ? AND kind = ?", strings.ToLower(domain), kind).Scan(&data, &ms)
	_, err = found(err)
	return data, fromMilli(ms), wrap("read a policy", err)
}

// SavePolicy keeps what was found about a domain's mail servers.
func (d *DB) SavePolicy(ctx context.Context, domain, kind string, data []byte, until time.Time) error {
	return d.write(ctx, "keep a policy", func(t *tx) error {
		return t.exec("INSERT OR REPLACE INTO policy (domain, kind, until, data) VALUES (?, ?, ?, ?)", strings.ToLower(domain), kind, milli(until), data)
	})
}
