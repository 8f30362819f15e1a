package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// noteTime is how long a result stays.
const noteTime = 6 * time.Second

// note is what the status line says for a while: a result or an error.
type note struct {
	text string
	undo bool
	bad  bool
	// index is the badge of what is told of, nil for none. It is drawn before
	// the words, where no words can come.
	index *privacy.Index
}

// say shows a note. An error stays until a key is pressed.
func (a *App) say(n note) tea.Cmd {
	a.note = n
	if n.bad {
		a.noteSlot.Drop()
		return nil
	}
	return screen.After(&a.noteSlot, noteTime, func() tea.Cmd {
		a.note = note{}
		return nil
	})
}

// statusLine is the second last line: a note, else what the screen has to say,
// else the badge under the cursor in words.
func (a *App) statusLine() kit.Line {
	st := a.env.Styles
	switch {
	case a.note.bad:
		return kit.Line{kit.Gap(1), kit.Own(st.Error, st.Glyph.Alert+" "+a.note.text)}
	case a.note.text != "":
		return a.noted()
	}
	if r, ok := a.focus().(screen.Remarker); ok {
		if l := r.Status(); l != nil {
			return append(kit.Line{kit.Gap(1)}, l...)
		}
	}
	if b, ok := a.focus().(screen.Badged); ok {
		if ix, name, ok := b.Index(); ok {
			return a.inWords(ix, name)
		}
	}
	return nil
}

func (a *App) noted() kit.Line {
	st := a.env.Styles
	l := kit.Line{kit.Gap(1)}
	if a.note.index != nil {
		l = append(l, kit.Chip(st.Index(*a.note.index)), kit.Gap(1))
	}
	l = append(l, kit.Own(st.Good, a.note.text))
	if a.note.undo && a.undo != nil && a.keyOf(key.Undo) != "" { // a box may have no such key
		l = append(l, kit.Own(st.Dim, " "+st.Glyph.Sep+" "), kit.Own(st.Key, a.keyOf(key.Undo)),
			kit.Own(st.Plain, " "+a.env.Cat.T("hint.undo", nil)))
	}
	return l
}

// inWords tells a badge: the letter, and what decided it.
func (a *App) inWords(ix privacy.Index, name string) kit.Line {
	st := a.env.Styles
	level := ix.Level
	if st.Letter(ix) == st.Letter(privacy.Index{}) {
		level, ix = privacy.LevelUnknown, privacy.Index{}
	}
	sentence := screen.Sentence(a.env, ix, name)
	return kit.Line{kit.Gap(1), kit.Own(st.Bold, string(level)+a.env.Cat.T("list.colon", nil)), kit.Own(st.Plain, safe.Line(sentence).String())}
}

// statusRow draws the second last line. The keys that tell more of a badge
// stand at its right end, where they need not be drawn again for each badge.
func (a *App) statusRow() string {
	st := a.env.Styles
	words := a.statusLine()
	if a.note.text != "" || !a.badged() {
		return words.Draw(a.w, st.Glyph.Ellipsis)
	}
	var keys []string
	for _, id := range []key.ID{key.Why, key.ContactCard} {
		if k := a.keyOf(id); k != "" {
			keys = append(keys, k+" "+a.env.Cat.T("hint."+string(id), nil))
		}
	}
	more := kit.Line{kit.Own(st.Dim, strings.Join(keys, " "+st.Glyph.Sep+" ")), kit.Gap(1)}
	if words.Width()+more.Width()+2 > a.w {
		return words.Draw(a.w, st.Glyph.Ellipsis) // what is said counts more than how to ask for more
	}
	return kit.Sides(words, more, a.w, st.Glyph.Ellipsis)
}

// badged tells whether the second last line is about a badge.
func (a *App) badged() bool {
	if r, ok := a.focus().(screen.Remarker); ok && r.Status() != nil {
		return false
	}
	b, ok := a.focus().(screen.Badged)
	if !ok {
		return false
	}
	_, _, ok = b.Index()
	return ok
}

// keyOf gives the current key of an action here, "" when it has none.
func (a *App) keyOf(id key.ID) string {
	if keys := a.keys.Keys(a.contexts(a.focus()), id); len(keys) > 0 {
		return key.Show(keys[0])
	}
	return ""
}

