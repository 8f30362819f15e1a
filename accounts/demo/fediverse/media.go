package fediverse

import (
	"io"
	"net/http"
	"strings"
)

func (s *Server) mediaJSON(m *media) object {
	kind, _, _ := strings.Cut(m.kind, "/")
	if kind != "image" && kind != "video" && kind != "audio" {
		kind = "unknown"
	}
	o := object{
		"id": m.id, "type": kind, "url": nil, "preview_url": nil, "remote_url": nil, "text_url": nil,
		"meta": object{}, "description": nil, "blurhash": nil,
	}
	if m.description != "" {
		o["description"] = m.description
	}
	if m.pending == 0 {
		o["url"] = s.base + "/media/" + m.id + ending(m.kind)
		o["preview_url"] = o["url"]
	}
	return o
}

// ending gives the ending of a file's address, which clients judge by.
func ending(kind string) string {
	switch kind {
	case "image/jpeg":
		return ".jpg"
	case "image/png", "image/gif", "image/webp", "video/mp4", "audio/ogg":
		return "." + kind[strings.IndexByte(kind, '/')+1:]
	case "audio/mpeg":
		return ".mp3"
	}
	return ""
}

// upload takes a file. With Config.SlowMedia it answers 202 and no URL, and
// the client has to come back.
func (s *Server) upload(w http.ResponseWriter, r *http.Request, _ *account) {
	file, head, err := r.FormFile("file")
	if err != nil {
		fail(w, http.StatusUnprocessableEntity, "Validation failed: File can't be blank")
		return
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		fail(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	kind := head.Header.Get("Content-Type")
	if kind == "" || kind == "application/octet-stream" {
		kind = http.DetectContentType(data)
	}
	m := s.addMedia(kind, r.Form.Get("description"), data)
	m.pending = s.conf.SlowMedia
	code := http.StatusOK
	if m.pending > 0 {
		code = http.StatusAccepted
	}
	write(w, code, s.mediaJSON(m))
}

func (s *Server) mediaStatus(w http.ResponseWriter, r *http.Request, _ *account) {
	m := s.media[r.PathValue("id")]
	if m == nil {
		fail(w, http.StatusNotFound, "Record not found")
		return
	}
	if m.pending > 0 {
		m.pending--
	}
	code := http.StatusOK
	if m.pending > 0 {
		code = http.StatusPartialContent
	}
	write(w, code, s.mediaJSON(m))
}

// serveMedia gives the bytes to whoever knows the address, as the real
// servers do.
func (s *Server) serveMedia(w http.ResponseWriter, r *http.Request) {
	id, _, _ := strings.Cut(r.PathValue("id"), ".")
	s.mu.Lock()
	m := s.media[id]
	s.mu.Unlock()
	if m == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", m.kind)
	w.Write(m.data) //nolint:errcheck // the client is gone
}
