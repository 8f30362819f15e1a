package archive

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// deepest bounds how deep folders are followed.
const deepest = 64

// walker finds the files of an archive. Links are followed, but into no folder
// twice.
type walker struct {
	im    *Import
	ctx   context.Context
	found []file
	been  map[string]bool
	depth int
	boxes bool // a Maildir was found
}

func (w *walker) add(f file) { w.found = append(w.found, f) }

// enter tells whether a folder is to be looked into: not when it was already.
func (w *walker) enter(dir string) bool {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil || w.been[real] || w.depth >= deepest {
		return false
	}
	w.been[real] = true
	return true
}

// entry is what stands in a folder, links followed.
type entry struct {
	name string
	path string
	dir  bool
	size int64
	odd  bool // neither a folder nor a plain file, or unreadable
}

// list reads a folder in order of names. One that cannot be read is counted as
// failed.
func (w *walker) list(dir string, folder []string) ([]entry, error) {
	if err := w.ctx.Err(); err != nil {
		return nil, err
	}
	names, err := os.ReadDir(dir)
	if err != nil && len(names) == 0 {
		return nil, w.im.fail(w.ctx, folder, dir, ReasonUnreadable)
	}
	out := make([]entry, 0, len(names))
	for _, d := range names {
		e := entry{name: d.Name(), path: filepath.Join(dir, d.Name())}
		info, err := os.Stat(e.path)
		if err != nil {
			e.odd = true
		} else {
			e.dir, e.size = info.IsDir(), info.Size()
			e.odd = !e.dir && !info.Mode().IsRegular()
		}
		out = append(out, e)
	}
	return out, nil
}

// down looks into a folder that stands in another.
func (w *walker) down(visit func() error) error {
	w.depth++
	defer func() { w.depth-- }()
	return visit()
}

// maildirs finds the Maildir folders at and below a folder.
func (w *walker) maildirs(root string) error {
	base := []string{stem(root)}
	if err := w.maildir(root, base); err != nil {
		return err
	}
	if !w.boxes {
		return fmt.Errorf("archive: %s: %w", root, errNoMaildir)
	}
	return nil
}

// maildir takes in one folder, and those below: in Maildir++ ".Sent.2020"
// beside "cur", elsewhere folders in folders.
func (w *walker) maildir(dir string, folder []string) error {
	if !w.enter(dir) {
		return nil
	}
	entries, err := w.list(dir, folder)
	if err != nil {
		return err
	}
	words := readKeywords(dir)
	for _, e := range entries {
		switch {
		case !e.dir: // what servers keep beside the folders
		case e.name == "cur" || e.name == "new":
			err = w.mails(e, folder, words)
		case e.name == "tmp":
		default:
			err = w.down(func() error { return w.maildir(e.path, append(slices.Clone(folder), dotted(e.name)...)) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mails takes in the files of "cur" or "new".
func (w *walker) mails(dir entry, folder []string, words *keywords) error {
	if !w.enter(dir.path) {
		return nil
	}
	w.boxes = true
	entries, err := w.list(dir.path, folder)
	for _, e := range entries {
		if e.dir || strings.HasPrefix(e.name, ".") {
			w.im.tally.Skipped++
			continue
		}
		w.add(file{path: e.path, folder: folder, size: e.size, words: words})
	}
	return err
}

// mboxes finds the mbox files at and below a folder: those that are named so,
// those with an index of Thunderbird's beside them, and those that begin as an
// mbox does.
func (w *walker) mboxes(dir string, folder []string) error {
	if !w.enter(dir) {
		return nil
	}
	entries, err := w.list(dir, folder)
	for _, e := range entries {
		if err != nil {
			return err
		}
		path := append(slices.Clone(folder), stem(e.name))
		switch {
		case e.dir && strings.HasPrefix(e.name, "."):
		case e.dir:
			err = w.down(func() error { return w.mboxes(e.path, path) })
		case e.odd || e.size == 0 || strings.EqualFold(filepath.Ext(e.name), ".msf"):
			w.im.tally.Skipped++
		case !beginsAsMbox(e.path):
			w.im.tally.Skipped++
		default:
			if e.name == "mbox" && strings.EqualFold(filepath.Ext(dir), ".mbox") {
				path = folder // Apple Mail: "Sent.mbox/mbox" is Sent
			}
			w.add(file{path: e.path, folder: path, size: e.size})
		}
	}
	return err
}

// emls finds the messages at and below a folder.
func (w *walker) emls(dir string, folder []string) error {
	if !w.enter(dir) {
		return nil
	}
	entries, err := w.list(dir, folder)
	for _, e := range entries {
		if err != nil {
			return err
		}
		switch {
		case e.dir && strings.HasPrefix(e.name, "."):
		case e.dir:
			err = w.down(func() error { return w.emls(e.path, append(slices.Clone(folder), stem(e.name))) })
		case e.odd || !isEML(e):
			w.im.tally.Skipped++
		default:
			w.add(file{path: e.path, folder: folder, size: e.size})
		}
	}
	return err
}

// isEML tells whether a file in a folder is a message: by its name, or, when it
// has none of the usual ones, by its first lines.
func isEML(e entry) bool {
	switch strings.ToLower(filepath.Ext(e.name)) {
	case ".eml", ".emlx", ".mail":
		return true
	}
	return !strings.HasPrefix(e.name, ".") && beginsAsMail(head(e.path, 4<<10))
}

// beginsAsMail tells whether a text begins with a header that names a sender or
// a way.
func beginsAsMail(text []byte) bool {
	known := 0
	if bytes.HasPrefix(text, []byte("From ")) { // the separator of an mbox was left on it
		_, text, _ = bytes.Cut(text, []byte{'\n'})
	}
	for line := range bytes.Lines(text) {
		if blank(line) {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		if !headerLine(line) {
			return known > 1 && line[len(line)-1] != '\n' // cut in the middle
		}
		name, _, _ := bytes.Cut(line, []byte{':'})
		switch strings.ToLower(string(name)) {
		case "from", "received", "return-path", "message-id", "date", "subject", "delivered-to", "to":
			known++
		}
	}
	return known > 1
}

func beginsAsMbox(path string) bool {
	start := head(path, 4<<10)
	if bytes.HasPrefix(start, []byte{0x1f, 0x8b}) {
		name := strings.ToLower(strings.TrimSuffix(path, filepath.Ext(path)))
		return strings.HasSuffix(name, ".mbox") || strings.HasSuffix(name, "mbox")
	}
	return bytes.HasPrefix(bytes.TrimLeft(start, "\r\n"), []byte("From "))
}

// head gives the beginning of a file, nothing of one that cannot be read.
func head(path string, n int) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	buf := make([]byte, n)
	got, _ := f.Read(buf)
	return buf[:max(got, 0)]
}
