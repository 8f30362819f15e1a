package storage

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"github.com/caliopen/caliopen-tui/conversation"
)

// Errors that only the store can give.
var (
	// ErrNewer says that a later version of the program wrote the database.
	ErrNewer = conversation.ErrNewer
	// ErrCorrupt says that the file is damaged or not a database.
	ErrCorrupt = conversation.ErrCorrupt
	// ErrGone says that the file was moved, replaced or deleted while it was
	// open: what would be written now, nobody would ever read.
	ErrGone = fmt.Errorf("the database is not in its place any more: %w", conversation.ErrReadOnly)
)

// wrap adds what was being done, and the sentinel error that callers branch on
// when SQLite's code has one.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	if s := sentinel(err); s != nil && !errors.Is(err, s) {
		return fmt.Errorf("storage: %s: %w: %w", what, s, err)
	}
	return fmt.Errorf("storage: %s: %w", what, err)
}

func sentinel(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return conversation.ErrNotFound
	}
	if errors.Is(err, os.ErrPermission) {
		return conversation.ErrReadOnly
	}
	var e sqlite3.Error
	if errors.As(err, &e) {
		if s := sentinelOfCode(e.Code); s != nil {
			return s
		}
		return sentinelOfSystem(e.SystemErrno) // a log that cannot grow is an I/O error to SQLite
	}
	return nil
}

func sentinelOfSystem(errno syscall.Errno) error {
	switch errno {
	case syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG:
		return conversation.ErrFull
	case syscall.EROFS, syscall.EACCES, syscall.EPERM:
		return conversation.ErrReadOnly
	}
	return nil
}

func sentinelOfCode(code sqlite3.ErrNo) error {
	switch code {
	case sqlite3.ErrFull:
		return conversation.ErrFull
	case sqlite3.ErrReadonly, sqlite3.ErrCantOpen, sqlite3.ErrPerm:
		return conversation.ErrReadOnly
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return conversation.ErrLocked
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return ErrCorrupt
	}
	return nil
}
