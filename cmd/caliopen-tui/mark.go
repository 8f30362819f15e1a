package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/conversation"
)

func (p *program) markCommand() *cobra.Command {
	return p.command("mark WHAT MESSAGE…", cobra.MinimumNArgs(2), p.with(working, func(ctx context.Context, a *app, args []string) error {
		act, err := parseAct(args[0])
		if err != nil {
			return err
		}
		lost := 0
		for _, word := range args[1:] {
			id, err := a.svc.ResolveMessage(ctx, word)
			if err != nil {
				if len(args) == 2 {
					return err
				}
				p.note(p.cat.Error(err))
				lost++
				continue
			}
			act.Messages = append(act.Messages, id)
		}
		if len(act.Messages) == 0 {
			return missing(strings.Join(args[1:], " "))
		}
		if err := a.svc.Act(ctx, act); err != nil {
			return err
		}
		if err := p.told(act); err != nil {
			return err
		}
		if lost > 0 {
			return &conversation.Problem{Code: "cli.mark.partly", Args: named([]any{"Count", lost}), Err: errPartly}
		}
		return nil
	}))
}

// parseAct reads "read", "unread", "star", "unstar", "archive", "delete",
// "tag+NAME" and "tag-NAME".
func parseAct(word string) (conversation.Act, error) {
	if name, ok := strings.CutPrefix(word, "tag+"); ok && name != "" {
		return conversation.Act{Kind: conversation.ActTag, Tag: name}, nil
	}
	if name, ok := strings.CutPrefix(word, "tag-"); ok && name != "" {
		return conversation.Act{Kind: conversation.ActUntag, Tag: name}, nil
	}
	switch kind := conversation.ActKind(word); kind {
	case conversation.ActRead, conversation.ActUnread, conversation.ActStar, conversation.ActUnstar,
		conversation.ActArchive, conversation.ActDelete:
		return conversation.Act{Kind: kind}, nil
	}
	return conversation.Act{}, usage("cli.mark.what", "Value", word)
}

type actObject struct {
	Act      string   `json:"act"`
	Tag      string   `json:"tag,omitempty"`
	Messages []string `json:"messages"`
	Undone   bool     `json:"undone,omitempty"`
}

func (p *program) told(act conversation.Act) error {
	return p.actDone(act, false)
}

func (p *program) actDone(act conversation.Act, undone bool) error {
	if p.flags.json {
		o := actObject{Act: string(act.Kind), Tag: act.Tag, Messages: []string{}, Undone: undone}
		for _, id := range act.Messages {
			o.Messages = append(o.Messages, string(id))
		}
		return p.object(o)
	}
	key := "cli.mark.done"
	if undone {
		key = "cli.undo.done"
	}
	p.note(p.n(key, len(act.Messages), "Act", string(act.Kind)))
	return nil
}

func (p *program) undoCommand() *cobra.Command {
	return p.command("undo", cobra.NoArgs, p.with(working, func(ctx context.Context, a *app, _ []string) error {
		act, err := a.svc.Undo(ctx)
		if errors.Is(err, conversation.ErrNotFound) {
			return &conversation.Problem{Code: "cli.undo.nothing", Err: conversation.ErrNotFound}
		}
		if err != nil {
			return err
		}
		return p.actDone(act, true)
	}))
}
