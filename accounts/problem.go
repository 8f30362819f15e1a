package accounts

import (
	"errors"
	"fmt"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Errors of the configuration and of secrets that callers branch on.
var (
	ErrConfig   = errors.New("configuration unusable")
	ErrNoSecret = errors.New("no secret for this account")
)

// Problem is an error with a sentence of the catalogue: a code, its arguments
// and the error behind it.
type Problem struct {
	Code string
	Args map[string]any
	Err  error
}

// Error gives the technical text, for logs.
func (p *Problem) Error() string {
	text := p.Code
	for _, name := range []string{"File", "Line", "Column", "Account", "Key", "Value", "Command"} {
		if value, ok := p.Args[name]; ok {
			text += fmt.Sprintf(" %v", value)
		}
	}
	if p.Err != nil {
		text += ": " + p.Err.Error()
	}
	return text
}

// Unwrap gives the error behind.
func (p *Problem) Unwrap() error { return p.Err }

// Reason gives the code and the arguments of the sentence.
func (p *Problem) Reason() conversation.Reason {
	return conversation.Reason{Code: p.Code, Args: p.Args}
}

func problem(code string, err error, args map[string]any) error {
	return &Problem{Code: code, Args: args, Err: err}
}
