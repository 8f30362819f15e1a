package main

import (
	"errors"
	"io/fs"

	"github.com/caliopen/caliopen-tui/accounts/keyring"
)

// mendData says how to mend data that cannot be opened. A fault of the files of
// keys says so itself: building the database anew would not bring a key back.
func (p *program) mendData(err error) string {
	if errors.Is(err, keyring.ErrDamaged) || errors.Is(err, fs.ErrPermission) {
		return ""
	}
	return p.t("cli.doctor.try_rebuild")
}

// checkSealed tells of what lies sealed in the database for a key that is not
// here, as after a backup was put back without the folder of keys.
func (p *program) checkSealed(ring interface{ Unreadable() []string }) []checkObject {
	var out []checkObject
	for _, file := range ring.Unreadable() {
		out = append(out, checkObject{"keys", doubt, p.t("cli.doctor.unreadable", "File", file), p.t("cli.doctor.unreadable_mend")})
	}
	return out
}
