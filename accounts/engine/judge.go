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

// observation is what the parser noted of one mail's header.
type observation = trace.Observations

// judge turns observations into evidence and an index, with the trust that the
// account's provider earned so far.
type judge struct {
	w       *worker
	learned trace.Learned
	first   trace.Trust // at the beginning of the pass
	trust   atomic.Pointer[trace.Trust]
	count   int
	started bool // something was learned before this pass
}

func newJudge(ctx context.Context, w *worker) (*judge, error) {
	j := &judge{w: w}
	data, err := w.o.Store.Learned(ctx, w.id())
	if err != nil {
		return nil, fmt.Errorf("engine: what was learned of %s: %w", w.id(), err)
	}
	if len(data) > 0 {
		// What cannot be read is learned anew: it is derived data.
		j.started = json.Unmarshal(data, &j.learned) == nil
	}
	j.first = j.now()
	t := j.first
	j.trust.Store(&t)
	return j, nil
}

// now gives the trust as of now: what was learned, what the user configured,
// and the domains of the own addresses.
func (j *judge) now() trace.Trust {
	t := j.learned.Trust().Merge(j.w.acc.Trust)
	for _, a := range j.w.acc.Own.Addresses {
		t = t.Merge(trace.Trust{Domains: []string{a.Domain()}})
	}
	return t
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

// score fills direction, evidence, facts and index of a message.
func (j *judge) score(m *conversation.Message, o observation) {
	Case{Own: j.w.acc.Own.Addresses, Trust: *j.trust.Load(), OwnHop: j.w.ownHop()}.decide(m, o)
}

// Case is what has to be known to judge a message of an account besides the
// message itself.
type Case struct {
	Own    []conversation.Address // the account's own addresses
	Trust  trace.Trust            // what its provider's servers may be believed
	OwnHop bool                   // its server was reached over verified TLS
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
	}
	m.Facts = privacy.FactsOf(m.Evidence)
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
		t := j.now()
		j.trust.Store(&t)
	}
}

// settle keeps what was learned, and judges the account's mails again when the
// provider is trusted in another way than at the beginning of the pass.
func (j *judge) settle(ctx context.Context) error {
	if j.count == 0 {
		return nil
	}
	data, err := json.Marshal(j.learned)
	if err != nil {
		return err
	}
	if err := j.w.o.Store.SaveLearned(ctx, j.w.id(), data); err != nil {
		return fmt.Errorf("engine: keep what was learned of %s: %w", j.w.id(), err)
	}
	t := j.now()
	if reflect.DeepEqual(t, j.first) {
		return nil
	}
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
