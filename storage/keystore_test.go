package storage_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/storage"
)

func binding() conversation.Binding {
	return conversation.Binding{
		Address: conversation.MailAddress("zoe@example.org"), Fingerprint: "AA11", Source: conversation.FromAutocrypt, FirstSeen: start, LastSeen: start.AddDate(0, 1, 0),
		Signatures: 3, Days: 2, Policy: conversation.PolicyVerified, VerifiedAt: start.Add(time.Hour), VerifiedHow: "words",
	}
}

func peer() conversation.Peer {
	return conversation.Peer{
		Address: conversation.MailAddress("zoe@example.org"), LastSeen: start, Autocrypt: start.Add(time.Second), Key: "AA11", Mutual: true,
		Gossip: start.Add(time.Minute), GossipKey: "BB22", Protects: start.Add(time.Hour), Caliopen: []string{"pad", "ac2"}, CaliopenAt: start.AddDate(0, 0, 1),
	}
}

func TestKeysAreKept(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, dir)
	ctx := t.Context()
	b, p := binding(), peer()
	bare := conversation.Peer{Address: conversation.MailAddress("bare@example.org")}
	must(t, db.SaveCert(ctx, "AA11", []byte("old")))
	must(t, db.SaveCert(ctx, "AA11", []byte("new")))
	must(t, db.SaveBinding(ctx, conversation.Binding{Address: b.Address, Fingerprint: b.Fingerprint}))
	must(t, db.SaveBinding(ctx, b))
	must(t, db.SavePeer(ctx, bare))
	must(t, db.SavePeer(ctx, p))
	must(t, db.Rebuild(ctx, parserOf(nil, nil), nil))
	must(t, db.Close())

	db = openAt(t, dir)
	certs, err := db.Certs(ctx)
	must(t, err)
	if !reflect.DeepEqual(certs, map[string][]byte{"AA11": []byte("new")}) {
		t.Errorf("certificates %q", certs)
	}
	bs, err := db.Bindings(ctx)
	must(t, err)
	if !reflect.DeepEqual(bs, []conversation.Binding{b}) {
		t.Errorf("bindings %+v", bs)
	}
	ps, err := db.Peers(ctx)
	must(t, err)
	if !reflect.DeepEqual(ps, []conversation.Peer{bare, p}) {
		t.Errorf("peers %+v", ps)
	}
}

func TestSignaturesCountOnce(t *testing.T) {
	db := open(t)
	a := conversation.MailAddress("zoe@example.org")
	for i, c := range []struct {
		fingerprint      string
		m                conversation.MessageID
		day              time.Time
		signatures, days int
	}{
		{"AA", "m1", start, 1, 1},
		{"AA", "m1", start, 1, 1},
		{"AA", "m2", start.Add(3 * time.Hour), 2, 1},
		{"AA", "m3", start.AddDate(0, 0, 1), 3, 2},
		{"BB", "m3", start, 1, 1},
		{"AA", "m1", start.AddDate(0, 0, 9), 3, 2},
	} {
		signatures, days, err := db.Witness(t.Context(), a, c.fingerprint, c.m, c.day)
		must(t, err)
		if signatures != c.signatures || days != c.days {
			t.Errorf("%d: %d on %d days, want %d on %d", i, signatures, days, c.signatures, c.days)
		}
	}
}

var errMine = errors.New("mine")

func TestAtomicallyAllOrNothing(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	err := db.Atomically(ctx, func(ctx context.Context) error {
		must(t, db.SaveCert(ctx, "AA", []byte("x")))
		must(t, db.SetSetting(ctx, "k", "v"))
		return db.Atomically(ctx, func(ctx context.Context) error { // nested
			must(t, db.SavePeer(ctx, peer()))
			if certs, err := db.Certs(ctx); err != nil || len(certs) != 1 {
				t.Errorf("inside: %v, %v", certs, err)
			}
			return errMine
		})
	})
	if !errors.Is(err, errMine) {
		t.Fatal(err)
	}
	certs, err := db.Certs(ctx)
	must(t, err)
	peers, err := db.Peers(ctx)
	must(t, err)
	if v, err := db.Setting(ctx, "k"); err != nil || v != "" || len(certs)+len(peers) > 0 {
		t.Fatalf("left behind: %v %v %q %v", certs, peers, v, err)
	}

	var late context.Context
	must(t, db.Atomically(ctx, func(ctx context.Context) error {
		late = ctx
		_, _, err := db.Witness(ctx, peer().Address, "AA", "m", start)
		return errors.Join(err, db.SaveBinding(ctx, binding()))
	}))
	if bs, err := db.Bindings(ctx); err != nil || len(bs) != 1 {
		t.Fatalf("bindings %v, %v", bs, err)
	}
	if err := db.SaveCert(late, "CC", nil); err == nil {
		t.Fatal("took part in a transaction that is over")
	}
}

// A part that failed spoils the whole, even when its error was not passed on.
func TestAtomicallyRemembersFailures(t *testing.T) {
	db := open(t)
	err := db.Atomically(t.Context(), func(ctx context.Context) error {
		_ = db.MoveEntry(ctx, "oabsent", nil, conversation.StateQueued, start, "")
		return db.SaveCert(ctx, "AA", nil)
	})
	certs, cerr := db.Certs(t.Context())
	must(t, cerr)
	if !errors.Is(err, conversation.ErrNotFound) || len(certs) > 0 {
		t.Fatalf("%v, %v", err, certs)
	}
}

