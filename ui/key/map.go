package key

import (
	"slices"
	"strings"
)

// Map finds actions by keys. Keys are written as the terminal library names
// them, with a space between the keys of a chord.
type Map struct{ actions []Action }

// NewMap makes a map of a table with the user's own keys for some actions.
// Names in own that no action has are given back.
func NewMap(table []Action, own map[ID][]string) (m Map, unknown []ID) {
	known := map[ID]bool{}
	for _, a := range table {
		known[a.ID] = true
		if keys, ok := own[a.ID]; ok {
			a.Keys = keys
		}
		m.actions = append(m.actions, a)
	}
	for id := range own {
		if !known[id] {
			unknown = append(unknown, id)
		}
	}
	slices.Sort(unknown)
	return m, unknown
}

// Find gives the action of the keys pressed so far in the first context that
// has one, and whether a longer chord begins with them.
func (m Map) Find(in []Context, pressed string) (found Action, ok, more bool) {
	for _, c := range in {
		for _, a := range m.actions {
			if !a.in(c) {
				continue
			}
			for _, k := range a.Keys {
				if k == pressed && !ok {
					found, ok = a, true
				}
				more = more || strings.HasPrefix(k, pressed+" ")
			}
		}
	}
	return found, ok, more
}

// Following gives the actions that can follow the keys pressed so far, each
// once, for the popup of a chord.
func (m Map) Following(in []Context, pressed string) []Action {
	var out []Action
	for _, a := range m.Of(in) {
		if i := slices.IndexFunc(a.Keys, func(k string) bool { return strings.HasPrefix(k, pressed+" ") }); i >= 0 {
			a.Keys = a.Keys[i : i+1]
			out = append(out, a)
		}
	}
	return out
}

// Of gives the actions of some contexts, each id once, in the table's order;
// of the keys of an action only those that no earlier context takes stay.
func (m Map) Of(in []Context) []Action {
	var out []Action
	taken, seen := map[string]bool{}, map[ID]bool{}
	for _, c := range in {
		var now []string
		for _, a := range m.actions {
			if !a.in(c) || seen[a.ID] {
				continue
			}
			now = append(now, a.Keys...)
			a.Keys = slices.DeleteFunc(slices.Clone(a.Keys), func(k string) bool { return taken[k] })
			if seen[a.ID] = true; len(a.Keys) > 0 {
				out = append(out, a)
			}
		}
		for _, k := range now {
			taken[k] = true
		}
	}
	return out
}

// Hints gives the actions for the hint line in its order.
func (m Map) Hints(in []Context) []Action {
	out := slices.DeleteFunc(m.Of(in), func(a Action) bool { return a.Hint == 0 })
	slices.SortStableFunc(out, func(a, b Action) int { return a.Hint - b.Hint })
	return out
}

// Keys gives the keys of an action in the first context that has it.
func (m Map) Keys(in []Context, id ID) []string {
	for _, a := range m.Of(in) {
		if a.ID == id {
			return a.Keys
		}
	}
	return nil
}

// All gives every row of the table.
func (m Map) All() []Action { return slices.Clone(m.actions) }

// Show writes keys as people read them: "^d" for ctrl+d, "gg" for "g g".
func Show(keys string) string {
	parts := strings.Fields(keys)
	for i, p := range parts {
		if rest, ok := strings.CutPrefix(p, "ctrl+"); ok && len(rest) == 1 {
			p = "^" + rest
		}
		switch p {
		case "down":
			p = "↓"
		case "up":
			p = "↑"
		case "left":
			p = "←"
		case "right":
			p = "→"
		}
		parts[i] = p
	}
	return strings.Join(parts, "")
}
