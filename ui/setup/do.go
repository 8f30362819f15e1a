package setup

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Do runs an action.
func (s *Screen) Do(id key.ID) (tea.Cmd, bool) {
	if s.step == choosing {
		return s.choose(id)
	}
	switch id {
	case key.NextField:
		s.focus(s.at + 1)
	case key.PrevField:
		s.focus(s.at - 1)
	case key.Back:
		s.back()
	case key.Copy:
		return s.copyURL(), true
	case key.GoOn:
		if s.busy != "" {
			return nil, true
		}
		if s.step == mailing {
			return s.goOnMail(), true
		}
		return s.goOnMastodon(), true
	default:
		return nil, false
	}
	return nil, true
}

// back stops what is under way, else goes back to the choice.
func (s *Screen) back() {
	if s.busy != "" {
		s.stop()
		s.note = s.env.Cat.T("setup.stopped", nil)
		return
	}
	s.step, s.err, s.note, s.top = choosing, nil, "", 0
}

// choose runs the actions of the first step.
func (s *Screen) choose(id key.ID) (tea.Cmd, bool) {
	switch id {
	case key.NextField, key.Down:
		s.choice = (s.choice + 1) % 3
	case key.PrevField, key.Up:
		s.choice = (s.choice + 2) % 3
	case key.GoOn:
		if s.busy != "" {
			return nil, true
		}
		return s.chosen(), true
	case key.Back:
		if s.busy == "" {
			host := s.env.Host
			return tea.Batch(host.Close(), host.Toast(s.env.Cat.T("setup.later", nil), nil)), true
		}
		s.stop()
	default:
		return nil, false
	}
	return nil, true
}

func (s *Screen) chosen() tea.Cmd {
	switch s.choice {
	case 0:
		s.step = mailing
	case 1:
		s.step = tooting
	default:
		return s.demo()
	}
	s.err, s.note = nil, ""
	s.focus(0)
	return nil
}

// demo starts the demo, or says how it is started.
func (s *Screen) demo() tea.Cmd {
	return begin(s, s.env.Cat.T("setup.demo.busy", nil), func(ctx context.Context) (bool, error) {
		return s.s.StartDemo(ctx) == nil, nil
	}, func(started bool) tea.Cmd {
		if !started {
			s.note = s.env.Cat.T("setup.demo.how", nil)
			return nil
		}
		return s.done(s.env.Cat.T("setup.demo.done", nil))
	})
}

// goOnMail looks the settings up when the address is new, else tests the login.
func (s *Screen) goOnMail() tea.Cmd {
	m := &s.mail
	address := strings.TrimSpace(m.address.Value())
	a, err := conversation.ParseAddress(address)
	if err != nil || a.Protocol != conversation.Mail {
		s.note = s.env.Cat.T("setup.noaddress", nil)
		s.focus(0)
		return nil
	}
	if address != s.probed {
		return s.probe(address)
	}
	switch {
	case strings.TrimSpace(m.imap.Value()) == "":
		s.note = s.env.Cat.T("setup.noimap", nil)
		s.focus(2)
	case m.password.Value() == "" && strings.TrimSpace(m.command.Value()) == "":
		s.note = s.env.Cat.T("setup.nosecret", nil)
		s.focus(5)
	default:
		return s.confirmed(s.filled(address))
	}
	return nil
}

// confirmed asks before a password goes to servers of another domain that
// nothing but unsigned DNS named.
func (s *Screen) confirmed(n NewAccount) tea.Cmd {
	add := func() tea.Cmd {
		return s.add(n, s.env.Cat.T("setup.testing", map[string]any{"Account": n.Address}))
	}
	if !s.found.Foreign || n.IMAP != s.found.IMAP && n.SMTP != s.found.SMTP {
		return add()
	}
	args := map[string]any{"Server": text(n.IMAP).String(), "Address": text(n.Address).String()}
	return s.env.Host.Ask(screen.Question{
		Title: s.env.Cat.T("setup.foreign.title", nil),
		Rows:  []string{s.env.Cat.T("setup.foreign.text", args)}, Yes: add,
	})
}

// filled takes the form as it stands.
func (s *Screen) filled(address string) NewAccount {
	m := &s.mail
	n := NewAccount{
		Kind: conversation.Mail, Address: address, Name: strings.TrimSpace(m.name.Value()),
		IMAP: strings.TrimSpace(m.imap.Value()), SMTP: strings.TrimSpace(m.smtp.Value()), User: strings.TrimSpace(m.user.Value()),
		PasswordCommand: strings.TrimSpace(m.command.Value()), CA: strings.TrimSpace(m.ca.Value()),
	}
	if n.PasswordCommand == "" {
		n.Password = m.password.Value()
	}
	return n
}

