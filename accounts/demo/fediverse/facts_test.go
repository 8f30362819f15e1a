package fediverse

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// api calls a server as one account.
type api struct {
	t     *testing.T
	srv   *Server
	token string
	head  http.Header // of the last answer
}

func newServer(t *testing.T, c Config) (*Server, func(acct string) *api) {
	t.Helper()
	now := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	if c.Clock == nil {
		c.Clock = func() time.Time { now = now.Add(time.Second); return now }
	}
	s := New(c)
	for _, a := range []string{"zoe", "bob", "carol", "alice@one.example"} {
		s.AddUser(a, strings.ToUpper(a))
	}
	return s, func(acct string) *api { return &api{t: t, srv: s, token: s.Token(acct)} }
}

// call makes a request and decodes the answer; it gives the status code.
func (a *api) call(method, path string, form url.Values, into any, head ...string) int {
	a.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+a.token)
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	a.srv.ServeHTTP(w, r)
	a.head = w.Result().Header
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			a.t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
	}
	return w.Code
}

type person struct {
	ID, Acct string
}

type gotStatus struct {
	ID, URI, Content, Visibility string
	InReplyTo                    string `json:"in_reply_to_id"`
	Mentions                     []person
	Edited                       string `json:"edited_at"`
	Text                         string
}

type gotThread struct {
	ID       string
	Unread   bool
	Accounts []person
	Last     *gotStatus `json:"last_status"`
}

func (a *api) post(text, parent string) gotStatus {
	a.t.Helper()
	var st gotStatus
	form := url.Values{"status": {text}, "visibility": {"direct"}, "in_reply_to_id": {parent}}
	if code := a.call("POST", "/api/v1/statuses", form, &st); code != http.StatusOK {
		a.t.Fatalf("post %q: %d", text, code)
	}
	return st
}

func (a *api) threads() []gotThread {
	a.t.Helper()
	var list []gotThread
	a.call("GET", "/api/v1/conversations", nil, &list)
	return list
}

