package composer

import (
	"context"
	"time"

	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/safe"
	"github.com/caliopen/caliopen-tui/ui/screen"
)

// Backend is what the screen needs.
type Backend interface {
	NewDraft(ctx context.Context, to []conversation.Recipient) (conversation.Draft, error)
	Reply(ctx context.Context, id conversation.MessageID, all bool) (conversation.Draft, error)
	Forward(ctx context.Context, id conversation.MessageID) (conversation.Draft, error)
	Complete(ctx context.Context, text string, limit int) ([]conversation.Recipient, error)
	Resolve(ctx context.Context, text string) (conversation.Recipient, error)
	Contact(ctx context.Context, who string) (conversation.Contact, error)
	SaveDraft(ctx context.Context, d conversation.Draft) (conversation.DraftID, error)
	DropDraft(ctx context.Context, id conversation.DraftID) error
	Drafts(ctx context.Context) ([]conversation.Draft, error)
	Choose(ctx context.Context, d conversation.Draft) (conversation.Choice, error)
	Send(ctx context.Context, d conversation.Draft) (conversation.Entry, conversation.Choice, error)
	Cancel(ctx context.Context, id conversation.EntryID) (conversation.DraftID, error)
	PeerKey(ctx context.Context, a conversation.Address) (conversation.PeerKey, error)
}

// The times of the composer.
const (
	forecastDelay = 150 * time.Millisecond // after the last key
	saveDelay     = time.Second
	armDelay      = 400 * time.Millisecond // before a warning can be answered
)

// The fields, in the order of the tab key.
const (
	fieldTo = iota
	fieldCc
	fieldBcc
	fieldSubject
	fieldText
	fieldFile // asked for when a file is to be attached
	fieldCount
)

// Screen is one message being written.
type Screen struct {
	env  *screen.Env
	b    Backend
	to   screen.To
	keep *keeper

	d       conversation.Draft
	ready   bool // the draft has come
	people  [3]*people
	subject *kit.Field
	text    textarea.Model
	file    *kit.Field
	focus   int
	copies  bool // Cc and Bcc are shown

	choice  *conversation.Choice
	review  bool
	armed   bool
	sending bool
	dirty   bool
	locked  bool // the draft could not be saved for want of unlocked keys
	saved   time.Time

	w, h                                          int
	load, choose, calm, save, sent, arm, fileSlot screen.Slot
	better                                        screen.Slot
}

// New makes the screen. To says what is written: To.Draft, or To.Text "reply",
// "reply-via" or "forward" with the message, "take-back" with an entry of the
// outbox, else a new message (to To.Who when given).
func New(env *screen.Env, b Backend, to screen.To) *Screen {
	s := &Screen{env: env, b: b, to: to, keep: &keeper{b: b}, subject: kit.NewField(""), file: kit.NewField(""), text: newText()}
	for i := range s.people {
		s.people[i] = &people{in: kit.NewField("")}
	}
	s.setFocus(fieldText)
	if to.Text == "" && to.Draft == nil || to.Text == "forward" {
		s.setFocus(fieldTo)
	}
	if to.Text == "" && to.Draft == nil && to.Who != "" {
		s.setFocus(fieldSubject) // who it is for is said already
	}
	return s
}

// newText makes the editor: no colours and keys of its own, and the terminal's
// real cursor.
func newText() textarea.Model {
	t := textarea.New()
	t.Prompt, t.ShowLineNumbers, t.CharLimit, t.MaxHeight, t.MaxWidth = "", false, 0, 0, 0
	t.EndOfBufferCharacter = ' '
	t.SetVirtualCursor(false)
	t.SetStyles(textarea.Styles{})
	t.KeyMap.Paste.SetEnabled(false)
	return t
}

// Load gets the draft. Keys typed before it comes are kept.
func (s *Screen) Load() tea.Cmd {
	ctx, to := s.env.Ctx, s.to
	return screen.Ask(&s.load, func() (conversation.Draft, error) {
		switch to.Text {
		case "reply", "reply-via":
			return s.b.Reply(ctx, to.Message, true)
		case "forward":
			return s.b.Forward(ctx, to.Message)
		case "take-back":
			return takeBack(ctx, s.b, conversation.EntryID(to.Who))
		}
		if to.Draft != nil {
			return *to.Draft, nil
		}
		return begin(ctx, s.b, to.Who)
	}, s.begun)
}

func begin(ctx context.Context, b Backend, who string) (conversation.Draft, error) {
	if who == "" {
		return b.NewDraft(ctx, nil)
	}
	r, err := b.Resolve(ctx, who)
	if err != nil {
		return conversation.Draft{}, err
	}
	return b.NewDraft(ctx, []conversation.Recipient{r})
}

// takeBack cancels an entry of the outbox and gives the draft that it leaves.
func takeBack(ctx context.Context, b Backend, id conversation.EntryID) (conversation.Draft, error) {
	draft, err := b.Cancel(ctx, id)
	if err != nil {
		return conversation.Draft{}, err
	}
	all, err := b.Drafts(ctx)
	for _, d := range all {
		if d.ID == draft {
			return d, nil
		}
	}
	if err == nil {
		err = conversation.ErrNotFound
	}
	return conversation.Draft{}, err
}

