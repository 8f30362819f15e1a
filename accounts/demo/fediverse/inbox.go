package fediverse

import (
	"net/http"
	"slices"
	"strconv"
)

// listThreads gives the account's conversations, the one spoken in last first.
// They are paged by the id of their last status, not by their own.
func (s *Server) listThreads(w http.ResponseWriter, r *http.Request, me *account) {
	var mine []*thread
	for _, t := range s.threads {
		if t.owner == me && !t.hidden && t.last() != nil {
			mine = append(mine, t)
		}
	}
	slices.SortFunc(mine, func(a, b *thread) int { return compareIDs(b.last().id, a.last().id) })
	var all []item
	for _, t := range mine {
		all = append(all, item{t.last().id, s.threadJSON(t)})
	}
	s.page(w, r, all)
}

func (s *Server) thread(w http.ResponseWriter, r *http.Request, me *account) *thread {
	for _, t := range s.threads {
		if t.id == r.PathValue("id") && t.owner == me && !t.hidden {
			return t
		}
	}
	fail(w, http.StatusNotFound, "Record not found")
	return nil
}

func (s *Server) readThread(w http.ResponseWriter, r *http.Request, me *account) {
	if t := s.thread(w, r, me); t != nil {
		t.unread = false
		write(w, http.StatusOK, s.threadJSON(t))
	}
}

// hideThread takes a conversation off the list. The statuses stay, as on the
// real servers.
func (s *Server) hideThread(w http.ResponseWriter, r *http.Request, me *account) {
	if t := s.thread(w, r, me); t != nil {
		t.hidden = true
		write(w, http.StatusOK, object{})
	}
}

func (s *Server) listNotes(w http.ResponseWriter, r *http.Request, me *account) {
	want, not := list(r, "types"), list(r, "exclude_types")
	var all []item
	for _, n := range slices.Backward(s.notes) {
		if n.to != me || slices.Contains(not, n.kind) || len(want) > 0 && !slices.Contains(want, n.kind) {
			continue
		}
		all = append(all, item{n.id, s.notificationJSON(n)})
	}
	s.page(w, r, all)
}

type media struct {
	id, kind, description string
	data                  []byte
	pending               int // how often it still answers "processing"
}

func (s *Server) addMedia(kind, description string, data []byte) *media {
	s.seq++
	m := &media{id: strconv.FormatInt(s.seq, 10), kind: kind, description: description, data: data}
	s.media[m.id] = m
	return m
}
