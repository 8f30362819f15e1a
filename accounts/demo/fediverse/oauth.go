package fediverse

import (
	"fmt"
	"html"
	"net/http"
)

const oob = "urn:ietf:wg:oauth:2.0:oob"

type app struct {
	id, secret, name, scopes string
}

func (s *Server) oauthRoutes(m *http.ServeMux) {
	m.HandleFunc("POST /api/v1/apps", s.locked(s.registerApp))
	m.HandleFunc("GET /oauth/authorize", s.locked(s.authorizePage))
	m.HandleFunc("GET /oauth/authorize/{$}", s.locked(s.authorizePage))
	m.HandleFunc("POST /oauth/authorize", s.locked(s.authorize))
	m.HandleFunc("POST /oauth/token", s.locked(s.token))
	m.HandleFunc("POST /oauth/revoke", s.locked(s.revoke))
}

func (s *Server) locked(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := readParams(r); err != nil {
			fail(w, http.StatusBadRequest, err.Error())
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		h(w, r)
	}
}

func (s *Server) registerApp(w http.ResponseWriter, r *http.Request) {
	s.seq++
	a := &app{id: fmt.Sprintf("client-%d", s.seq), secret: s.secret("secret"), name: r.Form.Get("client_name"), scopes: r.Form.Get("scopes")}
	s.apps[a.id] = a
	write(w, http.StatusOK, object{
		"id": a.id, "name": a.name, "client_id": a.id, "client_secret": a.secret, "redirect_uri": oob, "website": nil, "vapid_key": "",
	})
}

// authorizePage asks who logs in; there are no passwords in here.
func (s *Server) authorizePage(w http.ResponseWriter, r *http.Request) {
	a := s.apps[r.Form.Get("client_id")]
	if a == nil || r.Form.Get("redirect_uri") != oob {
		http.Error(w, "unknown client", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><title>%s</title><h1>%s</h1><p>%s</p>", s.conf.Home, s.conf.Home, html.EscapeString(a.name))
	for _, p := range s.order {
		if p.local {
			fmt.Fprintf(w, `<form method="post" action="/oauth/authorize"><input type="hidden" name="client_id" value="%s">`+
				`<button name="username" value="%s">@%s</button></form>`, html.EscapeString(a.id), p.user, p.full())
		}
	}
}

func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	p := s.accounts[s.fullName(r.Form.Get("username"))]
	if s.apps[r.Form.Get("client_id")] == nil || p == nil || !p.local {
		http.Error(w, "unknown client or account", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><title>%s</title><code>%s</code>", s.conf.Home, s.code(p))
}

func (s *Server) code(p *account) string {
	c := s.secret("code")
	s.codes[c] = p.full()
	return c
}

// Code gives an authorization code of a local account, as the page shows it.
func (s *Server) Code(acct string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.code(s.addUser(acct))
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	a := s.apps[r.Form.Get("client_id")]
	if a == nil || a.secret != r.Form.Get("client_secret") {
		fail(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	p := s.accounts[s.codes[r.Form.Get("code")]]
	delete(s.codes, r.Form.Get("code"))
	if p == nil || r.Form.Get("grant_type") != "authorization_code" || r.Form.Get("redirect_uri") != oob {
		fail(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	t := s.secret("token")
	s.tokens[t] = p
	write(w, http.StatusOK, object{"access_token": t, "token_type": "Bearer", "scope": a.scopes, "created_at": s.conf.Clock().Unix()})
}

func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	a := s.apps[r.Form.Get("client_id")]
	if a == nil || a.secret != r.Form.Get("client_secret") {
		fail(w, http.StatusForbidden, "unauthorized_client")
		return
	}
	delete(s.tokens, r.Form.Get("token"))
	write(w, http.StatusOK, object{})
}

// Revoked tells whether a token no longer works.
func (s *Server) Revoked(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens[token] == nil
}
