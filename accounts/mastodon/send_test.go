package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/demo/fediverse"
	"github.com/caliopen/caliopen-tui/conversation"
)

func TestSendReachesEveryRecipient(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	handed := 0
	rec, err := w.tr.Send(t.Context(), w.entry("e1", "lunch?", nil, alice, bob), func() error { handed++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	p := w.last()
	if p.Visibility != "direct" || fmt.Sprint(p.To) != "[alice@one.example bob@two.example]" || handed != 1 {
		t.Errorf("posted %+v, handed over %d times", p, handed)
	}
	m := NewFormat().Parse(rec.Raw, conversation.ParseContext{Home: "social.example", Own: zoe}).Message
	if rec.ID != p.ID || !rec.Saved || m.Direction != conversation.Out || m.Text != "lunch?" {
		t.Errorf("receipt %s, message %+v", rec.ID, m)
	}
}

func TestANameInTheTextReadsAsItWasWritten(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	text := "ask @bob@two.example or write to carol@example.org, see https://social.example/@carol"
	rec, err := w.tr.Send(t.Context(), w.entry("e1", text, nil, alice), handOver)
	if err != nil {
		t.Fatal(err)
	}
	m := NewFormat().Parse(rec.Raw, conversation.ParseContext{Home: "social.example", Own: zoe}).Message
	if !strings.HasPrefix(m.Text, "ask @bob@two.example or write to carol@example.org, see social.example/@carol") {
		t.Errorf("text = %q", m.Text)
	}
}

func TestAnAnswerStaysInItsThread(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	p := w.srv.Post("alice@one.example", "hello", "zoe")
	w.sync()
	m := w.store.parse(p.ID)
	m.Account = "zoe"
	if _, err := w.tr.Send(t.Context(), w.entry("e1", "yes", &m, alice), handOver); err != nil {
		t.Fatal(err)
	}
	if got := w.last(); got.InReplyTo != p.ID {
		t.Errorf("answers %q", got.InReplyTo)
	}
	m.Account = "another" // known by its uri alone
	if _, err := w.tr.Send(t.Context(), w.entry("e2", "yes again", &m, alice), handOver); err != nil {
		t.Fatal(err)
	}
	if got := w.last(); got.InReplyTo != p.ID {
		t.Errorf("answers %q", got.InReplyTo)
	}
	w.srv.Delete(p.ID) // what is answered may be gone meanwhile
	if _, err := w.tr.Send(t.Context(), w.entry("e3", "still there?", &m, alice), handOver); err != nil {
		t.Fatal(err)
	}
	if got := w.last(); got.InReplyTo != "" || len(got.To) != 1 {
		t.Errorf("posted %+v", got)
	}
}

func TestAnUnknownAccountIsToldBeforeAnythingIsPosted(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	nobody := conversation.MastodonAddress("nobody@elsewhere.invalid", "")
	rec, err := w.tr.Send(t.Context(), w.entry("e1", "hello", nil, alice, nobody), func() error { return errors.New("handed over") })
	if !errors.Is(err, accounts.ErrRefused) || len(rec.Refused) != 1 || rec.Refused[0] != nobody {
		t.Errorf("err = %v, refused = %v", err, rec.Refused)
	}
	var why *Refusal
	if !errors.As(err, &why) || why.Reason().Code != "mastodon.no_account" || why.Reason().Args["Names"] != nobody.ID {
		t.Errorf("reason of %v", err)
	}
	if len(w.srv.Posts()) != 0 {
		t.Error("posted all the same")
	}
}

func TestASimilarNameIsSomebodyElse(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	w.srv.AddUser("alicent@one.example", "Alicent")
	ali := conversation.MastodonAddress("ali@one.example", "")
	w.srv.AddUser("ali@one.example.org", "Ali")
	if _, err := w.tr.Send(t.Context(), w.entry("e1", "hello", nil, ali), handOver); !errors.Is(err, accounts.ErrRefused) || w.count("POST") != 0 {
		t.Errorf("err = %v, calls %v", err, w.calls)
	}
}

// A server that says it knows somebody and then reaches nobody.
func TestAPostThatReachesTooFewIsDeleted(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	nobody := conversation.MastodonAddress("nobody@elsewhere.invalid", "")
	w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/v1/accounts/lookup" {
			return false
		}
		fmt.Fprint(rw, `{"id":"1"}`)
		return true
	}
	rec, err := w.tr.Send(t.Context(), w.entry("e1", "hello", nil, alice, nobody), handOver)
	var reach *ReachError
	if !errors.As(err, &reach) || !errors.Is(err, accounts.ErrRefused) || len(reach.Missing) != 1 || reach.Missing[0] != nobody || reach.Left {
		t.Errorf("err = %v", err)
	}
	if len(rec.Refused) != 1 || len(w.srv.Posts()) != 0 {
		t.Errorf("refused %v, left %v", rec.Refused, w.srv.Posts())
	}
}