// hintLine lists the keys that work now, as many as fit.
func (a *App) hintLine(w int) kit.Line {
	st := a.env.Styles
	top := a.focus()
	state := a.state(top)
	setup := slices.Contains(a.contexts(top), key.Setup)
	l, used := kit.Line{kit.Gap(1)}, 2
	for _, act := range a.keys.Hints(a.contexts(top)) {
		if ok, _ := act.Enabled(state); !ok || idle(act.ID, state) || setup && aside(act.ID) {
			continue
		}
		k, word := key.Show(act.Keys[0]), " "+a.env.Cat.T(act.Short(), nil)
		if used += kit.Width(k) + kit.Width(word) + 2; used > w {
			break
		}
		l = append(l, kit.Own(st.Key, k), kit.Own(st.Plain, word), kit.Gap(2))
	}
	return l
}

// idle tells that an action, though allowed, would do nothing now.
func idle(id key.ID, s key.State) bool {
	return id == key.Back && !s.Back || id == key.Why && !s.Row || id == key.Complete && !s.Asked
}

// aside tells of an action that leads away from adding an account: it works,
// but a newcomer is not sent there.
func aside(id key.ID) bool { return id == key.New || id == key.SearchFor || id == key.Why }

// syncLine tells how many accounts are well, and names trouble first.
func (a *App) syncLine() kit.Line {
	st := a.env.Styles
	if len(a.statuses) == 0 {
		return nil
	}
	well, busy, refused, elsewhere := 0, 0, 0, 0
	for _, s := range a.statuses {
		switch s.Phase {
		case conversation.PhaseIdle, conversation.PhasePaused:
			well++
		case conversation.PhaseElsewhere:
			well, elsewhere = well+1, elsewhere+1
		case conversation.PhaseSync:
			well, busy = well+1, busy+1
		case conversation.PhaseRefused:
			refused++
		}
	}
	word, style := "sync.ok", st.Dim
	switch {
	case refused > 0:
		word, style = "sync.refused", st.Error
	case well < len(a.statuses):
		word, style = "sync.offline", st.Warn
	case busy > 0:
		if l := a.fetching(); l != nil {
			return append(append(a.stuckLine(), a.lockLine()...), l...)
		}
		word = "sync.busy"
	case elsewhere > 0:
		word = "sync.elsewhere" // how it goes there is not known here
	}
	count := strconv.Itoa(well) + "/" + strconv.Itoa(len(a.statuses))
	return append(append(a.stuckLine(), a.lockLine()...), kit.Own(style, a.env.Cat.T(word, nil)+" "+count))
}

// longFetch is how many messages a fetch has to be about to be shown with its
// progress: less is over before it was read.
const longFetch = 500

// fetching tells how far the fetches are that take long, all accounts together.
func (a *App) fetching() kit.Line {
	done, total, left := 0, 0, time.Duration(0)
	for _, s := range a.statuses {
		if s.Phase == conversation.PhaseSync && s.Total >= longFetch {
			done, total, left = done+min(s.Done, s.Total), total+s.Total, max(left, s.Left)
		}
	}
	if total == 0 {
		return nil
	}
	text := a.env.Cat.Number(done) + "/" + a.env.Cat.Number(total)
	if left > 0 {
		text += " " + a.env.Styles.Glyph.Sep + " " + screen.Lasts(a.env.Cat, left)
	}
	return kit.Line{kit.Own(a.env.Styles.Dim, text)}
}

// stuckLine tells of messages that did not go and never will by themselves:
// somebody believes them sent, so it stays until something was done.
func (a *App) stuckLine() kit.Line {
	if a.stuck == 0 {
		return nil
	}
	st := a.env.Styles
	return kit.Line{kit.Own(st.Error, st.Glyph.Alert+" "+a.env.Cat.N("outbox.stuck", a.stuck, nil)), kit.Own(st.Dim, " "+st.Glyph.Sep+" ")}
}

// ownBadge is the user's own index.
func (a *App) ownBadge() kit.Line {
	if a.me.Level == "" || a.me.Level == privacy.LevelUnknown {
		return nil
	}
	st := a.env.Styles
	return kit.Line{kit.Own(st.Dim, a.env.Cat.T("title.you", nil)+" "), kit.Chip(st.Index(a.me))}
}
