package archive

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Message is one message to be written.
type Message struct {
	ID      string // names the file, letters and digits alone
	Raw     []byte
	At      time.Time
	Seen    bool
	Flagged bool
	Tags    []string
}

// Writer writes an archive. Nothing stands at its place before Commit; after
// Abort nothing is left of it.
type Writer interface {
	Put(m Message) error
	Commit() error
	Abort()
}

// Create begins an archive at a place. What stands there already is kept unless
// force is set: then an mbox takes the place of a file, and the messages of the
// other forms join what is in a folder.
func Create(kind Kind, path string, force bool) (Writer, error) {
	if !force {
		if err := vacant(kind, path); err != nil {
			return nil, err
		}
	}
	if kind == Mbox {
		return createMbox(path, force)
	}
	stage, err := os.MkdirTemp(filepath.Dir(abs(path)), ".caliopen-export-")
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	w := &folderWriter{kind: kind, path: path, stage: stage, force: force, mark: ":2,"}
	if err := w.prepare(); err != nil {
		w.Abort()
		return nil, err
	}
	return w, nil
}

// vacant tells whether an archive can be made at a place: an empty folder is as
// good as none for those that are folders.
func vacant(kind Kind, path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	if kind != Mbox && info.IsDir() {
		if names, err := os.ReadDir(path); err == nil && len(names) == 0 {
			return nil
		}
	}
	return fmt.Errorf("archive: %s: %w", path, fs.ErrExist)
}

// mboxWriter writes an mbox of the dialect mboxrd. Its "From " lines tell in
// their sender that it is, and which messages do not end with a line feed, so
// that each reads back to its own bytes; any program can read it. What is known
// of a message beside its bytes is not written: there is no place for it but in
// the message.
type mboxWriter struct {
	out   *bufio.Writer
	file  *os.File // nil for a stream
	path  string
	force bool
}

// Stream writes an mbox to a stream.
func Stream(w io.Writer) Writer { return &mboxWriter{out: bufio.NewWriterSize(w, 1<<20)} }

func createMbox(path string, force bool) (Writer, error) {
	f, err := os.CreateTemp(filepath.Dir(abs(path)), ".caliopen-export-")
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	return &mboxWriter{out: bufio.NewWriterSize(f, 1<<20), file: f, path: path, force: force}, nil
}

// Put writes one message. Errors of writing come up with the next one, or with
// Commit.
func (w *mboxWriter) Put(m Message) error {
	_, _ = w.out.Write(writeFrom(m.Raw, m.At))
	for line := range bytes.Lines(m.Raw) {
		if quotes(line) >= 0 {
			_ = w.out.WriteByte('>')
		}
		_, _ = w.out.Write(line)
	}
	if !bytes.HasSuffix(m.Raw, []byte{'\n'}) {
		_ = w.out.WriteByte('\n')
	}
	if err := w.out.WriteByte('\n'); err != nil { // it remembers the first error
		return fmt.Errorf("archive: %w", err)
	}
	return nil
}

// Commit puts the file into its place.
func (w *mboxWriter) Commit() error {
	err := w.out.Flush()
	if w.file == nil {
		if err != nil {
			return fmt.Errorf("archive: %w", err)
		}
		return nil
	}
	if err == nil {
		err = w.file.Sync()
	}
	if err = errors.Join(err, w.file.Close()); err == nil {
		err = publish(w.file.Name(), w.path, w.force)
	}
	if err != nil {
		return fmt.Errorf("archive: %s: %w", w.path, errors.Join(err, os.Remove(w.file.Name())))
	}
	return nil
}

// Abort leaves nothing behind. What a stream got, it has.
func (w *mboxWriter) Abort() {
	if w.file != nil {
		_ = w.file.Close()
		_ = os.Remove(w.file.Name())
	}
}

// publish gives a finished file its name; without force never in place of
// another that came there meanwhile.
func publish(from, to string, force bool) error {
	if !force {
		err := os.Link(from, to)
		if err == nil {
			return os.Remove(from)
		}
		if errors.Is(err, fs.ErrExist) {
			return err
		}
		if _, err := os.Lstat(to); err == nil { // a file system without links
			return fs.ErrExist
		}
	}
	return os.Rename(from, to)
}

// folderWriter writes archives that are folders with a file a message. They are
// made beside their place and get it when they are whole.
type folderWriter struct {
	kind  Kind
	path  string
	stage string
	force bool
	mark  string // between the name of a message and its flags
	tags  []string
	count int
}

