package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/accounts/imap"
	"github.com/caliopen/caliopen-tui/accounts/mail"
	"github.com/caliopen/caliopen-tui/accounts/mime"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

// victim says which mailbox is kept where. It is told to other processes as
// JSON.
type victim struct {
	Dir   string // of the data
	User  string
	IMAP  string // "host:port", over TLS
	SMTP  string
	CA    string
	Quiet time.Duration // silence that counts as the end of a connection
	Batch int           // messages asked for at once
	Step  int           // the store's step at which the process kills itself, counted from 1; 0 for none
	Files uint64        // no file may grow beyond so many bytes; 0 for no limit
}

const (
	tortureQuiet = 2 * time.Second
	tortureBatch = 10
)

// victim gives a new and empty profile of a user, reached through the address.
func (k *rack) victim(t testing.TB, user, addr string) *victim {
	t.Helper()
	return &victim{
		Dir: filepath.Join(t.TempDir(), "data"), User: user, IMAP: addr, SMTP: k.server.SMTPS, CA: k.server.CAFile,
		Quiet: tortureQuiet, Batch: tortureBatch,
	}
}

// process is the part of the program that talks to servers, on a profile.
type process struct {
	v      *victim
	db     *storage.DB
	eng    *engine.Engine
	log    *records
	ahead  time.Duration // of the clock
	most   time.Duration // that a pass may take before it is given up, 0 for two minutes
	events chan conversation.Event
}

// records is a log that is read by the test.
type records struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *records) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *records) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// strained joins the halves of a mail account with the bounds of the torture.
type strained struct {
	*mail.Transport
	in *imap.Client
}

func (t *strained) Sync(ctx context.Context, m accounts.Mirror) error { return t.in.Sync(ctx, m) }

func (t *strained) Watch(ctx context.Context, news func()) error { return t.in.Watch(ctx, news) }

func (t *strained) Keep(ctx context.Context, e conversation.Entry) error { return t.in.Keep(ctx, e) }
func (t *strained) Security() accounts.Security                          { return t.in.Security() }
func (t *strained) Close() error                                         { return errors.Join(t.in.Close(), t.Transport.Close()) }

func (t *strained) Apply(ctx context.Context, tasks []accounts.Task) ([]int64, error) {
	return t.in.Apply(ctx, tasks)
}

func (t *strained) Find(ctx context.Context, e conversation.Entry) (bool, accounts.Receipt, error) {
	return t.in.Find(ctx, e)
}

// start opens the profile and makes the engine, which does nothing yet.
func (v *victim) start(options storage.Options) (*process, error) {
	p := &process{v: v, log: &records{}, events: make(chan conversation.Event, 1000)}
	if options.Now == nil {
		options.Now = p.now
	}
	options.Score = score
	var err error
	if p.db, err = storage.Open(context.Background(), v.Dir, options); err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	t, err := v.dial(log, p.now)
	if err == nil {
		p.eng = engine.New(engine.Options{
			Store: p.db, Formats: map[conversation.Protocol]conversation.Format{conversation.Mail: mime.New()},
			LockDir: filepath.Join(v.Dir, "lock"), Log: log, Now: p.now, Publish: p.publish,
		})
		err = p.eng.Add(context.Background(), engine.Account{
			Own:       engine.Own{Account: "alice", Protocol: conversation.Mail, Addresses: []conversation.Address{conversation.MailAddress(v.User)}},
			Transport: t, Poll: time.Minute,
		})
	}
	if err != nil {
		return nil, errors.Join(err, p.db.Close())
	}
	return p, nil
}

func (p *process) now() time.Time { return time.Now().Add(p.ahead) }

// publish keeps what was told, as far as there is room.
func (p *process) publish(e conversation.Event) {
	select {
	case p.events <- e:
	default:
	}
}

func (v *victim) dial(log *slog.Logger, now conversation.Clock) (*strained, error) {
	smtp := v.SMTP
	if smtp == "" {
		smtp = "127.0.0.1:1"
	}
	secret := func(context.Context) (string, error) { return servertest.Password, nil }
	out, err := mail.New(mail.Config{
		Own: conversation.MailAddress(v.User), IMAP: "imaps://" + v.IMAP, SMTP: "smtps://" + smtp, User: v.User,
		Secret: secret, CAFile: v.CA, Log: log, Clock: now, Quiet: v.Quiet,
	})
	if err != nil {
		return nil, err
	}
	in, err := imap.New(imap.Config{
		Address: "imaps://" + v.IMAP, User: v.User, Secret: secret, CAFile: v.CA, Log: log, Clock: now,
		Quiet: v.Quiet, Batch: v.Batch, Poll: v.Quiet,
	})
	return &strained{out, in}, err
}

// run is start for a test that ends the process at its own end.
func (v *victim) run(t *testing.T) *process {
	t.Helper()
	p, err := v.start(storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.db.Close()
		if text := p.log.String(); t.Failed() {
			t.Logf("the log says:\n%.6000s", text)
		} else if v.tells(text) {
			t.Error("I8: the password is in the log")
		}
	})
	return p
}

// tells finds the password in a text, plain or as SASL PLAIN and LOGIN send it.
func (v *victim) tells(text string) bool {
	for _, secret := range []string{servertest.Password, "\x00" + v.User + "\x00" + servertest.Password} {
		if strings.Contains(text, secret) || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(secret))) {
			return true
		}
	}
	return false
}

// sync runs one pass.
func (p *process) sync() engine.Summary {
	most := p.most
	if most == 0 {
		most = 2 * time.Minute
	}
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	return p.eng.SyncOnce(ctx, []conversation.AccountID{"alice"})[0]
}

// soundly runs a pass that may fail for any reason, but not take for ever.
func (p *process) soundly(t *testing.T, limit time.Duration) engine.Summary {
	t.Helper()
	sum := p.sync()
	if sum.Elapsed > limit {
		t.Errorf("I8: the pass took %v, at most %v are bearable (it ended with %v)", sum.Elapsed, limit, sum.Err)
	}
	return sum
}

// serve runs the engine as the interface does, and gives what ends that.
func (p *process) serve() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.eng.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// until waits for something that the engine brings about, looking whenever it
// tells of anything.
func (p *process) until(t *testing.T, limit time.Duration, ok func() bool) {
	t.Helper()
	deadline := time.After(limit)
	tick := time.NewTicker(200 * time.Millisecond) // what another process sees comes a moment later
	defer tick.Stop()
	for !ok() {
		select {
		case <-p.events:
		case <-tick.C:
		case <-deadline:
			t.Errorf("I8: not within %v; the accounts are %+v", limit, p.eng.Statuses())
			return
		}
	}
}
