package fediverse

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

type status struct {
	id, uri    string
	from       *account
	text       string
	spoiler    string
	visibility string
	parent     string
	root       string
	mentions   []*account
	media      []*media
	at, edited time.Time
}

// draft is a status before it has an id.
type draft struct {
	from                              *account
	text, spoiler, visibility, parent string
	media                             []*media
	at                                time.Time
}

// thread is what the API calls a conversation: one thread among one set of
// people, as one of them sees it.
type thread struct {
	id       string
	owner    *account
	others   []*account
	statuses []*status // ascending by id
	unread   bool
	hidden   bool
}

type notification struct {
	id     string
	kind   string
	to     *account
	status *status
	at     time.Time
}

// newID makes ids that grow with time, as Mastodon does: milliseconds in the
// upper bits. A scripted status of the past gets an id of the past.
func (s *Server) newID(at time.Time) string {
	s.seq++
	return strconv.FormatInt(at.UnixMilli()<<16|s.seq&0xffff, 10)
}

func compareIDs(a, b string) int {
	if d := len(a) - len(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

func (s *Server) publish(d draft) *status {
	if d.at.IsZero() {
		d.at = s.conf.Clock()
	}
	if d.visibility == "" {
		d.visibility = "direct"
	}
	id := s.newID(d.at)
	st := &status{
		id: id, from: d.from, text: d.text, spoiler: d.spoiler, visibility: d.visibility, parent: d.parent, root: id,
		mentions: s.mentionsOf(d.text), media: d.media, at: d.at.UTC(),
		uri: "https://" + d.from.host + "/users/" + d.from.user + "/statuses/" + id,
	}
	if p := s.statuses[d.parent]; p != nil {
		st.root = p.root
	}
	s.statuses[id] = st
	at, _ := slices.BinarySearchFunc(s.timeline, st, func(a, b *status) int { return compareIDs(a.id, b.id) })
	s.timeline = slices.Insert(s.timeline, at, st)
	s.deliver(st)
	return st
}

// mentionRE finds names as servers do: not inside a word or an address.
var mentionRE = regexp.MustCompile(`(^|[^\w/@.])@([A-Za-z0-9_]+)(?:@([A-Za-z0-9.-]*[A-Za-z0-9]))?`)

// mentionsOf gives the known people named in a text; unknown ones are left
// out without a word.
func (s *Server) mentionsOf(text string) []*account {
	var out []*account
	for _, m := range mentionRE.FindAllStringSubmatch(text, -1) {
		name := m[2]
		if m[3] != "" {
			name += "@" + m[3]
		}
		if a := s.accounts[s.fullName(name)]; a != nil && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

func (st *status) people() []*account {
	out := []*account{st.from}
	for _, a := range st.mentions {
		if !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

func (st *status) visibleTo(a *account) bool {
	return st.visibility != "direct" || slices.Contains(st.people(), a)
}

func (s *Server) deliver(st *status) {
	for _, a := range st.people() {
		if !a.local {
			continue
		}
		if st.visibility == "direct" {
			t := s.threadFor(a, st)
			t.add(st)
			t.unread = a != st.from || t.unread && s.conf.KeepUnread
			t.hidden = false
			s.emit(a, "direct", "conversation", s.threadJSON(t))
		}
		if a != st.from {
			s.notify(a, st)
		} else {
			s.emit(a, "user", "update", s.statusJSON(st, a))
		}
	}
}

func (s *Server) notify(a *account, st *status) {
	n := &notification{id: s.newID(st.at), kind: "mention", to: a, status: st, at: st.at}
	s.notes = append(s.notes, n)
	slices.SortFunc(s.notes, func(a, b *notification) int { return compareIDs(a.id, b.id) })
	s.emit(a, "user", "notification", s.notificationJSON(n))
}

func (s *Server) threadFor(a *account, st *status) *thread {
	var others []*account
	for _, p := range st.people() {
		if p != a {
			others = append(others, p)
		}
	}
	slices.SortFunc(others, func(a, b *account) int { return strings.Compare(a.full(), b.full()) })
	key := a.full() + "|" + st.root
	for _, o := range others {
		key += "|" + o.full()
	}
	if len(others) == 0 {
		others = []*account{a}
	}
	t := s.threads[key]
	if t == nil {
		s.seq++
		t = &thread{id: strconv.FormatInt(s.seq, 10), owner: a, others: others}
		s.threads[key] = t
	}
	return t
}

func (t *thread) add(st *status) {
	at, _ := slices.BinarySearchFunc(t.statuses, st, func(a, b *status) int { return compareIDs(a.id, b.id) })
	t.statuses = slices.Insert(t.statuses, at, st)
}

func (t *thread) last() *status {
	if len(t.statuses) == 0 {
		return nil
	}
	return t.statuses[len(t.statuses)-1]
}

// edit changes a status. People named only in the new text are not added, as
// nothing was ever delivered to them.
func (s *Server) edit(st *status, text, spoiler string) {
	st.text, st.spoiler, st.edited = text, spoiler, s.conf.Clock().UTC()
	for _, a := range st.people() {
		s.emit(a, "user", "status.update", s.statusJSON(st, a))
	}
}

func (s *Server) remove(st *status) {
	same := func(x *status) bool { return x == st }
	delete(s.statuses, st.id)
	s.timeline = slices.DeleteFunc(s.timeline, same)
	s.notes = slices.DeleteFunc(s.notes, func(n *notification) bool { return n.status == st })
	for _, t := range s.threads {
		t.statuses = slices.DeleteFunc(t.statuses, same)
	}
	for _, a := range st.people() {
		s.emitRaw(a, "user", "delete", st.id)
		s.emitRaw(a, "direct", "delete", st.id)
	}
}

func (st *status) post() Post {
	p := Post{
		ID: st.id, URI: st.uri, From: st.from.full(), Text: st.text, Spoiler: st.spoiler,
		Visibility: st.visibility, InReplyTo: st.parent, At: st.at,
	}
	for _, a := range st.mentions {
		p.To = append(p.To, a.full())
	}
	for _, m := range st.media {
		p.Media = append(p.Media, Media{Type: m.kind, Description: m.description, Data: m.data})
	}
	return p
}
