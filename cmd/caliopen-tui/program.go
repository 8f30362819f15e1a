package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/lang"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// program is one run of the command: its streams, its environment, and what
// the global flags said.
type program struct {
	in       io.Reader
	out, err io.Writer
	terminal bool // standard output is a terminal
	talk     bool // standard error is a terminal
	keyboard bool // standard input is a terminal
	width    int  // columns of the terminal, 0 for none
	getenv   func(string) string
	keyring  accounts.Keyring // nil where there is none
	now      func() time.Time
	cat      *lang.Catalogue
	flags    globals
	keys     conversation.Keyring // of the open profile, nil for none
	open     func(ctx context.Context, p *program, need need) (*app, error)
	probe    func(ctx context.Context, p *program, a accounts.Account, secret secretFunc) (accounts.Security, error)
}

// globals are the flags that every command takes.
type globals struct {
	config, data, lang   string
	json, quiet, verbose bool
}

// secretFunc gives the secret of an account when it is needed.
type secretFunc = func(ctx context.Context) (string, error)

func newProgram() *program {
	p := &program{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		terminal: term.IsTerminal(int(os.Stdout.Fd())),
		talk:     term.IsTerminal(int(os.Stderr.Fd())),
		keyboard: term.IsTerminal(int(os.Stdin.Fd())),
		getenv:   os.Getenv, now: time.Now, keyring: accounts.SystemKeyring(os.Getenv),
		open: open, probe: probe,
	}
	if p.terminal {
		if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
			p.width = w
		}
	}
	return p
}

// places are the files of the profile that the flags and the environment name.
func (p *program) places() accounts.Places {
	return accounts.FindPlaces(p.flags.config, p.flags.data, p.getenv)
}

// t gives a text of the catalogue; args are names and values by turns.
func (p *program) t(key string, args ...any) string {
	return p.cat.T(key, named(args))
}

// n gives a text in the plural form that a count wants.
func (p *program) n(key string, n int, args ...any) string {
	return p.cat.N(key, n, named(args))
}

func named(args []any) map[string]any {
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[fmt.Sprint(args[i])] = args[i+1]
	}
	return m
}

// object writes one object of the contract as a line of JSON.
func (p *program) object(v any) error {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("output: %w", err)
	}
	_, err := p.out.Write(escaped(line.Bytes()))
	return outputError(err)
}

// line writes one line of a result for people; whatever stands in it has lost
// its power over the terminal.
func (p *program) line(text string) error {
	_, err := fmt.Fprintln(p.out, safe.Line(text))
	return outputError(err)
}

// block writes text of several lines.
func (p *program) block(text string) error {
	_, err := fmt.Fprintln(p.out, safe.Block(strings.TrimRight(text, "\n")))
	return outputError(err)
}

// raw writes bytes as they are into a file or pipe, and harmless ones to a
// terminal.
func (p *program) raw(data []byte) error {
	if p.terminal {
		return p.block(string(data))
	}
	_, err := p.out.Write(data)
	return outputError(err)
}

func outputError(err error) error {
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return nil
}

// note tells something beside the result, unless --quiet.
func (p *program) note(text string) {
	if !p.flags.quiet {
		fmt.Fprintln(p.err, safe.Line(text))
	}
}
