package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
)

// readMbox reads one file with many messages.
func (im *Import) readMbox(ctx context.Context, f file) error {
	in, err := os.Open(f.path)
	if err != nil {
		if f.named {
			return fmt.Errorf("archive: %w", err)
		}
		return im.fail(ctx, f.folder, f.path, ReasonUnreadable)
	}
	defer in.Close()
	raw := &counted{r: in, im: im, before: im.done}
	r, err := unzipped(raw)
	if err != nil {
		return im.fail(ctx, f.folder, f.path, ReasonUnreadable)
	}
	s := newSplitter(r, im.limit)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		l, err := s.read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, errForm) && !f.named {
			return im.fail(ctx, f.folder, f.path, ReasonForm)
		}
		if errors.Is(err, errForm) {
			return fmt.Errorf("archive: %s: %w", f.path, err)
		}
		if perr := im.letter(ctx, f, l); perr != nil {
			return perr
		}
		if err != nil { // what was read up to here is kept
			return im.fail(ctx, f.folder, at(f.path, s.w.at), ReasonUnreadable)
		}
	}
}

// letter hands one message of an mbox over.
func (im *Import) letter(ctx context.Context, f file, l letter) error {
	place := at(f.path, l.offset)
	switch {
	case l.size == 0:
		return nil
	case l.raw == nil:
		return im.fail(ctx, f.folder, place, ReasonTooBig)
	}
	m := readMarks(l.raw)
	it := item{folder: f.folder, raw: l.raw, flags: m.flags, at: l.from.at, place: place}
	switch m.use {
	case accounts.UseJunk, accounts.UseTrash:
		it.folder, it.use = append(f.folder[:len(f.folder):len(f.folder)], labelled(m.use)), m.use
	default:
	}
	if it.at.IsZero() {
		it.at = arrival(l.raw)
	}
	return im.put(ctx, it)
}

func labelled(u accounts.Use) string {
	if u == accounts.UseJunk {
		return "Spam"
	}
	return "Trash"
}

// counted tells how far the reading is.
type counted struct {
	r      io.Reader
	im     *Import
	before int64
	n      int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.im.done = c.before + c.n
	c.im.report()
	return n, err
}

// unzipped takes the compression of gzip (RFC 1952) off, where there is one.
func unzipped(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	if magic, _ := b.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return b, nil
	}
	return gzip.NewReader(b)
}

// readOne reads a file that is one message.
func (im *Import) readOne(ctx context.Context, f file) error {
	raw, info, reason := im.slurp(f.path)
	if reason != "" {
		return im.fail(ctx, f.folder, f.path, reason)
	}
	it := item{folder: f.folder, raw: raw, place: f.path}
	switch {
	case im.Kind == Maildir:
		it.flags, it.at = maildirFlags(f), delivered(f.path)
	case isEMLX(f.path, raw):
		var m marks
		if it.raw, m, it.at, reason = readEMLX(raw); reason != "" {
			return im.fail(ctx, f.folder, f.path, reason)
		}
		it.flags = m.flags
	default:
		m := readMarks(raw)
		it.flags = m.flags
	}
	if it.at.IsZero() {
		it.at = arrival(it.raw)
	}
	if it.at.IsZero() {
		it.at = info.ModTime().UTC()
	}
	return im.put(ctx, it)
}

// slurp reads a file of a bounded size. What is no plain file is never opened:
// a pipe would be waited for.
func (im *Import) slurp(path string) (raw []byte, info os.FileInfo, reason string) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil, ReasonUnreadable
	}
	if info.Size() > int64(im.limit) {
		return nil, nil, ReasonTooBig
	}
	in, err := os.Open(path)
	if err != nil {
		return nil, nil, ReasonUnreadable
	}
	defer in.Close()
	raw, err = io.ReadAll(io.LimitReader(in, int64(im.limit)+1))
	switch {
	case err != nil:
		return nil, nil, ReasonUnreadable
	case len(raw) > im.limit:
		return nil, nil, ReasonTooBig
	}
	return raw, info, ""
}

// plausible bounds the seconds in a name of a Maildir.
func plausible(t time.Time) bool { return t.Year() >= 1980 && t.Year() < 2200 }
