package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// refreshEvery is how many received mails are learned from before the trust is
// taken anew within one pass: a first sync would else judge everything without
// knowing the provider, and everything would be judged twice.
const refreshEvery = 50

// enough mails tell who the provider is.
const enough = 5

// observation is what the parser noted of one mail's header.
type observation = trace.Observations

// judge turns observations into evidence and an index, with the trust that the
// account's provider earned so far.
type judge struct {
	w       *worker
	learned trace.Learned
	applied *trace.Trust // what all messages stored are judged with; nil when that differs or is not known
	empty   bool         // nothing was stored before this pass
	foreign bool         // what is judged came through no provider that is known
	used    *trace.Trust // what the messages of this pass are judged with
	mixed   bool         // not all of them with the same
	trust   atomic.Pointer[trace.Trust]
	count   int
	known   atomic.Bool // enough was learned to judge by

	stale    []conversation.Address // whose stored mails are to be judged again because of their keys
	expected []conversation.Address // of whom that is remembered until the end of the pass
	left     []conversation.Address // of whom an earlier run remembered it
}

// knowledge is the form in which an account's provider is remembered: what was
// learned, and what the stored messages were judged with.
type knowledge struct {
	trace.Learned
	Applied *trace.Trust           `json:"applied,omitempty"`
	Keys    []conversation.Address `json:"keys,omitempty"` // whose mails may have to be judged again because of their keys
}

func newJudge(ctx context.Context, w *worker) (*judge, error) {
	j := &judge{w: w}
	data, err := w.o.Store.Learned(ctx, w.id())
	if err != nil {
		return nil, fmt.Errorf("engine: what was learned of %s: %w", w.id(), err)
	}
	// What cannot be read is learned anew: it is derived data.
	var k knowledge
	if len(data) > 0 && json.Unmarshal(data, &k) == nil {
		j.learned, j.applied, j.expected, j.left = k.Learned, k.Applied, k.Keys, k.Keys
	} else {
		folders, err := w.o.Store.Folders(ctx, w.id())
		if err != nil {
			return nil, fmt.Errorf("engine: folders of %s: %w", w.id(), err)
		}
		j.empty = len(folders) == 0
	}
	j.refresh()
	return j, nil
}

// curious tells that mails should be waited for that tell about the provider.
func (j *judge) curious() bool { return !j.known.Load() }

// refresh takes the trust anew from what was learned.
func (j *judge) refresh() {
	t := j.now()
	if old := j.trust.Load(); old == nil || !reflect.DeepEqual(*old, t) {
		j.trust.Store(&t)
	}
	j.known.Store(j.foreign || j.learned.Mails >= enough || j.w.acc.Own.Protocol != conversation.Mail)
}

// now gives the trust as of now: what was learned, what the user configured,
// and the domains of the own addresses.
func (j *judge) now() trace.Trust {
	if j.foreign {
		return trace.Trust{}
	}
	t := steady(&j.learned, j.applied).Merge(j.w.acc.Trust)
	for _, a := range j.w.acc.Own.Addresses {
		t = t.Merge(trace.Trust{Domains: []string{a.Domain()}})
	}
	return t
}

// steady gives the trust that was learned. Whatever was trusted at the last
// judgement remains so until it fell well below the bound that it once passed:
// at the bound itself each pass would judge the whole mailbox again.
func steady(l *trace.Learned, before *trace.Trust) trace.Trust {
	t := l.Trust()
	if before == nil {
		return t
	}
	keep := func(names []string, counts map[string]int, percent int) []string {
		return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return counts[n]*100 < l.Mails*percent || counts[n] == 0 })
	}
	return t.Merge(trace.Trust{
		Hosts:      keep(before.Hosts, l.Hosts, 65),
		IDs:        keep(before.IDs, l.IDs, 80),
		TLSWriters: keep(before.TLSWriters, l.TLS, 0),
	})
}

// see reads the observations that a parser left.
func see(origin []byte) observation {
	if len(origin) == 0 {
		return observation{}
	}
	o, err := trace.Decode(origin)
	if err != nil {
		return observation{}
	}
	return o
}

// score fills direction, evidence, facts and index of a message, and gives the
// trust that it used.
func (j *judge) score(m *conversation.Message, o observation) *trace.Trust {
	t := j.trust.Load()
	j.w.judging(*t).decide(m, o)
	return t
}

// Case is what has to be known to judge a message of an account besides the
// message itself.
type Case struct {
	Own    []conversation.Address // the account's own addresses
	Trust  trace.Trust            // what its provider's servers may be believed
	OwnHop bool                   // its server was reached over verified TLS
	Keys   KeyStates              // what is known of keys, nil for nothing
}

// judging gives what the messages of an account are judged with.
func (w *worker) judging(t trace.Trust) Case {
	c := Case{Own: w.acc.Own.Addresses, Trust: t, OwnHop: w.ownHop()}
	if w.o.Keys != nil {
		c.Keys = w.o.Keys
	}
	return c
}

