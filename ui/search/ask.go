package search

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// How many hits are shown at first, and how many when one goes on to their end.
// More words find the others.
const (
	most  = 200
	utter = 1000
)

// rest is how long the typing has to rest before what costs more is asked for:
// how many hits there are, and what they have in common. A shorter text waits
// for it too, since it matches half of everything.
const (
	rest      = 150 * time.Millisecond
	longish   = 3
	mostFinds = 3
)

// asking gives what stands in the field.
func (s *Screen) asking() string { return strings.TrimSpace(s.field.Value()) }

// changed follows what was typed: a text that is long enough is searched for
// at once, everything else once the typing rests.
func (s *Screen) changed() tea.Cmd {
	s.typed, s.rested = true, false
	s.before = nil
	s.calm.Drop()
	later := screen.After(&s.quiet, rest, s.settle)
	if text := s.asking(); text == "" || utf8.RuneCountInString(text) >= longish {
		return tea.Batch(s.ask(), later)
	}
	return later
}

// settle asks for what waits until the typing rests.
func (s *Screen) settle() tea.Cmd {
	s.rested = true
	if s.asking() != s.asked || s.err != nil {
		return s.ask()
	}
	return s.detail()
}

// asQuery gives a text as it is searched for: the last word of what is being
// typed may be the beginning of a longer one.
func (s *Screen) asQuery(text string) string {
	last := text[strings.LastIndexAny(text, " (")+1:]
	if !s.typed || strings.HasSuffix(s.field.Value(), " ") || utf8.RuneCountInString(last) < longish || strings.ContainsAny(text, `"`) ||
		strings.ContainsAny(last, `:*()-`) {
		return text
	}
	return text + "*"
}

// clear takes away whatever was found.
func (s *Screen) clear() {
	s.read.Drop()
	s.side.Drop()
	s.calm.Drop()
	s.asked, s.query, s.err, s.busy, s.count, s.limit, s.above = "", "", nil, false, 0, most, -1
	s.finds, s.facets = finds{}, nil
	s.list.Reset()
	s.resize()
}

// ask searches for what stands in the field. A search that is overtaken is
// ended, so that fast typing never queues up work.
func (s *Screen) ask() tea.Cmd {
	s.stop()
	text := s.asking()
	if text == "" {
		s.clear()
		return nil
	}
	ctx, stop := context.WithCancel(s.env.Ctx)
	s.stop, s.busy = stop, true
	if text != s.asked {
		s.limit = most
	}
	query, limit := s.asQuery(text), s.limit
	return screen.Ask(&s.read, func() ([]conversation.Hit, error) {
		return s.b.Search(ctx, query, limit)
	}, func(hits []conversation.Hit, err error) tea.Cmd {
		stop()
		s.busy = false
		if err != nil {
			return s.failed(err)
		}
		return s.take(text, query, hits)
	})
}

// failed keeps what is wrong until the typing rests: "from:" is no mistake of
// somebody who is about to type a name. It is said below the field, since it is
// about what is being typed.
func (s *Screen) failed(err error) tea.Cmd {
	if errors.Is(err, context.Canceled) || !s.rested {
		return nil
	}
	s.err = err
	s.resize()
	return nil
}

// take shows the hits, and asks for what stands around them.
func (s *Screen) take(text, query string, hits []conversation.Hit) tea.Cmd {
	if s.asked != text {
		s.list.Reset()
		s.above = -1
		s.count = len(hits)
	}
	s.err, s.asked, s.query = nil, text, query
	s.count = max(s.count, len(hits))
	if len(hits) < s.limit {
		s.count = len(hits)
	}
	s.list.Set(0, len(hits), hits)
	s.resize()
	if s.rested {
		return tea.Batch(s.lookAbove(), s.detail())
	}
	return s.lookAbove()
}

// lookAbove looks for people and topics.
func (s *Screen) lookAbove() tea.Cmd {
	ctx, words, query := s.env.Ctx, plain(s.asked), s.query
	return screen.Ask(&s.side, func() (finds, error) {
		if words == "" {
			return finds{}, nil
		}
		people, err := s.b.Contacts(ctx, words, mostFinds)
		if err != nil {
			return finds{}, err
		}
		topics, err := s.b.Topics(ctx, query, mostFinds)
		return finds{people, topics}, err
	}, func(f finds, err error) tea.Cmd {
		if err != nil {
			return nil // the hits are there; what stands above them is a help
		}
		s.finds = f
		s.resize()
		if s.above = min(s.above, len(s.rows())-1); s.above < 0 && s.list.Total() == 0 && len(s.rows()) > 0 {
			s.above = 0
		}
		return nil
	})
}

// plain gives the words of a search that could be a name.
func plain(text string) string {
	var out []string
	for word := range strings.FieldsSeq(text) {
		if strings.EqualFold(word, "or") || strings.ContainsAny(word, `:()"`) || strings.HasPrefix(word, "-") {
			continue
		}
		out = append(out, strings.TrimRight(word, "*"))
	}
	return strings.Join(out, " ")
}

// detail asks how many there are and what they have in common.
func (s *Screen) detail() tea.Cmd {
	if s.asked == "" {
		return nil
	}
	ctx, query, count, all := s.env.Ctx, s.query, s.count, s.list.Total() < s.limit
	type detail struct {
		count  int
		facets []conversation.Facet
	}
	return screen.Ask(&s.calm, func() (d detail, err error) {
		if d.count = count; !all {
			if d.count, err = s.b.SearchCount(ctx, query); err != nil {
				return d, err
			}
		}
		d.facets, err = s.b.Facets(ctx, query)
		return d, err
	}, func(d detail, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		s.count, s.facets = d.count, d.facets
		s.pick = min(s.pick, max(len(s.choices())-1, 0))
		s.resize()
		return nil
	})
}

// more reads on when the cursor comes near the end of what was read.
func (s *Screen) more() tea.Cmd {
	if s.limit == utter || s.list.Total() < s.limit || s.list.Index() < s.limit-most/5 {
		return nil
	}
	s.limit = utter
	return s.ask()
}
