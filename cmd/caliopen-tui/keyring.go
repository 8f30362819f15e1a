package main

import (
	"context"
	"errors"

	"github.com/caliopen/caliopen-tui/conversation"
)

// find asks the network for the keys of an address, as the configuration
// allows.
func (a *app) find(context.Context, conversation.Address) ([]conversation.KeySight, error) {
	return nil, errors.ErrUnsupported
}

// importKeys takes in keys, or an Autocrypt Setup Message, which its code opens.
func (a *app) importKeys(ctx context.Context, data []byte, phrase func(conversation.Key) ([]byte, error), _ func() (string, error)) ([]conversation.Key, error) {
	return a.keys.Import(ctx, data, phrase)
}

// setupMessage makes an Autocrypt Setup Message of an own key, and its code.
func (a *app) setupMessage(context.Context, string) (message []byte, code string, err error) {
	return nil, "", errors.ErrUnsupported
}

// unlock opens the own keys when they are locked: by what the configuration
// says, or by asking.
func (p *program) unlock(ctx context.Context, a *app) error {
	state := a.svc.LockState()
	if !state.Locked {
		return nil
	}
	if !p.keyboard || !p.talk {
		return &conversation.Problem{Code: "cli.key.locked_now", Err: conversation.ErrSealed}
	}
	phrase, err := p.ask(p.t("cli.key.phrase"))
	if err != nil {
		return err
	}
	return a.svc.Unlock(ctx, []byte(phrase))
}
