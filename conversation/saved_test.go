package conversation_test

import (
	"errors"
	"testing"
	"time"

	. "github.com/caliopen/caliopen-tui/conversation"
)

func TestSavedSearchesInQueries(t *testing.T) {
	store := newFake()
	svc := New(Options{Store: store, Clock: func() time.Time { return queryNow }, Lang: "en"})
	save := func(name, query string) error {
		return svc.SaveSearch(t.Context(), SavedSearch{Name: name, Query: query})
	}
	for name, query := range map[string]string{"mine": "from:me or to:me", "New ones": "is:unread -in:archive"} {
		if err := save(name, query); err != nil {
			t.Fatal(err)
		}
	}
	if err := save("both", `saved:"new ones" saved:MINE`); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"saved:mine cables":   "and(or(from=me to=me) cables)",
		"-saved:mine":         "not(or(from=me to=me))",
		`x saved:"New ones"`:  "and(x and(is=unread not(in=archive)))",
		"(saved:both or tea)": "or(and(and(is=unread not(in=archive)) or(from=me to=me)) tea)",
	} {
		q, err := svc.Query(text)
		if err != nil || show(q.Root) != want || q.Text != text {
			t.Errorf("%s: %+v %v", text, q, err)
		}
	}
}

func TestFaultsOfSavedSearches(t *testing.T) {
	store := newFake()
	svc := New(Options{Store: store, Clock: func() time.Time { return queryNow }, Lang: "en"})
	store.saved = []SavedSearch{{Name: "loop", Query: "a saved:pool"}, {Name: "pool", Query: "saved:loop"}, {Name: "broken", Query: "("}, {Name: "dangling", Query: "a b saved:gone"}}
	for text, code := range map[string]string{
		"é saved:gone": "query.unknown_saved", "é saved:loop": "query.bad_saved", "é saved:broken": "query.bad_saved", "é saved:dangling": "query.unknown_saved",
	} {
		_, err := svc.Query(text)
		var bad *QueryError
		if !errors.As(err, &bad) || bad.Code != code || bad.Pos != 3 || bad.Char != 2 {
			t.Errorf("%s: %+v", text, err)
		}
	}
	if err := svc.SaveSearch(t.Context(), SavedSearch{Name: "me", Query: "x saved:me"}); !errors.Is(err, ErrUsage) {
		t.Errorf("one that names itself is kept: %v", err)
	}
	if err := svc.SaveSearch(t.Context(), SavedSearch{Name: "me", Query: "("}); !errors.Is(err, ErrUsage) {
		t.Errorf("one that cannot be read is kept: %v", err)
	}
}

func TestNarrow(t *testing.T) {
	for _, c := range []struct{ query, term, want string }{
		{"", "is:read", "is=read"},
		{"a", "is:read", "and(a is=read)"},
		{"a or b", "is:read", "and(or(a b) is=read)"},
		{"(a or b)", "is:read", "and(or(a b) is=read)"},
		{"(a) or b", "is:read", "and(or(a b) is=read)"},
		{"a b", "is:read", "and(a b is=read)"},
	} {
		q, err := ParseQuery(Narrow(c.query, c.term), queryNow, "en")
		if err != nil || show(q.Root) != c.want {
			t.Errorf("%s: %+v %v", c.query, q, err)
		}
	}
}
