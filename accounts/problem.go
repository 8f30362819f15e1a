package accounts

import (
	"errors"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Errors of the configuration and of secrets that callers branch on.
var (
	ErrConfig   = errors.New("configuration unusable")
	ErrNoSecret = errors.New("no secret for this account")
)

// Problem is an error with a sentence of the catalogue: a code, its arguments
// and the error behind it.
type Problem = conversation.Problem

func problem(code string, err error, args map[string]any) error {
	return &Problem{Code: code, Args: args, Err: err}
}
