package fediverse

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

func (s *Server) verify(w http.ResponseWriter, _ *http.Request, me *account) {
	o := s.accountJSON(me)
	// The preference is public on purpose: a client that follows it would send
	// private messages to everybody.
	o["source"] = object{"privacy": "public", "sensitive": false, "language": nil, "note": "", "fields": []any{}}
	write(w, http.StatusOK, o)
}

func (s *Server) lookup(w http.ResponseWriter, r *http.Request, _ *account) {
	if a := s.accounts[s.fullName(r.Form.Get("acct"))]; a != nil {
		write(w, http.StatusOK, s.accountJSON(a))
		return
	}
	fail(w, http.StatusNotFound, "Record not found")
}

func (s *Server) findAccounts(q string) []any {
	out := []any{}
	q = strings.ToLower(strings.TrimPrefix(q, "@"))
	for _, a := range s.order {
		if strings.HasPrefix(a.full(), q) || strings.Contains(strings.ToLower(a.name), q) {
			out = append(out, s.accountJSON(a))
		}
	}
	return out
}

func (s *Server) searchAccounts(w http.ResponseWriter, r *http.Request, _ *account) {
	write(w, http.StatusOK, s.findAccounts(r.Form.Get("q")))
}

func (s *Server) search(w http.ResponseWriter, r *http.Request, me *account) {
	q, kind := r.Form.Get("q"), r.Form.Get("type")
	people, found := []any{}, []any{}
	if kind == "" || kind == "accounts" {
		people = s.findAccounts(q)
	}
	for _, st := range s.timeline {
		if st.uri == q && st.visibleTo(me) && kind != "accounts" {
			found = append(found, s.statusJSON(st, me))
		}
	}
	write(w, http.StatusOK, object{"accounts": people, "statuses": found, "hashtags": []any{}})
}

func (s *Server) relationships(w http.ResponseWriter, r *http.Request, _ *account) {
	out := []any{}
	for _, id := range list(r, "id") {
		out = append(out, object{"id": id, "following": true, "followed_by": true, "blocking": false, "muting": false})
	}
	write(w, http.StatusOK, out)
}

func (s *Server) byID(id string) *account {
	for _, a := range s.order {
		if a.id == id {
			return a
		}
	}
	return nil
}

func (s *Server) account(w http.ResponseWriter, r *http.Request, _ *account) {
	if a := s.byID(r.PathValue("id")); a != nil {
		write(w, http.StatusOK, s.accountJSON(a))
		return
	}
	fail(w, http.StatusNotFound, "Record not found")
}

func (s *Server) accountStatuses(w http.ResponseWriter, r *http.Request, me *account) {
	a := s.byID(r.PathValue("id"))
	s.pageStatuses(w, r, me, func(st *status) bool { return st.from == a })
}

func (s *Server) home(w http.ResponseWriter, r *http.Request, me *account) {
	s.pageStatuses(w, r, me, func(*status) bool { return true })
}

func (s *Server) pageStatuses(w http.ResponseWriter, r *http.Request, me *account, want func(*status) bool) {
	var all []item
	for _, st := range slices.Backward(s.timeline) {
		if want(st) && st.visibleTo(me) {
			all = append(all, item{st.id, s.statusJSON(st, me)})
		}
	}
	s.page(w, r, all)
}

func (s *Server) createStatus(w http.ResponseWriter, r *http.Request, me *account) {
	key := bearer(r) + " " + r.Header.Get("Idempotency-Key")
	if old := s.keys[key]; old != nil && r.Header.Get("Idempotency-Key") != "" {
		write(w, http.StatusOK, s.statusJSON(old, me))
		return
	}
	d := draft{
		from: me, text: r.Form.Get("status"), spoiler: r.Form.Get("spoiler_text"),
		visibility: r.Form.Get("visibility"), parent: r.Form.Get("in_reply_to_id"),
	}
	if d.visibility == "" {
		d.visibility = "public"
	}
	if problem := s.refuse(r, &d); problem != "" {
		fail(w, http.StatusUnprocessableEntity, problem)
		return
	}
	st := s.publish(d)
	if !s.conf.Forgetful && r.Header.Get("Idempotency-Key") != "" {
		s.keys[key] = st
	}
	write(w, http.StatusOK, s.statusJSON(st, me))
	s.tell(st.post())
}

