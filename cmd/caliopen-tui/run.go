package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/screen"
	"github.com/caliopen/caliopen-tui/ui/theme"
)

// frameFirst is how long the network waits for the first frame.
const frameFirst = 150 * time.Millisecond

// errDemo says that the user left the interface to try the demo.
var errDemo = errors.New("the demo is wanted")

// start runs the interface; the only word it takes is a mailto link.
func (p *program) start(ctx context.Context, args []string) error {
	var at screen.To
	letter, mailto, err := link(args)
	if err != nil {
		return err
	}
	if !p.terminal || !p.keyboard {
		return usage("cli.no_terminal")
	}
	err = p.with(living, func(ctx context.Context, a *app, _ []string) error {
		if mailto {
			d, err := begin(ctx, a.svc, letter)
			if err != nil {
				return err
			}
			at = screen.To{Kind: screen.Compose, Draft: &d}
		}
		return p.show(ctx, a, at, p.notice(letter))
	})(ctx, nil)
	if errors.Is(err, errDemo) {
		return p.demo(ctx, "")
	}
	return err
}

// link reads the words of a command line that names no command.
func link(args []string) (l Letter, ok bool, err error) {
	switch {
	case len(args) == 0:
		return l, false, nil
	case len(args) > 1 || !strings.HasPrefix(strings.ToLower(args[0]), "mailto:"):
		return l, false, usage("cli.unknown_command", "Command", args[0])
	}
	l, err = ParseMailto(args[0])
	return l, true, err
}

// notice tells inside the interface which fields of a link were passed over:
// what is written before it starts is hidden behind it.
func (p *program) notice(l Letter) string {
	if len(l.Ignored) == 0 {
		return ""
	}
	return p.t("cli.mailto.ignored", "Fields", strings.Join(l.Ignored, ", "))
}

// begin makes the draft that a link asks for. It is shown, never sent.
func begin(ctx context.Context, svc *conversation.Service, l Letter) (conversation.Draft, error) {
	var d conversation.Draft
	for _, list := range []struct {
		addresses []conversation.Address
		into      *[]conversation.Recipient
	}{{l.To, &d.To}, {l.Cc, &d.Cc}} {
		for _, a := range list.addresses {
			r, err := svc.Resolve(ctx, a.ID)
			if err != nil {
				return d, err
			}
			*list.into = append(*list.into, r)
		}
	}
	draft, err := svc.NewDraft(ctx, d.To)
	if err != nil {
		return d, err
	}
	draft.Cc, draft.Subject, draft.Text = d.Cc, l.Subject, l.Body
	return draft, nil
}

