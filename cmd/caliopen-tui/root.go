package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/lang"
)

// run runs one command line and gives the exit status.
func (p *program) run(ctx context.Context, args []string) int {
	if err := p.speak(args); err != nil {
		fmt.Fprintln(p.err, "caliopen-tui:", err)
		return exitFailed
	}
	root := p.root()
	root.SetArgs(queries(root, args))
	return p.fail(asUsage(root.ExecuteContext(ctx)))
}

// speak loads the catalogue. The language has to be known before the flags are
// read, since the help of the flags is written in it.
func (p *program) speak(args []string) error {
	asked := ""
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--lang="); ok {
			asked = value
		} else if arg == "--lang" && i+1 < len(args) {
			asked = args[i+1]
		} else if arg == "--json" || arg == "--json=true" {
			p.flags.json = true // a fault in the flags themselves is told in JSON too
		} else if arg == "--" {
			break
		}
	}
	chosen, _ := lang.Pick(asked, p.getenv)
	var err error
	p.cat, err = lang.Load(chosen)
	return err
}

// commandError marks errors that come from a command itself; all others come
// from reading the command line.
type commandError struct{ error }

func (e commandError) Unwrap() error { return e.error }

func asUsage(err error) error {
	if err == nil {
		return nil
	}
	if own, ok := err.(commandError); ok {
		return own.error
	}
	var ours *conversation.Problem
	if errors.As(err, &ours) {
		return err
	}
	return usage("cli.usage", "Detail", err.Error())
}

// root builds the tree of commands.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "caliopen-tui",
		Short:         p.t("cli.root.short"),
		Long:          p.t("cli.root.long"),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE:          p.does(p.start),
	}
	flags := root.PersistentFlags()
	wanted := p.flags.json // declaring a flag sets it to its default
	flags.StringVar(&p.flags.config, "config", "", p.t("cli.flag.config"))
	flags.StringVar(&p.flags.data, "data", "", p.t("cli.flag.data"))
	flags.StringVar(&p.flags.lang, "lang", "", p.t("cli.flag.lang"))
	flags.BoolVar(&p.flags.json, "json", false, p.t("cli.flag.json"))
	p.flags.json = wanted
	flags.BoolVarP(&p.flags.quiet, "quiet", "q", false, p.t("cli.flag.quiet"))
	flags.BoolVarP(&p.flags.verbose, "verbose", "v", false, p.t("cli.flag.verbose"))
	root.PersistentPreRunE = p.checkLang
	root.SetIn(p.in)
	root.SetOut(p.out) // before the library makes its own commands: they keep it
	root.SetErr(p.err)
	root.SetUsageTemplate(p.usageTemplate())
	root.SetFlagErrorFunc(flagFault)
	root.CompletionOptions.DisableDefaultCmd = true // ours speaks three languages
	root.AddCommand(
		p.demoCommand(), p.accountCommand(), p.syncCommand(),
		p.conversationsCommand(), p.messagesCommand(), p.showCommand(), p.searchCommand(),
		p.sendCommand(), p.outboxCommand(), p.markCommand(), p.undoCommand(),
		p.contactCommand(), p.keyCommand(), p.explainCommand(), p.inspectCommand(),
		p.importCommand(), p.exportCommand(), p.doctorCommand(),
		p.backupCommand(), p.restoreCommand(), p.compactCommand(),
		p.completionCommand(root), p.manCommand(root), p.versionCommand(),
	)
	p.translateBuiltins(root)
	return root
}

func (p *program) checkLang(*cobra.Command, []string) error {
	if _, ok := lang.Pick(p.flags.lang, p.getenv); !ok {
		return usage("cli.lang", "Value", p.flags.lang, "Known", strings.Join(lang.Languages(), ", "))
	}
	return nil
}

// command makes a command whose texts stand in the catalogue under its name.
func (p *program) command(use string, args cobra.PositionalArgs, run func(context.Context, []string) error) *cobra.Command {
	name, _, _ := strings.Cut(use, " ")
	return &cobra.Command{Use: use, Short: p.t("cli." + name + ".short"), Args: words(args), RunE: p.does(run), DisableFlagsInUseLine: true}
}

// under names the texts of a command inside a group.
func (p *program) under(group string, c *cobra.Command) *cobra.Command {
	c.Short = p.t("cli." + group + "." + c.Name() + ".short")
	return c
}

// group makes a command that only holds others.
func (p *program) group(name string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: name, Short: p.t("cli." + name + ".short"), Args: subcommand,
		RunE: func(c *cobra.Command, _ []string) error { return usage("cli.subcommand", "Command", c.CommandPath()) },
	}
	for _, sub := range commands {
		c.AddCommand(p.under(name, sub))
	}
	return c
}

// does makes cobra's function of ours, marking the errors as the command's own.
func (p *program) does(run func(context.Context, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		if err := run(c.Context(), args); err != nil {
			return commandError{err}
		}
		return nil
	}
}

// with opens the profile for a command and closes it again.
func (p *program) with(need need, run func(context.Context, *app, []string) error) func(context.Context, []string) error {
	return func(ctx context.Context, args []string) error {
		a, err := p.open(ctx, p, need)
		if err != nil {
			return err
		}
		if need < living {
			a.catchUp(ctx)
		}
		err = run(ctx, a, args)
		if closing := a.close(); err == nil {
			err = closing
		}
		return err
	}
}

// usageTemplate is the short help below an error and above the flags.
func (p *program) usageTemplate() string {
	return p.t("cli.help.usage") + `
  {{if .HasAvailableSubCommands}}{{.CommandPath}} COMMAND [--…]{{else}}{{.UseLine}} [--…]{{end}}{{if .HasAvailableSubCommands}}

` + p.t("cli.help.commands") + `{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

` + p.t("cli.help.flags") + `
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

` + p.t("cli.help.global") + `
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}
`
}

// translateBuiltins gives the library's own commands and flags our words.
func (p *program) translateBuiltins(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		if c.Name() == "help" {
			c.Use, c.Short, c.Long, c.DisableFlagsInUseLine = "help [COMMAND]", p.t("cli.help.short"), "", true
			c.Run, c.RunE = nil, helpOn
		}
	}
	var flag func(c *cobra.Command)
	flag = func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		if f := c.Flags().Lookup("help"); f != nil {
			f.Usage = p.t("cli.flag.help")
		}
		for _, sub := range c.Commands() {
			flag(sub)
		}
	}
	flag(root)
}