// The last net: a text that adds a reader although it should not.
func TestAPostThatReachesTooManyIsDeleted(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	e := w.entry("e1", "hello", nil, alice)
	var x wire
	if err := json.Unmarshal(e.Wire, &x); err != nil {
		t.Fatal(err)
	}
	x.Status += " @carol"
	e.Wire = mustJSON(t, x)
	_, err := w.tr.Send(t.Context(), e, handOver)
	var reach *ReachError
	if !errors.As(err, &reach) || len(reach.Extra) != 1 || reach.Extra[0].ID != "@carol@social.example" {
		t.Errorf("err = %v", err)
	}
	if len(w.srv.Posts()) != 0 {
		t.Error("it was left there")
	}
}

func TestOnlyPrivateMentionsLeave(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	for _, raw := range []string{`{"status":"x","visibility":"public"}`, `{"status":"x"}`, `{`, ``} {
		if _, err := w.tr.Send(t.Context(), conversation.Entry{Wire: []byte(raw)}, handOver); !errors.Is(err, accounts.ErrRefused) {
			t.Errorf("%s: err = %v", raw, err)
		}
	}
	if len(w.calls) != 0 {
		t.Errorf("calls %v", w.calls)
	}
}

func TestTooLongIsToldBeforeAnythingIsPosted(t *testing.T) {
	w := newWorld(t, fediverse.Config{MaxChars: 50})
	room := 50 - len("@alice ")
	if _, err := w.tr.Send(t.Context(), w.entry("e1", strings.Repeat("é", room), nil, alice), handOver); err != nil {
		t.Errorf("50 characters: %v", err)
	}
	_, err := w.tr.Send(t.Context(), w.entry("e2", strings.Repeat("é", room+1), nil, alice), func() error { return errors.New("handed over") })
	if !errors.Is(err, accounts.ErrRefused) {
		t.Errorf("51 characters: %v", err)
	}
	if w.tr.Limits().MaxText != 50 {
		t.Errorf("limits = %+v", w.tr.Limits())
	}
}

func TestFilesAreWaitedFor(t *testing.T) {
	w := newWorld(t, fediverse.Config{SlowMedia: 3})
	o := outgoing("see", alice)
	o.Attach = []conversation.File{{Name: "a \"red\" door.png", Type: "image/png", Data: []byte("PNG")}}
	c, err := NewFormat().Compose(o)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := w.tr.Send(t.Context(), conversation.Entry{ID: "e1", Wire: c.Wire}, handOver)
	if err != nil {
		t.Fatal(err)
	}
	p := w.last()
	if len(p.Media) != 1 || string(p.Media[0].Data) != "PNG" || p.Media[0].Type != "image/png" || p.Media[0].Description != `a "red" door.png` {
		t.Errorf("media = %+v", p.Media)
	}
	a, _, err := NewFormat().Part(rec.Raw, "0")
	if !errors.Is(err, conversation.ErrRemote) {
		t.Fatal(err)
	}
	data, kind, err := w.tr.Fetch(t.Context(), a.URL)
	if err != nil || string(data) != "PNG" || kind != "image/png" {
		t.Errorf("fetched %q, %q, %v", data, kind, err)
	}
}

func TestFetchAsksTheOwnServerOnly(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	for _, address := range []string{"http://127.0.0.1:2/media/1", "https://tracker.example/1", "file:///etc/passwd", "http://u@127.0.0.1:1/media/1", "::", "//127.0.0.1:1/media/1"} {
		if _, _, err := w.tr.Fetch(t.Context(), address); !errors.Is(err, accounts.ErrRefused) {
			t.Errorf("%s: err = %v", address, err)
		}
	}
	if len(w.calls) != 0 {
		t.Errorf("calls %v", w.calls)
	}
	own := New(Config{Server: "social.example"}).client
	for address, want := range map[string]bool{
		"https://social.example/1": true, "https://files.social.example/1": true, "http://social.example/1": false,
		"https://evilsocial.example/1": false, "https://social.example.evil/1": false,
	} {
		req, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if own.ours(req.URL) != want {
			t.Errorf("%s: %v", address, !want)
		}
	}
}

