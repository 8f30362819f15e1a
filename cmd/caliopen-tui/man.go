package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/caliopen/caliopen-tui/conversation"
)

// version is set by the linker in releases.
const unreleased = "0.1.0-dev"

type versionObject struct {
	Version  string   `json:"version"`
	Commit   string   `json:"commit,omitempty"`
	Go       string   `json:"go"`
	Features []string `json:"features"`
}

func (p *program) versionCommand() *cobra.Command {
	return p.command("version", cobra.NoArgs, func(context.Context, []string) error {
		v := build()
		if p.flags.json {
			return p.object(v)
		}
		return p.line("caliopen-tui " + v.Version + " " + v.Commit + " " + v.Go)
	})
}

// build reads what the compiler noted about the program.
func build() versionObject {
	v := versionObject{Version: unreleased, Go: runtime.Version(), Features: features()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v.Commit = s.Value
		}
	}
	return v
}

// features lists what this build can do, sorted.
func features() []string {
	list := append([]string{string(conversation.Mail), string(conversation.Mastodon)}, storageFeatures()...)
	slices.Sort(list)
	return list
}

// manCommand writes the manual: one page on standard output, or a page for
// each command into a folder.
func (p *program) manCommand(root *cobra.Command) *cobra.Command {
	var dir string
	c := p.command("man", cobra.NoArgs, func(context.Context, []string) error {
		head := &doc.GenManHeader{Title: "CALIOPEN-TUI", Section: "1", Source: "caliopen-tui " + build().Version}
		root.DisableAutoGenTag = true
		if dir != "" {
			return doc.GenManTree(root, head, dir)
		}
		return doc.GenMan(root, head, p.out)
	})
	c.Flags().StringVar(&dir, "dir", "", p.t("cli.man.dir"))
	return c
}
