package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"unicode/utf8"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// The exit statuses of the contract.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitConfig  = 3
	exitLogin   = 4
	exitNetwork = 5
	exitMissing = 6
	exitGuard   = 7
	exitPartly  = 8
)

// errPartly says that a part was done; the output says which.
var errPartly = errors.New("partly done")

// errData says that the data folder cannot be used for a reason that has no
// name of its own.
var errData = errors.New("data unusable")

// unusable says that nothing can be read or kept in the data folder, unless
// the error says better what is wrong with it.
func unusable(dir string, err error) error {
	if exit, _ := judge(err); exit == exitConfig || errors.Is(err, context.Canceled) {
		return err
	}
	return &conversation.Problem{
		Code: "cli.data", Args: named([]any{"Dir", dir, "Detail", err.Error()}), Err: fmt.Errorf("%w: %w", errData, err),
	}
}

// outcome pairs an error with its exit status and the code that programs read.
type outcome struct {
	err  error
	exit int
	code string
}

// outcomes is ordered: the first that matches counts.
func outcomes() []outcome {
	return []outcome{
		{errPartly, exitPartly, "partly"},
		{conversation.ErrGuard, exitGuard, "guard"},
		{accounts.ErrConfig, exitConfig, "config"},
		{accounts.ErrNoSecret, exitConfig, "secret"},
		{conversation.ErrFull, exitConfig, "disk_full"},
		{conversation.ErrReadOnly, exitConfig, "read_only"},
		{conversation.ErrLocked, exitConfig, "locked"},
		{conversation.ErrNewer, exitConfig, "newer"},
		{conversation.ErrCorrupt, exitConfig, "damaged"},
		{errData, exitConfig, "data"},
		{conversation.ErrElsewhere, exitFailed, "elsewhere"},
		{accounts.ErrAuth, exitLogin, "login"},
		{accounts.ErrCertificate, exitNetwork, "certificate"},
		{accounts.ErrPlain, exitNetwork, "no_tls"},
		{accounts.ErrOffline, exitNetwork, "network"},
		{accounts.ErrTemporary, exitNetwork, "temporary"},
		{context.DeadlineExceeded, exitNetwork, "timeout"},
		{conversation.ErrAmbiguous, exitMissing, "ambiguous"},
		{conversation.ErrNotFound, exitMissing, "not_found"},
		{conversation.ErrUsage, exitUsage, "usage"},
		{os.ErrNotExist, exitMissing, "not_found"},
		{conversation.ErrSealed, exitFailed, "keys_locked"},
		{context.Canceled, exitFailed, "stopped"},
	}
}

// judge gives the exit status and the code of an error.
func judge(err error) (int, string) {
	for _, o := range outcomes() {
		if errors.Is(err, o.err) {
			return o.exit, o.code
		}
	}
	var (
		network *net.OpError
		name    *net.DNSError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
	)
	switch {
	case errors.As(err, &unknown), errors.As(err, &host):
		return exitNetwork, "certificate"
	case errors.As(err, &network), errors.As(err, &name):
		return exitNetwork, "network"
	}
	return exitFailed, "failed"
}

// fail tells an error in one line, and to programs as an object too.
func (p *program) fail(err error) int {
	if err == nil {
		return exitDone
	}
	exit, _ := judge(err)
	var written told
	if p.flags.json && !errors.As(err, &written) {
		_ = p.object(map[string]*errorObject{"error": p.failure(err)}) // the exit status says it too
	}
	fmt.Fprintln(p.err, "caliopen-tui: "+p.said(err))
	return exit
}

// maxSaid bounds an error in characters: servers may write as much as they like
// into theirs.
const maxSaid = 1000

// said gives an error as one short line that has no power over the terminal.
func (p *program) said(err error) string {
	return short(safe.Line(p.cat.Error(err)).String())
}

// short cuts a text that nobody would read to its end.
func short(text string) string {
	if utf8.RuneCountInString(text) <= maxSaid {
		return text
	}
	return string([]rune(text)[:maxSaid]) + "…"
}

// failure gives the object of an error.
func (p *program) failure(err error) *errorObject {
	_, code := judge(err)
	return &errorObject{code, p.said(err)}
}

// told marks an error whose object was written already.
type told struct{ error }

func (t told) Unwrap() error { return t.error }

// usage makes an error of wrong usage from a text of the catalogue.
func usage(code string, args ...any) error {
	return &conversation.Problem{Code: code, Args: named(args), Err: conversation.ErrUsage}
}

// missing says that something named on the command line does not exist.
func missing(what string) error {
	return &conversation.Problem{Code: "cli.missing", Args: named([]any{"What", what}), Err: conversation.ErrNotFound}
}

// pointed makes a faulty query point at a character instead of a byte.
func pointed(err error, query string) error {
	var q *conversation.QueryError
	if !errors.As(err, &q) || q.Pos > len(query) {
		return err
	}
	at := *q
	at.Pos = utf8.RuneCountInString(query[:max(q.Pos, 0)])
	return &at
}
