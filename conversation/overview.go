package conversation

import (
	"time"

	"github.com/caliopen/caliopen-tui/privacy"
)

// Overview is everything of the user's own privacy at once.
type Overview struct {
	Me         privacy.Index
	Since      int     // points since a month ago
	Best       int     // best score ever, 0 for none
	Trend      []Point // oldest first, one a day
	Device     Measured
	Devices    []Measured // the user's other devices, as they last reported themselves
	Accounts   []AccountOverview
	Levels     map[privacy.Level]int // messages of the last thirty days
	Sealed     int                   // of those sent in the last thirty days, sealed ones
	Sent       int
	Milestones []Milestone
	Steps      []Step // the best first
}

// Point is a score at a day.
type Point struct {
	Day   time.Time
	Score int
}

// Measured is the index of something that was looked at, and how much of it
// could be looked at, in percent.
type Measured struct {
	Name    string
	Index   privacy.Index
	Decided int
	At      time.Time
}

// AccountOverview is an own account with its index.
type AccountOverview struct {
	Account  AccountID
	Protocol Protocol
	Address  Address
	Measured Measured
	Key      Key // the own key, zero for none
}

// Milestone is something reached once and for all.
type Milestone struct {
	ID string // "first_sealed", "first_verified", "all_sealed", "first_a"
	At time.Time
}

// Step is one advice that can be followed now, with whom or what it is about.
type Step struct {
	Advice  privacy.Advice
	Effort  int // minutes, about; 0 for a key press
	Contact ContactID
	Name    string
	Account AccountID
	Address Address
}

// Traffic is how many messages were exchanged with a contact.
type Traffic struct {
	Contact  ContactID
	Messages int
}
