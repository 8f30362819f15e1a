//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// correspondence is a profile with three people in it.
func correspondence(t *testing.T) *profile {
	t.Helper()
	return stored(t,
		letter("Nadia Benali", "nadia@benali.example", "Vendredi", "Vendredi c'est bon, à bientôt."),
		letter("李小龍", "li@dragon.example", "翻譯", "第二稿在這裡。"),
		letter("Marc Dupuis", "marc@dupuis.example", "Facture", "Voici la facture."),
	)
}

// in opens the interface of a profile in a terminal of 100x30.
func (p *profile) in(t testing.TB, how setting, args ...string) *terminal {
	t.Helper()
	return openTerminal(t, p.command(args...), 100, 30, how)
}

// with adds to the environment.
func (p *profile) with(env ...string) *profile {
	p.env = append(p.env, env...)
	return p
}

func TestJourneyOnASilentTerminal(t *testing.T) {
	began := time.Now()
	x := correspondence(t).in(t, silent)
	x.shows("Conversations", "Nadia Benali", "李小龍", "Marc Dupuis", "r reply")
	t.Logf("usable after %v", time.Since(began))
	x.keys("q")
	if code := x.gone(patient); code != exitDone {
		t.Errorf("status %d", code)
	}
	x.restored()
}

func TestJourneyThroughSizes(t *testing.T) {
	x := correspondence(t).in(t, answering)
	x.shows("Nadia Benali")
	for _, size := range [][2]int{{200, 60}, {30, 8}, {100, 30}, {80, 24}, {1, 1}, {140, 40}} {
		x.resize(size[0], size[1])
		small := size[0] < 40 || size[1] < 10
		if size[0] < 10 {
			continue // nothing can be read on it; it must only be survived
		}
		x.until(fmt.Sprintf("frame of %dx%d", size[0], size[1]), func(s string) bool {
			return strings.Contains(s, "Nadia Benali") != small && strings.Contains(s, "too small") == small && drawn(s, size[0], size[1], small)
		})
	}
	x.keys("q")
	x.gone(patient)
	x.restored()
}

// drawn tells whether a screen is drawn from its title to its last row.
func drawn(s string, w, h int, small bool) bool {
	rows := strings.Split(s, "\n")
	return small || len(rows) == h && strings.Contains(rows[0], "Conversations") &&
		strings.Count(rows[1], "─") >= w/3 && strings.TrimSpace(rows[h-1]) != ""
}

// The shell's job control stops the program and brings it back.
func TestJourneySuspended(t *testing.T) {
	servertest.Need(t, "bash")
	p := correspondence(t).with("PS1=ready> ")
	cmd := p.command()
	program := cmd.Path
	cmd.Path, cmd.Args = "/bin/bash", []string{"bash", "--norc", "--noprofile", "--noediting", "-i"}
	x := openTerminal(t, cmd, 100, 30, silent)
	x.shows("ready>")
	x.keys(program + "\r")
	x.shows("Nadia Benali", "Conversations")
	x.keys("\x1a")
	x.shows("Stopped")
	x.until("main screen", func(string) bool { return !x.full() })
	x.keys("echo out$((40+2))side\r")
	x.shows("out42side")
	x.keys("fg\r")
	x.until("whole screen", func(s string) bool {
		return strings.Contains(s, "Nadia Benali") && strings.Contains(s, "Marc Dupuis") && drawn(s, 100, 30, false) && x.full()
	})
	x.keys("jq")
	x.until("prompt", func(s string) bool { return !x.full() && strings.HasSuffix(strings.TrimSpace(s), "ready>") })
	x.keys("exit\r")
	x.gone(patient)
	x.restored()
}

func TestJourneyToldToStop(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			x := correspondence(t).in(t, silent)
			x.shows("Nadia Benali")
			if err := x.cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if code := x.gone(3 * time.Second); code != exitDone {
				t.Errorf("status %d", code)
			}
			x.restored()
		})
	}
}

// A terminal that reads nothing, like one behind a dead connection, does not
// keep the program from ending, nor from giving the terminal back.
func TestJourneyToldToStopWhileNothingIsRead(t *testing.T) {
	x := correspondence(t).in(t, silent)
	x.shows("Nadia Benali")
	x.gate.Lock()
	for i := range 60 { // each one is a frame that nobody takes
		x.size(200, 50+i%5)
		_ = x.cmd.Process.Signal(syscall.SIGWINCH)
		time.Sleep(20 * time.Millisecond) // not a wait for something: the pace of a hand
	}
	if err := x.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	x.gone(3 * time.Second)
	x.gate.Unlock()
	x.restored()
}

