package ui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

// Options is everything that the interface is built from.
type Options struct {
	Context   context.Context // ends the work in flight; Background when nil
	Backend   Backend
	Setup     Setup // nil when accounts cannot be changed from here
	Catalogue kit.Catalogue
	Theme     theme.Options
	FixTheme  bool // do not follow what the terminal tells of its colours
	Now       func() time.Time
	Keys      map[key.ID][]string // the user's own keys
	Editor    func(path string) tea.Cmd
	Opener    func(url string) error
	Dir       string // where attachments are saved
	Mouse     bool
	Title     bool // set the window's title
	Start     screen.To
	Notice    string        // told from the start until a key is pressed
	Frame     time.Duration // least time between two frames; 0 for 1/60 s
	Quiet     bool          // news are told inside the window only
	// Tell tells news outside of the window in place of the terminal's bell and
	// notice, whether the window is looked at or not. It may take its time.
	Tell func(ctx context.Context, news []conversation.Message) error
}

// App is the root of the interface.
type App struct {
	o     Options
	env   *screen.Env
	b     Backend
	keys  key.Map
	makes map[screen.Kind]Maker

	places map[screen.Kind]*place
	at     screen.Kind
	over   []screen.Screen // overlays, the last one on top
	w, h   int
	chord  string // keys pressed of a chord that is not over

	fresh    []conversation.MessageID // news that are being gathered
	blurred  bool                     // the terminal said that its window is not looked at
	newsSlot screen.Slot

	note     note
	undo     func() tea.Cmd
	silent   int // messages marked as read since the last act that undo is for
	statuses []conversation.Status
	sealed   conversation.LockState
	opening  bool // keys are being unlocked: whoever asks about them would have to wait
	waiting  int  // entries of the outbox that are not over
	stuck    int  // those that wait for the user
	me       privacy.Index

	noteSlot, statusSlot, outboxSlot, meSlot, undoSlot, detailSlot, locking, keySlot screen.Slot
	wanted                                                                           screen.To // the detail that is waited for
}

// place is one of the five places: a stack of screens, and the detail beside
// its root.
type place struct {
	stack    []screen.Screen
	detail   screen.Screen
	detailTo screen.To
	third    screen.Screen // the inspector
	thirdTo  screen.To
	stale    bool // something changed while it was not looked at
}

// New makes the interface. The program it is run in should be given
// Forward's events too.
func New(o Options) tea.Model {
	a := newApp(o)
	return newLimited(a, o.Frame)
}

func newApp(o Options) *App {
	if o.Context == nil {
		o.Context = context.Background()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	a := &App{o: o, b: o.Backend, places: map[screen.Kind]*place{}, makes: makers()}
	a.keys, _ = key.NewMap(key.Table(), o.Keys)
	a.env = &screen.Env{
		Ctx: o.Context, Styles: theme.New(o.Theme), Cat: o.Catalogue, Now: o.Now, Host: a,
		Editor: o.Editor, Opener: o.Opener, Dir: o.Dir,
		Sealed: func() conversation.LockState { return a.sealed },
	}
	a.look()
	return a
}

// Init asks the terminal about itself and opens the first place.
func (a *App) Init() tea.Cmd {
	cmds := []tea.Cmd{a.Open(screen.To{Kind: screen.Conversations}), a.readStatus(true), a.readOutbox(), a.readMe()}
	if !a.o.FixTheme {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	if a.o.Start.Kind != "" && a.o.Start.Kind != screen.Conversations {
		cmds = append(cmds, a.Open(a.o.Start))
	}
	if a.o.Notice != "" {
		cmds = append(cmds, a.say(note{text: safe.Line(a.o.Notice).String(), bad: true}))
	}
	return tea.Batch(cmds...)
}

// here is the current place.
func (a *App) here() *place { return a.places[a.at] }

// focus is the screen that has the keys.
func (a *App) focus() screen.Screen {
	if n := len(a.over); n > 0 {
		return a.over[n-1]
	}
	return a.here().top()
}

func (p *place) top() screen.Screen  { return p.stack[len(p.stack)-1] }
func (p *place) root() screen.Screen { return p.stack[0] }

// screens gives every screen of the place, each once.
func (p *place) screens() []screen.Screen {
	all := slices.Clone(p.stack)
	for _, s := range []screen.Screen{p.detail, p.third} {
		if s != nil && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// readStatus reads the state of the accounts; at the start it leads to the
// first-run screen when there is none.
func (a *App) readStatus(first bool) tea.Cmd {
	return screen.Ask(&a.statusSlot, func() ([]conversation.Status, error) {
		return a.b.Accounts(a.env.Ctx)
	}, func(st []conversation.Status, err error) tea.Cmd {
		if err != nil {
			return a.Fail(err)
		}
		a.statuses = st
		if first && len(st) == 0 && a.o.Setup != nil && a.makes[screen.Setup] != nil {
			return a.Open(screen.To{Kind: screen.Setup})
		}
		return nil
	})
}

func (a *App) readOutbox() tea.Cmd {
	return screen.Ask(&a.outboxSlot, func() ([]conversation.Entry, error) {
		return a.b.Outbox(a.env.Ctx)
	}, func(es []conversation.Entry, err error) tea.Cmd {
		if err != nil {
			return nil // it is told by the screen that shows the outbox
		}
		a.waiting, a.stuck = 0, 0
		for _, e := range es {
			switch e.State {
			case conversation.StateHeld, conversation.StateQueued, conversation.StateSending:
				a.waiting++
			case conversation.StateFailed, conversation.StateUnknown:
				a.stuck++
			}
		}
		return nil
	})
}

// meAfter is how long nothing has to happen before the user's own index is
// read again: much goes into it, and nobody waits for it.
const meAfter = 5 * time.Second

func (a *App) readMe() tea.Cmd {
	return screen.Ask(&a.meSlot, func() (conversation.Explanation, error) {
		return a.b.Explain(a.env.Ctx, "me")
	}, func(e conversation.Explanation, err error) tea.Cmd {
		if err == nil {
			a.me = e.Index
		}
		return nil
	})
}
