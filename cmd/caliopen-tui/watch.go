package main

import (
	"context"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// only leaves all accounts alone but the named ones; no names mean all.
func (a *app) only(ctx context.Context, names []conversation.AccountID) error {
	if len(names) == 0 {
		return nil
	}
	a.eng = a.newEngine(func(e conversation.Event) { a.svc.Publish(e) })
	return a.eng.Add(ctx, a.served(names...)...)
}

// watch follows the servers until it is told to stop; being told is no failure.
// What comes is told the way the configuration says, and an interface that is
// started beside it finds everything in the same data.
func (p *program) watch(ctx context.Context, a *app) error {
	p.note(p.t("cli.sync.watching"))
	events := a.svc.Events(ctx)
	served := make(chan struct{})
	go func() { defer close(served); a.eng.Run(ctx) }()
	go a.followOthers(ctx)
	go a.watchAccounts(ctx)
	go a.mend(ctx)
	teller, err := p.teller(a.cfg)
	if err != nil {
		a.log.Warn("news cannot be told", "err", err)
	}
	p.tellManager("READY=1")
	phases := phases{}
	for {
		select {
		case <-ctx.Done():
			p.tellManager("STOPPING=1")
			<-served
			return nil
		case ev := <-events:
			if ev.New > 0 {
				p.note(p.n("cli.sync.new", ev.New))
			}
			for _, s := range ev.Accounts {
				if phases.changed(s) {
					p.note(p.followed(s))
				}
			}
			a.tellNews(ctx, teller, ev.Fresh)
		}
	}
}

// phases remembers what was said of each account, so that a change is said
// once and not with every step of a pass.
type phases map[conversation.AccountID]conversation.Phase

// changed tells whether there is something new to say: that an account is
// reached for the first time or again, or that it is not any more.
func (ps phases) changed(s conversation.Status) bool {
	if s.Phase == conversation.PhaseSync || s.Phase == ps[s.Account] {
		return false
	}
	first := ps[s.Account] == ""
	ps[s.Account] = s.Phase
	return !first || s.Err != nil || s.Phase != conversation.PhaseOffline // that is how every account begins
}

// followed says in words how an account is.
func (p *program) followed(s conversation.Status) string {
	account := string(s.Account)
	switch {
	case s.Err != nil && !s.Next.IsZero():
		return p.t("watch.failed", "Account", account, "Error", p.said(s.Err), "Time", s.Next.Local().Format(time.TimeOnly))
	case s.Err != nil:
		return p.t("watch.stopped", "Account", account, "Error", p.said(s.Err))
	}
	return p.t("watch."+string(s.Phase), "Account", account)
}

// tellNews tells the user of fresh messages, those that nobody told yet. A
// failure costs a notice, not the mail.
func (a *app) tellNews(ctx context.Context, t teller, fresh []conversation.MessageID) {
	if t == nil || len(fresh) == 0 {
		return
	}
	news, err := a.svc.News(ctx, fresh)
	if err != nil || len(news) == 0 {
		if err != nil {
			a.log.Warn("news", "err", err)
		}
		return
	}
	go func() { // no slow helper keeps the next event waiting
		if err := t.tell(ctx, news); err != nil {
			a.log.Warn("tell the news", "err", err)
		}
	}()
}
