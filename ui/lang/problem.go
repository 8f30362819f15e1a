package lang

import (
	"context"
	"crypto/x509"
	"errors"
	"io/fs"
	"maps"
	"net"
	"syscall"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
)

// coded is an error that brings its own sentence's key and arguments.
type coded interface {
	error
	Reason() conversation.Reason
}

// sentinel pairs an error with the key of its sentence.
type sentinel struct {
	err error
	key string
}

// sentinels lists, most telling first, the errors that have a sentence. The
// sentence says what failed and what to do; the wrapped text says where.
func sentinels() []sentinel {
	return []sentinel{
		{accounts.ErrAuth, "error.auth"},
		{accounts.ErrCertificate, "error.certificate"},
		{accounts.ErrPlain, "error.plain"},
		{accounts.ErrUnclear, "error.unclear"},
		{accounts.ErrTemporary, "error.temporary"},
		{accounts.ErrRefused, "error.refused"},
		{accounts.ErrUnsupported, "error.unsupported"},
		{accounts.ErrFolder, "error.folder"},
		{accounts.ErrOffline, "error.offline"},
		{conversation.ErrNotFound, "error.not_found"},
		{conversation.ErrAmbiguous, "error.ambiguous"},
		{conversation.ErrGuard, "error.guard"},
		{conversation.ErrUsage, "error.usage"},
		{conversation.ErrFull, "error.full"},
		{conversation.ErrReadOnly, "error.read_only"},
		{conversation.ErrLocked, "error.locked"},
		{conversation.ErrNewer, "error.newer"},
		{conversation.ErrCorrupt, "error.corrupt"},
		{conversation.ErrElsewhere, "error.elsewhere"},
		{conversation.ErrFault, "error.fault"},
		{syscall.ENOSPC, "error.full"},
		{syscall.EROFS, "error.read_only"},
		{context.DeadlineExceeded, "error.timeout"},
		{context.Canceled, "error.cancelled"},
		{fs.ErrPermission, "error.permission"},
		{fs.ErrNotExist, "error.missing"},
		{fs.ErrExist, "error.exists"},
	}
}

// Error gives the sentence of an error: what failed, where, and what to do.
// The technical text stands in it as it came, unsanitised: whoever shows it
// sanitises the whole.
func (c *Catalogue) Error(err error) string {
	if err == nil {
		return ""
	}
	var query *conversation.QueryError
	if errors.As(err, &query) {
		args := maps.Clone(query.Args)
		if args == nil {
			args = map[string]any{}
		}
		args["Pos"] = query.Char + 1 // people count from one, and characters
		return c.T(query.Code, args)
	}
	var own coded
	if errors.As(err, &own) {
		return c.Reason(own.Reason())
	}
	return c.T(errorKey(err), map[string]any{"Detail": err.Error()})
}

func errorKey(err error) string {
	for _, s := range sentinels() {
		if errors.Is(err, s.err) {
			return s.key
		}
	}
	return typedKey(err)
}

// typedKey finds the sentence of errors known by their type.
func typedKey(err error) string {
	var (
		name    *net.DNSError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		network *net.OpError
	)
	switch {
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid):
		return "error.certificate"
	case errors.As(err, &name):
		return "error.dns"
	case errors.As(err, &network):
		return "error.offline"
	}
	return "error.other"
}
