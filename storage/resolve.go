package storage

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// What the words of some terms mean is looked up once for a whole search, as a
// list in JSON for the statements.

// once gives what look finds, and remembers it under a name.
func once[T any](c *compiler, name string, look func() ([]T, error)) (string, error) {
	if known, ok := c.memo[name]; ok {
		return known, nil
	}
	found, err := look()
	if err != nil {
		return "", err
	}
	if found == nil {
		found = []T{}
	}
	data, err := json.Marshal(found)
	if err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	c.memo[name] = string(data)
	return string(data), nil
}

// addresses are those of whom a term means: an address means that one, or those
// it is a part of; a name means the contact with all his addresses, as does a
// contact's id, and "me" means the user.
func (c *compiler) addresses(n conversation.Node) (string, error) {
	return once(c, "who "+n.Text, func() ([]int64, error) {
		const of = "SELECT a.id FROM contact k JOIN address a ON a.contact = k.id WHERE "
		switch {
		case fold(n.Text) == string(conversation.Me):
			return query(c.ctx, c.q, scanOne[int64], of+"k.key = 'me'")
		case strings.Contains(n.Text, "@"):
			ident := strings.ToLower(n.Text)
			exact, err := query(c.ctx, c.q, scanOne[int64], "SELECT id FROM address WHERE protocol IN ('mail', 'mastodon') AND ident IN (?, '@' || ?)", ident, ident)
			if err != nil || len(exact) > 0 && !n.Prefix {
				return exact, err
			}
			return query(c.ctx, c.q, scanOne[int64], "SELECT id FROM address WHERE instr(ident, ?) > 0", ident)
		}
		where, args := matchFolded("k.folded", n.Text)
		return query(c.ctx, c.q, scanOne[int64], of+"("+where+" OR k.key = ?)", append(args, n.Text)...)
	})
}

// placeRow is a folder as a term asks for it.
type placeRow struct {
	id                 int64
	name, use, account string
}

func scanPlaceRow(r *sql.Rows, f *placeRow) error { return r.Scan(&f.id, &f.name, &f.use, &f.account) }

// folders are those that a word after "in:" means: by their name or the last
// parts of it, by what they are for, or by their account.
func (c *compiler) folders(text string) (string, error) {
	return once(c, "in "+text, func() ([]int64, error) {
		rows, err := query(c.ctx, c.q, scanPlaceRow, "SELECT f.id, f.name, f.use, a.name FROM folder f JOIN account a ON a.id = f.account WHERE f.name <> ''")
		var out []int64
		word := fold(text)
		for _, f := range rows {
			name := strings.TrimPrefix(fold(f.name), "local:") // what was imported is found by its own name
			if name == word || strings.HasSuffix(name, "/"+word) || f.use == word || fold(f.account) == word {
				out = append(out, f.id)
			}
		}
		return out, err
	})
}

func (c *compiler) accounts(text string) (string, error) {
	return once(c, "account "+text, func() ([]int64, error) {
		rows, err := query(c.ctx, c.q, scanPlaceRow, "SELECT id, name, '', '' FROM account")
		var out []int64
		for _, a := range rows {
			if fold(a.name) == fold(text) {
				out = append(out, a.id)
			}
		}
		return out, err
	})
}

// tags are the sets of tags that messages have in which a term finds one. There
// are few of them: each is looked for behind the one before.
func (c *compiler) tags(n conversation.Node) (string, error) {
	return once(c, fmt.Sprint("tag ", n.Prefix, n.Text), func() ([]string, error) {
		sets, err := query(c.ctx, c.q, scanOne[string], `WITH RECURSIVE s(t) AS (SELECT min(tags) FROM message WHERE tags <> ''
			UNION ALL SELECT (SELECT min(tags) FROM message WHERE tags <> '' AND tags > s.t) FROM s WHERE s.t IS NOT NULL)
			SELECT t FROM s WHERE t IS NOT NULL`)
		word := fold(n.Text)
		return slices.DeleteFunc(sets, func(set string) bool {
			return !slices.ContainsFunc(keywordList(set), func(tag string) bool {
				tag = fold(tag)
				return tag == word || n.Prefix && strings.HasPrefix(tag, word)
			})
		}), err
	})
}

// marked are the values of the marks that have a bit, found like the tags.
func (c *compiler) marked(bit int) (string, error) {
	return once(c, fmt.Sprint("marks ", bit), func() ([]int64, error) {
		all, err := query(c.ctx, c.q, scanOne[int64], `WITH RECURSIVE s(v) AS (SELECT min(marks) FROM message
			UNION ALL SELECT (SELECT min(marks) FROM message WHERE marks > s.v) FROM s WHERE s.v IS NOT NULL)
			SELECT v FROM s WHERE v IS NOT NULL`)
		return slices.DeleteFunc(all, func(v int64) bool { return v&int64(bit) == 0 }), err
	})
}

// circles are those of a list, or of a protocol.
func (c *compiler) circles(n conversation.Node) (string, error) {
	return once(c, n.Field+" "+n.Text, func() ([]int64, error) {
		if n.Field == "list" {
			return query(c.ctx, c.q, scanOne[int64], "SELECT id FROM circle WHERE list <> '' AND instr(list, ?) > 0", strings.ToLower(n.Text))
		}
		return query(c.ctx, c.q, scanOne[int64], "SELECT id FROM circle WHERE protocol = ?", strings.ToLower(n.Text))
	})
}
