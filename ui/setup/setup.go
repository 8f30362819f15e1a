package setup

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// step is a part of the first run.
type step int

const (
	choosing step = iota
	mailing
	tooting
)

// input is a field with the catalogue's key of its label and of what to type.
type input struct {
	*kit.Field
	label, hint string
}

func newInput(name string) *input {
	return &input{Field: kit.NewField(""), label: "setup." + name, hint: "setup." + name + ".hint"}
}

// mailForm is what a mail account needs.
type mailForm struct {
	address, name, imap, smtp, user, command, password, ca *input
}

// Screen is the first run, and the adding of an account later.
type Screen struct {
	env    *screen.Env
	s      Service
	offer  Offer
	step   step
	choice int
	at     int // field with the keys

	mail   mailForm
	probed string // the address whose settings were looked up
	found  Found
	server *input
	code   *input
	url    string // the page of the server where a code is shown
	asked  string // the server that url belongs to

	busy   string // what is under way, in words; "" for nothing
	cancel context.CancelFunc
	err    error
	note   string // what to correct, in words
	work   screen.Slot
	top    int
	w, h   int
}

// Offer gives what asks for the own key of a new mail account and makes it, if
// the user wants one. It is called outside the loop, for it may take a while.
type Offer = func(ctx context.Context, id conversation.AccountID) func() tea.Cmd

// New makes the screen; offer is nil where no key can be made.
func New(env *screen.Env, s Service, offer Offer) *Screen {
	p := newInput("password")
	p.Secret()
	return &Screen{env: env, s: s, offer: offer, server: newInput("server"), code: newInput("code"), mail: mailForm{
		address: newInput("address"), name: newInput("name"), imap: newInput("imap"), smtp: newInput("smtp"),
		user: newInput("user"), command: newInput("command"), password: p, ca: newInput("ca"),
	}}
}

// Load has nothing to read.
func (s *Screen) Load() tea.Cmd { return nil }

// inputs gives the fields of the step, those of a look-up once it was made.
func (s *Screen) inputs() []*input {
	m := &s.mail
	switch {
	case s.step == mailing && s.probed == "":
		return []*input{m.address, m.name}
	case s.step == mailing:
		return []*input{m.address, m.name, m.imap, m.smtp, m.user, m.command, m.password, m.ca}
	case s.step == tooting && s.url == "":
		return []*input{s.server}
	case s.step == tooting:
		return []*input{s.server, s.code}
	}
	return nil
}

// focus gives the keys to one field.
func (s *Screen) focus(at int) {
	in := s.inputs()
	if len(in) == 0 {
		return
	}
	s.at = (at + len(in)) % len(in)
	for i, f := range in {
		if i == s.at {
			f.Focus()
		} else {
			f.Blur()
		}
	}
}

// begin runs work that can be stopped, and says what is under way.
func begin[T any](s *Screen, words string, work func(context.Context) (T, error), done func(T) tea.Cmd) tea.Cmd {
	ctx, cancel := context.WithCancel(s.env.Ctx)
	s.busy, s.cancel, s.err, s.note = words, cancel, nil, ""
	return screen.Ask(&s.work, func() (T, error) { return work(ctx) }, func(v T, err error) tea.Cmd {
		cancel()
		s.busy, s.cancel = "", nil
		if s.err = err; err != nil {
			return nil // said on the screen, where it stays while it is mended
		}
		return done(v)
	})
}

// stop ends the work under way; what comes of it is dropped.
func (s *Screen) stop() {
	if s.cancel != nil {
		s.cancel()
	}
	s.work.Drop()
	s.busy, s.cancel = "", nil
}

// Leave stops what is under way and forgets the secrets.
func (s *Screen) Leave() tea.Cmd {
	s.stop()
	s.mail.password.Set("")
	s.code.Set("")
	return nil
}

// SetSize gives the screen its room.
func (s *Screen) SetSize(w, h int) { s.w, s.h = w, h }

// Title names the screen.
func (s *Screen) Title() kit.Line {
	return kit.Line{kit.Own(s.env.Styles.Title, s.env.Cat.T("context.setup", nil))}
}

// Remark tells what is under way.
func (s *Screen) Remark() kit.Line {
	if s.busy == "" {
		return nil
	}
	return kit.Line{kit.Own(s.env.Styles.Warn, s.env.Cat.T("setup.busy", nil))}
}

// Contexts says which keys act.
func (s *Screen) Contexts() []key.Context {
	if s.step == choosing {
		return []key.Context{key.Setup, key.Overlay}
	}
	return []key.Context{key.Setup}
}

// State tells what there is.
func (s *Screen) State() key.State {
	return key.State{Row: true, Message: s.url != "" && s.step == tooting}
}

// Typing tells whether a field has the keys.
func (s *Screen) Typing() bool { return s.step != choosing }

// Type takes a key of the field; while something is under way nothing changes.
func (s *Screen) Type(msg tea.KeyPressMsg) tea.Cmd {
	if in := s.inputs(); s.busy == "" && s.at < len(in) && in[s.at].Type(msg) {
		s.note = ""
	}
	return nil
}

// Paste takes text for the field.
func (s *Screen) Paste(text string) tea.Cmd {
	if in := s.inputs(); s.busy == "" && s.at < len(in) {
		in[s.at].Paste(text)
		s.note = ""
	}
	return nil
}

// Status tells the state of what is under way, or what to type into the field.
func (s *Screen) Status() kit.Line {
	st := s.env.Styles
	if s.busy != "" {
		return kit.Line{kit.Own(st.Warn, s.busy), kit.Own(st.Dim, "  "+s.env.Cat.T("setup.esc", nil))}
	}
	if in := s.inputs(); s.at < len(in) {
		return kit.Line{kit.Own(st.Dim, s.env.Cat.T(in[s.at].hint, nil))}
	}
	return kit.Line{kit.Own(st.Dim, s.env.Cat.T("setup.choose.hint", nil))}
}

func text(t string) safe.Text { return safe.Line(t) }