func TestAStopBeforeTheHandoverPostsNothing(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	stop := errors.New("taken back")
	if _, err := w.tr.Send(t.Context(), w.entry("e1", "x", nil, alice), func() error { return stop }); !errors.Is(err, stop) {
		t.Errorf("err = %v", err)
	}
	if len(w.srv.Posts()) != 0 {
		t.Error("posted")
	}
}

// cutAfterPost lets the server take a post and loses its answer.
func (w *world) cutAfterPost() {
	w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || r.URL.Path != "/api/v1/statuses" {
			return false
		}
		w.srv.ServeHTTP(newDiscard(), r)
		rw.WriteHeader(http.StatusBadGateway)
		return true
	}
}

type discard struct{ head http.Header }

func newDiscard() discard                     { return discard{http.Header{}} }
func (d discard) Header() http.Header         { return d.head }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

func TestACutIsSettledByAsking(t *testing.T) {
	w := newWorld(t, fediverse.Config{Forgetful: true, MaxChars: 5000})
	text := "first line\nsecond line, https://example.org/" + strings.Repeat("x", 60) + " <b>\n\n@carol & more"
	if _, err := w.tr.Send(t.Context(), w.entry("e0", "earlier", nil, alice), handOver); err != nil {
		t.Fatal(err)
	}
	e := w.entry("e1", text, nil, alice)
	if found, _, err := w.tr.Find(t.Context(), e); found || err != nil {
		t.Errorf("before: found %v, err %v", found, err)
	}
	w.cutAfterPost()
	if _, err := w.tr.Send(t.Context(), e, handOver); !errors.Is(err, accounts.ErrUnclear) {
		t.Fatalf("err = %v", err)
	}
	fresh := New(w.config()) // as after a crash
	found, rec, err := fresh.Find(t.Context(), e)
	if err != nil || !found || rec.ID != w.last().ID {
		t.Errorf("found %v %s, err %v", found, rec.ID, err)
	}
	if len(w.srv.Posts()) != 2 {
		t.Errorf("%d posts", len(w.srv.Posts()))
	}
}

// The same words sent before are not the message that is looked for.
func TestTheSameWordsSentBeforeAreAnotherMessage(t *testing.T) {
	w := newWorld(t, fediverse.Config{Forgetful: true})
	if _, err := w.tr.Send(t.Context(), w.entry("e1", "ok", nil, alice), handOver); err != nil {
		t.Fatal(err)
	}
	w.wait(time.Minute)
	later := w.entry("e2", "ok", nil, alice)
	for name, tr := range map[string]*Transport{"this process": w.tr, "another": New(w.config())} {
		if found, _, err := tr.Find(t.Context(), later); found || err != nil {
			t.Errorf("%s: found %v, err %v", name, found, err)
		}
	}
	atOnce := w.entry("e3", "ok", nil, alice)
	atOnce.Created = time.Time{}
	if found, _, _ := w.tr.Find(t.Context(), atOnce); found {
		t.Error("a status already given to an entry was given again")
	}
}

func TestTheKeyKeepsASecondPostAway(t *testing.T) {
	for forgetful, want := range map[bool]int{false: 1, true: 2} {
		w := newWorld(t, fediverse.Config{Forgetful: forgetful})
		e := w.entry("e1", "once", nil, alice)
		for range 2 {
			if _, err := w.tr.Send(t.Context(), e, handOver); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(w.srv.Posts()); n != want {
			t.Errorf("forgetful %v: %d posts, want %d", forgetful, n, want)
		}
	}
}

func TestTheServersWordDecidesOverAPost(t *testing.T) {
	for code, want := range map[int]error{
		401: accounts.ErrAuth, 403: accounts.ErrRefused, 404: accounts.ErrRefused, 422: accounts.ErrRefused,
		429: accounts.ErrTemporary, 500: accounts.ErrUnclear, 503: accounts.ErrUnclear, 200: accounts.ErrUnclear, 302: nil,
	} {
		w := newWorld(t, fediverse.Config{})
		w.alter = func(rw http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPost {
				rw.Header().Set("Retry-After", "3600")
				rw.Header().Set("Location", "/elsewhere")
				rw.WriteHeader(code)
				fmt.Fprint(rw, `{"error":"no`)
			}
			return r.Method == http.MethodPost
		}
		_, err := w.tr.Send(t.Context(), w.entry("e1", "x", nil, alice), handOver)
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%d: err = %v", code, err)
		}
	}
}

func TestAContextThatEndsEndsTheCall(t *testing.T) {
	w := newWorld(t, fediverse.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	w.alter = func(_ http.ResponseWriter, r *http.Request) bool {
		cancel()
		<-r.Context().Done()
		return true
	}
	if _, err := w.tr.Send(ctx, w.entry("e1", "x", nil, alice), handOver); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}