// Decide fills direction, evidence, facts and index of a message that a format
// has read. It is what the engine does with every message it fetches, for
// those who read messages again.
func (c Case) Decide(p *conversation.Parsed) { c.decide(&p.Message, see(p.Origin)) }

func (c Case) decide(m *conversation.Message, o observation) {
	m.Evidence.OwnHop = c.OwnHop
	if m.Protocol == conversation.Mail {
		m.Evidence.FromDomain = m.Sender().Address.Domain()
		apply(&m.Evidence, o, c.Trust)
		m.Direction = c.direction(m, o)
		signedBy(&m.Evidence, m.Sender().Address, c.Keys)
	}
	m.Facts = privacy.FactsOf(m.Evidence)
	if m.Partial && m.Facts.Remote == "" {
		m.Facts.Remote = "blocked" // nothing was loaded, and what the body asks for is not known
	}
	m.Index = privacy.Message(m.Facts)
}

// direction tells who wrote a mail. An own address in From is the user's word
// only when the mail did not come in from the network: anybody can write it.
func (c Case) direction(m *conversation.Message, o observation) conversation.Direction {
	if !slices.Contains(c.Own, m.Sender().Address) {
		return conversation.In
	}
	arrived := slices.ContainsFunc(o.Hops, func(h trace.Hop) bool { return h.Network })
	if arrived && !m.Evidence.SameProvider {
		return conversation.In
	}
	return conversation.Out
}

// apply puts the verdict on a mail's way into its evidence.
func apply(ev *privacy.Evidence, o observation, t trace.Trust) {
	ev.Transport, ev.Authentication, ev.Forged, ev.SameProvider = trace.Judge(o, t, ev.FromDomain)
	ev.ManyFrom = ev.ManyFrom || len(o.Hops) > 0 && o.ManyFrom()
}

// learn counts one mail. Only the writer calls it.
func (j *judge) learn(o observation) {
	if len(o.Hops) == 0 {
		return
	}
	j.learned.Add(o)
	if j.count++; j.count%refreshEvery == 0 {
		j.refresh()
	}
}

// settleBatch learns from a batch that is about to be stored, and scores those
// again that were parsed before that changed anything. Only the writer calls it.
func (j *judge) settleBatch(ctx context.Context, batch []observed) error {
	for _, b := range batch {
		j.learn(b.seen)
	}
	if j.curious() {
		j.refresh()
	}
	t := j.trust.Load()
	for i := range batch {
		if batch[i].trust != t {
			batch[i].trust = j.score(&batch[i].arrival.Parsed.Message, batch[i].seen)
		}
	}
	if j.used != nil && j.used != t {
		j.mixed = true
	}
	j.used = t
	if err := j.teach(ctx, batch); err != nil {
		return err
	}
	return j.unsettle(ctx)
}

// unsettle forgets with what the stored messages were judged before others are
// stored that were judged otherwise: a pass that is cut after that would else
// leave them as they are for ever.
func (j *judge) unsettle(ctx context.Context) error {
	if j.applied == nil || reflect.DeepEqual(*j.applied, *j.used) {
		return nil
	}
	j.applied = nil
	return j.save(ctx)
}

func (j *judge) save(ctx context.Context) error {
	data, err := json.Marshal(knowledge{j.learned, j.applied, j.expected})
	if err != nil {
		return err
	}
	if err := j.w.o.Store.SaveLearned(ctx, j.w.id(), data); err != nil {
		return fmt.Errorf("engine: keep what was learned of %s: %w", j.w.id(), err)
	}
	return nil
}

// settle keeps what was learned, and judges the account's mails again when
// some of them were judged with another trust than the provider has now.
func (j *judge) settle(ctx context.Context) error {
	if err := j.repair(ctx); err != nil {
		return err
	}
	j.refresh()
	t := *j.trust.Load()
	before := j.applied
	uniform := !j.mixed && (j.used == nil || reflect.DeepEqual(*j.used, t)) &&
		(j.empty || before != nil && reflect.DeepEqual(*before, t))
	if uniform {
		if j.count == 0 && before != nil {
			return nil
		}
		j.applied = &t
		return j.save(ctx)
	}
	j.applied = nil
	if err := j.save(ctx); err != nil {
		return err
	}
	if err := j.again(ctx, t); err != nil {
		return err
	}
	j.applied = &t
	return j.save(ctx)
}

// again judges every mail of the account.
func (j *judge) again(ctx context.Context, t trace.Trust) error {
	ch, err := j.w.o.Store.Rejudge(ctx, j.w.id(), func(origin []byte, ev *privacy.Evidence) bool {
		if len(origin) == 0 {
			return false
		}
		before := *ev
		apply(ev, see(origin), t)
		return !reflect.DeepEqual(before, *ev)
	})
	if err != nil {
		return fmt.Errorf("engine: judge %s again: %w", j.w.id(), err)
	}
	j.w.changed(ch)
	return nil
}
