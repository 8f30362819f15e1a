package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// runMain makes the test binary be the program, so that whole processes are
// tested without building anything.
const runMain = "CALIOPEN_TEST_RUN_MAIN"

func TestMain(m *testing.M) {
	switch os.Getenv(runMain) {
	case "":
	case "panic":
		panickingMain()
		return
	case "later":
		laterMain()
		return
	case "torture":
		os.Exit(tortureMain())
	default:
		main()
		return
	}
	os.Exit(m.Run())
}

// profile is a throw-away profile and the program run on it.
type profile struct {
	t    testing.TB
	dir  string
	env  []string
	self string               // the program, "" for this test
	user *syscall.SysProcAttr // who runs it, nil for this user
}

func newProfile(t testing.TB) *profile {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() { reportRaces(t, dir) })
	return &profile{t: t, dir: dir, env: []string{
		runMain + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LANG=C.UTF-8", "TERM=xterm-256color",
		"GORACE=log_path=" + filepath.Join(dir, "race"), // beside the screen, where it can be read
		"CALIOPEN_CONFIG=" + filepath.Join(dir, "config.toml"), "CALIOPEN_DATA=" + filepath.Join(dir, "data"),
	}}
}

// command gives a process of the program on the profile, not yet started.
func (p *profile) command(args ...string) *exec.Cmd {
	p.t.Helper()
	self := p.self
	if self == "" {
		var err error
		if self, err = os.Executable(); err != nil {
			p.t.Fatal(err)
		}
	}
	cmd := exec.Command(self, args...)
	cmd.Env, cmd.Dir, cmd.SysProcAttr = p.env, p.dir, p.user
	return cmd
}

// run runs the program to its end.
func (p *profile) run(stdin string, args ...string) (stdout, stderr string, code int) {
	p.t.Helper()
	cmd := p.command(args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// must runs the program and fails the test unless it ends with status 0.
func (p *profile) must(stdin string, args ...string) string {
	p.t.Helper()
	out, errs, code := p.run(stdin, args...)
	if code != 0 {
		p.t.Fatalf("caliopen-tui %s: status %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// objects runs a command with --json and reads its lines.
func (p *profile) objects(args ...string) []map[string]any {
	p.t.Helper()
	var list []map[string]any
	dec := json.NewDecoder(strings.NewReader(p.must("", append(args, "--json")...)))
	for {
		var o map[string]any
		err := dec.Decode(&o)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			p.t.Fatalf("%s: %v", strings.Join(args, " "), err)
		}
		list = append(list, o)
	}
}

// object is objects for a command that prints one.
func (p *profile) object(args ...string) map[string]any {
	p.t.Helper()
	list := p.objects(args...)
	if len(list) != 1 {
		p.t.Fatalf("%s: %d objects, want one", strings.Join(args, " "), len(list))
	}
	return list[0]
}

// reportRaces fails the test when the race detector found something in one of
// the processes.
func reportRaces(t testing.TB, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "race.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		for report := range strings.SplitSeq(string(text), "==================") {
			if strings.Contains(report, "DATA RACE") && !libraryRace(report) {
				t.Errorf("the race detector says:\n%s", report)
			}
		}
	}
}

// libraryRace knows the one report that is not about this program: after a
// panic Bubble Tea closes the reader of keys while it still reads.
func libraryRace(report string) bool {
	return strings.Contains(report, "recoverFromPanic") && strings.Contains(report, "(*epollCancelReader).Close()")
}