func (w *folderWriter) prepare() error {
	if w.kind != Maildir {
		return nil
	}
	if k := readKeywords(w.path); k != nil { // what is there keeps its letters
		last := len(k)
		for last > 0 && k[last-1] == "" {
			last--
		}
		w.tags = append(w.tags, k[:last]...)
	}
	for _, sub := range []string{"cur", "new", "tmp"} {
		if err := os.Mkdir(filepath.Join(w.stage, sub), 0o700); err != nil {
			return fmt.Errorf("archive: %w", err)
		}
	}
	return nil
}

// Put writes one message.
func (w *folderWriter) Put(m Message) error {
	w.count++
	if w.kind == EML {
		return named("archive", writeNew(filepath.Join(w.stage, m.At.UTC().Format("20060102-150405-")+m.ID+".eml"), m.Raw, m.At))
	}
	path := filepath.Join(w.stage, "cur", w.maildirName(m))
	err := writeNew(path, m.Raw, m.At)
	if w.mark == ":2," && errors.Is(err, syscall.EINVAL) {
		w.mark = ";2," // this file system cannot hold a colon
		path = filepath.Join(w.stage, "cur", w.maildirName(m))
		err = writeNew(path, m.Raw, m.At)
	}
	return named("archive", err)
}

func named(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// maildirName gives a name that is the same in each export: seconds, the id, a
// word for the host, and the flags.
func (w *folderWriter) maildirName(m Message) string {
	flags := ""
	if m.Flagged {
		flags += "F"
	}
	if m.Seen {
		flags += "S"
	}
	for _, t := range m.Tags {
		flags += w.letter(t)
	}
	return strconv.FormatInt(max(m.At.Unix(), 0), 10) + "." + m.ID + ".caliopen" + w.mark + flags
}

// letter gives the letter that stands for a tag, "" when there are too many.
func (w *folderWriter) letter(tag string) string {
	if tag == "" {
		return ""
	}
	for i, t := range w.tags {
		if t == tag {
			return string(rune('a' + i))
		}
	}
	if len(w.tags) >= len(keywords{}) {
		return ""
	}
	w.tags = append(w.tags, tag)
	return string(rune('a' + len(w.tags) - 1))
}

func writeNew(path string, data []byte, at time.Time) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil && !at.IsZero() {
		err = os.Chtimes(path, at, at)
	}
	return err
}

// Commit puts the folder into its place.
func (w *folderWriter) Commit() error {
	err := w.keepTags()
	if err == nil {
		if err = os.Chmod(w.stage, 0o700); err == nil {
			err = w.settle()
		}
	}
	if err != nil {
		w.Abort()
		return fmt.Errorf("archive: %s: %w", w.path, err)
	}
	return nil
}

func (w *folderWriter) keepTags() error {
	if len(w.tags) == 0 {
		return nil
	}
	var b strings.Builder
	for i, t := range w.tags {
		fmt.Fprintf(&b, "%d %s\n", i, t)
	}
	return writeNew(filepath.Join(w.stage, keywordFile), []byte(b.String()), time.Time{})
}

// settle renames the folder into its place, or its files into those of a
// folder that is there.
func (w *folderWriter) settle() error {
	if isDir(w.path) {
		_ = os.Remove(w.path) // an empty one; any other stays
	}
	err := os.Rename(w.stage, w.path)
	if err == nil || !w.force || !isDir(w.path) {
		return err
	}
	return errors.Join(w.join(w.stage, w.path), os.RemoveAll(w.stage))
}

// join moves files into a folder, over those of the same name: their names tell
// which message they are.
func (w *folderWriter) join(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		a, b := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		if !e.IsDir() {
			err = os.Rename(a, b)
		} else if err = os.MkdirAll(b, 0o700); err == nil {
			err = w.join(a, b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Abort leaves nothing behind.
func (w *folderWriter) Abort() { _ = os.RemoveAll(w.stage) }

// WriteFile writes one file whole or not at all; without force never over
// another.
func WriteFile(path string, data []byte, force bool) error {
	if !force {
		if err := vacant(Mbox, path); err != nil {
			return err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(abs(path)), ".caliopen-export-")
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = publish(f.Name(), path, force)
	}
	if err != nil {
		return fmt.Errorf("archive: %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
