package key

// ID names an action; it is also the name typed behind ":".
type ID string

// Context is a place where keys mean something: a screen, or everywhere.
type Context string

// The contexts. Global comes last wherever keys are looked up.
const (
	Global   Context = "global"
	List     Context = "list"     // conversations
	Timeline Context = "timeline" // one conversation
	Composer Context = "composer" // writing: only keys that are no text
	Review   Context = "review"   // before sending
	Contacts Context = "contacts" // all contacts
	Contact  Context = "contact"  // one contact
	Privacy  Context = "privacy"
	Search   Context = "search"
	Activity Context = "activity"
	Accounts Context = "accounts"
	Setup    Context = "setup"
	Overlay  Context = "overlay" // help, why, questions
	Palette  Context = "palette"
	Picker   Context = "picker"   // choosing one of several
	Question Context = "question" // yes or no
	Keys     Context = "keys"     // the box of all keys
	Compare  Context = "compare"  // comparing keys with somebody
	Saved    Context = "saved"    // the saved searches
)

// State is what the table asks before it lets an action run. Screens fill in
// what they know.
type State struct {
	Row     bool // something is under the cursor
	Message bool // a message is under the cursor
	Files   bool // it has attachments
	Links   bool // it has links
	Waiting bool // it waits in the outbox
	Undo    bool // there is something to undo
	Tagged  bool // rows are tagged
	Hits    bool // there is a search to go on with
	Back    bool // there is somewhere to go back to
	Draft   bool // a draft is under the cursor
	Setup   bool // accounts can be changed from here
	Mail    bool // a mail address is under the cursor
	Key     bool // a key of somebody else is under the cursor
	Doubt   bool // a key under the cursor waits for a decision
	Step    bool // an advice is under the cursor
	Own     bool // an own mail account without key is under the cursor
	Asked   bool // something was searched for
	Advice  bool // there is a step towards a more private message
}

// Need is a condition of an action: what it asks of the state. What to say
// when it is not met is the text "need." and its name.
type Need string

// The needs; the empty one is always met.
const (
	NeedRow     Need = "row"
	NeedMessage Need = "message"
	NeedFiles   Need = "files"
	NeedLinks   Need = "links"
	NeedUndo    Need = "undo"
	NeedHits    Need = "hits"
	NeedWaiting Need = "waiting"
	NeedSetup   Need = "setup"
	NeedDraft   Need = "draft"
	NeedMail    Need = "mail"
	NeedKey     Need = "key"
	NeedDoubt   Need = "doubt"
	NeedStep    Need = "step"
	NeedOwn     Need = "own"
	NeedAdvice  Need = "advice"
	NeedAsked   Need = "asked"
)

// met tells whether the state has what is needed.
func (n Need) met(s State) bool {
	switch n {
	case NeedRow:
		return s.Row
	case NeedMessage:
		return s.Message
	case NeedFiles:
		return s.Files
	case NeedLinks:
		return s.Links
	case NeedUndo:
		return s.Undo
	case NeedHits:
		return s.Hits
	case NeedWaiting:
		return s.Waiting
	case NeedSetup:
		return s.Setup
	case NeedDraft:
		return s.Draft
	case NeedMail:
		return s.Mail
	case NeedKey:
		return s.Key
	case NeedDoubt:
		return s.Doubt
	case NeedStep:
		return s.Step
	case NeedOwn:
		return s.Own
	case NeedAdvice:
		return s.Advice
	case NeedAsked:
		return s.Asked
	}
	return true
}

// Action is one thing that the user can do.
type Action struct {
	ID      ID
	Keys    []string // "j", "ctrl+d", "g g"; the first one is shown
	In      []Context
	Need    Need
	Hint    int  // place in the hint line, from 1; 0 for never
	Hidden  bool // left out of help and palette: movement that explains itself
	Destroy bool // takes something away, though it can be undone
}

// Title is the catalogue's key of what the action does, Short that of the word
// or two for the hint line.
func (a Action) Title() string { return "action." + string(a.ID) }

// Short is the catalogue's key of the word for the hint line.
func (a Action) Short() string { return "hint." + string(a.ID) }

// Enabled tells whether the action can run now, and else the catalogue's key
// of the reason.
func (a Action) Enabled(s State) (ok bool, reason string) {
	if a.Need.met(s) {
		return true, ""
	}
	return false, "need." + string(a.Need)
}

// in tells whether the action belongs to a context.
func (a Action) in(c Context) bool {
	for _, have := range a.In {
		if have == c {
			return true
		}
	}
	return false
}