// probe looks the settings up. When nothing is found the fields open all the
// same, to be filled in by hand.
func (s *Screen) probe(address string) tea.Cmd {
	cmd := begin(s, s.env.Cat.T("setup.probing", map[string]any{"Address": address}), func(ctx context.Context) (outcome, error) {
		f, err := s.s.Probe(ctx, address)
		return outcome{f, err}, nil
	}, func(o outcome) tea.Cmd {
		s.probed, s.found, s.err = address, o.Found, o.err
		m := &s.mail
		m.imap.Set(o.IMAP)
		m.smtp.Set(o.SMTP)
		m.user.Set(o.User)
		if o.User == "" {
			m.user.Set(address)
		}
		s.focus(5)
		if o.err != nil {
			s.focus(2)
		}
		return nil
	})
	return cmd
}

// outcome is a look-up that may have failed without ending anything.
type outcome struct {
	Found
	err error
}

// goOnMastodon asks the server for its page, then hands the code in.
func (s *Screen) goOnMastodon() tea.Cmd {
	server := serverOf(s.server.Value())
	if server == "" {
		s.note = s.env.Cat.T("setup.noserver", nil)
		s.focus(0)
		return nil
	}
	code := strings.TrimSpace(s.code.Value())
	if s.url == "" || server != s.asked {
		return s.authorize(server)
	}
	if code == "" {
		s.note = s.env.Cat.T("setup.nocode", nil)
		s.focus(1)
		return nil
	}
	return s.add(NewAccount{Kind: conversation.Mastodon, Server: server, Code: code}, s.env.Cat.T("setup.testing", map[string]any{"Account": text(server).String()}))
}

// serverOf takes a server as people type it: a name, a page, or a handle.
func serverOf(typed string) string {
	typed = strings.TrimSuffix(strings.TrimSpace(typed), "/")
	if typed == "" || strings.HasPrefix(typed, "https://") || strings.HasPrefix(typed, "http://") {
		return typed
	}
	if at := strings.LastIndexByte(typed, '@'); at >= 0 {
		typed = typed[at+1:]
	}
	if typed == "" {
		return ""
	}
	return "https://" + typed
}

func (s *Screen) authorize(server string) tea.Cmd {
	return begin(s, s.env.Cat.T("setup.asking", map[string]any{"Server": text(server).String()}), func(ctx context.Context) (string, error) {
		return s.s.AuthorizeURL(ctx, server)
	}, func(url string) tea.Cmd {
		s.url, s.asked = url, server
		s.code.Set("")
		s.focus(1)
		return s.browse(url)
	})
}

// browse opens the page in the browser, when there is one. That it did not
// open is no error: the page stands on the screen.
func (s *Screen) browse(url string) tea.Cmd {
	if s.env.Opener == nil {
		return nil
	}
	var once screen.Slot
	return screen.Ask(&once, func() (struct{}, error) { return struct{}{}, s.env.Opener(url) }, func(struct{}, error) tea.Cmd { return nil })
}

func (s *Screen) copyURL() tea.Cmd {
	if s.url == "" || s.step != tooting {
		return nil
	}
	return tea.Batch(tea.SetClipboard(text(s.url).String()), s.env.Host.Toast(s.env.Cat.T("done.copied", nil), nil))
}

func (s *Screen) add(n NewAccount, words string) tea.Cmd {
	return begin(s, words, func(ctx context.Context) (func() tea.Cmd, error) {
		err := s.s.Add(ctx, n)
		if err != nil || n.Kind != conversation.Mail || s.offer == nil {
			return nil, err
		}
		return s.offer(ctx, conversation.AccountID(n.Address)), nil
	}, func(offer func() tea.Cmd) tea.Cmd {
		left := s.done(s.env.Cat.T("setup.done", nil))
		if offer == nil {
			return left
		}
		return tea.Batch(left, s.env.Host.Ask(screen.Question{
			Title: s.env.Cat.T("setup.key.title", nil),
			Rows:  []string{s.env.Cat.T("setup.key.text", nil)},
			Yes:   offer,
		}))
	})
}

// done leaves for the conversations.
func (s *Screen) done(said string) tea.Cmd {
	host := s.env.Host
	closed := host.Close()
	return tea.Batch(closed, host.Open(screen.To{Kind: screen.Conversations}), host.Toast(said, nil))
}
