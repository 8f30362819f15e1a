package fediverse

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// handler answers for a logged-in account. It runs with the server locked.
type handler func(w http.ResponseWriter, r *http.Request, me *account)

func (s *Server) routes() *http.ServeMux {
	m := http.NewServeMux()
	s.oauthRoutes(m)
	m.HandleFunc("GET /api/v1/instance", func(w http.ResponseWriter, _ *http.Request) { s.open(w, s.instanceV1) })
	m.HandleFunc("GET /api/v2/instance", func(w http.ResponseWriter, _ *http.Request) { s.open(w, s.instanceV2) })
	m.HandleFunc("GET /media/{id}", s.serveMedia)
	for path, h := range map[string]handler{
		"GET /api/v1/accounts/verify_credentials": s.verify,
		"GET /api/v1/accounts/lookup":             s.lookup,
		"GET /api/v1/accounts/search":             s.searchAccounts,
		"GET /api/v1/accounts/relationships":      s.relationships,
		"GET /api/v1/accounts/{id}":               s.account,
		"GET /api/v1/accounts/{id}/statuses":      s.accountStatuses,
		"GET /api/v2/search":                      s.search,
		"POST /api/v1/statuses":                   s.createStatus,
		"GET /api/v1/statuses/{id}":               s.getStatus,
		"PUT /api/v1/statuses/{id}":               s.putStatus,
		"DELETE /api/v1/statuses/{id}":            s.deleteStatus,
		"GET /api/v1/statuses/{id}/context":       s.context,
		"GET /api/v1/statuses/{id}/source":        s.source,
		"POST /api/v1/statuses/{id}/reblog":       s.reblog,
		"GET /api/v1/timelines/home":              s.home,
		"GET /api/v1/conversations":               s.listThreads,
		"POST /api/v1/conversations/{id}/read":    s.readThread,
		"DELETE /api/v1/conversations/{id}":       s.hideThread,
		"GET /api/v1/notifications":               s.listNotes,
		"POST /api/v1/media":                      s.upload,
		"POST /api/v2/media":                      s.upload,
		"GET /api/v1/media/{id}":                  s.mediaStatus,
		"GET /api/v1/custom_emojis":               s.empty,
		"GET /api/v1/accounts/{id}/featured_tags": s.empty,
		"GET /api/v1/announcements":               s.empty,
		"GET /api/v1/filters":                     s.empty,
	} {
		m.HandleFunc(path, s.private(h))
	}
	m.HandleFunc("GET /api/v1/streaming/user", s.stream("user"))
	m.HandleFunc("GET /api/v1/streaming/direct", s.stream("direct"))
	m.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fail(w, http.StatusNotFound, "Record not found") })
	return m
}

func (s *Server) open(w http.ResponseWriter, what func() object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	write(w, http.StatusOK, what())
}

func (s *Server) empty(w http.ResponseWriter, _ *http.Request, _ *account) {
	write(w, http.StatusOK, []any{})
}

func (s *Server) private(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := readParams(r); err != nil {
			fail(w, http.StatusBadRequest, err.Error())
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		me := s.tokens[bearer(r)]
		if me == nil {
			fail(w, http.StatusUnauthorized, "The access token is invalid")
			return
		}
		h(w, r, me)
	}
}

func bearer(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// readParams makes r.Form hold the parameters, however they were sent: query,
// form, multipart or JSON.
func readParams(r *http.Request) error {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			return r.ParseMultipartForm(64 << 20)
		}
		return r.ParseForm()
	}
	r.Form = r.URL.Query()
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || len(raw) == 0 {
		return err
	}
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil {
		return err
	}
	for k, v := range fields {
		addParam(r.Form, k, v)
	}
	return nil
}

func addParam(form url.Values, k string, v any) {
	switch v := v.(type) {
	case string:
		form.Add(k, v)
	case bool:
		form.Add(k, strconv.FormatBool(v))
	case float64:
		form.Add(k, strconv.FormatFloat(v, 'f', -1, 64))
	case []any:
		for _, x := range v {
			addParam(form, k+"[]", x)
		}
	}
}

// list gives a repeated parameter, with or without the brackets.
func list(r *http.Request, name string) []string {
	return append(append([]string{}, r.Form[name+"[]"]...), r.Form[name]...)
}

func write(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v) //nolint:errcheck // the client is gone, nobody is left to tell
}

func fail(w http.ResponseWriter, code int, text string) {
	write(w, code, object{"error": text})
}

// budget counts the requests of one token in the running window.
type budget struct {
	until time.Time
	used  int
}

// throttled answers 429 when a token has spent its requests. Like Mastodon it
// names the end of the window and gives no Retry-After.
func (s *Server) throttled(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conf.Requests == 0 {
		return false
	}
	now, token := s.conf.Clock(), bearer(r)
	b := s.spent[token]
	if b == nil || !now.Before(b.until) {
		b = &budget{until: now.Add(s.conf.RequestWindow)}
		s.spent[token] = b
	}
	b.used++
	w.Header().Set("X-RateLimit-Limit", strconv.Itoa(s.conf.Requests))
	w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(max(0, s.conf.Requests-b.used)))
	w.Header().Set("X-RateLimit-Reset", b.until.UTC().Format(time.RFC3339Nano))
	if b.used <= s.conf.Requests {
		return false
	}
	fail(w, http.StatusTooManyRequests, "Too many requests")
	return true
}
