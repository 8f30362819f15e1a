package theme

import (
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/caliopen/caliopen-tui/privacy"
)

// Options says what the terminal can show.
type Options struct {
	Profile colorprofile.Profile
	Dark    bool // the background is dark
	ASCII   bool // only ASCII glyphs
}

// Styles is everything that is drawn with, built once for one Options.
type Styles struct {
	Plain, Dim, Bold     Style
	Title, Rule, Focused Style // title bar, rules and borders, the border of the pane that has the keys
	Cursor, Unread, Own  Style // what the cursor is on, a conversation with news, what I wrote
	Link, Quote, Match   Style
	Warn, Error, Good    Style
	Key, Label, Subject  Style
	Paper                Style // black on white, for what a camera reads
	Glyph                Glyphs
	Options              Options
	levels               map[privacy.Level]Style
	unknown              Style
	coloured             bool
}

// New builds the styles.
func New(o Options) *Styles {
	p := paint{o.Profile, o.Dark}
	s := &Styles{Options: o, Glyph: glyphs(o.ASCII), coloured: o.Profile >= colorprofile.ANSI}
	s.attributes(p)
	s.colours(p)
	s.Paper = p.paper()
	s.levels = map[privacy.Level]Style{
		privacy.LevelA: p.chip(tone{"#3D8BFD", "#3D8BFD", ansi.BrightBlue}),
		privacy.LevelB: p.chip(tone{"#7FC4F5", "#7FC4F5", ansi.Cyan}),
		privacy.LevelC: p.chip(tone{"#C8C8C8", "#C8C8C8", ansi.White}),
		privacy.LevelD: p.chip(tone{"#F0B400", "#F0B400", ansi.Yellow}),
		privacy.LevelE: p.chip(tone{"#F0743E", "#F0743E", ansi.Magenta}),
	}
	return s
}

// attributes fills the styles that need no colour: they must carry the whole
// meaning alone, since colour may be absent.
func (s *Styles) attributes(p paint) {
	s.Bold = p.attr(ansi.NewStyle().Bold())
	s.Dim = p.attr(ansi.NewStyle().Faint())
	s.Cursor = p.attr(ansi.NewStyle().Reverse(true))
	s.Unread, s.Title, s.Key, s.Subject = s.Bold, s.Bold, s.Bold, s.Bold
	s.Label, s.Rule, s.unknown = s.Dim, s.Dim, s.Dim
	s.Link = p.attr(ansi.NewStyle().Underline(true))
	s.Match = p.attr(ansi.NewStyle().Bold().Underline(true))
}

// colours adds colour where the profile has it.
func (s *Styles) colours(p paint) {
	if !s.coloured {
		s.Error, s.Warn, s.Focused, s.Good = s.Bold, s.Bold, s.Bold, s.Plain
		s.Quote = s.Dim
		return
	}
	blue := p.fore(tone{"#6FB1FF", "#0B57D0", ansi.Blue})
	grey := p.fore(tone{"#9E9E9E", "#626262", ansi.BrightBlack})
	orange := p.fore(tone{"#F5A65B", "#9A4A00", ansi.Yellow})
	s.Focused, s.Link, s.Key = blue, s.Link.Plus(blue), s.Bold.Plus(blue)
	s.Own = p.fore(tone{"#A8C7FA", "#174EA6", ansi.Cyan})
	s.Quote, s.Good = grey, blue
	s.Warn, s.Error = orange, s.Bold.Plus(orange)
	if p.profile >= colorprofile.ANSI256 {
		s.Dim, s.Rule, s.Label, s.unknown = grey, grey, grey, grey
	}
}

// Coloured tells whether meaning may be told by colour besides by words.
func (s *Styles) Coloured() bool { return s.coloured }
