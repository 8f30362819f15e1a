package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/caliopen/caliopen-tui/accounts"
)

// maxLog is the size from which a log is put aside at the next start.
const maxLog = 5 << 20

// openLog makes the log file, readable by its owner only. What is logged names
// accounts, hosts and errors; never a password, a token or the text of a
// message.
func openLog(path string, verbose bool) (*slog.Logger, io.Closer, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, fmt.Errorf("log: %w", err)
	}
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, nil, fmt.Errorf("log: %w", err)
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("log: %w", err)
	}
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: level, ReplaceAttr: shortened})), f, nil
}

// shortened bounds what a server wrote into an error. The handler quotes line
// ends and whatever else is not printed.
func shortened(_ []string, a slog.Attr) slog.Attr {
	if err, ok := a.Value.Any().(error); ok {
		a.Value = slog.StringValue(short(err.Error()))
	}
	return a
}

// login tries an account and notes a failure in the log: the account, what
// was wrong with it and the server's words, never a secret. A log that cannot
// be written is no reason to fail.
func (p *program) login(ctx context.Context, a accounts.Account, secret secretFunc) (accounts.Security, error) {
	s, err := p.probe(ctx, p, a, secret)
	if err == nil || p.places().Data == "" {
		return s, err
	}
	log, file, opening := openLog(p.places().Log(), p.flags.verbose)
	if opening != nil {
		return s, err
	}
	defer file.Close()
	_, code := judge(err)
	log.Warn("login failed", "account", a.Name, "imap", a.IMAP, "smtp", a.SMTP, "server", a.Server, "code", code, "err", err)
	return s, err
}
