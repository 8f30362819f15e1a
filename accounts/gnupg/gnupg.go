package gnupg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Errors that callers branch on, besides those of privacy/openpgp.
var (
	ErrAbsent = errors.New("GnuPG is not installed")
	ErrFailed = errors.New("GnuPG did not do it")
)

// maxOutput bounds what GnuPG may write.
const maxOutput = 256 << 20

// GnuPG runs the program. It may be used by several goroutines.
type GnuPG struct {
	path, home string
	phrase     []byte
	silent     bool
}

// Find looks for the program. Home is its folder, empty for the user's own.
func Find(home string) (*GnuPG, error) {
	path, err := exec.LookPath("gpg")
	if err != nil {
		return nil, fmt.Errorf("gnupg: %w", ErrAbsent)
	}
	return &GnuPG{path: path, home: home}, nil
}

// WithPhrase gives a GnuPG that uses this passphrase instead of asking by its
// own window. Those of cards are always asked for by GnuPG itself.
func (g *GnuPG) WithPhrase(phrase []byte) *GnuPG {
	c := *g
	c.phrase = append([]byte{}, phrase...)
	return &c
}

// Silent gives a GnuPG that asks nothing: what is locked stays so.
func (g *GnuPG) Silent() *GnuPG {
	c := *g
	c.silent = true
	return &c
}

// Used tells whether there is anything of GnuPG here: merely asking it for its
// keys would make its folder.
func (g *GnuPG) Used() bool {
	home := g.home
	if home == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			return false
		}
		home = filepath.Join(user, ".gnupg")
	}
	info, err := os.Stat(home)
	return err == nil && info.IsDir()
}

// options are those of every call. The user's own configuration is not read,
// since it may change what is written; nothing is looked up in the network,
// because that would tell others which mail is being read. It must not be
// quiet: then it leaves out the status lines that tell why it failed.
func (g *GnuPG) options() []string {
	out := []string{
		"--no-options", "--batch", "--no-tty", "--no-auto-key-retrieve", "--no-auto-check-trustdb",
		"--disable-dirmngr", "--trust-model", "always", "--status-fd", "3",
	}
	if g.home != "" {
		out = append(out, "--homedir", g.home)
	}
	switch {
	case g.phrase != nil:
		out = append(out, "--pinentry-mode", "loopback", "--passphrase-fd", "4")
	case g.silent:
		out = append(out, "--pinentry-mode", "error")
	}
	return out
}

// run gives what GnuPG writes and its status lines. The exit code is not an
// error: GnuPG ends badly after much that went well.
func (g *GnuPG) run(ctx context.Context, stdin []byte, args ...string) ([]byte, status, error) {
	cmd := exec.CommandContext(ctx, g.path, append(g.options(), args...)...)
	cmd.Stdin = bytes.NewReader(stdin)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if tty := terminal(); tty != "" {
		cmd.Env = append(cmd.Env, "GPG_TTY="+tty)
	}
	cmd.WaitDelay = 2 * time.Second
	out := &bounded{left: maxOutput}
	cmd.Stdout = out
	lines, err := g.start(cmd)
	if err != nil {
		return nil, nil, fmt.Errorf("gnupg: %w", err)
	}
	said := <-lines
	err = cmd.Wait()
	var ended *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, nil, fmt.Errorf("gnupg: %w", ctx.Err())
	case out.left < 0:
		return nil, nil, fmt.Errorf("gnupg: too much output: %w", ErrFailed)
	case err != nil && !errors.As(err, &ended):
		return nil, nil, fmt.Errorf("gnupg: %w", err)
	}
	return out.Bytes(), said, nil
}

// terminal names the terminal for GnuPG's own question: what it reads is a
// pipe, so that it cannot find out. Empty when the user said it, or for none.
func terminal() string {
	if os.Getenv("GPG_TTY") != "" {
		return ""
	}
	name, err := os.Readlink("/proc/self/fd/0")
	if err != nil || !strings.HasPrefix(name, "/dev/pts/") && !strings.HasPrefix(name, "/dev/tty") {
		return ""
	}
	return name
}

// start begins the program with pipes for the status lines, descriptor 3, and
// the passphrase, descriptor 4.
func (g *GnuPG) start(cmd *exec.Cmd) (<-chan status, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	cmd.ExtraFiles = []*os.File{w}
	if g.phrase != nil {
		pr, err := g.offer()
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
		defer pr.Close()
		cmd.ExtraFiles = append(cmd.ExtraFiles, pr)
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	out := make(chan status, 1)
	go func() {
		defer r.Close()
		out <- readStatus(r)
	}()
	return out, nil
}

// offer gives a pipe with the passphrase in it.
func (g *GnuPG) offer() (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	go func() {
		defer w.Close()
		_, _ = w.Write(slices.Concat(g.phrase, []byte("\n")))
	}()
	return r, nil
}

// bounded keeps what is written up to a limit and notes when there is more.
type bounded struct {
	bytes.Buffer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, io.ErrShortWrite
	}
	return b.Buffer.Write(p)
}
