package engine

import (
	"context"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy/trace"
)

// Check looks at the signatures of a mail that has just come, for the domain
// that its From names. It honours the context.
type Check func(ctx context.Context, raw []byte, from string) trace.Local

// Bounds of the own checks. They ask name servers elsewhere, and mail must not
// wait for those: what was not answered in time is stored unchecked.
const (
	freshFor      = 3 * 24 * time.Hour // keys are taken out of the DNS after a while
	checkPatience = 2 * time.Second    // for one batch
	checkBudget   = 10 * time.Second   // for one pass
	checksAtOnce  = 8
	checksMost    = 200 // in one pass
)

// checker is what is left of the bounds in one pass. Only the writer uses it.
type checker struct {
	left   time.Duration
	mails  int
	spared map[string]bool // folders whose mails are not checked, nil before that is known
}

func newChecker() checker { return checker{left: checkBudget, mails: checksMost} }

// verify checks the fresh mails of a batch of which the provider said nothing
// that is believed. The outcome is stored with what was observed of the header,
// so that it counts whenever the mail is judged again.
func (m *mirror) verify(batch []observed) {
	if m.w.o.Check == nil {
		return
	}
	m.spare()
	var list []int
	for i := range batch {
		if len(list) < m.checks.mails && m.wantsCheck(&batch[i]) {
			list = append(list, i)
		}
	}
	patience := min(checkPatience, m.checks.left)
	if len(list) == 0 || patience <= 0 {
		return
	}
	m.checks.mails -= len(list)
	began := time.Now()
	found := m.checkAll(batch, list, patience)
	m.checks.left -= time.Since(began)
	if found == 0 { // nobody answers: later batches need not wait for it
		m.checks.left = 0
	}
}

// spare notes the folders of what nobody wants: looking up the keys of junk
// would tell its senders that the mail arrived, and when it was fetched.
func (m *mirror) spare() {
	if m.checks.spared != nil {
		return
	}
	m.checks.spared = map[string]bool{}
	folders, err := m.w.o.Store.Folders(m.ctx, m.w.id())
	if err != nil {
		m.checks.mails = 0 // better none than the wrong ones
		return
	}
	for _, f := range folders {
		m.checks.spared[f.Name] = f.Use == accounts.UseJunk || f.Use == accounts.UseTrash
	}
}

// wantsCheck tells whether a mail is fresh, bears a signature, and came with no
// word of the provider.
func (m *mirror) wantsCheck(b *observed) bool {
	msg := &b.arrival.Parsed.Message
	now := m.w.o.Now()
	return !b.arrival.Copy.Partial && !m.checks.spared[b.arrival.Copy.Folder] && msg.Protocol == conversation.Mail && msg.Direction == conversation.In && b.seen.DKIM && b.seen.Local.DKIM == "" &&
		msg.Evidence.Authentication.Source == "none" && msg.Evidence.FromDomain != "" && !msg.Evidence.ManyFrom &&
		now.Sub(msg.Received) < freshFor && now.Sub(msg.Date) < 2*freshFor
}

// outcome is what was found of the mail at a place of a batch.
type outcome struct {
	at    int
	local trace.Local
}

// checkAll runs checks side by side and tells how many came to an end in time.
func (m *mirror) checkAll(batch []observed, list []int, patience time.Duration) int {
	ctx, cancel := context.WithTimeout(m.ctx, patience)
	defer cancel()
	outcomes := make(chan outcome, len(list)) // nobody waits to write into it, however late
	slots := make(chan struct{}, checksAtOnce)
	for _, i := range list {
		raw, from := batch[i].arrival.Copy.Raw, batch[i].arrival.Parsed.Message.Evidence.FromDomain
		go func() {
			select {
			case slots <- struct{}{}:
				defer func() { <-slots }()
			case <-ctx.Done():
				return
			}
			_ = m.w.safely("check", func() error {
				outcomes <- outcome{i, m.w.o.Check(ctx, raw, from)}
				return nil
			})
		}()
	}
	found := 0
	for range list {
		select {
		case o := <-outcomes:
			if ctx.Err() == nil { // what a check says that was cut short is not the mail's
				m.checked(&batch[o.at], o.local)
				found++
			}
		case <-ctx.Done():
			return found
		}
	}
	return found
}

// checked notes the outcome and judges the mail by it.
func (m *mirror) checked(b *observed, l trace.Local) {
	if l.DKIM == "" {
		return
	}
	b.seen.Local = l
	b.arrival.Parsed.Origin = b.seen.Encode()
	b.trust = m.judge.score(&b.arrival.Parsed.Message, b.seen)
}
