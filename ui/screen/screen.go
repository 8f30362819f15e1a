package screen

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/kit"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

// Screen is what can stand on the stack of a place.
type Screen interface {
	// Load begins to read what is shown; it is called once, when the screen
	// is opened.
	Load() tea.Cmd
	SetSize(w, h int)
	// Draw gives exactly the rows of the size, each exactly as wide.
	Draw() []string
	// Title says what is shown, Remark what there is to say at the right.
	Title() kit.Line
	Remark() kit.Line
	// Contexts says which keys mean something, nearest first, without Global.
	Contexts() []key.Context
	State() key.State
	// Do runs an action; handled is false when it is not this screen's.
	Do(id key.ID) (cmd tea.Cmd, handled bool)
}

// Typist is a screen that takes text. While Typing says so, keys that are text
// go to Type, and only ctrl, alt, tab, enter and esc keys are looked up.
type Typist interface {
	Typing() bool
	Type(msg tea.KeyPressMsg) tea.Cmd
	Paste(text string) tea.Cmd
	// Cursor gives the place of the cursor inside the drawn rows, nil for none.
	Cursor() *tea.Position
}

// Modal is a screen that at times wants an answer before anything else.
type Modal interface{ Modal() bool }

// Watcher is a screen that reads again when something changed.
type Watcher interface {
	Changed(ev conversation.Event) tea.Cmd
}

// Badged is a screen with an index under its cursor, to be told in words.
type Badged interface {
	Index() (ix privacy.Index, name string, ok bool)
}

// Remarker is a screen with its own words for the status line.
type Remarker interface{ Status() kit.Line }

// Master is a screen beside which its detail is shown when there is room.
type Master interface {
	Detail() (To, bool)
}

// Inspected is a screen beside which a third pane is shown when there is room.
type Inspected interface {
	Inspect() (To, bool)
}

// Boxed is a screen that lies over the others: it says which size it wants out
// of what there is.
type Boxed interface {
	Box(w, h int) (bw, bh int)
}

// Alone is a screen that at times takes the whole window, without a frame.
type Alone interface {
	// Alone gives the rows of the window, nil when nothing is shown alone.
	Alone(w, h int) []string
}

// Leaver is a screen that has something to do before it is left, such as
// keeping a draft.
type Leaver interface{ Leave() tea.Cmd }

// Enterer is a screen that does something when it gets the keys for the first
// time, as opposed to being looked at from beside.
type Enterer interface{ Enter() tea.Cmd }

// Restyler is a screen that must forget what it drew when the styles change.
type Restyler interface{ Restyle() }

// Kind names a sort of screen.
type Kind string

// The kinds of screen. The first five are the places.
const (
	Conversations Kind = "conversations"
	Contacts      Kind = "contacts"
	Privacy       Kind = "privacy"
	Activity      Kind = "activity"
	Accounts      Kind = "accounts"

	Timeline Kind = "timeline" // Conversation, and Message to begin at
	Compose  Kind = "compose"  // Draft
	Card     Kind = "card"     // Who
	Why      Kind = "why"      // Message, Conversation for its last one, Who, or Index with Name
	Search   Kind = "search"   // Text, and Name of a saved one
	Setup    Kind = "setup"
	Help     Kind = "help"
	Palette  Kind = "palette"
	Command  Kind = "command"  // Text
	Links    Kind = "links"    // Links
	Files    Kind = "files"    // Files, Pick
	Channels Kind = "channels" // Choice, Pick
	Asking   Kind = "ask"      // Question
	People   Kind = "people"   // Name to ask with, Who to leave out, Pick
	Prompt   Kind = "prompt"   // Name to ask with, Text to begin with or Hidden, Pick
	Saved    Kind = "saved"    // the saved searches
	Times    Kind = "times"    // Text the time already chosen, Pick
	Compare  Kind = "compare"  // Address: keys held side by side with its holder
)

// Places gives the five places in their order.
func Places() []Kind { return []Kind{Conversations, Contacts, Privacy, Activity, Accounts} }

// To says which screen to open, with what it needs.
type To struct {
	Kind         Kind
	Conversation conversation.ConversationID
	Message      conversation.MessageID
	Who          string // a contact, as Backend.Contact takes it
	Text         string
	Name         string
	Draft        *conversation.Draft
	Index        *privacy.Index
	Question     *Question
	Links        []conversation.Link
	Files        []conversation.Attachment
	Choice       *conversation.Choice
	Address      conversation.Address
	Hidden       bool                        // what is typed is not shown
	Pick         func(chosen string) tea.Cmd // what to do with what was chosen: a channel, a contact, a text
}

// Same tells whether two name the same content.
func (t To) Same(o To) bool {
	return t.Kind == o.Kind && t.Conversation == o.Conversation && t.Message == o.Message &&
		t.Who == o.Who && t.Text == o.Text && t.Address == o.Address
}

// Question is asked in a dialog. It answers to keys only after a moment of
// quiet, so that keys typed ahead cannot decide anything.
type Question struct {
	Title string
	Rows  []string
	Yes   func() tea.Cmd // confirmed
	No    func() tea.Cmd // declined; nil for nothing
}

// Host is what a screen can ask of the application. Every method acts at once,
// so that the next key already finds the new state.
type Host interface {
	// Open puts a screen on the stack (or opens a place), Close takes the
	// current one off.
	Open(to To) tea.Cmd
	Close() tea.Cmd
	// Toast shows a result for some seconds. Undo, when given, is what the
	// undo key does next; nil leaves the key as it is.
	Toast(text string, undo func() tea.Cmd) tea.Cmd
	// Acted says that the backend's own Undo would take the last act back.
	Acted(text string) tea.Cmd
	// Quietly tells that messages were marked as read without a word: the undo
	// key must not take that back instead of what the user did before.
	Quietly()
	// Fail shows an error as a sentence.
	Fail(err error) tea.Cmd
	// Ask puts a question.
	Ask(q Question) tea.Cmd
	// Run does an action as if its key had been pressed: for the palette.
	Run(id key.ID) tea.Cmd
	// Keys is the map in force, Below the contexts and the state of the
	// screen that an overlay lies on.
	Keys() key.Map
	Below() ([]key.Context, key.State)
}

// Env is what every screen gets. There is one, and the application changes its
// styles in place when the terminal tells more about itself.
type Env struct {
	Ctx    context.Context // ends with the program
	Styles *theme.Styles
	Cat    kit.Catalogue
	Now    func() time.Time
	Host   Host
	Editor func(path string) tea.Cmd     // runs the user's editor on a file; its end is an Edited
	Opener func(url string) error        // opens a page in the browser; nil when there is none
	Dir    string                        // where attachments are saved
	Sealed func() conversation.LockState // whether sealed messages can be read, as last looked at
}

// Locked tells whether sealed messages cannot be read now.
func (e *Env) Locked() bool { return e.Sealed != nil && e.Sealed().Locked }

// Edited is the message that Editor's command ends with.
type Edited struct {
	Path string
	Err  error
}
