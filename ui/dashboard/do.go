package dashboard

import (
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// week is how long a step is put off by one key.
const week = 7 * 24 * time.Hour

// Index gives the badge under the cursor.
func (s *Screen) Index() (privacy.Index, string, bool) {
	sort, id, _ := strings.Cut(s.sheet.Current(), ":")
	switch sort {
	case "me":
		return s.st.Me, s.env.Cat.T("dash.me", nil), s.ready
	case "d":
		return s.st.Device.Index, s.env.Cat.T("dash.device", nil), s.ready
	case "a":
		for _, a := range s.st.Accounts {
			if string(a.Account) == id {
				return a.Measured.Index, a.Address.ID, true
			}
		}
	case "m", "n":
		for _, c := range append(append([]conversation.Contact(nil), s.st.most...), s.st.least...) {
			if string(c.ID) == id {
				return c.Index, name(c).String(), true
			}
		}
	}
	return privacy.Index{}, "", false
}

// current gives the step under the cursor.
func (s *Screen) current() (conversation.Step, bool) {
	sort, id, _ := strings.Cut(s.sheet.Current(), ":")
	i, err := strconv.Atoi(id)
	if sort != "s" || err != nil || i >= len(s.st.Steps) {
		return conversation.Step{}, false
	}
	return s.st.Steps[i], true
}

// Do runs an action.
func (s *Screen) Do(id key.ID) (tea.Cmd, bool) {
	if screen.Move(&s.sheet, id) {
		return nil, true
	}
	switch id {
	case key.Snooze:
		return s.snooze(s.env.Now().Add(week), "dash.snoozed"), true
	case key.Never:
		return s.snooze(time.Time{}, "dash.never"), true
	case key.Open, key.Why:
		return s.open(id)
	}
	return nil, false
}

// open shows what lies under the cursor, or why it is as it is.
func (s *Screen) open(id key.ID) (tea.Cmd, bool) {
	host := s.env.Host
	if st, ok := s.current(); ok {
		return s.follow(st, id), true
	}
	sort, what, _ := strings.Cut(s.sheet.Current(), ":")
	switch {
	case sort == "l":
		return host.Open(screen.To{Kind: screen.Search, Text: "level:" + what + since(s.env.Now(), recent)}), true
	case (sort == "m" || sort == "n") && id == key.Open:
		return host.Open(screen.To{Kind: screen.Card, Who: what}), true
	case sort == "m" || sort == "n":
		return host.Open(screen.To{Kind: screen.Why, Who: what}), true
	case sort == "d":
		return s.device(), true
	case sort == "a" && id == key.Open:
		return host.Open(screen.To{Kind: screen.Accounts}), true
	case sort == "a":
		_, name, _ := s.Index()
		return host.Open(screen.To{Kind: screen.Why, Who: what, Name: name}), true
	}
	ix, name, ok := s.Index()
	if !ok {
		return nil, false
	}
	ix.Advice = nil // its steps stand right here, each with whom it is about
	return host.Open(screen.To{Kind: screen.Why, Index: &ix, Name: name}), true
}

// follow goes to where a step is done.
func (s *Screen) follow(st conversation.Step, id key.ID) tea.Cmd {
	host := s.env.Host
	switch {
	case st.Contact != "" && id == key.Why:
		return host.Open(screen.To{Kind: screen.Why, Who: string(st.Contact)})
	case st.Contact != "":
		return host.Open(screen.To{Kind: screen.Card, Who: string(st.Contact)})
	case st.Account != "":
		for _, a := range s.st.Accounts {
			if a.Account == st.Account {
				return host.Open(screen.To{Kind: screen.Why, Who: string(a.Account), Name: a.Address.ID})
			}
		}
	}
	return s.device()
}

// device says why the device stands where it stands.
func (s *Screen) device() tea.Cmd {
	return s.env.Host.Open(screen.To{Kind: screen.Why, Who: "device", Name: s.env.Cat.T("dash.device", nil)})
}

// snooze puts the step under the cursor off; it is never thrust on anybody.
func (s *Screen) snooze(until time.Time, word string) tea.Cmd {
	st, ok := s.current()
	if !ok {
		return nil
	}
	about := st.Advice.ID
	for _, more := range []string{string(st.Contact), string(st.Account)} {
		if more != "" {
			about += " " + more
		}
	}
	return screen.Ask(&s.act, func() (struct{}, error) {
		return struct{}{}, s.b.Snooze(s.env.Ctx, about, until)
	}, func(_ struct{}, err error) tea.Cmd {
		if err != nil {
			return s.env.Host.Fail(err)
		}
		return tea.Batch(s.env.Host.Toast(s.env.Cat.T(word, nil), nil), s.Load())
	})
}
