package ui

import (
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// burst is how long news are gathered before they are told: what comes together
// is told together. While something else is being said they wait.
const (
	burst    = 700 * time.Millisecond
	newsWait = 2 * time.Second
)

// toldAtMost bounds the notices that leave the window, in columns.
const toldAtMost = 120

// freshly gathers what came just now.
func (a *App) freshly(ids []conversation.MessageID) tea.Cmd {
	if len(ids) == 0 {
		return nil
	}
	waiting := len(a.fresh) > 0
	a.fresh = append(a.fresh, ids...)
	if waiting {
		return nil
	}
	return screen.After(&a.newsSlot, burst, a.claim)
}

// claim asks which of the news are to be told here: another process may have
// told them.
func (a *App) claim() tea.Cmd {
	ids := a.fresh
	a.fresh = nil
	var once screen.Slot
	return screen.Ask(&once, func() ([]conversation.Message, error) {
		return a.b.News(a.env.Ctx, ids)
	}, func(ms []conversation.Message, err error) tea.Cmd {
		if err != nil || len(ms) == 0 {
			return nil // the messages stand in the list whether they are told or not
		}
		return tea.Batch(a.tellInside(ms), a.tellOutside(ms))
	})
}

// tellInside shows the news in the status line, once nothing else stands there.
func (a *App) tellInside(ms []conversation.Message) tea.Cmd {
	if a.note.text != "" {
		var later screen.Slot
		return screen.After(&later, newsWait, func() tea.Cmd { return a.tellInside(ms) })
	}
	text := a.newsWords(ms, a.env.Locked())
	if len(ms) > 1 {
		return a.say(note{text: text})
	}
	ix := ms[0].Index
	return a.say(note{text: text, index: &ix})
}

// newsWords puts news into words. Of a sealed message nothing is said but whom
// it is from when discreet: its subject may have been under the seal.
func (a *App) newsWords(ms []conversation.Message, discreet bool) string {
	newest := &ms[0]
	for i := range ms {
		if ms[i].Date.After(newest.Date) {
			newest = &ms[i]
		}
	}
	args := map[string]any{"Name": writer(newest)}
	switch {
	case len(ms) > 1:
		return a.env.Cat.N("news.burst", len(ms), args)
	case discreet && sealed(newest):
		return a.env.Cat.T("news.sealed", args)
	}
	words := newest.Subject
	if strings.TrimSpace(words) == "" {
		words = newest.Excerpt
	}
	args["Subject"] = safe.Line(words).String()
	return a.env.Cat.T("news.one", args)
}

func sealed(m *conversation.Message) bool {
	s := m.Evidence.Security
	return s.Sealed != "" || s.Decrypted || s.Error != ""
}

// writer names who wrote a message.
func writer(m *conversation.Message) string {
	p := m.Sender()
	for _, name := range []string{p.Display, p.Name, p.Address.ID} {
		if strings.TrimSpace(name) != "" {
			return safe.Line(name).String()
		}
	}
	return "?"
}

// tellOutside tells the news where the user is when he does not look at this
// window: by what Options.Tell does, else through the terminal.
func (a *App) tellOutside(ms []conversation.Message) tea.Cmd {
	switch {
	case a.o.Tell != nil:
		return func() tea.Msg {
			_ = a.o.Tell(a.env.Ctx, ms) // the status line has told it already
			return nil
		}
	case a.o.Quiet || !a.blurred:
		return nil
	}
	text := a.newsWords(ms, true)
	if len(ms) == 1 {
		text = plainBadge(ms[0].Index) + text
	}
	return tea.Raw("\a" + osc9(text))
}

// plainBadge writes a badge for where there are no colours.
func plainBadge(ix privacy.Index) string {
	if ix.Level == privacy.LevelUnknown || privacy.LevelOf(ix.Score) != ix.Level {
		return ""
	}
	return "[" + string(ix.Level) + " " + strconv.Itoa(ix.Score) + "] "
}

// osc9 gives the sequence with which many terminals show a notice. A ";" would
// part it into fields that some of them take for orders, and whatever could end
// the sequence is gone from a safe text.
func osc9(text string) string {
	text = kit.Cut(strings.ReplaceAll(text, ";", ","), toldAtMost, "")
	return "\x1b]9;" + text + "\x1b\\"
}