func TestLookupsAndPolicies(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	a := conversation.MailAddress("zoe@example.org")
	if at, found, err := db.Lookup(ctx, a, "wkd"); err != nil || found || !at.IsZero() {
		t.Fatal(at, found, err)
	}
	must(t, db.SaveLookup(ctx, a, "wkd", start, false))
	must(t, db.SaveLookup(ctx, a, "wkd", start.Add(time.Hour), true))
	must(t, db.SaveLookup(ctx, a, "dane", start, false))
	if at, found, err := db.Lookup(ctx, a, "wkd"); err != nil || !found || !at.Equal(start.Add(time.Hour)) {
		t.Fatal(at, found, err)
	}
	if data, until, err := db.Policy(ctx, "example.org", "mta-sts"); err != nil || data != nil || !until.IsZero() {
		t.Fatal(data, until, err)
	}
	must(t, db.SavePolicy(ctx, "Example.org", "mta-sts", []byte("enforce"), start))
	if data, until, err := db.Policy(ctx, "example.ORG", "mta-sts"); err != nil || string(data) != "enforce" || !until.Equal(start) {
		t.Fatal(data, until, err)
	}
}

func TestHistoryOfIndexes(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	east := time.FixedZone("", 14*3600)
	must(t, db.SaveScore(ctx, "me", time.Date(2024, 3, 2, 0, 30, 0, 0, east), 40)) // a day is that of the user's clock
	must(t, db.SaveScore(ctx, "me", time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC), 30))
	must(t, db.SaveScore(ctx, "me", time.Date(2024, 3, 2, 23, 0, 0, 0, east), 50))
	must(t, db.SaveScore(ctx, "device", start, 90))
	day := func(n int) time.Time { return time.Date(2024, 3, n, 0, 0, 0, 0, time.UTC) }
	for since, want := range map[time.Time][]conversation.Point{
		{}:                         {{Day: day(1), Score: 30}, {Day: day(2), Score: 50}},
		day(2).Add(15 * time.Hour): {{Day: day(2), Score: 50}},
		day(3):                     nil,
	} {
		got, err := db.Scores(ctx, "me", since)
		must(t, err)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("since %v: %v, want %v", since, got, want)
		}
	}
}

func TestNumbersForTheOverview(t *testing.T) {
	db := opened(t)
	ctx := t.Context()
	add(t, db, letter{n: 1, from: "zoe@example.org", to: "me@example.org", date: start, text: "old"},
		letter{n: 2, from: "zoe@example.org", to: "me@example.org", date: start.AddDate(0, 1, 0), text: "a"},
		letter{n: 3, from: "bob@example.org", to: "me@example.org", date: start.AddDate(0, 1, 1), text: "b"},
		letter{n: 4, from: "bob@example.org", to: "me@example.org", date: start.AddDate(0, 1, 2), text: "c"},
		letter{n: 5, from: "list@example.org", to: "me@example.org", date: start.AddDate(0, 1, 2), text: "d", list: "gardeners.example.org"})
	sent := letter{n: 6, from: "me@example.org", to: "zoe@example.org", date: start.AddDate(0, 1, 3), text: "answer", out: true}.arrival()
	e, err := db.Enqueue(ctx, conversation.Entry{Account: home, Best: 84})
	must(t, err)
	_, err = db.Sent(ctx, e, sent)
	must(t, err)

	since := start.AddDate(0, 0, 20)
	levels, err := db.Levels(ctx, since)
	must(t, err)
	if !reflect.DeepEqual(levels, map[privacy.Level]int{privacy.LevelD: 5}) {
		t.Errorf("levels %v", levels)
	}
	past, err := db.SentSince(ctx, since)
	must(t, err)
	if len(past) != 1 || past[0].Best != 84 || past[0].Score != 38 || past[0].Address.ID != "zoe@example.org" || !past[0].Date.Equal(sent.Parsed.Message.Date) {
		t.Errorf("sent %+v", past)
	}
	traffic, err := db.Traffic(ctx, since, 5)
	must(t, err)
	want := []conversation.Traffic{{Contact: who(t, db, "zoe@example.org"), Messages: 2}, {Contact: who(t, db, "bob@example.org"), Messages: 2}}
	if !reflect.DeepEqual(traffic, want) {
		t.Errorf("traffic %v, want %v", traffic, want)
	}
	if one, err := db.Traffic(ctx, since, 1); err != nil || len(one) != 1 {
		t.Errorf("traffic %v, %v", one, err)
	}
}

func TestCheckSeesWhatOthersCanRead(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, dir)
	clean := func() []string {
		t.Helper()
		problems, err := db.Check(t.Context())
		must(t, err)
		return problems
	}
	if p := clean(); len(p) > 0 {
		t.Fatal(p)
	}
	must(t, os.Mkdir(filepath.Join(dir, "keys"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "keys", "AA.asc"), nil, 0o644))
	must(t, os.Chmod(filepath.Join(dir, storage.FileName), 0o640))
	problems := strings.Join(clean(), "\n")
	for _, name := range []string{"AA.asc", storage.FileName + ":"} {
		if !strings.Contains(problems, name) {
			t.Errorf("%s is not named in %q", name, problems)
		}
	}
}
