package mastodon

import (
	"io"
	"net/http"
	"sync"
)

// recorder is a response that can be read while it is being written, as a
// stream has to be.
type recorder struct {
	req    *http.Request
	head   http.Header
	code   int
	once   sync.Once
	opened chan struct{}
	in     *io.PipeReader
	out    *io.PipeWriter
}

func newRecorder(r *http.Request) *recorder {
	in, out := io.Pipe()
	return &recorder{req: r, head: http.Header{}, code: http.StatusOK, opened: make(chan struct{}), in: in, out: out}
}

func (r *recorder) Header() http.Header { return r.head }

func (r *recorder) WriteHeader(code int) {
	r.once.Do(func() {
		r.code = code
		close(r.opened)
	})
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.out.Write(p)
}

func (r *recorder) Flush() { r.WriteHeader(http.StatusOK) }

func (r *recorder) finish() {
	r.WriteHeader(http.StatusOK)
	r.out.Close()
}

func (r *recorder) wait() (*http.Response, error) {
	select {
	case <-r.opened:
	case <-r.req.Context().Done():
		return nil, r.req.Context().Err()
	}
	return &http.Response{
		StatusCode: r.code, Status: http.StatusText(r.code), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.head.Clone(), Body: body{r.in, r.req}, ContentLength: -1, Request: r.req,
	}, nil
}

// body ends with its request, as that of a connection does.
type body struct {
	*io.PipeReader
	req *http.Request
}

func (b body) Read(p []byte) (int, error) {
	if err := b.req.Context().Err(); err != nil {
		return 0, err
	}
	return b.PipeReader.Read(p)
}
