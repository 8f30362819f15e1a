package uitest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// Expect fails the test when the screen lacks one of the texts.
func (d *Driver) Expect(texts ...string) {
	d.t.Helper()
	screen := spaced(d.Screen())
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			d.t.Errorf("%q is not on the screen:\n%s", text, Frame(screen))
		}
	}
}

// Refuse fails the test when the screen shows one of the texts.
func (d *Driver) Refuse(texts ...string) {
	d.t.Helper()
	screen := spaced(d.Screen())
	for _, text := range texts {
		if strings.Contains(screen, text) {
			d.t.Errorf("%q should not be on the screen:\n%s", text, Frame(screen))
		}
	}
}

// spaced makes the spaces of French typography plain, so that a test can be
// written on any keyboard.
func spaced(s string) string { return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s) }

// Frame draws a screen inside bars, so that its blanks can be seen.
func Frame(screen string) string {
	var b strings.Builder
	for row := range strings.SplitSeq(screen, "\n") {
		b.WriteString("    |" + row + "\n")
	}
	return b.String()
}

// Diff sets two screens beside each other and marks the rows that differ; ""
// when none does.
func Diff(want, got string) string {
	if want == got {
		return ""
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	wide := 8
	for _, row := range a {
		wide = max(wide, ansi.StringWidth(row))
	}
	var out strings.Builder
	for i := range max(len(a), len(b)) {
		left, right := at(a, i), at(b, i)
		mark := "   "
		if left != right {
			mark = " ! "
		}
		pad := strings.Repeat(" ", max(wide-ansi.StringWidth(left), 0))
		out.WriteString(ansi.Strip(left) + pad + mark + ansi.Strip(right) + "\n")
		if left != right && ansi.Strip(left) == ansi.Strip(right) {
			out.WriteString("   only the styles differ:\n   " + quote(left) + "\n   " + quote(right) + "\n")
		}
	}
	return out.String()
}

func at(rows []string, i int) string {
	if i < len(rows) {
		return rows[i]
	}
	return ""
}

func quote(s string) string { return strings.ReplaceAll(s, "\x1b", "␛") }

// updating tells whether the test was run with -update.
func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

// Golden compares the styled screen with testdata/NAME.golden; with -update it
// writes that file. A test binary that uses it defines the flag "update".
func (d *Driver) Golden(name string) {
	d.t.Helper()
	got := strings.ReplaceAll(d.Styled(), "\r", "") + "\n"
	path := filepath.Join("testdata", name+".golden")
	if updating() {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			d.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			d.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatalf("no golden (run with -update): %v", err)
	}
	if diff := Diff(string(want), got); diff != "" {
		d.t.Errorf("%s changed; wanted on the left, got on the right:\n%s", name, diff)
	}
}

// Rendered draws a frame on a fresh terminal, as if it were the first one.
func Rendered(content string, w, h int) string {
	emu := vt.NewEmulator(w, h)
	defer func() { _ = emu.Close() }()
	_, _ = emu.WriteString(strings.ReplaceAll(content, "\n", "\r\n"))
	return trimmed(emu.String())
}

// trimmed cuts the blanks at the right of every row.
func trimmed(screen string) string {
	rows := strings.Split(strings.ReplaceAll(screen, "\r", ""), "\n")
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}
	return strings.Join(rows, "\n")
}
