package conversation

import "slices"

// transitions is the machine of State as a table: where an entry may go from
// where it stands. Everything else is a fault of whoever asks for it.
//
// A held or queued entry is claimed for sending when its time has come; a held
// one may be queued on the way. From
// there it is sent; or goes back into the queue after a passing fault, or when
// it is known that no server got it; or fails for good; or nobody knows. What
// failed, what nobody knows of and what waits for its next try goes back into
// the queue when the user says so. What is on its way or was sent cannot be
// cancelled. Staying where it is, an entry can be noted anew: when some of the
// recipients were refused, or with another time for the next try.
func transitions() map[State][]State {
	return map[State][]State{
		StateHeld:      {StateQueued, StateSending, StateCancelled},
		StateQueued:    {StateSending, StateCancelled},
		StateSending:   {StateSent, StateQueued, StateFailed, StateUnknown},
		StateFailed:    {StateQueued, StateCancelled},
		StateUnknown:   {StateQueued, StateCancelled},
		StateSent:      nil,
		StateCancelled: nil,
	}
}

// May tells whether an entry may go from one state to another, or stay.
func (s State) May(to State) bool { return s == to || slices.Contains(transitions()[s], to) }
