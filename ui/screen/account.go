package screen

import (
	"strconv"
	"strings"

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

// barWidth is how wide the bar of a fetch is drawn at most.
const barWidth = 24

// AccountProgress draws how far a fetch is, how fast it goes and how long it
// will take, and how full the mailbox is when it is nearly so.
func AccountProgress(env *Env, a conversation.Status, bar kit.Span, w int) []string {
	st, cat := env.Styles, env.Cat
	var rows []string
	if a.Phase == conversation.PhaseSync && a.Total > 0 {
		wide := min(barWidth, max(w/4, 6))
		full := wide * min(a.Done, a.Total) / a.Total
		l := kit.Line{bar, kit.Gap(6), kit.Own(st.Own, strings.Repeat(st.Glyph.Block, full)), kit.Own(st.Dim, strings.Repeat(st.Glyph.Rule, wide-full))}
		l = append(l, kit.Gap(1), kit.Own(st.Plain, strconv.Itoa(100*min(a.Done, a.Total)/a.Total)+cat.T("percent", nil)))
		if left := Left(env, a); left != "" {
			l = append(l, kit.Own(st.Dim, " "+st.Glyph.Sep+" "+left))
		}
		rows = append(rows, l.Draw(w, st.Glyph.Ellipsis))
	}
	if a.Quota >= quotaFrom {
		words := cat.T("account.quota", map[string]any{"Percent": a.Quota})
		rows = append(rows, kit.Line{bar, kit.Gap(6), kit.Own(st.Warn, words)}.Draw(w, st.Glyph.Ellipsis))
	}
	return rows
}

// quotaFrom is how full a mailbox has to be, in per cent, to be told about.
const quotaFrom = 80

// Left tells the pace of a fetch and how long it will take, as far as that is
// known.
func Left(env *Env, a conversation.Status) string {
	if a.Left <= 0 || a.Done >= a.Total {
		return ""
	}
	text := env.Cat.T("account.left", map[string]any{"Time": Lasts(env.Cat, a.Left)})
	if pace := int(float64(a.Total-a.Done) / a.Left.Seconds()); pace > 0 {
		text = env.Cat.T("account.pace", map[string]any{"Number": env.Cat.Number(pace)}) + " " + env.Styles.Glyph.Sep + " " + text
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
		next := cat.T("account.nextin", map[string]any{"Time": Lasts(cat, a.Next.Sub(env.Now()))})
		rows = append(rows, kit.Line{bar, kit.Gap(6), kit.Own(st.Dim, next)}.Draw(w, st.Glyph.Ellipsis))
	}
	return rows
}
