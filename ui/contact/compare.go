package contact

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"rsc.io/qr"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Compare shows what two people hold side by side: words to read aloud, both
// fingerprints, and a QR code where there is room for it.
type Compare struct {
	env   *screen.Env
	b     Backend
	to    screen.To // Address, Name
	c     conversation.Comparison
	ready bool
	err   error
	sheet kit.Sheet
	alone bool // the QR code has the whole window

	read, act screen.Slot
	w, h      int
}

// NewCompare makes the screen.
func NewCompare(env *screen.Env, b Backend, to screen.To) *Compare {
	return &Compare{env: env, b: b, to: to}
}

// Load reads what is compared.
func (s *Compare) Load() tea.Cmd {
	return screen.Ask(&s.read, func() (conversation.Comparison, error) {
		return s.b.CompareKeys(s.env.Ctx, s.to.Address)
	}, func(c conversation.Comparison, err error) tea.Cmd {
		s.c, s.err, s.ready = c, err, err == nil
		s.build()
		if err != nil {
			return s.env.Host.Fail(err)
		}
		return nil
	})
}

// SetSize gives the screen its room.
func (s *Compare) SetSize(w, h int) {
	s.w, s.h = w, h
	s.sheet.SetSize(w, h)
	s.build()
}

func (s *Compare) build() {
	if !s.ready {
		return
	}
	st, cat := s.env.Styles, s.env.Cat
	who := safe.Line(s.to.Name).String()
	items := []kit.Item{
		screen.Wrapped(1, safe.Line(cat.T("compare.how", map[string]any{"Name": who})), st.Plain.On), kit.Blank(),
		screen.Wrapped(3, safe.Line(strings.Join(s.c.Words, "   ")), st.Bold.On), kit.Blank(),
		screen.Wrapped(1, safe.Line(cat.T("compare.or", nil)), st.Dim.On),
	}
	items = append(items, s.print(s.c.Peer.ID, s.c.PeerFingerprint)...)
	items = append(items, s.print(s.c.Own.ID, s.c.OwnFingerprint)...)
	if s.c.Link != "" {
		items = append(items, kit.Blank(), screen.Wrapped(1, safe.Line(cat.T("compare.qr", map[string]any{"Name": who})), st.Dim.On), kit.Rows(s.code))
	}
	s.sheet.Set(items)
}

// print is one fingerprint with whose it is.
func (s *Compare) print(whose, fingerprint string) []kit.Item {
	return []kit.Item{
		screen.Wrapped(3, safe.Line(whose), s.env.Styles.Label.On),
		screen.Wrapped(3, safe.Line(screen.Grouped(fingerprint)), s.env.Styles.Plain.On),
	}
}

// quiet is the empty border that a QR code needs (ISO/IEC 18004), in modules:
// two are enough for phones, and rows are scarce.
const quiet = 2

// code draws the QR code below the rest, or its link where there is no room.
func (s *Compare) code(w int) []string {
	c, err := qr.Encode(s.c.Link, qr.L)
	if err != nil || c.Size+2*quiet+2 > w || s.env.Styles.Glyph.Ellipsis == "~" {
		return []string{kit.Line{kit.Gap(1), kit.Got(s.env.Styles.Plain, safe.Line(s.c.Link))}.Draw(w, s.env.Styles.Glyph.Ellipsis)}
	}
	var rows []string
	for _, row := range drawn(c, quiet, s.dark()) {
		rows = append(rows, kit.Line{kit.Gap(2), kit.Own(s.env.Styles.Paper, row)}.Draw(w, ""))
	}
	return rows
}

// half gives the block for two modules, the upper and the lower one, in black
// on white.
func half(upper, lower bool) string {
	switch {
	case upper && lower:
		return "█"
	case upper:
		return "▀"
	case lower:
		return "▄"
	}
	return " "
}

// Draw gives the rows of the screen.
func (s *Compare) Draw() []string {
	switch {
	case s.ready:
		return s.sheet.Draw()
	case s.err != nil:
		var out []string
		for _, row := range kit.Wrap(safe.Line(s.env.Cat.Error(s.err)), max(s.w-2, 8)) {
			out = append(out, kit.Line{kit.Gap(1), kit.Own(s.env.Styles.Error, row)}.Draw(s.w, ""))
		}
		return kit.Fill(append([]string{kit.Spaces(s.w)}, out...), s.w, s.h)
	}
	return screen.Loading(s.env, s.w, s.h)
}

// Title names the screen.
func (s *Compare) Title() kit.Line {
	st := s.env.Styles
	return kit.Line{kit.Own(st.Dim, s.env.Cat.T("compare.title", nil)+"  "), kit.Got(st.Title, safe.Line(s.to.Name))}
}

// Remark has nothing to say.
func (s *Compare) Remark() kit.Line { return nil }

// Contexts says which keys act.
func (s *Compare) Contexts() []key.Context { return []key.Context{key.Compare, key.Overlay} }

// State tells what there is.
func (s *Compare) State() key.State { return key.State{Row: s.ready, Key: s.ready} }

// Do runs an action.
func (s *Compare) Do(id key.ID) (tea.Cmd, bool) {
	if s.alone {
		s.alone = false // any key brings the rest back
		return nil, true
	}
	if screen.Move(&s.sheet, id) {
		return nil, true
	}
	if !s.ready {
		return nil, false
	}
	switch id {
	case key.ShowCode:
		return s.showCode(), true
	case key.Matches:
		return s.settle(func() error {
			return s.b.VerifyKey(s.env.Ctx, s.to.Address, s.c.PeerFingerprint, "words")
		}, "compare.verified"), true
	case key.RefuseKey:
		return s.settle(func() error {
			return s.b.DecideKey(s.env.Ctx, s.to.Address, s.c.PeerFingerprint, conversation.KeyRefuse)
		}, "card.key.refused"), true
	}
	return nil, false
}

// settle notes the outcome and leaves.
func (s *Compare) settle(note func() error, said string) tea.Cmd {
	name := safe.Line(s.to.Name).String()
	return screen.Ask(&s.act, func() (struct{}, error) { return struct{}{}, note() }, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		return tea.Batch(s.env.Host.Close(), s.env.Host.Toast(s.env.Cat.T(said, map[string]any{"Name": name}), nil))
	})
}
