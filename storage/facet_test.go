package storage_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

func asked(t testing.TB, text string) *conversation.Query {
	t.Helper()
	q, err := conversation.ParseQuery(text, start, "en")
	must(t, err)
	return q
}

func facetsOf(t testing.TB, db *storage.DB, text string) map[string]string {
	t.Helper()
	fs, err := db.Facets(t.Context(), asked(t, text))
	must(t, err)
	out := map[string]string{}
	for _, f := range fs {
		var all []string
		for _, v := range f.Values {
			all = append(all, fmt.Sprintf("%s %d", v.Label, v.Count))
		}
		out[f.Field] = strings.Join(all, ", ")
	}
	return out
}

func TestFacets(t *testing.T) {
	db, _ := searched(t)
	got := facetsOf(t, db, "-in:trash")
	for field, want := range map[string]string{
		"with": "Zoe Example 6, Marc Example 3", "account": "home 8", "year": "2024 8", "level": "D 8", "tag": "work 1",
		"is": "clear 8, received 7, unread 6, sent 1, starred 1", "has": "",
	} {
		if got[field] != want {
			t.Errorf("%s is %q, want %q", field, got[field], want)
		}
	}
	if fs := facetsOf(t, db, "absent"); len(fs) != 0 {
		t.Errorf("nothing has facets %v", fs)
	}
}

// Who has several addresses counts once for each message, and is asked for with
// all of them.
func TestFacetOfAContactWithTwoAddresses(t *testing.T) {
	db, _ := searched(t)
	must(t, db.JoinContacts(t.Context(), who(t, db, "zoe@example.org"), who(t, db, "marc@example.net")))
	fs, err := db.Facets(t.Context(), asked(t, ""))
	must(t, err)
	if v := fs[0].Values; len(v) != 1 || v[0].Count != 8 || v[0].Term != `with:"Zoe Example"` {
		t.Fatalf("got %+v", v)
	}
}

// narrows checks that each value of each facet finds as many messages as it
// says when its term is put behind the query.
func narrows(t *testing.T, db *storage.DB, text string) {
	t.Helper()
	fs, err := db.Facets(t.Context(), asked(t, text))
	must(t, err)
	for _, f := range fs {
		for _, v := range f.Values {
			q, err := conversation.ParseQuery(conversation.Narrow(text, v.Term), start, "en")
			if err != nil {
				t.Errorf("%s: %v", v.Term, err)
				continue
			}
			if n, err := db.Count(t.Context(), q); err != nil || n != v.Count {
				t.Errorf("%q finds %d (%v), its facet says %d", q.Text, n, err, v.Count)
			}
		}
	}
}

func TestFacetsNarrowTheSearch(t *testing.T) {
	t.Parallel()
	db := opened(t)
	c := newCrowd(8)
	for account, batch := range c.varied(0, 1200) {
		_, err := db.Add(t.Context(), account, batch)
		must(t, err)
	}
	add(t, db,
		letter{n: 5000, from: "tricky@example.net", to: "me@example.org", date: start, subject: "x", flags: accounts.Flags{Keywords: []string{"(odd)", "a*b", "$Junk", "née"}}},
		letter{n: 5001, from: "zoe@example.net", to: "me@example.org,person1@example.net", date: start, subject: "x", list: "walkers.example.org"})
	w := c.words
	for _, text := range []string{"", w[0], w[0] + " or " + w[1], "is:unread", "list:walkers", "list:gardeners", "tag:urgent -" + w[0], "in:archive", "from:me"} {
		narrows(t, db, text)
	}
}

func TestFacetsAreBoundedAndCancelled(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a large database")
	}
	t.Parallel()
	db := filled(t, 21_000)
	fs, err := db.Facets(t.Context(), asked(t, ""))
	must(t, err)
	total := 0
	for _, f := range fs {
		if !f.Bounded {
			t.Errorf("%s is not bounded", f.Field)
		}
		if f.Field == "level" {
			total = f.Values[0].Count
		}
	}
	if total != 20_000 {
		t.Errorf("counted %d", total)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	if _, err := db.Facets(ctx, asked(t, "")); !errors.Is(err, context.Canceled) || time.Since(began) > time.Second {
		t.Errorf("cancelled facets give %v after %v", err, time.Since(began))
	}
}

func TestTopics(t *testing.T) {
	db := opened(t)
	say := func(n int, from, subject string) letter {
		return letter{n: n, from: from, to: "me@example.org", date: start.AddDate(0, 0, n), subject: subject, text: "cables"}
	}
	add(t, db, say(1, "zoe@example.org", "New cables"), say(2, "zoe@example.org", "Re: [tech] new Cables"), say(3, "zoe@example.org", "Fwd: lunch"),
		say(4, "marc@example.net", "AW: new cables"), say(5, "zoe@example.org", "RE: 東京 cables"))
	for _, c := range []struct{ query, want string }{
		{"cables", "東京 cables/Zoe Example/1; new cables/Marc Example/1; new Cables/Zoe Example/2"},
		{"new cab*", "new cables/Marc Example/1; new Cables/Zoe Example/2"},
		{"cables from:zoe -marc", "東京 cables/Zoe Example/1; new Cables/Zoe Example/2"},
		{"lunch or absent", "lunch/Zoe Example/1"},
		{"東京", "東京 cables/Zoe Example/1"},
		{"body:cables", ""},
		{"from:zoe", ""},
		{"", ""},
	} {
		ts, err := db.Topics(t.Context(), asked(t, c.query), 10)
		must(t, err)
		var got []string
		for _, f := range ts {
			got = append(got, fmt.Sprintf("%s/%s/%d", f.Subject, strings.Join(f.Title, "+"), f.Messages))
		}
		if g := strings.Join(got, "; "); g != c.want {
			t.Errorf("%s: got %s, want %s", c.query, g, c.want)
		}
	}
	if ts, err := db.Topics(t.Context(), asked(t, "cables"), 1); err != nil || len(ts) != 1 {
		t.Errorf("limit gives %v %v", ts, err)
	}
}
