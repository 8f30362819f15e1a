package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
	"github.com/caliopen/caliopen-tui/ui/safe"
)

// The verdicts of a check.
const (
	fine  = "ok"
	doubt = "warning"
	fault = "error"
)

// roomWanted is the free space below which the disk is a worry.
const roomWanted = 500 << 20

// checkObject is one thing that the doctor looked at.
type checkObject struct {
	Check  string `json:"check"`
	State  string `json:"state"`
	Detail string `json:"detail,omitempty"`
	Mend   string `json:"mend,omitempty"`
}

func (p *program) doctorCommand() *cobra.Command {
	var rebuild, offline bool
	c := p.command("doctor", cobra.NoArgs, func(ctx context.Context, _ []string) error {
		if rebuild {
			if err := p.rebuild(ctx); err != nil {
				return err
			}
		}
		return p.doctor(ctx, offline)
	})
	c.Flags().BoolVar(&rebuild, "rebuild", false, p.t("cli.doctor.rebuild"))
	c.Flags().BoolVar(&offline, "offline", false, p.t("cli.doctor.offline"))
	return c
}

// doctor looks at everything and says how to mend what is wrong. It fails when
// something is.
func (p *program) doctor(ctx context.Context, offline bool) error {
	cfg, config := p.checkConfig()
	checks := append([]checkObject{config}, p.checkData(ctx)...)
	checks = append(checks, p.checkModes()...)
	checks = append(checks, p.checkDisk(), p.checkClock())
	checks = append(checks, p.checkTerminal(ctx)...)
	if !offline {
		checks = append(checks, p.checkAccounts(ctx, cfg)...)
	}
	bad := 0
	var rows [][]string
	for _, c := range checks {
		if c.State == fault {
			bad++
		}
		if p.flags.json {
			if err := p.object(c); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{p.t("cli.doctor." + c.State), c.Check, strings.TrimSpace(c.Detail + "  " + c.Mend)})
	}
	if err := p.table(rows); err != nil {
		return err
	}
	if bad > 0 {
		return &conversation.Problem{Code: "cli.doctor.bad", Args: named([]any{"Count", bad}), Err: errors.New("checks failed")}
	}
	return nil
}

func (p *program) checkConfig() (*accounts.Config, checkObject) {
	path := p.places().Config
	cfg, err := p.config()
	if err != nil {
		return &accounts.Config{}, checkObject{"config", fault, p.cat.Error(err), ""}
	}
	if len(cfg.Accounts) == 0 {
		return cfg, checkObject{"config", doubt, path, p.t("cli.doctor.no_account")}
	}
	return cfg, checkObject{"config", fine, path, ""}
}

// checkData opens the database, which checks it, and tells what opening it
// mended and which messages could not be fetched.
func (p *program) checkData(ctx context.Context) []checkObject {
	dir := p.places().Data
	if dir == "" {
		return []checkObject{{"data", fault, p.t("config.no_data_home"), ""}}
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return []checkObject{{"data", doubt, dir, p.t("cli.doctor.no_data")}}
	}
	a, err := p.open(ctx, p, reading)
	if errors.Is(err, accounts.ErrConfig) {
		return nil // said already, and nothing of the data's
	}
	if err != nil {
		return []checkObject{{"data", fault, p.said(err), p.mendData(err)}}
	}
	out := append([]checkObject{{"data", fine, dir, ""}}, p.checkSealed(a.ring)...)
	for _, code := range a.db.Warnings() {
		out = append(out, checkObject{"permissions", doubt, p.t(code), ""})
	}
	aside, err := p.checkAside(ctx, a.db)
	if err = errors.Join(err, a.db.Intact(ctx), a.close()); err != nil {
		return []checkObject{{"data", fault, p.said(err), p.t("cli.doctor.try_rebuild")}}
	}
	return append(out, aside...)
}

// checkAside lists the messages that were set aside, so that the others could
// come.
func (p *program) checkAside(ctx context.Context, db quarantine) ([]checkObject, error) {
	list, err := db.Quarantined(ctx)
	var out []checkObject
	for _, q := range list {
		id := q.ID
		if q.UID > 0 {
			id = strconv.FormatUint(uint64(q.UID), 10)
		}
		folder, mend := q.Folder, "cli.doctor.aside_mend"
		if name, imported := strings.CutPrefix(folder, "local:"); imported { // no server has it
			folder, mend = name, "cli.doctor.import_mend"
		}
		detail := p.t("cli.doctor.aside", "Account", q.Account, "Folder", folder, "ID", id, "Reason", p.t(q.Reason))
		out = append(out, checkObject{"message", doubt, safe.Line(detail).String(), p.t(mend)})
	}
	return out, err
}

