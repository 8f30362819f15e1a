package screen

import (
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

// AccountLine draws one account: its address, what it is doing, and when it
// was last in order.
func AccountLine(env *Env, a conversation.Status, bar kit.Span, style theme.Style, w int, before ...kit.Span) string {
	st, cat := env.Styles, env.Cat
	tail := st.Glyph.Ellipsis
	l := append(kit.Line{bar}, before...)
	l = append(l, kit.Own(st.Label, cat.T("short."+string(a.Protocol), nil)).To(6, tail), kit.Got(style, safe.Line(a.Address.ID)).To(max((w-l.Width())*2/5, 10), tail), kit.Gap(1))
	last := ""
	if !a.Last.IsZero() {
		last = cat.Date(a.Last, env.Now())
		if w >= 100 {
			last = cat.T("account.last", map[string]any{"Time": last})
		}
	}
	n := min(kit.Width(last), max(w/4, 8))
	room := max(w-l.Width()-n-2, 0)
	l = append(l, kit.Own(phaseStyle(st, a.Phase), Phase(env, a)).To(room, tail), kit.Gap(1), kit.Own(st.Dim, last).To(n, tail), kit.Gap(1))
	return l.Draw(w, tail)
}

// Phase tells what an account is doing.
func Phase(env *Env, a conversation.Status) string {
	text := env.Cat.T("phase."+string(a.Phase), nil)
	if a.Phase == conversation.PhaseSync && a.Total > 0 {
		text += " " + env.Cat.Number(a.Done) + "/" + env.Cat.Number(a.Total)
	}
	if a.TLS != "" && a.Phase == conversation.PhaseIdle {
		text += " " + env.Styles.Glyph.Sep + " TLS " + a.TLS
	}
	return text
}

func phaseStyle(st *theme.Styles, p conversation.Phase) theme.Style {
	switch p {
	case conversation.PhaseRefused:
		return st.Error
	case conversation.PhaseOffline:
		return st.Warn
	}
	return st.Dim
}

// AccountTrouble tells in words what is wrong with an account and when it tries
// again; nothing when all is well.
func AccountTrouble(env *Env, a conversation.Status, bar kit.Span, w int) []string {
	st, cat := env.Styles, env.Cat
	text := a.Detail
	if a.Err != nil {
		text = cat.Error(a.Err)
	}
	well := a.Phase == conversation.PhaseIdle || a.Phase == conversation.PhaseSync || a.Phase == conversation.PhaseElsewhere
	if a.Phase == conversation.PhasePaused {
		text = cat.T("account.paused", nil)
	}
	if text == "" || well && a.Err == nil {
		return nil
	}
	var rows []string
	for _, row := range kit.Wrap(safe.Line(text), max(w-9, 8)) {
		rows = append(rows, kit.Line{bar, kit.Gap(6), kit.Own(st.Warn, row)}.Draw(w, st.Glyph.Ellipsis))
	}
	if a.Phase == conversation.PhaseOffline && a.Next.After(env.Now()) {
		next := cat.T("account.next", map[string]any{"Time": cat.Date(a.Next, env.Now())})
		rows = append(rows, kit.Line{bar, kit.Gap(6), kit.Own(st.Dim, next)}.Draw(w, st.Glyph.Ellipsis))
	}
	return rows
}
