package conversation

import "errors"

// ErrNoChannel says that no channel can carry a draft.
var ErrNoChannel = errors.New("no channel can carry this message")

// Problem is an error that the edge puts into the user's words: Code is a key
// of the catalogue, Args fill it in.
type Problem struct {
	Code string
	Args map[string]any
	Err  error // the cause, for errors.Is; may be nil
}

// Error gives the code and the cause, for logs.
func (p *Problem) Error() string {
	if p.Err == nil {
		return p.Code
	}
	return p.Code + ": " + p.Err.Error()
}

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.Err }

// Reason gives the problem as a sentence of the catalogue.
func (p *Problem) Reason() Reason { return Reason{p.Code, p.Args} }
