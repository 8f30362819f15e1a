package composer

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// suggestions is how many completions are shown.
const suggestions = 5

// people is one field of recipients: those that are settled, and what is being
// typed.
type people struct {
	list    []conversation.Recipient
	in      *kit.Field
	offered []conversation.Recipient
	known   map[conversation.ContactID]string // an address of each offered contact that is not alone with its name
	chosen  int
	slot    screen.Slot
}

func recipientName(r conversation.Recipient) string {
	if r.Name != "" {
		return r.Name
	}
	return r.Address.ID
}

// names writes the settled recipients.
func (p *people) names() string {
	var out []string
	for _, r := range p.list {
		out = append(out, safe.Line(recipientName(r)).String())
	}
	return strings.Join(out, ", ")
}

// typed takes a key of a field of recipients.
func (s *Screen) typed(p *people, msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "enter", ",", ";":
		return s.accept(p, nil)
	case "down":
		p.chosen = min(p.chosen+1, max(len(p.offered)-1, 0))
		return nil
	case "up":
		p.chosen = max(p.chosen-1, 0)
		return nil
	case "backspace":
		if p.in.Value() == "" && len(p.list) > 0 {
			p.list = p.list[:len(p.list)-1]
			return s.changed()
		}
	}
	if !p.in.Type(msg) {
		return nil
	}
	return s.complete(p)
}

// complete offers recipients for what is typed.
func (s *Screen) complete(p *people) tea.Cmd {
	p.chosen = 0
	text := strings.TrimSpace(p.in.Value())
	if text == "" {
		p.offered = nil
		p.slot.Drop()
		return nil
	}
	type offers struct {
		rs    []conversation.Recipient
		known map[conversation.ContactID]string
	}
	return screen.Ask(&p.slot, func() (offers, error) {
		rs, err := s.b.Complete(s.env.Ctx, text, suggestions)
		return offers{rs, s.tellApart(rs)}, err
	}, func(o offers, err error) tea.Cmd {
		if err == nil {
			p.offered, p.known = o.rs, o.known
		}
		return nil
	})
}

// tellApart finds an address for each of several people of one name.
func (s *Screen) tellApart(rs []conversation.Recipient) map[conversation.ContactID]string {
	count := map[string]int{}
	for _, r := range rs {
		count[r.Name]++
	}
	known := map[conversation.ContactID]string{}
	for _, r := range rs {
		if count[r.Name] < 2 || r.Contact == "" || !r.Address.IsZero() {
			continue
		}
		if c, err := s.b.Contact(s.env.Ctx, string(r.Contact)); err == nil && len(c.Addresses) > 0 {
			known[r.Contact] = c.Addresses[0].ID
		}
	}
	return known
}

// accept settles what is typed: the completion under the cursor, else whoever
// the text names; then goes on with next.
func (s *Screen) accept(p *people, next func() tea.Cmd) tea.Cmd {
	text := strings.TrimSpace(p.in.Value())
	if text == "" {
		return run(next)
	}
	if first, rest, ok := several(text); ok {
		return s.resolve(p, first, func() tea.Cmd {
			p.in.Set(rest)
			return s.accept(p, next)
		})
	}
	if _, err := conversation.ParseAddress(text); err != nil && p.chosen < len(p.offered) {
		return tea.Batch(s.add(p, p.offered[p.chosen]), run(next))
	}
	p.offered = nil
	return s.resolve(p, text, next)
}

// resolve settles whoever the text names, and leaves the field as it is when
// that is nobody or not one person.
func (s *Screen) resolve(p *people, text string, next func() tea.Cmd) tea.Cmd {
	return screen.Ask(&p.slot, func() (conversation.Recipient, error) {
		return s.b.Resolve(s.env.Ctx, text)
	}, func(r conversation.Recipient, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Toast(s.env.Cat.T(unresolved(err), map[string]any{"Text": safe.Line(text).String()}), nil)
		}
		return tea.Batch(s.add(p, r), run(next))
	})
}

// several takes the first of several addresses that were pasted together. A
// comma in a name divides nothing: every part must look like an address.
func several(text string) (first, rest string, ok bool) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' })
	for _, p := range parts {
		if !strings.Contains(p, "@") {
			return "", "", false
		}
	}
	if len(parts) < 2 {
		return "", "", false
	}
	return strings.TrimSpace(parts[0]), strings.Join(parts[1:], ","), true
}

func unresolved(err error) string {
	if errors.Is(err, conversation.ErrAmbiguous) {
		return "compose.ambiguous"
	}
	return "compose.unknown_recipient"
}

func run(f func() tea.Cmd) tea.Cmd {
	if f == nil {
		return nil
	}
	return f()
}

// add settles a recipient, once.
func (s *Screen) add(p *people, r conversation.Recipient) tea.Cmd {
	p.in.Set("")
	p.offered, p.chosen = nil, 0
	p.slot.Drop()
	for _, have := range p.list {
		if have == r {
			return nil
		}
	}
	p.list = append(p.list[:len(p.list):len(p.list)], r)
	return s.changed()
}
