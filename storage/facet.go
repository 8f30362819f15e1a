package storage

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"unicode"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// Bounds of what is counted: far more matches than anybody looks through, few
// enough to be counted in a moment.
const (
	facetMost   = 20_000
	facetValues = 12
)

// Facets counts the newest matches of a query by people, account, year, level
// and so on. What none of the matches has is left out.
func (d *DB) Facets(ctx context.Context, qu *conversation.Query) (fs []conversation.Facet, err error) {
	err = d.search(ctx, "facets", func(q querier, private bool) error {
		ss, err := d.compile(ctx, q, qu, private)
		if err != nil {
			return err
		}
		rows, err := facetRows(ctx, q, ss)
		if err != nil || len(rows) == 0 {
			return err
		}
		c := newCounting(len(rows) > facetMost)
		for _, r := range rows[:min(len(rows), facetMost)] {
			c.add(d, r)
		}
		fs, err = c.facets(ctx, q)
		return err
	})
	return fs, err
}

// facetRow is what of a match is counted.
type facetRow struct {
	id, circle, account, date int64
	score, marks              int
	scored, read              bool
	starred, out              bool
	tags                      string
}

func scanFacet(r *sql.Rows, f *facetRow) error {
	return r.Scan(&f.id, &f.circle, &f.account, &f.date, &f.score, &f.marks, &f.scored, &f.read, &f.starred, &f.out, &f.tags)
}

// facetRows reads the newest matches, and one more than is counted where there
// are more.
func facetRows(ctx context.Context, q querier, ss []selection) ([]facetRow, error) {
	return newestOf(ctx, q, ss, facetMost+1, scanFacet, func(s selection) string {
		return "m.id, m.circle, m.account, m.date, m.score, " + s.marks + ", m.level <> '?', m.read, m.starred, m.direction = 'out', m.tags"
	}, func(r facetRow) int64 { return r.id })
}

// counting is what was counted so far.
type counting struct {
	bounded  bool
	circles  map[int64]int
	matches  map[int64][]int64 // by circle, for those circles that do not say who takes part
	accounts map[int64]int
	years    map[string]int
	levels   map[string]int
	has, is  map[string]int
	tags     map[string]int
	spelled  map[string]string // how a tag is written
}

func newCounting(bounded bool) *counting {
	return &counting{
		bounded: bounded, circles: map[int64]int{}, matches: map[int64][]int64{}, accounts: map[int64]int{},
		years: map[string]int{}, levels: map[string]int{}, has: map[string]int{}, is: map[string]int{},
		tags: map[string]int{}, spelled: map[string]string{},
	}
}

func (c *counting) add(d *DB, r facetRow) {
	c.circles[r.circle]++
	c.matches[r.circle] = append(c.matches[r.circle], r.id)
	c.accounts[r.account]++
	c.years[fromUnix(r.date).In(d.opt.Now().Location()).Format("2006")]++
	if r.scored {
		c.levels[string(privacy.LevelOf(r.score))]++
	}
	c.addState(r)
	for _, tag := range keywordList(r.tags) {
		folded := asciiLower(tag)
		c.tags[folded]++
		c.spelled[folded] = tag
	}
}

// addState counts what "has:" and "is:" ask for.
func (c *counting) addState(r facetRow) {
	on := func(counts map[string]int, word string, yes bool) {
		if yes {
			counts[word]++
		}
	}
	has := func(bit int) bool { return r.marks&bit != 0 }
	on(c.has, "attachment", has(markFile))
	on(c.has, "link", has(markLink))
	on(c.has, "key", has(markKey))
	on(c.has, "invite", has(markInvite))
	on(c.is, "unread", !r.read)
	on(c.is, "starred", r.starred)
	on(c.is, "sent", r.out)
	on(c.is, "received", !r.out)
	on(c.is, "sealed", has(markSealed))
	on(c.is, "clear", !has(markSealed))
	on(c.is, "signed", has(markSigned))
}

func (c *counting) facets(ctx context.Context, q querier) ([]conversation.Facet, error) {
	people, err := c.people(ctx, q)
	if err != nil {
		return nil, err
	}
	accounts, err := c.named(ctx, q)
	if err != nil {
		return nil, err
	}
	var out []conversation.Facet
	for _, f := range []conversation.Facet{
		{Field: "with", Values: people},
		{Field: "account", Values: accounts},
		{Field: "year", Values: byName(values("on", c.years, asItIs), true)},
		{Field: "level", Values: byName(values("level", c.levels, asItIs), false)},
		{Field: "has", Values: byCount(values("has", c.has, asItIs))},
		{Field: "is", Values: byCount(values("is", c.is, asItIs))},
		{Field: "tag", Values: byCount(values("tag", c.tags, func(w string) string { return c.spelled[w] }))},
	} {
		if f.Bounded = c.bounded; len(f.Values) > 0 {
			out = append(out, f)
		}
	}
	return out, nil
}

// values makes the values of a facet of what was counted; label tells how a
// counted word is written.
func values(field string, counts map[string]int, label func(string) string) []conversation.FacetValue {
	var out []conversation.FacetValue
	for word, n := range counts {
		if term, ok := termFor(field, label(word)); ok {
			out = append(out, conversation.FacetValue{Term: term, Label: label(word), Count: n})
		}
	}
	return out
}

func asItIs(word string) string { return word }

// termFor writes a term of the search language. What holds a quotation mark
// cannot be written.
func termFor(field, value string) (string, bool) {
	if value == "" || strings.ContainsAny(value, "\"\x00") || value != strings.TrimSpace(value) {
		return "", false
	}
	if strings.ContainsFunc(value, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("@._+-", r)
	}) {
		value = `"` + value + `"`
	}
	return field + ":" + value, true
}

// byCount puts those first that most matches have.
func byCount(vs []conversation.FacetValue) []conversation.FacetValue {
	slices.SortFunc(vs, func(a, b conversation.FacetValue) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Term, b.Term))
	})
	return vs[:min(len(vs), facetValues)]
}

func byName(vs []conversation.FacetValue, last bool) []conversation.FacetValue {
	slices.SortFunc(vs, func(a, b conversation.FacetValue) int { return cmp.Compare(a.Label, b.Label) })
	if last {
		slices.Reverse(vs)
	}
	return vs
}
