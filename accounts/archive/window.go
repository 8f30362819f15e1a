package archive

import (
	"bytes"
	"errors"
	"io"
)

// window reads a stream through a buffer that grows only as far as it is asked
// to look ahead.
type window struct {
	r          io.Reader
	buf        []byte
	start, end int
	at         int64 // offset of buf[start] in the stream
	err        error // what ended the stream
}

const windowSize = 256 << 10

func newWindow(r io.Reader) *window { return &window{r: r, buf: make([]byte, windowSize)} }

// fill tries to have n bytes ahead and gives what there is, at most n.
func (w *window) fill(n int) []byte {
	for w.end-w.start < n && w.err == nil {
		w.room(n)
		var got int
		got, w.err = w.r.Read(w.buf[w.end:])
		w.end += got
	}
	return w.buf[w.start:min(w.end, w.start+n)]
}

// room makes place for n bytes from start on.
func (w *window) room(n int) {
	if w.end < len(w.buf) && len(w.buf)-w.start >= n {
		return
	}
	into := w.buf
	if n > len(w.buf) {
		into = make([]byte, n)
	}
	w.end = copy(into, w.buf[w.start:w.end])
	w.buf, w.start = into, 0
}

// skip moves on by n bytes that were looked at.
func (w *window) skip(n int) {
	w.start += n
	w.at += int64(n)
	if w.start == w.end && len(w.buf) > windowSize {
		w.buf, w.start, w.end = make([]byte, windowSize), 0, 0 // what was large once need not stay so
	}
}

// line gives the rest of the line ahead with its end, or a first piece of one
// that is longer than the window; nothing at the end.
func (w *window) line() []byte {
	for n := 4 << 10; ; n *= 8 {
		n = min(n, windowSize)
		ahead := w.fill(n)
		if i := bytes.IndexByte(ahead, '\n'); i >= 0 {
			return ahead[:i+1]
		}
		if len(ahead) < n || n == windowSize {
			return ahead
		}
	}
}

// failure gives the error that ended the stream, nil for its end.
func (w *window) failure() error {
	if errors.Is(w.err, io.EOF) {
		return nil
	}
	return w.err
}
