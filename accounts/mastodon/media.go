package mastodon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
)

// maxPolls bounds how often a file in processing is asked for.
const maxPolls = 20

// upload sends one file and waits until the server has it ready.
func (t *Transport) upload(ctx context.Context, f file) (string, error) {
	body, kind, err := f.multipart()
	if err != nil {
		return "", fmt.Errorf("mastodon: upload %q: %w", f.Name, err)
	}
	a, err := t.client.do(ctx, call{method: http.MethodPost, path: "/api/v2/media", body: body, kind: kind})
	if err != nil {
		return "", fmt.Errorf("mastodon: upload %q: %w", f.Name, settled(err))
	}
	for try := 0; ; try++ {
		var o fields
		if err := json.Unmarshal(a.body, &o); err != nil || o.text("id") == "" {
			return "", fmt.Errorf("mastodon: upload %q: %w: odd answer", f.Name, accounts.ErrTemporary)
		}
		if a.code == http.StatusOK && o.text("url") != "" {
			return o.text("id"), nil
		}
		if try >= maxPolls {
			return "", fmt.Errorf("mastodon: upload %q: %w: still in processing", f.Name, accounts.ErrTemporary)
		}
		if err := t.conf.sleep(ctx, min(time.Second<<try, 8*time.Second)); err != nil {
			return "", err
		}
		a, err = t.client.do(ctx, call{method: http.MethodGet, path: "/api/v1/media/" + url.PathEscape(o.text("id"))})
		if err != nil {
			return "", fmt.Errorf("mastodon: upload %q: %w", f.Name, settled(err))
		}
	}
}

// settled makes "no such thing" final: a server without the call never has it.
func settled(err error) error {
	if errors.Is(err, errGone) || errors.Is(err, accounts.ErrUnsupported) {
		return fmt.Errorf("%w: %w", accounts.ErrRefused, err)
	}
	return err
}

// multipart writes the upload (RFC 7578). The name is the description too:
// it is all that a reader without the picture gets.
func (f file) multipart() (body []byte, kind string, err error) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", `form-data; name="file"; filename="`+plainName(f.Name)+`"`)
	h.Set("Content-Type", plainType(f.Type))
	part, err := m.CreatePart(h)
	if err == nil {
		_, err = part.Write(f.Data)
	}
	if err == nil {
		err = m.WriteField("description", cut(f.Name, 200))
	}
	if err == nil {
		err = m.Close()
	}
	return b.Bytes(), m.FormDataContentType(), err
}

// plainName leaves nothing in a name that could end the header it stands in.
func plainName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, s)
	if s == "" {
		return "file"
	}
	return s
}

func plainType(s string) string {
	if s == "" || strings.ContainsAny(s, "\r\n") {
		return "application/octet-stream"
	}
	return s
}