// begun fills the screen with the draft.
func (s *Screen) begun(d conversation.Draft, err error) tea.Cmd {
	if err != nil {
		return tea.Batch(s.env.Host.Close(), s.env.Host.Fail(err))
	}
	if len(d.Sealed) > 0 {
		return s.unreadable()
	}
	typed := s.text.Value()
	d.ConfirmClear = false // a yes is for one sending, never for a draft
	if !d.At.After(s.env.Now()) {
		d.At = time.Time{} // that moment is over: whoever sends it now means now
	}
	s.d, s.ready = d, true
	s.keep.start(d.ID)
	for i, rs := range [][]conversation.Recipient{d.To, d.Cc, d.Bcc} {
		s.people[i].list = rs
	}
	s.copies = len(d.Cc)+len(d.Bcc) > 0
	if s.subject.Value() == "" {
		s.subject.Set(d.Subject)
	}
	s.text.SetValue(typed + safe.Block(d.Text).String())
	if d.Kind == conversation.DraftForward || typed != "" && d.Text == "" {
		s.text.MoveToBegin()
	}
	if typed != "" {
		s.dirty = true
	}
	s.saved = d.Saved
	if s.to.Text == unsaved {
		s.dirty, s.locked = true, true
	}
	s.resize()
	if s.to.Text == "take-back" {
		return tea.Batch(s.forecast(), s.env.Host.Toast(s.env.Cat.T("done.taken_back", nil), nil))
	}
	return s.forecast()
}

// draft gathers what is in the fields.
func (s *Screen) draft() conversation.Draft {
	d := s.d
	d.To, d.Cc, d.Bcc = s.people[fieldTo].list, s.people[fieldCc].list, s.people[fieldBcc].list
	d.Subject, d.Text = s.subject.Value(), s.text.Value()
	return d
}

// empty tells whether nothing was written that could be lost.
func (s *Screen) empty() bool {
	d := s.draft()
	return d.Text == "" && len(d.Attach) == 0 && d.ID == "" && (d.Kind != conversation.DraftNew || d.Subject == "" && len(d.To) == 0)
}

// Changed asks again how the draft would go: a key, an account or a contact
// may have come or gone.
func (s *Screen) Changed(conversation.Event) tea.Cmd {
	if s.sending {
		return nil
	}
	if s.locked { // the keys may be open now
		return tea.Batch(s.saveNow(), s.forecast())
	}
	return s.forecast()
}

// Under tells that the conversation may be shown above.
func (s *Screen) Under() bool { return s.to.Conversation != "" }

// Contexts says which keys act.
func (s *Screen) Contexts() []key.Context {
	if s.review {
		return []key.Context{key.Review}
	}
	return []key.Context{key.Composer}
}

// Modal tells that the review wants its answer.
func (s *Screen) Modal() bool { return s.review }

// State has nothing that keys depend on.
func (s *Screen) State() key.State { return key.State{Row: true, Advice: s.canBetter()} }

// Index gives the badge that the message would get.
func (s *Screen) Index() (privacy.Index, string, bool) {
	if s.choice == nil || s.choice.Best() == nil {
		return privacy.Index{}, "", false
	}
	return s.choice.Best().Index, s.name(), true
}

// name gives the first recipient's name.
func (s *Screen) name() string {
	if to := s.people[fieldTo].list; len(to) > 0 {
		return recipientName(to[0])
	}
	if s.ready || s.to.Text == "forward" {
		return "" // nobody is written to yet, whoever was written to before
	}
	return s.to.Name
}

// Title says who is written to.
func (s *Screen) Title() kit.Line {
	st, cat := s.env.Styles, s.env.Cat
	if s.review {
		return kit.Line{kit.Own(st.Title, cat.T("review.title", nil))}
	}
	kind := s.d.Kind
	if kind == "" {
		kind = conversation.DraftNew
	}
	l := kit.Line{kit.Own(st.Title, cat.T("compose."+string(kind), nil))}
	if name := s.name(); name != "" {
		if more := len(s.people[fieldTo].list) - 1; more > 0 {
			name += " " + cat.T("list.more", map[string]any{"Count": more})
		}
		// The badge has its place before any name, so that no name can show one.
		ix, _, _ := s.Index()
		l = kit.Line{
			kit.Chip(st.Index(ix)), kit.Gap(1), kit.Own(st.Title, cat.T("compose.title", map[string]any{"Name": safe.Line(name).String()})), kit.Gap(2),
			kit.Own(st.Dim, cat.T("compose."+string(kind), nil)),
		}
	}
	return l
}

// Remark tells whether the draft is kept.
func (s *Screen) Remark() kit.Line {
	st, cat := s.env.Styles, s.env.Cat
	switch {
	case !s.ready:
		return kit.Line{kit.Own(st.Dim, cat.T("compose.loading", nil))}
	case s.dirty && s.locked:
		return kit.Line{kit.Own(st.Warn, cat.T("compose.unsaved", nil))}
	case s.dirty:
		return kit.Line{kit.Own(st.Dim, cat.T("compose.unsaved", nil))}
	case !s.saved.IsZero():
		at := s.saved.In(s.env.Now().Location()).Format("15:04")
		return kit.Line{kit.Own(st.Dim, cat.T("compose.saved", map[string]any{"Time": at}))}
	}
	return nil
}

// SetSize gives the screen its room.
func (s *Screen) SetSize(w, h int) {
	if w == s.w && h == s.h {
		return
	}
	s.w, s.h = w, h
	s.resize()
}

func (s *Screen) resize() {
	s.text.SetWidth(max(s.w-2, 4))
	s.text.SetHeight(max(s.h-len(s.fields())-1-s.boxHeight(), 1))
}
