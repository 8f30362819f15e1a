package theme

import "strings"

// Glyphs are the characters of the frame. Each is one column wide in every
// terminal: no emoji, nothing of ambiguous width that matters.
type Glyphs struct {
	Bar, Rule                                   string // between parts of a line; a whole rule
	TopLeft, TopRight, BottomLeft, BottomRight  string
	Cursor, Ellipsis, Dot, Alert, Block, Bullet string
	Arrow, Sep, Up, Down                        string
	Key                                         string
	ascii                                       bool
}

// Spark gives the column of a small chart for a score, a blank for a negative
// one.
func (g Glyphs) Spark(score int) string {
	steps := []rune("▁▂▃▄▅▆▇█")
	if g.ascii {
		steps = []rune("_.-=+*#@")
	}
	if score < 0 {
		return " "
	}
	return string(steps[min(score*len(steps)/101, len(steps)-1)])
}

func glyphs(ascii bool) Glyphs {
	if ascii {
		return Glyphs{
			Bar: "|", Rule: "-", TopLeft: "+", TopRight: "+", BottomLeft: "+", BottomRight: "+",
			Cursor: ">", Ellipsis: "~", Dot: "o", Alert: "!", Block: "#", Bullet: ">",
			Arrow: ">", Sep: ".", Up: "^", Down: "v", Key: "*", ascii: true,
		}
	}
	return Glyphs{
		Bar: "│", Rule: "─", TopLeft: "╭", TopRight: "╮", BottomLeft: "╰", BottomRight: "╯",
		Cursor: "▌", Ellipsis: "…", Dot: "●", Alert: "▲", Block: "█", Bullet: "▸",
		Arrow: "→", Sep: "·", Up: "↑", Down: "↓", Key: "◇",
	}
}

// WantsASCII tells from the environment whether the terminal can show only
// ASCII: a locale that is not UTF-8, the Linux console or a VT terminal.
func WantsASCII(getenv func(string) string) bool {
	switch term := getenv("TERM"); {
	case term == "linux", term == "dumb", strings.HasPrefix(term, "vt"):
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(getenv(name)); locale != "" {
			return !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
		}
	}
	return true
}
