package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/caliopen/caliopen-tui/conversation"
)

// words makes the rule for the words of a command: where they do not fit, the
// command is written out as it should be, instead of counted arguments.
func words(rule cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if rule(c, args) == nil {
			return nil
		}
		use := strings.TrimSpace(strings.TrimSuffix(c.CommandPath(), c.Name()) + c.Use)
		return usage("cli.fault.words", "Use", use, "Command", c.CommandPath())
	}
}

// subcommand refuses words that name no command of a group.
func subcommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage("cli.unknown_command", "Command", c.CommandPath()+" "+args[0])
}

// flagFault puts what is wrong with a flag into words of the catalogue.
func flagFault(c *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		empty   *pflag.ValueRequiredError
		odd     *pflag.InvalidValueError
		command = c.CommandPath()
	)
	switch {
	case errors.As(err, &unknown):
		return usage("cli.fault.flag", "Flag", dashed(unknown.GetSpecifiedName()), "Command", command)
	case errors.As(err, &empty):
		return usage("cli.fault.value", "Flag", dashed(empty.GetSpecifiedName()), "Command", command)
	case errors.As(err, &odd):
		return usage("cli.fault.odd", "Flag", dashed(odd.GetFlag().Name), "Value", odd.GetValue(), "Command", command)
	}
	return err
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// oneOf refuses several flags of which one makes sense at a time.
func oneOf(names ...string) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, _ []string) error {
		var given []string
		for _, name := range names {
			if c.Flags().Changed(name) {
				given = append(given, "--"+name)
			}
		}
		if len(given) < 2 {
			return nil
		}
		return usage("cli.fault.together", "First", given[0], "Second", given[1])
	}
}

// queries puts the words of a query out of reach of the flags: there "-word"
// excludes a word, and is no flag.
func queries(root *cobra.Command, args []string) []string {
	var flags, said []string
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "--":
			said = append(said, args[i+1:]...)
			i = len(args)
		case !strings.HasPrefix(arg, "-") || excludes(arg):
			said = append(said, arg)
		default:
			flags = append(flags, arg)
			if !takesNext(root, arg) {
				continue
			}
			if i++; i == len(args) {
				return args // the value is missing, and is missed as in all commands
			}
			flags = append(flags, args[i])
		}
	}
	if len(said) == 0 || said[0] != "search" && said[0] != "conversations" {
		return args
	}
	return slices.Concat(said[:1], flags, []string{"--"}, said[1:])
}

// excludes tells a word with a minus from a flag or several flags of one letter.
func excludes(arg string) bool {
	return !strings.HasPrefix(arg, "--") && strings.Trim(arg[1:], "hqv") != ""
}

// takesNext tells whether a flag's value is the next argument. The flags of
// both commands that take a query have the same meaning in both.
func takesNext(root *cobra.Command, arg string) bool {
	name := strings.TrimPrefix(arg, "--")
	f := root.PersistentFlags().Lookup(name)
	for _, c := range root.Commands() {
		if f == nil && (c.Name() == "search" || c.Name() == "conversations") {
			f = c.Flags().Lookup(name)
		}
	}
	return f != nil && f.NoOptDefVal == ""
}

// absent says by its name what the store does not have.
func absent(err error, what string) error {
	var own *conversation.Problem
	if errors.Is(err, conversation.ErrNotFound) && !errors.As(err, &own) {
		return missing(what)
	}
	return err
}

// helpOn shows the help of the command that the words name.
func helpOn(c *cobra.Command, args []string) error {
	found, rest, err := c.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return usage("cli.unknown_command", "Command", strings.Join(args, " "))
	}
	found.InitDefaultHelpFlag()
	return found.Help()
}
