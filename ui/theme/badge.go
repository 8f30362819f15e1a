package theme

import (
	"strconv"

	"github.com/caliopen/caliopen-tui/privacy"
)

// BadgeWidth is the width of every badge, so that columns never move.
const BadgeWidth = 6

// LetterWidth is the width of a badge that shows the letter only.
const LetterWidth = 3

// Badge gives the chip of a score: black letters on the level's fill, or in
// brackets where there is no colour. Both are six columns wide. An index that
// is not known is shown as "?", and so is one whose letter and number
// contradict each other: half a lie is one.
func (s *Styles) Badge(score int, level privacy.Level, known bool) string {
	style, ok := s.levels[level]
	if !known || !ok || score < 0 || score > 100 || privacy.LevelOf(score) != level {
		return s.unknown.On("[?   ]")
	}
	number := strconv.Itoa(score)
	for len(number) < 3 {
		number = " " + number
	}
	return s.chip(style, string(level)+number)
}

// Index gives the badge of an index; a zero one is not known.
func (s *Styles) Index(ix privacy.Index) string {
	return s.Badge(ix.Score, ix.Level, ix.Level != "" && ix.Level != privacy.LevelUnknown)
}

// Letter gives the chip of a level alone, three columns wide.
func (s *Styles) Letter(ix privacy.Index) string {
	style, ok := s.levels[ix.Level]
	if !ok || ix.Score < 0 || ix.Score > 100 || privacy.LevelOf(ix.Score) != ix.Level {
		return s.unknown.On("[?]")
	}
	return s.chip(style, string(ix.Level))
}

func (s *Styles) chip(style Style, text string) string {
	if !s.coloured {
		return "[" + text + "]"
	}
	return style.On(" " + text + " ")
}
