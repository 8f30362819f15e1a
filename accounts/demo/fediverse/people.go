package fediverse

import (
	"strconv"
	"strings"
	"time"
)

// Post is a status as scripts see it.
type Post struct {
	ID         string
	URI        string
	From       string   // full name, "zoe@social.example"
	To         []string // full names of those it reached
	Text       string   // as typed, mentions included
	Spoiler    string
	Visibility string // "direct" when empty
	InReplyTo  string // the id of the status answered
	Media      []Media
	At         time.Time // now when zero
}

// Media is a file of a scripted post.
type Media struct {
	Type        string // "image/png"
	Description string
	Data        []byte
}

type account struct {
	id, user, host, name string
	local                bool
}

func (a *account) full() string { return a.user + "@" + a.host }

// acct is the name as the API gives it: local accounts have no server.
func (a *account) acct() string {
	if a.local {
		return a.user
	}
	return a.full()
}

// AddUser makes a person known. "zoe" is an account of this server, and
// "bob@two.example" of another one. Adding somebody again changes the name.
func (s *Server) AddUser(acct, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addUser(acct).name = name
}

func (s *Server) addUser(acct string) *account {
	full := s.fullName(acct)
	if a := s.accounts[full]; a != nil {
		return a
	}
	user, host, _ := strings.Cut(full, "@")
	s.seq++
	a := &account{id: strconv.FormatInt(1000+s.seq, 10), user: user, host: host, name: user, local: host == s.conf.Home}
	s.accounts[full] = a
	s.order = append(s.order, a)
	return a
}

func (s *Server) fullName(acct string) string {
	acct = strings.ToLower(strings.TrimPrefix(acct, "@"))
	if !strings.Contains(acct, "@") {
		acct += "@" + s.conf.Home
	}
	return acct
}

// Token gives a new access token of a local account, without any login.
func (s *Server) Token(acct string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.secret("token")
	s.tokens[t] = s.addUser(acct)
	return t
}

// OnPost calls f after each status posted through the API, so that scripted
// people can answer. What scripts post does not call it.
func (s *Server) OnPost(f func(Post)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onPost = append(s.onPost, f)
}

// Post has somebody send a private message to others, and puts their names in
// front of the text, as people do.
func (s *Server) Post(from, text string, to ...string) Post {
	return s.Say(Post{From: from, Text: s.mention(to) + text})
}

// Reply has somebody answer a status and mention everybody in it.
func (s *Server) Reply(from, id, text string) Post {
	s.mu.Lock()
	var to []string
	if parent := s.statuses[id]; parent != nil {
		for _, a := range append([]*account{parent.from}, parent.mentions...) {
			if a.full() != s.fullName(from) {
				to = append(to, a.full())
			}
		}
	}
	s.mu.Unlock()
	return s.Say(Post{From: from, Text: s.mention(to) + text, InReplyTo: id})
}

func (s *Server) mention(to []string) string {
	var b strings.Builder
	for _, t := range to {
		b.WriteString("@" + s.fullName(t) + " ")
	}
	return b.String()
}

// Say posts exactly what is given; From is made known when it is not.
func (s *Server) Say(p Post) Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := draft{from: s.addUser(p.From), text: p.Text, spoiler: p.Spoiler, visibility: p.Visibility, parent: p.InReplyTo, at: p.At}
	for _, m := range p.Media {
		d.media = append(d.media, s.addMedia(m.Type, m.Description, m.Data))
	}
	return s.publish(d).post()
}

// Edit changes the text of a status; it tells whether there is one.
func (s *Server) Edit(id, text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.statuses[id]
	if st != nil {
		s.edit(st, text, st.spoiler)
	}
	return st != nil
}

// Delete removes a status; it tells whether there was one.
func (s *Server) Delete(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.statuses[id]
	if st != nil {
		s.remove(st)
	}
	return st != nil
}

// Posts lists all statuses, oldest first.
func (s *Server) Posts() []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Post
	for _, st := range s.timeline {
		out = append(out, st.post())
	}
	return out
}