// quarantine knows the messages that were set aside.
type quarantine interface {
	Quarantined(ctx context.Context) ([]storage.Quarantined, error)
}

// checkModes looks for files that others can read.
func (p *program) checkModes() []checkObject {
	var out []checkObject
	places := p.places()
	look := func(path string, info fs.FileInfo) {
		if info.Mode()&fs.ModeSymlink == 0 && info.Mode().Perm()&0o077 != 0 {
			want := "600"
			if info.IsDir() {
				want = "700"
			}
			out = append(out, checkObject{"permissions", fault, path, p.t("cli.doctor.chmod", "Mode", want, "File", path)})
		}
	}
	if info, err := os.Lstat(places.Config); err == nil {
		look(places.Config, info)
	}
	err := filepath.WalkDir(places.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || len(out) > 20 {
			return filepath.SkipAll
		}
		if info, err := d.Info(); err == nil {
			look(path, info)
		}
		return nil
	})
	if err == nil && len(out) == 0 {
		out = append(out, checkObject{"permissions", fine, "", ""})
	}
	return out
}

func (p *program) checkDisk() checkObject {
	dir := p.places().Data
	for !isDir(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	free, err := freeSpace(dir)
	switch {
	case err != nil:
		return checkObject{"disk", doubt, p.cat.Error(err), ""}
	case free < roomWanted:
		return checkObject{"disk", doubt, p.t("cli.doctor.free", "Size", p.cat.Size(free)), p.t("cli.doctor.make_room")}
	}
	return checkObject{"disk", fine, p.t("cli.doctor.free", "Size", p.cat.Size(free)), ""}
}

// checkClock finds a clock that cannot be right: one before this program was
// written, or far from what the file system says of a fresh file.
func (p *program) checkClock() checkObject {
	now := p.now()
	if now.Year() < 2026 {
		return checkObject{"clock", fault, now.UTC().Format(time.RFC3339), p.t("cli.doctor.set_clock")}
	}
	return checkObject{"clock", fine, now.UTC().Format(time.RFC3339), ""}
}

// checkTerminal looks at what the interface needs of the terminal, and at the
// settings of tmux, whose defaults cost colours, focus and half a second for
// each escape key.
func (p *program) checkTerminal(ctx context.Context) []checkObject {
	t := p.getenv("TERM")
	out := []checkObject{{"terminal", fine, "TERM=" + t, ""}}
	if t == "" || t == "dumb" {
		out[0].State, out[0].Mend = doubt, p.t("cli.doctor.term")
	}
	if p.getenv("TMUX") == "" {
		return out
	}
	for _, want := range []struct{ option, scope, value string }{
		{"focus-events", "-gv", "on"}, {"set-clipboard", "-sv", "on"}, {"extended-keys", "-sv", "on"}, {"escape-time", "-sv", "10"},
	} {
		got, err := exec.CommandContext(ctx, "tmux", "show-options", want.scope, want.option).Output()
		value := strings.TrimSpace(string(got))
		if err != nil || value == want.value || want.option == "escape-time" && len(value) < 3 {
			continue
		}
		line := "set " + strings.TrimSuffix(want.scope, "v") + " " + want.option + " " + want.value
		out = append(out, checkObject{"tmux", doubt, want.option + "=" + value, p.t("cli.doctor.tmux", "Line", line)})
	}
	return out
}

// checkAccounts logs in to each account.
func (p *program) checkAccounts(ctx context.Context, cfg *accounts.Config) []checkObject {
	secrets := p.secrets(cfg)
	var out []checkObject
	for _, a := range cfg.Accounts {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		s, err := p.login(ctx, a, func(ctx context.Context) (string, error) { return secrets.Get(ctx, a) })
		cancel()
		name := "account " + a.Name
		if err != nil {
			out = append(out, checkObject{name, fault, p.said(err), ""})
			continue
		}
		out = append(out, checkObject{name, fine, "TLS " + or(s.TLS, "?") + " " + s.Auth, ""})
	}
	return out
}