func accts(list []person) string {
	var out []string
	for _, p := range list {
		out = append(out, p.Acct)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestTheMentionsAreTheRecipients(t *testing.T) {
	_, as := newServer(t, Config{})
	zoe, bob, carol := as("zoe"), as("bob"), as("carol")
	first := zoe.post("@bob hello", "")
	if accts(first.Mentions) != "bob" || len(bob.threads()) != 1 || !bob.threads()[0].Unread || zoe.threads()[0].Unread {
		t.Errorf("mentions %v, threads %+v", first.Mentions, bob.threads())
	}
	if code := carol.call("GET", "/api/v1/statuses/"+first.ID, nil, nil); code != http.StatusNotFound {
		t.Errorf("carol gets %d", code)
	}

	alone := bob.post("no name in here", first.ID)
	if len(alone.Mentions) != 0 || len(zoe.threads()) != 1 || zoe.threads()[0].Last.ID != first.ID {
		t.Error("an answer without a mention reached somebody")
	}
	if list := bob.threads(); len(list) != 2 || accts(list[0].Accounts) != "bob" {
		t.Errorf("the answer is no conversation of bob with himself: %+v", list)
	}

	more := bob.post("@zoe do you know @carol ?", first.ID)
	if accts(more.Mentions) != "carol zoe" || len(carol.threads()) != 1 {
		t.Errorf("a name in the text adds no reader: %v", more.Mentions)
	}
	if list := zoe.threads(); len(list) != 2 || accts(list[0].Accounts) != "bob carol" {
		t.Errorf("other people make another conversation: %+v", list)
	}

	if st := zoe.post("@nobody@elsewhere.invalid hello", ""); len(st.Mentions) != 0 {
		t.Errorf("mentions %v", st.Mentions)
	}
}

func TestANewMessageIsAnotherConversation(t *testing.T) {
	_, as := newServer(t, Config{})
	zoe, bob := as("zoe"), as("bob")
	first := zoe.post("@bob one", "")
	bob.post("@zoe two", first.ID)
	zoe.post("@bob three", "")
	if n := len(zoe.threads()); n != 2 {
		t.Errorf("%d conversations, want 2", n)
	}
}

func TestConversationsArePagedByTheirLastStatus(t *testing.T) {
	_, as := newServer(t, Config{PageSize: 2})
	zoe := as("zoe")
	var want []string
	for i := range 5 {
		want = append([]string{zoe.post(fmt.Sprint("@bob ", i), "").ID}, want...)
	}
	var got []string
	path := "/api/v1/conversations?limit=80"
	for pages := 0; path != ""; pages++ {
		var list []gotThread
		zoe.call("GET", path, nil, &list)
		for _, c := range list {
			got = append(got, c.Last.ID)
		}
		path = ""
		for _, l := range strings.Split(zoe.head.Get("Link"), ", ") {
			if address, ok := strings.CutSuffix(l, `>; rel="next"`); ok {
				u, err := url.Parse(address[1:])
				if err != nil {
					t.Fatal(err)
				}
				if u.Query().Get("max_id") != got[len(got)-1] || u.Query().Get("limit") != "80" {
					t.Errorf("next page is %s", u)
				}
				path = u.RequestURI()
			}
		}
		if pages > 5 {
			t.Fatal("no end")
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	var newer []gotThread
	zoe.call("GET", "/api/v1/conversations?min_id="+want[3], nil, &newer)
	if len(newer) != 2 || newer[0].Last.ID != want[1] {
		t.Errorf("min_id gives %+v", newer)
	}
}

func TestReadAndHide(t *testing.T) {
	_, as := newServer(t, Config{})
	zoe, bob := as("zoe"), as("bob")
	st := zoe.post("@bob hello", "")
	id := bob.threads()[0].ID
	if bob.call("POST", "/api/v1/conversations/"+id+"/read", nil, nil) != http.StatusOK || bob.threads()[0].Unread {
		t.Error("still unread")
	}
	if code := zoe.call("POST", "/api/v1/conversations/"+id+"/read", nil, nil); code != http.StatusNotFound {
		t.Errorf("somebody else's conversation: %d", code)
	}
	bob.call("DELETE", "/api/v1/conversations/"+id, nil, nil)
	if len(bob.threads()) != 0 || bob.call("GET", "/api/v1/statuses/"+st.ID, nil, nil) != http.StatusOK {
		t.Error("the conversation goes, its statuses stay")
	}
}

func TestContextHoldsWhatOneMaySee(t *testing.T) {
	s, as := newServer(t, Config{})
	zoe, bob := as("zoe"), as("bob")
	a := zoe.post("@bob a", "")
	b := bob.post("@zoe b", a.ID)
	c := bob.post("not for zoe", a.ID)
	p := s.Say(Post{From: "carol", Text: "public", Visibility: "public", InReplyTo: a.ID})
	var tree struct{ Ancestors, Descendants []gotStatus }
	zoe.call("GET", "/api/v1/statuses/"+a.ID+"/context", nil, &tree)
	if len(tree.Ancestors) != 0 || len(tree.Descendants) != 2 || tree.Descendants[0].ID != b.ID || tree.Descendants[1].ID != p.ID {
		t.Errorf("below: %+v", tree)
	}
	bob.call("GET", "/api/v1/statuses/"+c.ID+"/context", nil, &tree)
	if len(tree.Ancestors) != 1 || tree.Ancestors[0].ID != a.ID || len(tree.Descendants) != 0 {
		t.Errorf("above: %+v", tree)
	}
}

func TestEditSourceAndDelete(t *testing.T) {
	_, as := newServer(t, Config{})
	zoe, bob := as("zoe"), as("bob")
	st := zoe.post("@bob at ten", "")
	var got gotStatus
	if zoe.call("PUT", "/api/v1/statuses/"+st.ID, url.Values{"status": {"@bob at eleven <b>"}}, &got) != http.StatusOK || got.Edited == "" || !strings.Contains(got.Content, "eleven &lt;b&gt;") {
		t.Errorf("edited: %+v", got)
	}
	if zoe.call("GET", "/api/v1/statuses/"+st.ID+"/source", nil, &got) != http.StatusOK || got.Text != "@bob at eleven <b>" {
		t.Errorf("source: %+v", got)
	}
	for _, try := range []string{"PUT", "DELETE"} {
		if code := bob.call(try, "/api/v1/statuses/"+st.ID, url.Values{"status": {"mine"}}, nil); code != http.StatusNotFound {
			t.Errorf("%s by somebody else: %d", try, code)
		}
	}
	if code := bob.call("POST", "/api/v1/statuses/"+st.ID+"/reblog", nil, nil); code != http.StatusForbidden {
		t.Errorf("boost: %d", code)
	}
	zoe.call("DELETE", "/api/v1/statuses/"+st.ID, nil, &got)
	if got.Text != "@bob at eleven <b>" || bob.call("GET", "/api/v1/statuses/"+st.ID, nil, nil) != http.StatusNotFound || len(bob.threads()) != 0 {
		t.Error("the status is still there, or its text was not given back")
	}
}

func TestIdempotencyIsASwitch(t *testing.T) {
	for forgetful, want := range map[bool]int{false: 1, true: 2} {
		s, as := newServer(t, Config{Forgetful: forgetful})
		zoe := as("zoe")
		for range 2 {
			zoe.call("POST", "/api/v1/statuses", url.Values{"status": {"@bob x"}, "visibility": {"direct"}}, nil, "Idempotency-Key", "k")
		}
		if n := len(s.Posts()); n != want {
			t.Errorf("forgetful %v: %d posts", forgetful, n)
		}
	}
}

func TestLimits(t *testing.T) {
	now := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	_, as := newServer(t, Config{MaxChars: 30, Requests: 4, Clock: func() time.Time { return now }})
	zoe := as("zoe")
	long := url.Values{"status": {strings.Repeat("x", 31)}}
	if code := zoe.call("POST", "/api/v1/statuses", long, nil); code != http.StatusUnprocessableEntity {
		t.Errorf("31 characters: %d", code)
	}
	link := url.Values{"status": {"see https://example.org/" + strings.Repeat("x", 40)}}
	if code := zoe.call("POST", "/api/v1/statuses", link, nil); code != http.StatusOK {
		t.Errorf("a link counts 23: %d", code)
	}
	zoe.threads()
	zoe.threads()
	if code := zoe.call("GET", "/api/v1/conversations", nil, nil); code != http.StatusTooManyRequests || zoe.head.Get("X-RateLimit-Reset") != "2026-05-04T10:05:00Z" || zoe.head.Get("Retry-After") != "" {
		t.Errorf("the fifth request: %d, %v", code, zoe.head)
	}
	now = now.Add(5 * time.Minute)
	zoe.threads()
}

func TestPeopleAnswer(t *testing.T) {
	s, as := newServer(t, Config{})
	s.OnPost(func(p Post) { s.Reply("alice@one.example", p.ID, "thank you") })
	zoe := as("zoe")
	zoe.post("@alice@one.example @bob hello", "")
	last := zoe.threads()[0].Last
	if !strings.Contains(last.Content, "thank you") || accts(last.Mentions) != "bob zoe" {
		t.Errorf("last: %+v", last)
	}
}

func TestStreamsTellWhatHappens(t *testing.T) {
	s, as := newServer(t, Config{})
	base, err := s.Listen(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	bob := as("bob")
	open := func(name string) io.Reader {
		req, err := http.NewRequestWithContext(t.Context(), "GET", base+"/api/v1/streaming/"+name, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+bob.token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { resp.Body.Close() })
		return resp.Body
	}
	user, direct := open("user"), open("direct")
	p := s.Post("alice@one.example", "hello", "bob")
	s.Edit(p.ID, "@bob hello again")
	s.Delete(p.ID)
	for name, c := range map[string]struct {
		r    io.Reader
		want []string
	}{"user": {user, []string{"notification", "status.update", "delete"}}, "direct": {direct, []string{"conversation", "delete"}}} {
		var got []string
		lines := bufio.NewScanner(c.r)
		for len(got) < len(c.want) && lines.Scan() {
			if e, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				got = append(got, e)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
