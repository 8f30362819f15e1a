package mime

import (
	"strings"
)

// unflow joins the soft line breaks of format=flowed (RFC 3676, 4): lines that
// end with a space go on in the next one of the same depth of quotation. With
// delsp the space itself goes.
func unflow(text string, delsp bool) string {
	var f flow
	f.delsp = delsp
	f.out.Grow(len(text))
	for line := range strings.SplitSeq(text, "\n") {
		f.line(strings.TrimSuffix(line, "\r"))
	}
	f.end()
	return strings.TrimSuffix(f.out.String(), "\n")
}

type flow struct {
	out   strings.Builder
	delsp bool
	open  bool // the line before goes on
	depth int  // of the line before
}

func (f *flow) line(line string) {
	depth := 0
	for depth < len(line) && line[depth] == '>' {
		depth++
	}
	line = strings.TrimPrefix(line[depth:], " ") // space-stuffing
	if f.open && depth != f.depth {
		f.end()
	}
	if line == "-- " { // the mark of a signature is never flowed
		f.end()
		f.write(line, depth)
		f.end()
		return
	}
	soft := strings.HasSuffix(line, " ")
	if soft && f.delsp {
		line = line[:len(line)-1]
	}
	f.write(line, depth)
	if !soft {
		f.end()
	}
}

func (f *flow) write(line string, depth int) {
	if !f.open {
		f.out.WriteString(strings.Repeat(">", depth))
		if depth > 0 {
			f.out.WriteByte(' ')
		}
	}
	f.out.WriteString(line)
	f.open, f.depth = true, depth
}

func (f *flow) end() {
	if f.open {
		f.out.WriteByte('\n')
	}
	f.open = false
}

// stuffed makes the lines of a text to be sent as format=flowed: paragraphs are
// broken softly, and lines that could be misread are stuffed with a space.
func stuffed(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line != "-- " {
			line = strings.TrimRight(line, " ")
		}
		out = wrap(out, line)
	}
	return out
}

// wrapAt is the length of lines wished for (RFC 3676, 4.2).
const wrapAt = 72

// wrap breaks one line softly between words.
func wrap(out []string, line string) []string {
	quote, text := quotation(line)
	for len(text) > wrapAt && len(quote) < wrapAt/2 {
		i := softBreak(text)
		if i < 0 {
			break
		}
		out = append(out, quote+stuff(text[:i+1], quote))
		text = text[i+1:]
	}
	return append(out, quote+stuff(text, quote))
}

// softBreak finds the space to break at: the last one in good length, else the
// first one behind. Only a single space between words can be broken at, and
// never one that would leave the mark of a signature.
func softBreak(text string) int {
	best := -1
	for i := 1; i < len(text)-1; i++ {
		if text[i] != ' ' || text[i-1] == ' ' || text[i+1] == ' ' || text[:i+1] == "-- " {
			continue
		}
		if i >= wrapAt && best >= 0 {
			return best
		}
		best = i
		if i >= wrapAt {
			return best
		}
	}
	return best
}

// quotation splits the marks of quotation ("> > ") from a line. They are
// written together, as the format wants it.
func quotation(line string) (quote, text string) {
	depth := 0
	for strings.HasPrefix(line, ">") {
		depth++
		line = strings.TrimPrefix(line[1:], " ")
	}
	return strings.Repeat(">", depth), line
}

// stuff puts a space before what would be taken for a quotation, a stuffed
// line, or the separator of mailbox files.
func stuff(text, quote string) string {
	if quote != "" && text != "" || strings.HasPrefix(text, " ") || strings.HasPrefix(text, ">") || strings.HasPrefix(text, "From ") {
		return " " + text
	}
	return text
}
