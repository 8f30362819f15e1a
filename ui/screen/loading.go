package screen

import "github.com/caliopen/caliopen-tui/ui/kit"

// Loading draws a screen of w columns and h rows whose rows are still being
// read.
func Loading(env *Env, w, h int) []string {
	st := env.Styles
	line := kit.Line{kit.Gap(1), kit.Own(st.Dim, env.Cat.T("list.loading", nil))}
	return kit.Fill([]string{kit.Spaces(w), line.Draw(w, st.Glyph.Ellipsis)}, w, h)
}