// show runs the interface with the engine behind it until the user leaves or
// the context ends.
func (p *program) show(ctx context.Context, a *app, at screen.To, notice string) error {
	before, err := term.GetState(int(os.Stdin.Fd()))
	if err != nil {
		return fmt.Errorf("terminal: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	crashes := &crashes{dir: a.places.Data, now: p.now}
	s := &setup{p: p, a: a, leave: cancel}
	options := p.options(ctx, a, s, at)
	options.Notice = notice
	model := crashes.guard(ui.New(options))
	loop := tea.NewProgram(model, tea.WithoutSignalHandler(), tea.WithFilter(a.touched))
	served := make(chan struct{})
	go func() {
		defer close(served)
		// The first frame comes first: connecting wants the processors for itself.
		select {
		case <-ctx.Done():
		case <-time.After(frameFirst):
		}
		a.eng.Run(ctx)
	}()
	// Told to stop, the interface leaves by its own door, which waits for its
	// reader; giving it the context would close the terminal under the reader.
	go func() { <-ctx.Done(); loop.Quit() }()
	go ui.Forward(ctx, a.svc, loop.Send)
	go a.followOthers(ctx)
	go a.watchAccounts(ctx)
	go a.openedAtStart(ctx)
	go a.mend(ctx)
	stopped, left := make(chan struct{}), make(chan struct{})
	go func() { defer close(left); leaveAnyway(ctx, before, stopped) }()
	_, err = loop.Run()
	close(stopped)
	<-left
	cancel()
	<-served
	if s.demo.Load() {
		return errDemo
	}
	if path := crashes.written(); path != "" {
		return &conversation.Problem{Code: "cli.crashed", Args: named([]any{"File", path}), Err: err}
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, tea.ErrInterrupted) {
		return nil // told to stop: nothing went wrong
	}
	return err
}

func (p *program) options(ctx context.Context, a *app, s *setup, at screen.To) ui.Options {
	keys := map[key.ID][]string{}
	for action, typed := range a.cfg.Keys {
		keys[key.ID(action)] = strings.Fields(typed)
	}
	var tell func(context.Context, []conversation.Message) error
	if command, own := strings.CutPrefix(a.cfg.Notify, "command:"); own {
		tell = (&commandTeller{p: p, command: command}).tell
	}
	return ui.Options{
		Tell: tell, Quiet: a.cfg.Notify == "none",
		Context: ctx, Backend: a.svc, Setup: s, Catalogue: p.cat, Now: p.now, Keys: keys,
		Theme: theme.Options{
			Profile: colorprofile.Detect(os.Stdout, os.Environ()), Dark: a.cfg.Theme != "light",
			ASCII: p.plainGlyphs(a.cfg),
		},
		FixTheme: a.cfg.Theme != "", Editor: p.editor, Opener: p.opener(), Dir: downloads(p.getenv),
		Mouse: true, Title: true, Start: at, Frame: p.frame(),
	}
}

// plainGlyphs tells whether only ASCII may be drawn: the user says so, or the
// locale or the terminal knows nothing else.
func (p *program) plainGlyphs(cfg *accounts.Config) bool {
	if cfg.Glyphs != "" {
		return cfg.Glyphs == "ascii"
	}
	locale := or(p.getenv("LC_ALL"), or(p.getenv("LC_CTYPE"), p.getenv("LANG")))
	utf8 := strings.Contains(strings.ToLower(strings.ReplaceAll(locale, "-", "")), "utf8")
	t := p.getenv("TERM")
	return !utf8 || t == "linux" || strings.HasPrefix(t, "vt")
}

// frame is the least time between two frames; over SSH each one travels.
func (p *program) frame() time.Duration {
	if p.getenv("SSH_TTY") != "" {
		return time.Second / 30
	}
	return time.Second / 60
}

// editor runs the user's editor on a file. The path is an argument of its own
// and never part of what the shell reads.
func (p *program) editor(path string) tea.Cmd {
	command := or(p.getenv("VISUAL"), or(p.getenv("EDITOR"), "vi"))
	cmd := exec.Command("sh", "-c", command+` "$@"`, "sh", path)
	return tea.ExecProcess(cmd, func(err error) tea.Msg { return screen.Edited{Path: path, Err: err} })
}

// downloads is where attachments are saved.
func downloads(getenv func(string) string) string {
	home := getenv("HOME")
	if dir := getenv("XDG_DOWNLOAD_DIR"); dir != "" {
		return dir
	}
	if dir := filepath.Join(home, "Downloads"); isDir(dir) {
		return dir
	}
	return home
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// opener opens a page in the browser, by argument and without a shell; nil
// where there is no display.
func (p *program) opener() func(string) error {
	command := p.getenv("BROWSER")
	if command == "" {
		if p.getenv("DISPLAY") == "" && p.getenv("WAYLAND_DISPLAY") == "" {
			return nil
		}
		command = "xdg-open"
	}
	return func(url string) error {
		if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
			return fmt.Errorf("open %q: %w", url, conversation.ErrUsage)
		}
		cmd := exec.Command(command, url)
		if err := cmd.Start(); err != nil {
			return fmt.Errorf("open: %w", err)
		}
		go func() { _ = cmd.Wait() }() // the browser outlives us; its end says nothing
		return nil
	}
}