// A panic gives the terminal back and leaves a report without anybody's text.
func TestJourneyThroughAPanic(t *testing.T) {
	for _, place := range []string{"caliopen-tui/ui"} {
		t.Run(filepath.Base(place), func(t *testing.T) {
			t.Parallel()
			trigger := filepath.Join(t.TempDir(), "now")
			p := correspondence(t)
			p.account(func(*accounts.Account) {})
			p.with(runMain+"=panic", panicFile+"="+trigger, panicPlace+"="+place)
			x := p.in(t, silent)
			x.shows("Nadia Benali")
			if err := os.WriteFile(trigger, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			x.keys("j\rq$")
			if code := x.gone(patient); code == exitDone {
				t.Error("ended as if nothing had happened")
			}
			x.restored()
			if strings.Contains(x.written(), secretText) {
				t.Error("the value of the panic is on the screen")
			}
			reported(t, filepath.Join(p.dir, "data", "crash"))
		})
	}
}

func reported(t *testing.T, dir string) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != 1 {
		t.Fatalf("%d reports in %s, want one", len(files), dir)
	}
	info, err := os.Stat(files[0])
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil || !strings.Contains(string(text), "goroutine") || strings.Contains(string(text), "4417") {
		t.Errorf("the report is %.300s (%v)", text, err)
	}
}

// What is written in the user's editor arrives in the composer, and no key is
// lost on the way back.
func TestJourneyThroughTheEditor(t *testing.T) {
	script := filepath.Join(t.TempDir(), "my editor")
	const text = "#!/bin/sh\nprintf 'the editor is here\\n'\nread answer\nprintf 'Écrit ailleurs: %s\\n' \"$answer\" > \"$1\"\n"
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	x := correspondence(t).with("EDITOR='"+script+"'").in(t, silent)
	x.shows("Nadia Benali")
	x.keys("r")
	x.shows("Subject", "^o $EDITOR")
	x.keys("\x0f")
	x.shows("the editor is here")
	x.keys("42\n")
	x.shows("Écrit ailleurs: 42", "Subject")
	x.keys("!")
	x.until("key after the editor", func(s string) bool { return strings.Contains(s, "!") })
}

// Poorer terminals get something that can be read.
func TestJourneyOnPoorTerminals(t *testing.T) {
	for name, env := range map[string][]string{
		"no colour": {"NO_COLOR=1"},
		"dumb":      {"TERM=dumb", "LANG=C"},
		"linux":     {"TERM=linux"},
		"vt100":     {"TERM=vt100"},
		"C":         {"LANG=C"},
		"none":      {"TERM=", "LANG="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := correspondence(t).with(env...).in(t, silent)
			x.shows("Conversations", "Nadia Benali", "[")
			ascii := name != "no colour"
			if s := x.screen(); ascii && strings.ContainsAny(s, "─│▌…●▲█≈→·✓╭") || !ascii && !strings.Contains(s, "─") {
				t.Errorf("glyphs that the terminal may not have, or none where it has them:\n%s", s)
			}
			if out := x.written(); name == "no colour" && coloured(out) {
				t.Errorf("colours in %q", out)
			}
			x.keys("q")
			x.gone(patient)
			x.restored()
		})
	}
}

// coloured looks for a colour among the sequences that select how text looks.
func coloured(out string) bool {
	for rest := range strings.SplitSeq(out, "\x1b[") {
		params, _, ok := strings.Cut(rest, "m")
		if !ok || strings.Trim(params, "0123456789;:") != "" {
			continue
		}
		for p := range strings.SplitSeq(params, ";") {
			if len(p) == 2 && (p[0] == '3' || p[0] == '4') && p[1] != '9' || len(p) == 3 && p[0] == '1' {
				return true
			}
		}
	}
	return false
}

func TestJourneyInFrench(t *testing.T) {
	x := correspondence(t).in(t, silent, "--lang", "fr")
	x.shows("Nadia Benali", "répondre")
	x.keys("?")
	x.shows("Partout")
}

// The demo needs nothing but the program: servers, people, conversations.
func TestJourneyThroughTheDemo(t *testing.T) {
	temp := t.TempDir()
	x := newProfile(t).with("NO_COLOR=1", "TMPDIR="+temp).in(t, answering, "demo")
	x.shows("Conversations", "[")
	x.until("conversations", func(s string) bool { return strings.Count(s, "[") > 8 })
	x.keys("\r")
	x.shows("esc")
	x.keys("\x1b")
	x.shows("q quit")
	x.keys("q")
	if code := x.gone(patient); code != exitDone {
		t.Errorf("status %d", code)
	}
	x.restored()
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
