package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/caliopen/caliopen-tui/privacy"
)

func TestSavedFilesAreNewAndPrivate(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "victim")
	if err := os.Symlink(outside, filepath.Join(dir, "link.txt")); err != nil {
		t.Skip("no symbolic links here")
	}
	for i, want := range []string{"a.txt", "a-2.txt", "a-3.txt"} {
		path, err := writeFile(dir, "a.txt", []byte{byte(i)})
		if err != nil || filepath.Base(path) != want {
			t.Fatalf("%s %v, want %s", path, err, want)
		}
		if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v", path, info.Mode())
		}
	}
	if path, err := writeFile(dir, "link.txt", []byte("x")); err != nil || filepath.Base(path) != "link-2.txt" {
		t.Errorf("%s %v", path, err)
	}
	if _, err := os.Stat(outside); err == nil {
		t.Error("a link was followed")
	}
	for _, name := range []string{"", ".", "..", "../x", "/etc/x", "a/b"} {
		if _, err := writeFile(dir, name, nil); err == nil {
			t.Errorf("%q was written", name)
		}
	}
}

func TestOnlyRegularFilesAreAttached(t *testing.T) {
	if _, err := readFile(t.TempDir()); err == nil {
		t.Error("a folder was read")
	}
	if _, err := readFile("/dev/zero"); err == nil {
		t.Error("a device was read")
	}
	path := filepath.Join(t.TempDir(), "note.txt")
	if err := os.WriteFile(path, []byte("hi"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := readFile(path)
	if err != nil || f.Name != "note.txt" || !strings.HasPrefix(f.Type, "text/plain") || string(f.Data) != "hi" {
		t.Errorf("%+v %v", f, err)
	}
}

// faulty panics where it is told to.
type faulty struct{ where string }

func (f faulty) Init() tea.Cmd {
	return func() tea.Msg {
		return tea.BatchMsg{func() tea.Msg { panic("text of a message: secret") }}
	}
}

func (f faulty) Update(tea.Msg) (tea.Model, tea.Cmd) { panic("text of a message: secret") }

func (f faulty) View() tea.View {
	lines := strings.Split(f.where, "\n")
	return tea.NewView(lines[len(lines)+1])
}

func TestCrashReportHoldsNoMail(t *testing.T) {
	for where, crash := range map[string]func(tea.Model){
		"update":  func(m tea.Model) { m.Update(nil) },
		"view":    func(m tea.Model) { m.View() },
		"command": func(m tea.Model) { m.Init()().(tea.BatchMsg)[0]() },
	} {
		dir := t.TempDir()
		c := &crashes{dir: dir, now: testNow}
		func() {
			defer func() {
				if value := recover(); value != errCrash {
					t.Errorf("%s: the terminal would show %v", where, value)
				}
			}()
			crash(c.guard(faulty{where}))
		}()
		data, err := os.ReadFile(c.written())
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		if strings.Contains(string(data), "secret") || !strings.Contains(string(data), "file_test.go") {
			t.Errorf("%s: report is\n%s", where, data)
		}
		if info, _ := os.Stat(c.written()); info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v", where, info.Mode())
		}
	}
}

func TestBadge(t *testing.T) {
	for want, ix := range map[string]privacy.Index{
		"[?   ]": {},
		"[D 38]": {Level: privacy.LevelD, Score: 38},
		"[E  9]": {Level: privacy.LevelE, Score: 9},
		"[A100]": {Level: privacy.LevelA, Score: 100},
	} {
		if got := badge(ix); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestOutputErrorsAreFailures(t *testing.T) {
	p := speaking(t, "en")
	p.out = brokenPipe{}
	if err := p.line("x"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if err := p.table([][]string{{"a", "b"}}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, os.ErrClosed }
