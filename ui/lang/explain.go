package lang

import (
	"slices"

	"github.com/caliopen/caliopen-tui/privacy"
)

// Explain fills the sentence and the advice of an index in this language. Name
// is the other side's name, as it may be shown; "" when there is none.
//
// The sentence is that of the cap that decided; an index that no cap lowered
// says what its level means.
func (c *Catalogue) Explain(ix privacy.Index, name string) privacy.Index {
	if name == "" {
		name = c.T("index.somebody", nil)
	}
	args := map[string]any{"Name": name}
	ix.Sentence = c.sentence(ix, args)
	ix.Advice = slices.Clone(ix.Advice)
	for i := range ix.Advice {
		if key := ix.Advice[i].ID; c.Has(key) {
			ix.Advice[i].Text = c.T(key, args)
		}
	}
	return ix
}

func (c *Catalogue) sentence(ix privacy.Index, args map[string]any) string {
	if key := ix.SentenceKey(); c.Has(key) {
		return c.T(key, args)
	}
	level := ix.Level
	if level == "" {
		level = privacy.LevelUnknown
	}
	return c.T("level."+string(level), args)
}

// Factor gives the name of a factor or cap of an index, the id when it has
// none.
func (c *Catalogue) Factor(id string, name string) string {
	if name == "" {
		name = c.T("index.somebody", nil)
	}
	return c.T(id, map[string]any{"Name": name})
}
