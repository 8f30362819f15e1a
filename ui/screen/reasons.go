package screen

import (
	"strconv"
	"strings"

	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// Head draws a heading inside a sheet.
func Head(env *Env, key string) kit.Item {
	return kit.Words(kit.Line{kit.Gap(1), kit.Own(env.Styles.Title, env.Cat.T(key, nil))}, env.Styles.Glyph.Ellipsis)
}

// Sentence gives what an index means in words, safe to show. What is marked as
// sealed and was never opened says so, whatever its cap is.
func Sentence(env *Env, ix privacy.Index, name string) string {
	name = safe.Line(name).String()
	if share, ok := looked(ix); ok && ix.DecidedBy == "" {
		return env.Cat.T("index.account", map[string]any{"Percent": share})
	}
	if word := ix.SentenceKey(); word != ix.DecidedBy && env.Cat.Has(word) {
		return safe.Line(env.Cat.Factor(word, name)).String()
	}
	return safe.Line(env.Cat.Explain(ix, name).Sentence).String()
}

// looked gives how much of what counts for an account could be looked at, in
// percent; ok is false for an index of something else.
func looked(ix privacy.Index) (percent int, ok bool) {
	for _, f := range ix.Factors {
		ok = ok || strings.HasPrefix(f.ID, "s.")
		percent += f.Max
	}
	return percent, ok
}

// Reasons tells an index apart for a sheet: what it means, what would raise
// it or help next time, what bounds it and what counts.
func Reasons(env *Env, ix privacy.Index, name string, next ...privacy.Advice) []kit.Item {
	st := env.Styles
	items := []kit.Item{Wrapped(1, safe.Line(Sentence(env, ix, name)), st.Bold.On)}
	items = append(items, advice(env, "why.advice", ix.Advice, name)...)
	items = append(items, advice(env, "why.next", next, name)...)
	items = append(items, caps(env, ix, name)...)
	return append(items, factors(env, ix, name)...)
}

// Wrapped is a paragraph, indented, each row drawn by style.
func Wrapped(indent int, t safe.Text, style func(string) string) kit.Item {
	return kit.Rows(func(w int) []string {
		var out []string
		for _, row := range kit.Wrap(t, max(w-indent-1, 8)) {
			drawn := kit.Spaces(indent) + style(row)
			out = append(out, kit.Fit(drawn, w, ""))
		}
		return out
	})
}

// advice lists what could be done, each with what it brings.
func advice(env *Env, head string, all []privacy.Advice, name string) []kit.Item {
	if len(all) == 0 {
		return nil
	}
	out := []kit.Item{kit.Blank(), Head(env, head)}
	for _, a := range env.Cat.Explain(privacy.Index{Advice: all}, safe.Line(name).String()).Advice {
		text := a.Text
		if text == "" {
			text = env.Cat.Factor(a.ID, safe.Line(name).String())
		}
		out = append(out, pointed(env, "+"+strconv.Itoa(a.Gain), "", text))
	}
	return out
}

// caps lists the bounds; the one that decided is marked.
func caps(env *Env, ix privacy.Index, name string) []kit.Item {
	if len(ix.Caps) == 0 {
		return nil
	}
	out := []kit.Item{kit.Blank(), Head(env, "why.caps")}
	for _, c := range ix.Caps {
		text := env.Cat.Factor(c.ID, safe.Line(name).String())
		if c.ID == ix.DecidedBy {
			text += " (" + env.Cat.T("why.decides", nil) + ")"
		}
		out = append(out, pointed(env, strconv.Itoa(c.Limit), "", env.Cat.T("why.atmost", map[string]any{"Text": text})))
	}
	return out
}

// factors lists what counts with its points, one heading an axis.
func factors(env *Env, ix privacy.Index, name string) []kit.Item {
	if len(ix.Factors) == 0 {
		return nil
	}
	var out []kit.Item
	axis := ""
	for _, f := range ix.Factors {
		if device := strings.HasPrefix(f.ID, "d."); device && axis == "" {
			axis = f.Axis // of a device the axes would say nothing
			out = append(out, kit.Blank())
		} else if f.Axis != axis && !device {
			axis = f.Axis
			out = append(out, kit.Blank(), Head(env, "axis."+axis))
		}
		out = append(out, pointed(env, strconv.Itoa(f.Points), strconv.Itoa(f.Max), env.Cat.Factor(f.Key(), safe.Line(name).String())))
	}
	total := env.Cat.T("why.sum", map[string]any{"Raw": ix.Raw, "Score": ix.Score})
	if share, ok := looked(ix); ok {
		total = env.Cat.T("why.looked", map[string]any{"Percent": share, "Score": ix.Score})
	}
	return append(out, kit.Blank(), Wrapped(1, safe.Line(total), env.Styles.Dim.On))
}

// pointed is a line with points before it; its text goes on below itself.
func pointed(env *Env, points, most, text string) kit.Item {
	st := env.Styles
	head := kit.Left(points, 4)
	if most != "" {
		head += "/" + kit.Pad(most, 2)
	} else {
		head += "   "
	}
	return kit.Rows(func(w int) []string {
		var out []string
		for i, row := range kit.Wrap(safe.Line(text), max(w-10, 8)) {
			lead := kit.Gap(7)
			if i == 0 {
				lead = kit.Own(st.Bold, head).To(7, "")
			}
			out = append(out, kit.Line{kit.Gap(1), lead, kit.Gap(1), kit.Own(st.Plain, row)}.Draw(w, st.Glyph.Ellipsis))
		}
		return out
	})
}

// Bar draws a bar of the level's share of w columns.
func Bar(env *Env, share float64, w int) kit.Span {
	st := env.Styles
	n := min(max(int(share*float64(w)+0.5), 0), w)
	full := ""
	for range n {
		full += st.Glyph.Block
	}
	return kit.Own(st.Focused, kit.Pad(full, w))
}
