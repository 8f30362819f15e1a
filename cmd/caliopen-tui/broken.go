package main

import (
	"context"
	"fmt"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// broken stands for the transport of an account whose settings cannot be used.
// The account stays known, with its messages and what waits to be sent; each
// try to reach its server says what is wrong.
type broken struct{ err error }

var _ accounts.Transport = broken{}

func (b broken) Sync(context.Context, accounts.Mirror) error             { return b.err }
func (b broken) Watch(context.Context, func()) error                     { return b.err }
func (b broken) Apply(context.Context, []accounts.Task) ([]int64, error) { return nil, b.later() }
func (b broken) Keep(context.Context, conversation.Entry) error          { return b.later() }
func (b broken) Test(context.Context) (accounts.Security, error)         { return accounts.Security{}, b.err }

func (b broken) Security() accounts.Security { return accounts.Security{} }

func (b broken) Limits() accounts.Limits { return accounts.Limits{} }
func (b broken) Close() error            { return nil }

func (b broken) Send(context.Context, conversation.Entry, accounts.Handover) (accounts.Receipt, error) {
	return accounts.Receipt{}, b.later()
}

func (b broken) Find(context.Context, conversation.Entry) (bool, accounts.Receipt, error) {
	return false, accounts.Receipt{}, b.later()
}

// later keeps what waits: with the settings mended it goes.
func (b broken) later() error { return fmt.Errorf("%w: %w", accounts.ErrTemporary, b.err) }
