package fediverse

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// item is one element of a paged list; key is the id the list is paged by.
type item struct {
	key  string
	json any
}

// page answers with the part of a list (newest first) that max_id, since_id,
// min_id and limit ask for, and names the next and previous parts in the Link
// header.
func (s *Server) page(w http.ResponseWriter, r *http.Request, all []item) {
	limit := s.limit(r)
	rows := slices.DeleteFunc(all, func(i item) bool { return !between(i.key, r.Form) })
	if r.Form.Get("min_id") != "" && len(rows) > limit {
		rows = rows[len(rows)-limit:] // the oldest ones after min_id
	} else if len(rows) > limit {
		rows = rows[:limit]
	}
	out := []any{}
	for _, i := range rows {
		out = append(out, i.json)
	}
	if len(rows) > 0 {
		w.Header().Set("Link", s.links(r, rows[0].key, rows[len(rows)-1].key, len(rows) == limit))
	}
	write(w, http.StatusOK, out)
}

func (s *Server) limit(r *http.Request) int {
	n, err := strconv.Atoi(r.Form.Get("limit"))
	if err != nil || n <= 0 {
		n = 20
	}
	return min(n, s.conf.PageSize)
}

func between(id string, f url.Values) bool {
	if m := f.Get("max_id"); m != "" && compareIDs(id, m) >= 0 {
		return false
	}
	for _, low := range []string{f.Get("since_id"), f.Get("min_id")} {
		if low != "" && compareIDs(id, low) <= 0 {
			return false
		}
	}
	return true
}

func (s *Server) links(r *http.Request, newest, oldest string, more bool) string {
	var out []string
	if more {
		out = append(out, s.link(r, "max_id", oldest, "next"))
	}
	return strings.Join(append(out, s.link(r, "min_id", newest, "prev")), ", ")
}

func (s *Server) link(r *http.Request, param, id, rel string) string {
	q := url.Values{}
	for k, v := range r.URL.Query() {
		if k != "max_id" && k != "min_id" && k != "since_id" {
			q[k] = v
		}
	}
	q.Set(param, id)
	return fmt.Sprintf(`<%s%s?%s>; rel="%s"`, s.base, r.URL.Path, q.Encode(), rel)
}
