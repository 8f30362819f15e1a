package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
)

// Kind is a form in which mail is kept in files.
type Kind string

// The forms.
const (
	Mbox    Kind = "mbox"
	Maildir Kind = "maildir"
	EML     Kind = "eml"
)

// Largest bounds one message, in bytes, as it is bounded where servers give it; a
// larger one is set aside.
const Largest = 50 << 20

// Codes of the reasons for which a message is not taken.
const (
	ReasonTooBig     = "archive.too-big"
	ReasonUnreadable = "archive.unreadable" // the file cannot be read, or ends too early
	ReasonEmpty      = "archive.empty"
	ReasonForm       = "archive.form" // the file is not of the form it should be of
)

// Failure is something that was not taken.
type Failure struct {
	Place  string // the file, with "@" and the offset where it holds several messages
	Reason string // a code
}

// Tally is what an import has done so far. Whatever was found is in one of
// these numbers: messages handed over, known before, failed; Skipped counts the
// files in a folder that are no mail.
type Tally struct {
	Handed, Known, Failed, Skipped int
	Bytes                          int64
}

// Import is an archive to be read; it is a source of the engine.
type Import struct {
	Kind   Kind
	Path   string
	Folder string // stands before the names of all folders, "" for nothing
	// Report is told how many bytes of how many were read; nil for nobody.
	Report func(done, total int64)
	// Failed is told of what was not taken; nil for nobody.
	Failed func(Failure)

	limit int // of one message, Largest when 0
	tally Tally
	total int64
	done  int64
	m     accounts.Mirror
	have  map[string]map[id]bool
}

// id is what a copy is known by: the beginning of the SHA-256 of its bytes, so
// that the same bytes in one folder are one copy.
type id [16]byte

// Tally gives what was done. It may be asked when Sync has returned.
func (im *Import) Tally() Tally { return im.tally }

// Sync reads the archive and hands over what is not here yet.
func (im *Import) Sync(ctx context.Context, m accounts.Mirror) error {
	im.m, im.have, im.tally = m, map[string]map[id]bool{}, Tally{}
	if im.limit == 0 {
		im.limit = Largest
	}
	files, err := im.files(ctx)
	if err != nil {
		return err
	}
	for _, f := range files {
		im.total += f.size
	}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		before := im.done
		if err := im.read(ctx, f); err != nil {
			return err
		}
		im.done = before + f.size
		im.report()
	}
	return m.Flush(ctx)
}

// files lists what there is to read, in a steady order.
func (im *Import) files(ctx context.Context) ([]file, error) {
	info, err := os.Stat(im.Path)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	w := &walker{im: im, ctx: ctx, been: map[string]bool{}}
	switch {
	case im.Kind == Maildir:
		err = w.maildirs(im.Path)
	case info.IsDir() && im.Kind == Mbox:
		err = w.mboxes(im.Path, nil)
	case info.IsDir():
		err = w.emls(im.Path, []string{stem(im.Path)})
	case im.Kind == Mbox:
		w.add(file{path: im.Path, folder: []string{stem(im.Path)}, size: info.Size(), named: true})
	default:
		w.add(file{path: im.Path, folder: []string{stem(filepath.Dir(abs(im.Path)))}, size: info.Size(), named: true})
	}
	return w.found, err
}

// file is one file to be read.
type file struct {
	path   string
	folder []string
	size   int64
	named  bool // by the user, not found in a folder
	words  *keywords
}

func (im *Import) read(ctx context.Context, f file) error {
	if im.Kind == Mbox {
		return im.readMbox(ctx, f)
	}
	return im.readOne(ctx, f)
}

// item is a message to be handed over.
type item struct {
	folder []string
	use    accounts.Use
	raw    []byte
	flags  accounts.Flags
	at     time.Time
	place  string
}

// put hands a message over, unless it is here already.
func (im *Import) put(ctx context.Context, it item) error {
	if len(it.raw) == 0 {
		return im.fail(ctx, it.folder, it.place, ReasonEmpty)
	}
	folder, err := im.open(ctx, it.folder, it.use)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(it.raw)
	key := id(sum[:len(id{})])
	im.tally.Bytes += int64(len(it.raw))
	if im.have[folder][key] {
		im.tally.Known++
		return nil
	}
	im.have[folder][key] = true
	im.tally.Handed++
	return im.m.Add(ctx, []accounts.Copy{{Folder: folder, ID: key.String(), Raw: it.raw, Flags: it.flags, Received: it.at}})
}

func (k id) String() string { return hex.EncodeToString(k[:]) }

// open makes a folder and learns what it has, once.
func (im *Import) open(ctx context.Context, path []string, use accounts.Use) (string, error) {
	name := folderName(im.Folder, path)
	if use == accounts.UseNone {
		use = accounts.UsualUse(strings.Join(path, "/"))
	}
	if im.have[name] != nil {
		return name, nil
	}
	if err := im.m.SaveFolder(ctx, accounts.Folder{Name: name, Use: use, Local: true}); err != nil {
		return "", fmt.Errorf("archive: folder %q: %w", name, err)
	}
	list, err := im.m.Have(ctx, name, 0)
	if err != nil {
		return "", fmt.Errorf("archive: what is in %q: %w", name, err)
	}
	im.have[name] = make(map[id]bool, len(list))
	for _, h := range list {
		var key id
		if n, err := hex.Decode(key[:], []byte(h.ID)); err == nil && n == len(key) {
			im.have[name][key] = true
		}
	}
	return name, nil
}

// fail notes what was not taken. What is too large is set aside as well, as a
// server's message would be: trying again does not help.
func (im *Import) fail(ctx context.Context, path []string, place, reason string) error {
	im.tally.Failed++
	if im.Failed != nil {
		im.Failed(Failure{place, reason})
	}
	if reason != ReasonTooBig {
		return nil
	}
	folder, err := im.open(ctx, path, accounts.UseNone)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte("place\x00" + place))
	c := accounts.Copy{Folder: folder, ID: id(sum[:len(id{})]).String()}
	if err := im.m.Quarantine(ctx, c, reason); err != nil {
		return fmt.Errorf("archive: %s: %w", place, err)
	}
	return nil
}

func (im *Import) report() {
	if im.Report != nil {
		im.Report(min(im.done, im.total), im.total)
	}
}

// IsForm tells whether an import failed because the file is of another form.
func IsForm(err error) bool { return errors.Is(err, errForm) || errors.Is(err, errNoMaildir) }

func at(path string, offset int64) string { return path + "@" + strconv.FormatInt(offset, 10) }

func abs(path string) string {
	if a, err := filepath.Abs(path); err == nil {
		return a
	}
	return path
}
