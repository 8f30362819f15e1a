package accounts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// maxSecret bounds what a password command may print.
const maxSecret = 64 << 10

// RunCommand runs a command of the user's configuration by the shell, as
// "pass show mail" and pipes are written there, and gives the first line it
// prints. The command is never made of anything but the configuration.
func RunCommand(ctx context.Context, command string) (string, error) {
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	var out, complaint bytes.Buffer
	cmd.Stdout = &limited{w: &out, left: maxSecret}
	cmd.Stderr = &limited{w: &complaint, left: 4096}
	cmd.WaitDelay = 2 * time.Second // a child that keeps the pipe open must not hold us
	ownGroup(cmd)
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("%q: %w", command, ctx.Err())
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return "", fmt.Errorf("%q: %w: %s", command, err, lastLine(complaint.String()))
	}
	line, _, _ := strings.Cut(out.String(), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return "", fmt.Errorf("%q printed nothing: %w", command, ErrNoSecret)
	}
	return line, nil
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// limited swallows what exceeds a limit, so that a runaway command neither
// fills the memory nor gets an error for it.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	if _, err := l.w.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}
