package main

import (
	"context"

	"github.com/spf13/cobra"
)

// completionCommand writes the script with which a shell completes commands
// and flags.
func (p *program) completionCommand(root *cobra.Command) *cobra.Command {
	c := p.command("completion SHELL", cobra.ExactArgs(1), func(_ context.Context, args []string) error {
		switch args[0] {
		case "bash":
			return root.GenBashCompletionV2(p.out, true)
		case "zsh":
			return root.GenZshCompletion(p.out)
		case "fish":
			return root.GenFishCompletion(p.out, true)
		case "powershell":
			return root.GenPowerShellCompletionWithDesc(p.out)
		}
		return usage("cli.completion.shell", "Value", args[0])
	})
	c.ValidArgs = []string{"bash", "zsh", "fish", "powershell"}
	return c
}