// tell runs the scripts without the lock, as they post themselves.
func (s *Server) tell(p Post) {
	hooks := slices.Clone(s.onPost)
	s.mu.Unlock()
	defer s.mu.Lock()
	for _, f := range hooks {
		f(p)
	}
}

// refuse checks a draft and fills in its media; it gives the reason why the
// server does not take it.
func (s *Server) refuse(r *http.Request, d *draft) string {
	for _, id := range list(r, "media_ids") {
		m := s.media[id]
		if m == nil || m.pending > 0 {
			return "Cannot attach files that have not finished processing. Try again in a moment!"
		}
		d.media = append(d.media, m)
	}
	if p := s.statuses[d.parent]; d.parent != "" && (p == nil || !p.visibleTo(d.from)) {
		return "The post you are trying to reply to does not appear to exist."
	}
	if strings.TrimSpace(d.text) == "" && len(d.media) == 0 {
		return "Validation failed: Text can't be blank"
	}
	if s.length(d.text+d.spoiler) > s.conf.MaxChars {
		return "Validation failed: Text character limit exceeded"
	}
	return ""
}

// length counts as Mastodon does: a link is 23 characters, and of a name the
// server does not count.
func (s *Server) length(text string) int {
	text = linkRE.ReplaceAllString(text, strings.Repeat("x", 23))
	text = mentionRE.ReplaceAllString(text, "$1@$2")
	return utf8.RuneCountInString(text)
}

// visible gives a status of the path that the account may see, or answers 404.
func (s *Server) visible(w http.ResponseWriter, r *http.Request, me *account) *status {
	st := s.statuses[r.PathValue("id")]
	if st == nil || !st.visibleTo(me) {
		fail(w, http.StatusNotFound, "Record not found")
		return nil
	}
	return st
}

// own is visible for statuses that only their author may touch.
func (s *Server) own(w http.ResponseWriter, r *http.Request, me *account) *status {
	st := s.statuses[r.PathValue("id")]
	if st == nil || st.from != me {
		fail(w, http.StatusNotFound, "Record not found")
		return nil
	}
	return st
}

func (s *Server) getStatus(w http.ResponseWriter, r *http.Request, me *account) {
	if st := s.visible(w, r, me); st != nil {
		write(w, http.StatusOK, s.statusJSON(st, me))
	}
}

func (s *Server) putStatus(w http.ResponseWriter, r *http.Request, me *account) {
	if st := s.own(w, r, me); st != nil {
		s.edit(st, r.Form.Get("status"), r.Form.Get("spoiler_text"))
		write(w, http.StatusOK, s.statusJSON(st, me))
	}
}

func (s *Server) deleteStatus(w http.ResponseWriter, r *http.Request, me *account) {
	if st := s.own(w, r, me); st != nil {
		o := s.statusJSON(st, me)
		o["text"] = st.text
		s.remove(st)
		write(w, http.StatusOK, o)
	}
}

func (s *Server) source(w http.ResponseWriter, r *http.Request, me *account) {
	if st := s.own(w, r, me); st != nil {
		write(w, http.StatusOK, object{"id": st.id, "text": st.text, "spoiler_text": st.spoiler})
	}
}

func (s *Server) reblog(w http.ResponseWriter, r *http.Request, me *account) {
	if st := s.visible(w, r, me); st != nil {
		fail(w, http.StatusForbidden, "This action is not allowed")
	}
}

// context gives the whole thread of a status as the account may see it, with
// answers of other visibilities among it.
func (s *Server) context(w http.ResponseWriter, r *http.Request, me *account) {
	st := s.visible(w, r, me)
	if st == nil {
		return
	}
	up, down := []any{}, []any{}
	above := map[string]bool{}
	for p := s.statuses[st.parent]; p != nil; p = s.statuses[p.parent] {
		above[p.id] = true
	}
	for _, x := range s.timeline {
		switch {
		case !x.visibleTo(me) || x == st:
		case above[x.id]:
			up = append(up, s.statusJSON(x, me))
		case s.below(x, st):
			down = append(down, s.statusJSON(x, me))
		}
	}
	write(w, http.StatusOK, object{"ancestors": up, "descendants": down})
}

func (s *Server) below(x, top *status) bool {
	for p := s.statuses[x.parent]; p != nil; p = s.statuses[p.parent] {
		if p == top {
			return true
		}
	}
	return false
}
